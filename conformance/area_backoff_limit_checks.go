package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// jobFilter restricts a requirement to some Jobs.
type jobFilter func(x *examiner, j *jobState) bool

func anyJob(*examiner, *jobState) bool { return true }

// exceedingFails is that a Job with too many failed pods fails.
func exceedingFails(filter jobFilter) func() any {
	return promptAfter(failsAtOnce(filter), func(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if j.gone || j.decided() || j.obj.DeletionTimestamp != nil || j.fail() <= backoffLimitOf(j.obj) || !filter(x, j) {
			return 0, "", false
		}
		return 0, j.say("more pods of Job ", j.obj.Name, " have failed than backoffLimit, and it is not FailureTarget"), true
	})
}

// failsAtOnce tells whether the implementation has just decided that a Job with too many failed pods fails.
func failsAtOnce(filter jobFilter) jobFilter {
	return func(x *examiner, j *jobState) bool {
		return decision(x, j, batchv1.JobFailureTarget) != nil && j.fail() > backoffLimitOf(j.obj) && filter(x, j)
	}
}

// hasHistory tells whether something has happened that could make an implementation forget failures.
func hasHistory(x *examiner, j *jobState) bool {
	return j.succ() > 0 || j.everSuspended || j.obj.Generation > 1 || x.instance > 1
}

// decision returns the condition of a type if the implementation has just made it True, and nil otherwise.
func decision(x *examiner, j *jobState, kind batchv1.JobConditionType) *batchv1.JobCondition {
	if j.gone || j.before == nil || !x.byImplementation() || isTrue(j.before, kind) || !isTrue(j.obj, kind) {
		return nil
	}
	return condition(j.obj, kind)
}

// notBeforeExceeded is that a Job with restartPolicy Never fails for too many failures only if there are too many.
func notBeforeExceeded(filter jobFilter) func() any {
	return func() any {
		return onJob(func(x *examiner, j *jobState) {
			c := decision(x, j, batchv1.JobFailureTarget)
			if c != nil && c.Reason == batchv1.JobReasonBackoffLimitExceeded && !onFailure(j.obj) && filter(x, j) {
				requireExceeded(x, j)
			}
		})
	}
}

func requireExceeded(x *examiner, j *jobState) {
	if x.exercised(); !j.perhapsOverLimit(j.before) {
		x.violated("Job %s fails with BackoffLimitExceeded, but no more than %d of its pods can have failed, and backoffLimit is %d",
			j.obj.Name, j.mostFailed(j.before), j.leastLimit())
	}
}

func needlessDelete(x *examiner, p *podState) {
	j := p.job
	if j == nil || p.before == nil || p.gone {
		return
	}
	if p.ended.entry == x.entry && p.obj.Status.Phase == corev1.PodFailed && !j.decided() {
		x.exercised() // a bad moment to lose patience
	}
	if p.deleted.entry != x.entry || !p.deleted.byImplementation() || p.seen == nil || terminal(p.before) {
		return
	}
	if x.exercised(); !j.mayDelete() && !p.perhapsMisplaced(j) {
		x.violated("pod %s was active, and is deleted for no reason: Job %s has %d failed pods, backoffLimit %d, %d restarts, "+
			"and %d active pods of which it wants %d", p.obj.Name, j.obj.Name, j.mostFailed(j.obj), j.leastLimit(), j.mostRestarts(),
			j.mostActive(), j.leastWanted())
	}
}

func deletedPodsCount(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.newFailed == 0 || j.gone || j.finished() || replacesOnlyFailed(j.obj) {
		return 0, "", false
	}
	if p := j.uncounted(func(p *podState) bool { return p.deleted.come() && !p.deleted.byImplementation() && p.counts() }); p != nil {
		return p.deleted.at, j.say("pod ", p.obj.Name, " of Job ", j.obj.Name, " was deleted by somebody else, and does not count as failed"), true
	}
	return 0, "", false
}

// countable is how many pods of the Job can have failed in a way that counts.
func (j *jobState) countable() int {
	failing := isTrue(j.obj, batchv1.JobFailureTarget)
	n := 0
	alive := func(pod *corev1.Pod) bool { return !terminal(pod) }
	for _, p := range j.pods {
		if failing && p.perhaps(p.carries) && p.perhaps(alive) {
			p.givenUp = true // it counts by what was known when the failure was decided, whatever becomes of it (FIN-17)
		}
		switch {
		case p.givenUp:
			n += 1 + p.recounts
		case (p.early || p.surplus) && !p.forgotten():
		case p.ignored(): // PFP-6
		case p.obj.Status.Phase == corev1.PodFailed, p.deleted.come():
			n += 1 + p.recounts
		}
	}
	return n
}

// forgotten reports whether the implementation may have forgotten why it has deleted the pod: the decision that a success
// policy is met, and what follows from it, was refused, or the instance is another one (SP-2, CTRL-8).
func (p *podState) forgotten() bool {
	v := p.view
	return p.job != nil && p.job.obj.Spec.SuccessPolicy != nil && p.deleted.byImplementation() &&
		(v.wasRefusedSince(p.deleted.at) || v.runsSince >= p.deleted.at)
}

