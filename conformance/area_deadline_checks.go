package conformance

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// pending reports whether no container of the pod has started yet.
func (p *podState) pending() bool { return p.active() && p.obj.Status.Phase == corev1.PodPending }

// deadlineFails is that a Job whose deadline has passed fails.
func deadlineFails(filter jobFilter) func() any {
	atOnce := func(x *examiner, j *jobState) bool {
		d := decision(x, j, batchv1.JobFailureTarget)
		return d != nil && d.Reason == batchv1.JobReasonDeadlineExceeded && filter(x, j)
	}
	return promptAfter(atOnce, func(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		at, running := deadlineAt(j.obj)
		if !running || j.gone || j.decided() || j.obj.DeletionTimestamp != nil || x.skewed() || !filter(x, j) {
			return 0, "", false
		}
		if !x.telling {
			return at, "", true
		}
		return at, fmt.Sprintf("the deadline of Job %s passes %v after its start, at %v, and it is not FailureTarget",
			j.obj.Name, at-sinceEpoch(*j.obj.Status.StartTime), at), true
	})
}

// silentBeforeDeadline tells whether nothing that happens in the cluster can remind the implementation.
func silentBeforeDeadline(x *examiner, j *jobState) bool {
	at, running := deadlineAt(j.obj)
	return x.instance > 1 || running && at-x.now > 10*time.Second
}

func notBeforeDeadline(filter jobFilter) func() any {
	return func() any {
		return onJob(func(x *examiner, j *jobState) {
			if j.gone || !filter(x, j) {
				return
			}
			if j.before != nil && !j.decided() {
				if _, running := deadlineAt(j.obj); running || j.deadlineLater {
					x.exercised()
				}
			}
			d := decision(x, j, batchv1.JobFailureTarget)
			if d == nil || d.Reason != batchv1.JobReasonDeadlineExceeded || j.perhapsPastDeadline() {
				return
			}
			at, running := deadlineAt(j.obj)
			if !running {
				x.violated("Job %s fails with DeadlineExceeded, but it has no deadline that is running", j.obj.Name)
				return
			}
			x.violated("Job %s fails with DeadlineExceeded at %v; its deadline passes at %v", j.obj.Name, x.now, at)
		})
	}
}

// noPodAfterDeadline is that a Job past its deadline gets no pods.
type noPodAfterDeadline struct{}

func (noPodAfterDeadline) job(x *examiner, j *jobState) {
	if d := decision(x, j, batchv1.JobFailureTarget); d != nil && d.Reason == batchv1.JobReasonDeadlineExceeded {
		x.exercised()
	}
}

func (noPodAfterDeadline) pod(x *examiner, p *podState) {
	if p.before != nil || p.job == nil || !x.byImplementation() || !p.job.surelyPastDeadline() {
		return
	}
	at, _ := deadlineAt(p.job.obj)
	x.violated("pod %s is created at %v; the deadline of Job %s passed at %v", p.obj.Name, x.now, p.job.obj.Name, at)
}

// suspendedTime keeps when Jobs were resumed, as far as the implementation has acted on it.
type suspendedTime struct {
	resumed map[*jobState]time.Duration
}

func (c *suspendedTime) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil {
		return
	}
	if isTrue(j.before, batchv1.JobSuspended) && !isTrue(j.obj, batchv1.JobSuspended) {
		if c.resumed == nil {
			c.resumed = map[*jobState]time.Duration{}
		}
		c.resumed[j] = x.now
		if j.obj.Spec.ActiveDeadlineSeconds != nil {
			x.exercised()
		}
	}
	d := decision(x, j, batchv1.JobFailureTarget)
	if d == nil || d.Reason != batchv1.JobReasonDeadlineExceeded || x.skewed() {
		return
	}
	if j.surely(suspended) {
		x.violated("Job %s fails with DeadlineExceeded while it is suspended", j.obj.Name)
	}
	at, ok := c.resumed[j]
	if !ok {
		return
	}
	least := never
	j.known(func(job *batchv1.Job) {
		if job.Spec.ActiveDeadlineSeconds != nil {
			least = min(least, deadlineOf(job))
		}
	})
	if ran := x.now - at; ran+time.Second+x.slowness() < least {
		x.violated("Job %s was resumed at %v and fails with DeadlineExceeded %v later; it may run for %v", j.obj.Name, at, ran, least)
	}
}

func backoffLimitFirst(x *examiner, j *jobState) {
	d := decision(x, j, batchv1.JobFailureTarget)
	if d == nil || x.now < x.hindered || !pastDeadline(j.obj, x.now) || j.leastFailed(j.before) <= j.mostLimit() {
		return
	}
	if x.exercised(); d.Reason == batchv1.JobReasonDeadlineExceeded {
		x.violated("Job %s fails with DeadlineExceeded, but %d of its pods have failed, which exceeds backoffLimit %d",
			j.obj.Name, j.leastFailed(j.before), j.mostLimit())
	}
}

