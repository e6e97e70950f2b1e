package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// conditions is about how a Job ends: interim conditions, terminal ones, and what must be so by then (FIN).
var conditions = slices.Concat(outcomes, conditionEntries, endings, upstreamEndings)

var uncheckedConditions = []Unchecked{
	{"FIN-14", "a quirk of the upstream controller, which nobody is asked to copy or to avoid"},
}

// outcomes are requirements on which conditions a Job may have together.
var outcomes = []Requirement{
	{
		ID: "job/conditions/terminal-is-final", Clauses: []string{"FIN-1", "SYNC-2"}, Level: Core, Strength: Must,
		Sentence: "Complete=True and Failed=True must exclude each other and, once there, must never change back.",
		Observed: "Every version of a Job that is stored, or that the API server refuses to, is compared with the one before.",
		Source:   "API reference, JobStatus.conditions", Scenarios: []string{"pi", "backofflimit-zero"},
		check: orRefused(terminalIsFinal,
			refusal{"status.conditions", "cannot disable the terminal"}, refusal{"status.conditions", "cannot set Complete=True and Failed"}),
	},
	{
		ID: "job/conditions/failed-repeats-failure-target", Clauses: []string{"FIN-2"}, Level: Core, Strength: Must, Since: 31,
		Sentence: "A Job that is Failed must be FailureTarget=True as well, with the same reason and message.",
		Observed: "The version in which Failed=True appears has a FailureTarget=True entry that says the same.",
		Source:   "KEP-3998", Scenarios: []string{"backofflimit-zero", "deadline-kills-pods"},
		check: func() any { return onJob(repeats(batchv1.JobFailed, batchv1.JobFailureTarget)) },
	},
	{
		ID: "job/conditions/complete-repeats-criteria-met", Clauses: []string{"FIN-3"}, Level: Core, Strength: Must, Since: 31,
		Sentence: "A Job that is Complete must be SuccessCriteriaMet=True as well, with the same reason and message.",
		Observed: "The version in which Complete=True appears has a SuccessCriteriaMet=True entry that says the same.",
		Source:   "KEP-3998", Scenarios: []string{"pi"},
		check: func() any { return onJob(repeats(batchv1.JobComplete, batchv1.JobSuccessCriteriaMet)) },
	},
	{
		ID: "job/conditions/success-excludes-failure", Clauses: []string{"FIN-11", "SYNC-2"}, Level: Core, Strength: Must, Since: 30,
		Sentence: "A Job that is SuccessCriteriaMet=True must be neither FailureTarget=True nor Failed=True.",
		Observed: "No version that an implementation stores, or is refused to, has SuccessCriteriaMet=True and one of the others.",
		Source:   "KEP-3998; API server validation of status", Scenarios: []string{"pi"},
		check: orRefused(successExcludesFailure, refusal{"status.conditions", "cannot set SuccessCriteriaMet=True and Fail"}),
	},
	{
		ID: "job/conditions/failed-has-no-completion-time", Clauses: []string{"FIN-15", "TIME-5"}, Level: Core, Strength: Must,
		Sentence: "A Job that failed must have no completionTime.",
		Observed: "No version with FailureTarget=True or Failed=True that an implementation stores, or is refused to, has " +
			"status.completionTime.",
		Source: "API reference, JobStatus.completionTime", Scenarios: []string{"backofflimit-zero"},
		check: orRefusedOf(func(_ *examiner, j *jobState) bool { return isTrue(j.obj, batchv1.JobFailureTarget) },
			failedHasNoCompletionTime, refusal{"status.completionTime", "when there is no Complete=True"}),
	},
}

func terminalIsFinal(x *examiner, j *jobState) {
	if j.gone || !j.finished() && !j.wasFinished() {
		return
	}
	x.exercised()
	complete, failed := isTrue(j.obj, batchv1.JobComplete), isTrue(j.obj, batchv1.JobFailed)
	switch {
	case complete && failed:
		x.violated("Job %s is Complete and Failed at once", j.obj.Name)
	case j.before == nil:
	case isTrue(j.before, batchv1.JobComplete) && !complete:
		x.violated("Job %s was Complete, and is not any more", j.obj.Name)
	case isTrue(j.before, batchv1.JobFailed) && !failed:
		x.violated("Job %s was Failed, and is not any more", j.obj.Name)
	}
}

