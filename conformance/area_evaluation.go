package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// evaluations is about which outcome is chosen when several are possible, and when a Job is left alone (SYNC).
var evaluations = append([]Requirement{
	{
		ID: "job/evaluation/backoff-limit-before-deadline", Clauses: []string{"SYNC-1", "ADS-6"}, Level: Core, Strength: Must,
		Sentence: "When backoffLimit is exceeded and the deadline has passed, the reason must be BackoffLimitExceeded.",
		Observed: "FailureTarget=True with reason DeadlineExceeded is not stored when the pods that had failed by themselves, " +
			"as the implementation must have seen them, exceed backoffLimit.",
		Source:    "Kubernetes unit test TestSyncJobPastDeadline, \"activeDeadlineSeconds with backofflimit reach\"",
		Scenarios: []string{"deadline-and-backofflimit"},
		check:     func() any { return onJob(limitBeforeDeadline) },
	},
	{
		ID: "job/evaluation/failure-before-success", Clauses: []string{"SYNC-3", "SYNC-1", "BL-11", "ADS-7"},
		Level: Core, Strength: Must,
		Sentence: "When a test for failure and the completion test hold in the same evaluation, the Job must fail.",
		Observed: "SuccessCriteriaMet=True is not stored when the implementation must have seen that backoffLimit is exceeded " +
			"or that the deadline has passed.",
		Source:    "Kubernetes unit test TestSyncJobPastDeadline, \"bigger than single pod execution\"; kubernetes issue 46497",
		Scenarios: []string{"deadline-and-backofflimit"},
		check:     func() any { return onJob(failureBeforeSuccess) },
	},
	{
		ID: "job/evaluation/decision-is-final", Clauses: []string{"SYNC-2"}, Level: Core, Strength: Must,
		Sentence: "A stored decision must stay as it is: FailureTarget=True and SuccessCriteriaMet=True keep their reason and message.",
		Observed: "Every status write of the implementation to a decided Job keeps the True entry, and adds no opposite one.",
		Source:   "KEP-3998, KEP-4368", Scenarios: []string{"backofflimit-zero", "pi"},
		check: func() any { return onJob(decisionIsFinal) },
	},
	{
		ID: "job/evaluation/edits-do-not-undo-a-decision", Clauses: []string{"SYNC-2"}, Level: Core, Strength: Must,
		Bound:    ReactionBound,
		Sentence: "A decided Job must finish, whatever is edited after the decision.",
		Observed: "When the spec of a decided Job is edited and none of its pods is active or terminating, Complete=True or " +
			"Failed=True is stored within the reaction time.",
		Source: "KEP-3998", Scenarios: []string{"backofflimit-zero"},
		check: prompt(editedAfterDecision),
	},
	{
		ID: "job/evaluation/finished-is-left-alone", Clauses: []string{"SYNC-7"}, Level: Core, Strength: Must,
		Sentence: "The implementation must not create or delete pods of a finished Job, nor change its counters.",
		Observed: "Once it must know that a Job is Complete or Failed, there is no accepted creation or deletion of a pod for it, " +
			"and no status write changes active, ready, terminating, succeeded or failed.",
		Source: "Kubernetes unit test TestSyncJobComplete", Scenarios: []string{"pi", "backofflimit-zero"},
		check: func() any { return finishedAlone{} },
	},
	{
		ID: "job/evaluation/deleted-is-not-managed", Clauses: []string{"SYNC-8", "SUS-14"}, Level: Core, Strength: Must,
		Sentence: "The implementation must not create pods for a Job that is being deleted, scale it down, or suspend it.",
		Observed: "Once it must know that the Job has a deletionTimestamp, there is no accepted creation of a pod, no accepted " +
			"deletion of an active pod of a Job that cannot have failed, and no change of the condition Suspended.",
		Source: "Kubernetes unit tests of syncJob, \"deleting job\" and \"suspending a deleted job\"",
		check:  func() any { return deletedUnmanaged{} },
	},
}, evaluationUpstream...)

func limitBeforeDeadline(x *examiner, j *jobState) {
	decision := condition(j.obj, batchv1.JobFailureTarget)
	if j.gone || j.wasDecided() || !x.byImplementation() || !isTrue(j.obj, batchv1.JobFailureTarget) || x.retries() {
		return
	}
	late := j.obj.Spec.ActiveDeadlineSeconds != nil && j.perhapsPastDeadline()
	if !late || !j.surelyOverLimit() {
		return
	}
	if x.exercised(); decision.Reason == batchv1.JobReasonDeadlineExceeded {
		x.violated("Job %s fails with reason %s, although %d pods had failed, with backoffLimit %d: that test comes first",
			j.obj.Name, decision.Reason, j.fail(), backoffLimitOf(j.obj))
	}
}

func failureBeforeSuccess(x *examiner, j *jobState) {
	if j.gone || j.wasDecided() || !j.decided() || !x.byImplementation() {
		return
	}
	if isTrue(j.obj, batchv1.JobFailureTarget) {
		if !workQueue(j.obj) && j.succ() >= int(*j.obj.Spec.Completions) || workQueue(j.obj) && j.succ() > 0 {
			x.exercised()
		}
		return
	}
	switch {
	case x.retries():
	case j.surelyOverLimit():
		x.violated("Job %s succeeds, although backoffLimit %d was exceeded: %d pods had failed",
			j.obj.Name, backoffLimitOf(j.obj), j.fail())
	case j.surelyPastDeadline():
		x.violated("Job %s succeeds at %v, although its deadline of %d s had passed (it started at %v)",
			j.obj.Name, x.now, *j.obj.Spec.ActiveDeadlineSeconds, j.startedAt)
	}
}

func decisionIsFinal(x *examiner, j *jobState) {
	if j.gone || !j.wasDecided() || !x.byImplementation() {
		return
	}
	x.exercised()
	for i := range j.before.Status.Conditions {
		old := &j.before.Status.Conditions[i]
		if old.Status != corev1.ConditionTrue || old.Type != batchv1.JobFailureTarget && old.Type != batchv1.JobSuccessCriteriaMet {
			continue
		}
		if !says(j.obj, old) {
			x.violated("Job %s was %s with reason %s (%q), and is not any more: now its conditions are %s",
				j.obj.Name, old.Type, old.Reason, old.Message, describeConditions(j.obj))
			return
		}
	}
	if isTrue(j.obj, batchv1.JobFailureTarget) && isTrue(j.obj, batchv1.JobSuccessCriteriaMet) {
		x.violated("Job %s is FailureTarget and SuccessCriteriaMet at once", j.obj.Name)
	}
}

// says reports whether a Job has an entry like that.
func says(job *batchv1.Job, entry *batchv1.JobCondition) bool {
	for i := range job.Status.Conditions {
		c := &job.Status.Conditions[i]
		if c.Type == entry.Type && c.Status == entry.Status && c.Reason == entry.Reason && c.Message == entry.Message {
			return true
		}
	}
	return false
}

func describeConditions(job *batchv1.Job) string {
	text := ""
	for i := range job.Status.Conditions {
		c := &job.Status.Conditions[i]
		if text != "" {
			text += ", "
		}
		text += string(c.Type) + "=" + string(c.Status) + " " + c.Reason
	}
	return text
}

func editedAfterDecision(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || !j.decided() || j.finished() || j.obj.DeletionTimestamp != nil || j.specAt <= j.decidedAt ||
		j.active > 0 || j.terminating > 0 {
		return 0, "", false
	}
	return j.decidedAt, j.say("Job ", j.obj.Name, " is decided and has no pods left to wait for, and it does not finish"), true
}
