package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// retries is about restartPolicy Never: each attempt is a pod of its own (NEV).
var retries = []Requirement{
	{
		ID: "job/retries/failed-pods-count", Clauses: []string{"NEV-1"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "Under restartPolicy Never a pod that has failed must count in failed.",
		Observed: "A tracked pod in phase Failed is listed in status.uncountedTerminatedPods (or counted) within the reaction time.",
		Source:   "Kubernetes integration test TestNonParallelJob", Scenarios: []string{"never-backoff", "success-resets-backoff"},
		check: promptWhenever(failedPodsCount),
	},
	{
		ID: "job/retries/failed-pods-are-replaced", Clauses: []string{"NEV-1"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "Under restartPolicy Never a new pod must be created for one that has failed, within backoffLimit.",
		Observed: "While a pod has failed and fewer are active than wanted, a pod is created within the reaction time, not counting " +
			"the longest back-off delay that the failures can mean.",
		Source: "Kubernetes integration test TestNonParallelJob", Scenarios: []string{"never-backoff", "success-resets-backoff"},
		check: promptWhenever(lacks(failedNotReplaced)),
	},
	{
		ID: "job/retries/attempts", Clauses: []string{"NEV-2", "BL-1"}, Level: Core, Strength: Must,
		Sentence: "Of a Job that runs one pod at a time, and of which every pod fails, backoffLimit+1 pods must be created.",
		Observed: "When such a Job is Failed with reason BackoffLimitExceeded, its pods are counted: none was deleted, none was " +
			"created before the one before had failed, nobody else took a finalizer away, no answer to a creation was lost, and " +
			"its spec was never edited.",
		Source:    "Kubernetes e2e test \"should fail to exceed backoffLimit\"",
		Scenarios: []string{"never-backoff", "backofflimit-zero"},
		check:     func() any { return onJob(attempts) },
	},
	{
		ID: "job/retries/ended-pods-stay", Clauses: []string{"NEV-3", "DEL-6"}, Level: Core, Strength: Must,
		Sentence: "An implementation must not delete pods that have ended, neither while the Job runs nor when it finishes.",
		Observed: "No accepted DELETE of a pod in phase Succeeded or Failed whose Job exists and is not being deleted.",
		Source:   "Kubernetes e2e tests of Jobs, which list failed pods of finished Jobs", Scenarios: []string{"never-backoff"},
		check: func() any { return onPod(endedPodsStay) },
	},
	{
		ID: "job/retries/restarts-do-not-count", Clauses: []string{"NEV-4", "KUB-9"}, Level: Core, Strength: Must,
		Sentence: "Under restartPolicy Never the restarts of containers must not count against backoffLimit.",
		Observed: "When a Job with restarted containers gets FailureTarget=True with reason BackoffLimitExceeded, more pods than " +
			"backoffLimit may have failed, as far as the implementation can know.",
		Source: "kube-controller-manager, pastBackoffLimitOnFailure",
		check:  func() any { return restartsIgnored{} },
	},
}

func failedPodsCount(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || j.finished() || j.obj.DeletionTimestamp != nil || onFailure(j.obj) || j.newFailed == 0 {
		return 0, "", false
	}
	if p := j.uncounted(func(p *podState) bool { return p.counts() && terminal(p.obj) }); p != nil {
		return p.ended.at, j.say("pod ", p.obj.Name, " of Job ", j.obj.Name, " has failed, and it is not counted"), true
	}
	return 0, "", false
}

func failedNotReplaced(j *jobState) (string, bool) {
	return j.say("Job ", j.obj.Name, " has failed pods and ", itoa(j.active), " active ones, and wants ",
		itoa(target(j.obj, j.succ()))), j.misses.n > 0 && !onFailure(j.obj)
}

func attempts(x *examiner, j *jobState) {
	if j.gone || j.wasFinished() || !isTrue(j.obj, batchv1.JobFailed) || onFailure(j.obj) ||
		j.obj.Generation != 1 || !oneAtATime(j) || j.swappedPods() {
		return
	}
	if c := condition(j.obj, batchv1.JobFailed); c.Reason != batchv1.JobReasonBackoffLimitExceeded {
		return
	}
	if x.exercised(); len(j.pods) != backoffLimitOf(j.obj)+1 {
		x.violated("Job %s is Failed after %d pods, which all failed one after the other: "+
			"backoffLimit is %d, so expected %d pods", j.obj.Name, len(j.pods), backoffLimitOf(j.obj), backoffLimitOf(j.obj)+1)
	}
}

// oneAtATime reports whether the Job has had pods that failed one after the other, and nothing else.
func oneAtATime(j *jobState) bool {
	if target(j.obj, 0) != 1 {
		return false
	}
	for i, p := range j.pods {
		if p.job != j || p.obj.Status.Phase != corev1.PodFailed || p.deleted.come() || p.created.entry.Lost ||
			!p.created.byImplementation() || p.ignored() {
			return false
		}
		if p.untracked.come() && !p.untracked.byImplementation() { // somebody has kept it from being counted
			return false
		}
		if i > 0 && j.pods[i-1].ended.entry.Seq > p.created.entry.Seq {
			return false
		}
	}
	return true
}

func endedPodsStay(x *examiner, p *podState) {
	if p.ended.come() && p.ended.entry == x.entry {
		x.exercised()
	}
	if p.deleted.entry != x.entry || !p.deleted.byImplementation() || !p.surelyThere(terminal) {
		return
	}
	if j := p.maker; j != nil && !j.gone && j.obj.DeletionTimestamp == nil {
		x.violated("pod %s had ended as %s, and was deleted", p.obj.Name, p.obj.Status.Phase)
	}
}

// restartsIgnored checks NEV-4.
type restartsIgnored struct{}

func (restartsIgnored) pod(x *examiner, p *podState) {
	if p.job != nil && !p.gone && !onFailure(p.job.obj) && p.job.runs() && restartsOf(p.obj) > 0 {
		x.exercised()
	}
}

func (restartsIgnored) job(x *examiner, j *jobState) {
	if j.gone || j.wasDecided() || !x.byImplementation() || onFailure(j.obj) || j.tally.restarts == 0 ||
		!isTrue(j.obj, batchv1.JobFailureTarget) {
		return
	}
	if c := condition(j.obj, batchv1.JobFailureTarget); c.Reason == batchv1.JobReasonBackoffLimitExceeded && !j.perhapsOverLimit(j.obj) {
		x.violated("Job %s fails with reason %s with %d failed pods: backoffLimit is %d, and %d restarts do not count under Never",
			j.obj.Name, c.Reason, j.fail(), backoffLimitOf(j.obj), j.tally.restarts)
	}
}
