package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

func wasRestarted(pod *corev1.Pod) bool { return restartsOf(pod) > 0 }

func hasRestarts(_ *examiner, j *jobState) bool {
	return onFailure(j.obj) && j.anyPod(func(p *podState) bool { return wasRestarted(p.obj) })
}

func restartedInPlace(x *examiner, p *podState) {
	j := p.job
	if j == nil || p.gone || !onFailure(j.obj) {
		return
	}
	switch {
	case p.before == nil && x.byImplementation():
		besideRestarted(x, j, p)
	case p.before == nil:
	case restartsOf(p.obj) > restartsOf(p.before):
		x.exercised()
	case p.deleted.entry == x.entry && x.byImplementation() && p.seen != nil && wasRestarted(p.seen) && !terminal(p.before):
		if x.exercised(); !j.mayDelete() && !p.perhapsMisplaced(j) {
			x.violated("pod %s was restarted in place %d times and is active; it is deleted for no reason", p.obj.Name, restartsOf(p.obj))
		}
	}
}

// besideRestarted is about a pod that was just created.
func besideRestarted(x *examiner, j *jobState, created *podState) {
	most := parallel(j.obj)
	j.known(func(job *batchv1.Job) { most = max(most, parallel(job)) })
	active := j.leastActive(created)
	if active < most {
		return
	}
	for _, p := range j.pods {
		if p != created && p.job == j && p.surelyThere(isActive) && p.surelyThere(wasRestarted) {
			x.violated("pod %s is created although %d pods are active and parallelism is %d; pod %s has only been restarted in place",
				created.obj.Name, active, most, p.obj.Name)
			return
		}
	}
}

// activeRestarts is the sum over active pods, and whether it reaches the limit.
func activeRestarts(j *jobState) (int, bool) {
	sum := 0
	for _, p := range j.pods {
		if p.job == j && p.active() {
			sum += restartsOf(p.obj)
		}
	}
	return sum, restartsReach(sum, backoffLimitOf(j.obj))
}

// terminatingRestarts is the sum with terminating pods, if only they make it reach the limit.
func terminatingRestarts(j *jobState) (int, bool) {
	_, reached := activeRestarts(j)
	return j.restarts, !reached
}

// restartsFail is that a Job with too many restarts fails.
func restartsFail(sum func(*jobState) (int, bool)) func() any {
	return prompt(func(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if j.gone || j.decided() || j.obj.DeletionTimestamp != nil || !onFailure(j.obj) ||
			!restartsReach(j.restarts, backoffLimitOf(j.obj)) {
			return 0, "", false
		}
		n, ok := sum(j)
		if !ok {
			return 0, "", false
		}
		return 0, j.say("containers of Job ", j.obj.Name, " were restarted ", itoa(n), " times with backoffLimit ",
			itoa(backoffLimitOf(j.obj)), ", and it is not FailureTarget"), true
	})
}

// notBeforeTheSum is that a Job with restartPolicy OnFailure does not fail too early.
type notBeforeTheSum struct{ filter jobFilter }

func (c *notBeforeTheSum) pod(x *examiner, p *podState) {
	if p.job != nil && !p.job.gone && onFailure(p.job.obj) && !p.job.decided() && c.filter(x, p.job) {
		x.exercised()
	}
}

func (c *notBeforeTheSum) job(x *examiner, j *jobState) {
	d := decision(x, j, batchv1.JobFailureTarget)
	if d == nil || d.Reason != batchv1.JobReasonBackoffLimitExceeded || !onFailure(j.obj) || !c.filter(x, j) || j.perhapsOverLimit(j.before) {
		return
	}
	x.violated("Job %s fails with BackoffLimitExceeded, but its containers were restarted no more than %d times and no more than %d pods "+
		"can have failed; backoffLimit is %d", j.obj.Name, j.mostRestarts(), j.mostFailed(j.before), j.leastLimit())
}

// onlyTogether tells whether restarts and failed pods exceed the limit only if they are added.
func onlyTogether(_ *examiner, j *jobState) bool {
	failed, limit := j.mostFailed(j.obj), j.leastLimit()
	if j.before != nil {
		failed = min(failed, j.mostFailed(j.before))
	}
	restarts := j.mostRestarts()
	return failed > 0 && restarts > 0 && failed+restarts >= max(1, limit)
}

func restartedHasEnded(_ *examiner, j *jobState) bool {
	return j.anyPod(func(p *podState) bool { return p.ended.come() && wasRestarted(p.obj) })
}

// runsUntilLimit counts the starts of containers.
type runsUntilLimit struct {
	starts map[*podState]int
}

func (c *runsUntilLimit) container(_ *examiner, p *podState, e *trace.Entry) {
	if e.Verb == "start" {
		if c.starts == nil {
			c.starts = map[*podState]int{}
		}
		c.starts[p]++
	}
}

func (c *runsUntilLimit) job(x *examiner, j *jobState) {
	d := decision(x, j, batchv1.JobFailureTarget)
	if d == nil || d.Reason != batchv1.JobReasonBackoffLimitExceeded || !onFailure(j.obj) || len(j.pods) != 1 {
		return
	}
	p := j.pods[0]
	if len(p.obj.Spec.Containers)+len(p.obj.Spec.InitContainers) != 1 || j.mostFailed(j.before) > j.leastLimit() {
		return
	}
	starts, least := c.starts[p], max(1, j.leastLimit())+1
	if x.exercised(); starts < least {
		x.violated("Job %s fails after its container was started %d times; with backoffLimit %d it should have been started %d times",
			j.obj.Name, starts, j.leastLimit(), least)
	}
}

// failedCount looks also for pods that are given up instead.
type failedCount struct{ promptly }

func (c *failedCount) pod(x *examiner, p *podState) {
	if !released(x, p) || p.obj.Status.Phase != corev1.PodFailed || p.job == nil || !onFailure(p.job.obj) || !mustBeListed(x, p) {
		return
	}
	if x.exercised(); p.account == unlisted {
		x.violated("pod %s of Job %s has failed as a whole, and loses its finalizer without being counted", p.obj.Name, p.job.obj.Name)
	}
}

func failedInSpite(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || j.finished() || !onFailure(j.obj) {
		return 0, "", false
	}
	if j.fail() > backoffLimitOf(j.obj) && j.runs() {
		return 0, j.say(itoa(j.fail()), " pods of Job ", j.obj.Name, " have failed, which is more than backoffLimit, and it is not FailureTarget"), true
	}
	if j.newFailed == 0 {
		return 0, "", false
	}
	if p := j.uncounted(func(p *podState) bool { return p.obj.Status.Phase == corev1.PodFailed }); p != nil {
		return p.ended.at, j.say("pod ", p.obj.Name, " of Job ", j.obj.Name, " has failed as a whole, and does not count"), true
	}
	return 0, "", false
}
