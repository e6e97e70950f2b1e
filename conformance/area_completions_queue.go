package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// workQueueCompletions is about Jobs without completions, whose pods find out themselves what is left to do.
var workQueueCompletions = []Requirement{
	{
		ID: "job/completions/work-queue-needs-a-success", Clauses: []string{"COMP-3"}, Level: Core, Strength: Must,
		Sentence: "A Job without completions must not succeed before a pod has succeeded and no pod is active.",
		Observed: "When SuccessCriteriaMet=True appears, a pod has succeeded, and the implementation has not seen a pod as active " +
			"that is active still.",
		Source: "API reference, JobSpec.completions; Kubernetes integration test TestParallelJob", Scenarios: []string{"work-queue"},
		check: func() any { return onJob(queueNeedsSuccess) },
	},
	{
		ID: "job/completions/work-queue-ends-with-a-success", Clauses: []string{"COMP-3", "COMP-7"}, Level: Core, Strength: Must,
		Bound: ReactionBound,
		Sentence: "A Job without completions must succeed once a pod has succeeded and no pod is active, however the others " +
			"have ended within backoffLimit.",
		Observed: "From that moment on SuccessCriteriaMet=True (or FailureTarget=True) is stored within the reaction time.",
		Source:   "Kubernetes unit test of syncJob, \"WQ job all finished despite one failure\"", Scenarios: []string{"work-queue"},
		check: promptWhenever(queueSucceeds),
	},
	{
		ID: "job/completions/work-queue-lets-pods-work", Clauses: []string{"COMP-3"}, Level: Core, Strength: Must,
		Sentence: "When a pod of a Job without completions has succeeded, the others must be let work to their end.",
		Observed: "As job/backoff-limit/pods-run-on-within-the-limit, for Jobs without completions that have had a success.",
		Source:   "API reference, JobSpec.completions; Kubernetes integration test TestParallelJob", Scenarios: []string{"work-queue"},
		check: func() any { return onPod(queueLetsWork) },
	},
	{
		ID: "job/completions/work-queue-makes-no-more-pods", Clauses: []string{"COMP-4"}, Level: Core, Strength: Must,
		Sentence: "Of a Job without completions no pod must be created after the first success that was seen.",
		Observed: "No accepted creation of a pod once the implementation must know that a pod has succeeded.",
		Source:   "API reference, JobSpec.completions; Kubernetes integration test TestParallelJob", Scenarios: []string{"work-queue"},
		check: func() any { return queueStopsCreating{} },
	},
	{
		ID: "job/completions/work-queue-failures-count", Clauses: []string{"COMP-6"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "Failures after the first success of a Job without completions must count, and fail it beyond backoffLimit.",
		Observed: "A pod that failed after a success is listed or counted within the reaction time; when more have failed than " +
			"backoffLimit, FailureTarget=True is stored within it, and never SuccessCriteriaMet=True.",
		Source: "kube-controller-manager, syncJob", Scenarios: []string{"work-queue"},
		check: func() any { return &queueFailures{promptlyWhenever{promptly{owed: queueFailuresCount}}} },
	},
	{
		ID: "job/completions/work-queue-of-none-waits", Clauses: []string{"COMP-8"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A Job with neither completions nor parallelism must start no pod and not finish, unless its deadline passes.",
		Observed: "While spec.parallelism is 0, no pod is created and none has been, the only decision is FailureTarget=True with " +
			"reason DeadlineExceeded, and that is stored within the reaction time of the deadline.",
		Source: "kube-controller-manager, syncJob", Scenarios: []string{"parallelism-zero"},
		check: func() any { return &idleQueue{promptly{owed: idleQueueDeadline}} },
	},
}

func queueNeedsSuccess(x *examiner, j *jobState) {
	if !becameSuccessful(x, j) || !workQueue(j.obj) {
		return
	}
	if x.exercised(); max(j.succ(), everSucceeded(j)) == 0 {
		x.violated("Job %s, which has no completions, succeeds without a pod that has", j.obj.Name)
		return
	}
	noActivePod(x, j)
}

func queueLetsWork(x *examiner, p *podState) {
	j := p.job
	if j == nil || !j.runs() || !workQueue(j.obj) || j.succ() == 0 {
		return
	}
	if j.active > 0 {
		x.exercised()
	}
	needlessDelete(x, p)
}

func queueSucceeds(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !workQueue(j.obj) || suspended(j.obj) || !j.completed() {
		return 0, "", false
	}
	return 0, j.say("a pod of Job ", j.obj.Name, " has succeeded and none is active, and it does not succeed"), true
}

// queueStopsCreating checks COMP-4.
type queueStopsCreating struct{}

func (queueStopsCreating) pod(x *examiner, p *podState) {
	j := p.job
	if j == nil || !j.runs() || !workQueue(j.obj) || j.succ() == 0 {
		return
	}
	x.exercised() // whatever happens now, it must not create a pod
	if p.created.entry == x.entry && x.byImplementation() && j.surely(func(version *batchv1.Job) bool {
		return j.leastSucceeded(version) > 0
	}) {
		x.violated("pod %s is created for Job %s, which has no completions and of which a pod had succeeded", p.obj.Name, j.obj.Name)
	}
}

// queueFailures checks COMP-6.
type queueFailures struct{ promptlyWhenever }

func queueFailuresCount(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	switch {
	case !j.runs() || !workQueue(j.obj) || j.succ() == 0:
		return 0, "", false
	case j.fail() > backoffLimitOf(j.obj):
		return 0, j.say("more pods of Job ", j.obj.Name, " have failed than backoffLimit, and a success does not save it"), true
	case j.newFailed == 0:
		return 0, "", false
	}
	for _, p := range j.pods {
		if p.job == j && p.account == unlisted && p.tracked() && p.failed() {
			since = p.ended.at
			if p.deleted.come() && (!p.ended.come() || p.deleted.at < since) {
				since = p.deleted.at
			}
			return since, j.say("pod ", p.obj.Name, " of Job ", j.obj.Name, " has failed after a success, and is not counted"), true
		}
	}
	return 0, "", false
}

func (c *queueFailures) job(x *examiner, j *jobState) {
	c.promptlyWhenever.job(x, j)
	if becameSuccessful(x, j) && workQueue(j.obj) && !x.retries() && j.surelyOverLimit() {
		x.violated("Job %s succeeds, although %d of its pods had failed with backoffLimit %d",
			j.obj.Name, j.fail(), backoffLimitOf(j.obj))
	}
}

// idleQueue checks COMP-8.
type idleQueue struct{ promptly }

func idle(job *batchv1.Job) bool {
	return workQueue(job) && parallel(job) == 0 && !suspended(job)
}

func idleQueueDeadline(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !idle(j.obj) || j.obj.Spec.ActiveDeadlineSeconds == nil || j.obj.Status.StartTime == nil || x.skewed() {
		return 0, "", false
	}
	return j.startedAt + deadlineOf(j.obj), j.say("the deadline of Job ", j.obj.Name, " has passed, and it does not fail"), true
}

func (c *idleQueue) job(x *examiner, j *jobState) {
	if j.gone || !idle(j.obj) {
		return
	}
	x.exercised()
	if len(j.pods) > 0 || !x.byImplementation() || !j.decided() || j.wasDecided() || j.before == nil || !idle(j.before) {
		return
	}
	failure := condition(j.obj, batchv1.JobFailureTarget)
	if !isTrue(j.obj, batchv1.JobFailureTarget) || failure.Reason != batchv1.JobReasonDeadlineExceeded {
		x.violated("Job %s, which has no completions and parallelism 0, is decided: %s", j.obj.Name, describeConditions(j.obj))
	}
}

func (c *idleQueue) pod(x *examiner, p *podState) {
	if j := p.maker; j != nil && p.created.entry == x.entry && x.byImplementation() && j.surely(idle) {
		x.violated("pod %s is created for Job %s, which has no completions and parallelism 0", p.obj.Name, j.obj.Name)
	}
}