// failuresAreReal is that what a status says of failures is no more than the pods that can have failed.
func failuresAreReal(what string, filter jobFilter) func() any {
	return func() any {
		return onJob(func(x *examiner, j *jobState) {
			if j.gone || j.before == nil || !x.byImplementation() || !filter(x, j) {
				return
			}
			x.exercised()
			if failedIn(j.obj) <= failedIn(j.before) {
				return
			}
			if x.exercised(); failedIn(j.obj) > j.countable() {
				x.violated("Job %s shows %d %s as failed, counted and listed, but only %d of its pods can count as such",
					j.obj.Name, failedIn(j.obj), what, j.countable())
			}
		})
	}
}

func removedDoNotCount() any {
	return failuresAreReal("pods", func(_ *examiner, j *jobState) bool {
		return j.anyPod(func(p *podState) bool { return p.early || p.surplus })
	})()
}

// anyPod reports whether something holds of a pod that the Job has or has had.
func (j *jobState) anyPod(holds func(*podState) bool) bool {
	for _, p := range j.pods {
		if holds(p) {
			return true
		}
	}
	return false
}

func exceededReason(x *examiner, j *jobState) {
	c := decision(x, j, batchv1.JobFailureTarget)
	if c == nil || x.now < x.hindered || j.leastFailed(j.before) <= j.mostLimit() {
		return
	}
	if c.Reason == batchv1.JobReasonPodFailurePolicy && j.perhapsPolicyFails() {
		return // that is looked at first (SYNC-1)
	}
	if x.exercised(); c.Reason != batchv1.JobReasonBackoffLimitExceeded {
		x.violated("Job %s fails with %s, but %d of its pods have failed, which exceeds backoffLimit %d",
			j.obj.Name, c.Reason, j.leastFailed(j.before), j.mostLimit())
	}
}

// messageOf is that a failure with a reason has the message that upstream gives it.
func messageOf(reason, message string) func() any {
	return func() any {
		return onJob(func(x *examiner, j *jobState) {
			if c := decision(x, j, batchv1.JobFailureTarget); c != nil && c.Reason == reason {
				if x.exercised(); c.Message != message {
					x.violated("the message of %s is %q; upstream's is %q", reason, c.Message, message)
				}
			}
		})
	}
}

// failingFor reports whether the Job is failing, or has failed, for a reason.
func failingFor(job *batchv1.Job, reason string) bool {
	c := condition(job, batchv1.JobFailureTarget)
	return c != nil && c.Status == corev1.ConditionTrue && c.Reason == reason
}

// failedExceeds keeps the backoffLimit of the moment of the decision.
type failedExceeds struct {
	limits map[*jobState]int
}

func (c *failedExceeds) job(x *examiner, j *jobState) {
	if j.gone || onFailure(j.obj) || !failingFor(j.obj, batchv1.JobReasonBackoffLimitExceeded) {
		return
	}
	if c.limits == nil {
		c.limits = map[*jobState]int{}
	}
	if _, ok := c.limits[j]; !ok {
		c.limits[j] = j.leastLimit()
	}
	if isTrue(j.obj, batchv1.JobFailed) && !j.wasFinished() {
		if x.exercised(); int(j.obj.Status.Failed) <= c.limits[j] {
			x.violated("Job %s has failed with BackoffLimitExceeded, but status.failed is %d and backoffLimit was %d",
				j.obj.Name, j.obj.Status.Failed, c.limits[j])
		}
		if n := j.listedAs(listedFailed, countedFailed); int(j.obj.Status.Failed) < n {
			x.violated("Job %s has failed with BackoffLimitExceeded, but status.failed is %d and %d pods were listed as failed",
				j.obj.Name, j.obj.Status.Failed, n)
		}
	}
}

// listedAs is how many pods stand in one of two places of the Job's account.
func (j *jobState) listedAs(listed, counted account) int {
	n := 0
	for _, p := range j.pods {
		if p.accountOf == j && (p.account == listed || p.account == counted) {
			n++
		}
	}
	return n
}

func failureBeatsCompletion(x *examiner, j *jobState) {
	if decision(x, j, batchv1.JobFailureTarget) != nil && j.fail() > backoffLimitOf(j.obj) && j.completed() {
		x.exercised()
	}
	if decision(x, j, batchv1.JobSuccessCriteriaMet) == nil {
		return
	}
	if least, most := j.leastFailed(j.before), j.mostLimit(); least > most {
		x.violated("Job %s succeeds, but %d of its pods have failed, which exceeds backoffLimit %d", j.obj.Name, least, most)
	}
}

func terminatingWait(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() || j.perhaps(func(job *batchv1.Job) bool { return !replacesOnlyFailed(job) }) {
		return
	}
	if isTrue(j.obj, batchv1.JobFailureTarget) || j.obj.Status.UncountedTerminatedPods == nil {
		return
	}
	for _, p := range j.pods {
		if p.deleted.come() && p.ended.come() {
			x.exercised()
		}
		if p.account == listedFailed && !listedIn(j.before, p.obj.UID) && p.obj.Status.Phase != corev1.PodFailed {
			x.violated("pod %s is being deleted and has not failed (its phase is %s), but counts as failed already", p.obj.Name, p.obj.Status.Phase)
		}
	}
}