// repeats checks that a terminal condition says what the interim one says. Of several interim entries one is enough
// (FIN-14).
func repeats(terminal, interim batchv1.JobConditionType) onJob {
	return func(x *examiner, j *jobState) {
		if j.gone || !x.byImplementation() || !isTrue(j.obj, terminal) {
			return
		}
		x.exercised()
		said := trueCondition(j.obj, terminal)
		for i := range j.obj.Status.Conditions {
			c := &j.obj.Status.Conditions[i]
			if c.Type == interim && c.Status == corev1.ConditionTrue && c.Reason == said.Reason && c.Message == said.Message {
				return
			}
		}
		before := trueCondition(j.obj, interim)
		if before == nil {
			x.violated("Job %s is %s, and has no %s=True", j.obj.Name, terminal, interim)
			return
		}
		x.violated("Job %s is %s with reason %q and message %q, and %s with reason %q and message %q", j.obj.Name,
			terminal, said.Reason, said.Message, interim, before.Reason, before.Message)
	}
}

// trueCondition returns the first entry of a type that is True, or nil.
func trueCondition(job *batchv1.Job, kind batchv1.JobConditionType) *batchv1.JobCondition {
	for i := range job.Status.Conditions {
		if c := &job.Status.Conditions[i]; c.Type == kind && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}

func successExcludesFailure(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || !isTrue(j.obj, batchv1.JobSuccessCriteriaMet) {
		return
	}
	x.exercised()
	for _, other := range []batchv1.JobConditionType{batchv1.JobFailureTarget, batchv1.JobFailed} {
		if isTrue(j.obj, other) {
			x.violated("Job %s is SuccessCriteriaMet and %s at once", j.obj.Name, other)
		}
	}
}

func failedHasNoCompletionTime(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || !isTrue(j.obj, batchv1.JobFailed) && !isTrue(j.obj, batchv1.JobFailureTarget) {
		return
	}
	if x.exercised(); j.obj.Status.CompletionTime != nil {
		x.violated("Job %s has failed, and has completionTime %s", j.obj.Name,
			describeStamp(j.obj.Status.CompletionTime))
	}
}

// becameFinished reports whether the write that is being looked at is of the implementation and makes the Job Complete
// or Failed.
func becameFinished(x *examiner, j *jobState) bool {
	return !j.gone && x.byImplementation() && j.finished() && !j.wasFinished()
}

// becameDecided reports whether it stores the first decision about the Job.
func becameDecided(x *examiner, j *jobState) bool {
	return !j.gone && x.byImplementation() && j.decided() && !j.wasDecided()
}

// becameFailureTarget reports whether it decides that the Job fails.
func becameFailureTarget(x *examiner, j *jobState) bool {
	return !j.gone && x.byImplementation() && isTrue(j.obj, batchv1.JobFailureTarget) && !j.wasDecided()
}

// terminalCondition returns the entry that makes a Job finished.
func terminalCondition(job *batchv1.Job) *batchv1.JobCondition {
	if c := trueCondition(job, batchv1.JobFailed); c != nil {
		return c
	}
	return trueCondition(job, batchv1.JobComplete)
}

// lastAlive is when the last pod of the Job came to its end, by its phase or by leaving the store; zero if it had none.
// Pods that live still do not count, nor do those of which the implementation may never have heard.
func lastAlive(j *jobState) time.Duration {
	var last time.Duration
	for _, p := range j.pods {
		end := p.removal
		if p.ended.come() {
			end = p.ended
		}
		heard := p.seen != nil || !p.created.entry.Lost
		if end.come() && p.job == j && heard {
			last = max(last, end.at)
		}
	}
	return last
}