func deadlineBeatsCompletion(x *examiner, j *jobState) {
	if d := decision(x, j, batchv1.JobFailureTarget); d != nil && d.Reason == batchv1.JobReasonDeadlineExceeded && j.completed() {
		x.exercised()
	}
	if decision(x, j, batchv1.JobSuccessCriteriaMet) == nil || !j.surelyPastDeadline() {
		return
	}
	at, _ := deadlineAt(j.obj)
	x.violated("Job %s succeeds at %v; its deadline passed at %v", j.obj.Name, x.now, at)
}

// successStands is that a deadline does not undo a success.
type successStands struct{ promptly }

func (c *successStands) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !isTrue(j.before, batchv1.JobSuccessCriteriaMet) || !pastDeadline(j.obj, x.now) {
		return
	}
	if at, _ := deadlineAt(j.obj); isTrue(j.obj, batchv1.JobComplete) && at > j.decidedAt {
		x.exercised()
	}
	if isTrue(j.obj, batchv1.JobFailureTarget) || isTrue(j.obj, batchv1.JobFailed) {
		x.violated("the success of Job %s was decided at %v, and now it fails", j.obj.Name, j.decidedAt)
	}
}

func owesComplete(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || j.finished() || !isTrue(j.obj, batchv1.JobSuccessCriteriaMet) || j.obj.DeletionTimestamp != nil {
		return 0, "", false
	}
	if at, running := deadlineAt(j.obj); !running || at <= j.decidedAt || at > x.now || j.active+j.terminating+j.tracked > 0 {
		return 0, "", false
	}
	return 0, j.say("the success of Job ", j.obj.Name, " was decided before its deadline passed, its pods have stopped, and it is not Complete"), true
}

// zeroDeadline is about Jobs that may not run at all.
type zeroDeadline struct{}

func noTime(job *batchv1.Job) bool {
	return job.Spec.ActiveDeadlineSeconds != nil && *job.Spec.ActiveDeadlineSeconds == 0
}

func (zeroDeadline) pod(x *examiner, p *podState) {
	if j := p.job; j != nil && p.before == nil && x.byImplementation() && j.surely(noTime) {
		x.violated("pod %s is created although Job %s has activeDeadlineSeconds 0", p.obj.Name, j.obj.Name)
	}
}

func (zeroDeadline) job(x *examiner, j *jobState) {
	if j.gone || !j.surely(noTime) || len(j.pods) > 0 || !isTrue(j.obj, batchv1.JobFailed) || j.wasFinished() {
		return
	}
	if x.exercised(); j.obj.Status.Failed != 0 || j.obj.Status.StartTime == nil {
		x.violated("Job %s with activeDeadlineSeconds 0 has failed without a pod; failed is %d and startTime %v", j.obj.Name, j.obj.Status.Failed, j.obj.Status.StartTime)
	}
}

// podDeadline is about Jobs whose pods have deadlines.
type podDeadline struct{}

func (podDeadline) pod(x *examiner, p *podState) {
	if p.job != nil && p.ended.entry == x.entry && p.obj.Status.Reason == "DeadlineExceeded" && p.job.obj.Spec.ActiveDeadlineSeconds == nil {
		x.exercised()
	}
}

func (podDeadline) job(x *examiner, j *jobState) {
	d := decision(x, j, batchv1.JobFailureTarget)
	if d == nil || d.Reason != batchv1.JobReasonDeadlineExceeded {
		return
	}
	if !j.perhaps(func(job *batchv1.Job) bool { return job.Spec.ActiveDeadlineSeconds != nil }) {
		x.violated("Job %s fails with DeadlineExceeded; it has no activeDeadlineSeconds, only its pods may have", j.obj.Name)
	}
}

func clockRunsOn(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() || j.before.Status.StartTime == nil {
		return
	}
	if j.lastResume > 0 && !isTrue(j.before, batchv1.JobSuspended) && condition(j.obj, batchv1.JobSuspended) == nil {
		x.exercised()
	}
	if j.obj.Status.StartTime.Equal(j.before.Status.StartTime) || isTrue(j.before, batchv1.JobSuspended) || isTrue(j.obj, batchv1.JobSuspended) {
		return
	}
	x.violated("status.startTime of Job %s changes from %v to %v, and it was not Suspended", j.obj.Name, j.before.Status.StartTime, j.obj.Status.StartTime)
}
