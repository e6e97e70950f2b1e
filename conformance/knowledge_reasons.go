package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// What the implementation may or must conclude about a Job, whatever lies between the least and the most it can know.

// surelyOverLimit reports whether the implementation must see that backoffLimit is exceeded, by pods or by restarts.
func (j *jobState) surelyOverLimit() bool {
	return j.surely(func(version *batchv1.Job) bool {
		limit := backoffLimitOf(version)
		return j.leastFailed(version) > limit || onFailure(version) && restartsReach(j.leastRestarts(), limit)
	})
}

// perhapsOverLimit reports whether, for all that the implementation can know, the back-off limit is exceeded.
func (j *jobState) perhapsOverLimit(base *batchv1.Job) bool {
	limit := j.leastLimit()
	if j.mostFailed(base) > limit {
		return true
	}
	return onFailure(j.obj) && (j.restartsReached || restartsReach(j.mostRestarts(), limit))
}

// surelyPastDeadline reports whether the deadline of every version had passed when the implementation began what it is
// doing now. A stored startTime is cut to the second, so it counts from when it was stored.
func (j *jobState) surelyPastDeadline() bool {
	v := j.view
	if v.skewed() {
		return false
	}
	began := v.now - v.slowness()
	if v.patient() {
		began = min(began, v.patience.from)
	}
	if e := v.run.Trace.Find(v.sync); e != nil {
		began = e.At
	}
	return j.surely(func(version *batchv1.Job) bool {
		return version.Spec.ActiveDeadlineSeconds != nil && version.Status.StartTime != nil && !suspended(version) &&
			began >= max(j.startedAt, sinceEpoch(*version.Status.StartTime))+deadlineOf(version)
	})
}

// perhapsPastDeadline reports whether the implementation may think that the deadline has passed. A Job without a stored
// startTime may have started all the same, if the write was refused.
func (j *jobState) perhapsPastDeadline() bool {
	return j.perhaps(func(job *batchv1.Job) bool {
		if job.Spec.ActiveDeadlineSeconds == nil {
			return false
		}
		unstored := job.Status.StartTime == nil && !suspended(job) &&
			j.view.now >= max(j.createdAt, j.lastResume).Truncate(time.Second)+deadlineOf(job)
		return unstored || pastDeadline(job, j.view.now) || j.view.skewed()
	})
}

// perhapsPolicyFails reports whether, for all that the implementation can know, a pod has failed so that the pod failure
// policy fails the Job. It may be any pod that the Job has or has had (PFP-11).
func (j *jobState) perhapsPolicyFails() bool {
	return j.obj.Spec.PodFailurePolicy != nil &&
		j.anyPod(func(p *podState) bool { return p.perhaps(func(pod *corev1.Pod) bool { return failsJob(j.obj, pod) }) })
}

// surelyPolicyFails reports whether the implementation must see one that a version of the Job does not account for.
func (j *jobState) surelyPolicyFails(version *batchv1.Job) bool {
	return j.obj.Spec.PodFailurePolicy != nil && j.anyPod(func(p *podState) bool {
		return p.job == j && isNews(version, p) && p.surelyThere(p.carries) &&
			p.surelyThere(func(pod *corev1.Pod) bool { return failsJob(j.obj, pod) })
	})
}

// mayFail reports whether the implementation may have reason to fail the Job.
func (j *jobState) mayFail() bool {
	failing := func(job *batchv1.Job) bool { return isTrue(job, batchv1.JobFailureTarget) }
	return j.perhaps(failing) || j.perhapsOverLimit(j.obj) || j.perhapsPastDeadline() || j.perhapsPolicyFails() ||
		j.perhapsTooManyIndexesFailed()
}

// mayDelete reports whether the implementation may have reason to delete an active pod of the Job.
func (j *jobState) mayDelete() bool {
	going := func(job *batchv1.Job) bool {
		return job.DeletionTimestamp != nil || isDecided(job) || suspended(job)
	}
	return j.gone || j.perhaps(going) || j.mayFail() || j.perhapsSuccessRuleMet() || j.mostActive() > j.leastWanted()
}
