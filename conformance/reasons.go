package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// The numbers that decide a Job, as far as the implementation can know them: each has a most and a least, because what
// it acts on may be older than what is stored. A decision is wrong only if it is wrong for all of them.

// listedIn reports whether a pod stands in a list of the status.
func listedIn(job *batchv1.Job, uid types.UID) bool {
	u := job.Status.UncountedTerminatedPods
	return u != nil && (slices.Contains(u.Succeeded, uid) || slices.Contains(u.Failed, uid))
}

// failedIn is what a status says of failures: counted and listed ones.
func failedIn(job *batchv1.Job) int {
	n := int(job.Status.Failed)
	if u := job.Status.UncountedTerminatedPods; u != nil {
		n += len(u.Failed)
	}
	return n
}

// failedAs is "pod-failed" of SEMANTICS.md, under the policy Failed if onlyFailed.
func failedAs(pod *corev1.Pod, onlyFailed bool) bool {
	return pod.Status.Phase == corev1.PodFailed ||
		!onlyFailed && pod.DeletionTimestamp != nil && pod.Status.Phase != corev1.PodSucceeded
}

// ownKill reports whether the implementation is just now taking the pod away: its failure cannot be a reason for that.
func (p *podState) ownKill() bool {
	v := p.view
	if !p.deleted.byImplementation() || !v.atWork(p.deleted.entry.Seq, p.deleted.at) {
		return false
	}
	return !p.ended.come() || p.ended.entry.Seq > p.deleted.entry.Seq
}

// mostFailed is the largest number of failures that the implementation may know of, when base is the latest status.
func (j *jobState) mostFailed(base *batchv1.Job) int {
	n, onlyFailed := failedIn(base), j.knownForSure(replacesOnlyFailed)
	for _, p := range j.pods {
		if !isNews(base, p) || p.ownKill() || !j.view.perhaps(p, p.carries) {
			continue
		}
		if j.view.perhaps(p, func(pod *corev1.Pod) bool { return failedAs(pod, onlyFailed) }) {
			n++
		}
	}
	return n
}

// leastFailed is the number of failures that it must know of. What it deletes itself is left out.
func (j *jobState) leastFailed(base *batchv1.Job) int { return j.view.surelyFailed(j, base) }

// mostRestarts is the largest sum of restarts that it may know of (ONF-3).
func (j *jobState) mostRestarts() int {
	sum := 0
	for _, p := range j.pods {
		most := 0
		p.mayBe(func(pod *corev1.Pod) bool {
			if !terminal(pod) {
				most = max(most, restartsOf(pod))
			}
			return false
		})
		sum += most
	}
	return sum
}

// leastLimit and mostLimit are the smallest and the largest backoffLimit that the implementation may know of.
func (j *jobState) leastLimit() int {
	least := backoffLimitOf(j.obj)
	j.known(func(job *batchv1.Job) { least = min(least, backoffLimitOf(job)) })
	return least
}

func (j *jobState) mostLimit() int {
	most := backoffLimitOf(j.obj)
	j.known(func(job *batchv1.Job) { most = max(most, backoffLimitOf(job)) })
	return most
}

// restartsReach reports whether the sum of restarts reaches a limit (ONF-3).
func restartsReach(sum, limit int) bool { return sum >= max(1, limit) }

// mayExceed reports whether, for all that the implementation can know, the back-off limit is exceeded.
func (j *jobState) mayExceed(base *batchv1.Job) bool {
	limit := j.leastLimit()
	if j.mostFailed(base) > limit {
		return true
	}
	return onFailure(j.obj) && (j.restartsReached || restartsReach(j.mostRestarts(), limit))
}

// deadlineAt is when the deadline of a Job passes; ok is false if none is running.
func deadlineAt(job *batchv1.Job) (at time.Duration, ok bool) {
	seconds := job.Spec.ActiveDeadlineSeconds
	if seconds == nil || job.Status.StartTime == nil || suspended(job) || *seconds > int64(never/time.Second)/2 {
		return 0, false
	}
	return sinceEpoch(*job.Status.StartTime) + time.Duration(*seconds)*time.Second, true
}

// pastDeadline reports whether the deadline of a version of a Job has passed at a time.
func pastDeadline(job *batchv1.Job, now time.Duration) bool {
	at, ok := deadlineAt(job)
	return ok && now >= at
}

// mayBePastDeadline reports whether the implementation may think that the deadline has passed. A Job without a stored
// startTime may have started all the same, if the write was refused.
func (j *jobState) mayBePastDeadline() bool {
	return j.knows(func(job *batchv1.Job) bool {
		if job.Spec.ActiveDeadlineSeconds == nil {
			return false
		}
		unstored := job.Status.StartTime == nil && !suspended(job) &&
			j.view.now >= max(j.createdAt, j.lastResume).Truncate(time.Second)+deadlineOf(job)
		return unstored || pastDeadline(job, j.view.now) || j.view.skewed()
	})
}

// mayFail reports whether the implementation may have reason to fail the Job.
func (j *jobState) mayFail() bool {
	failing := func(job *batchv1.Job) bool { return isTrue(job, batchv1.JobFailureTarget) }
	return j.knows(failing) || j.mayExceed(j.obj) || j.mayBePastDeadline()
}

// leastWanted is the smallest number of active pods that the implementation may want.
func (j *jobState) leastWanted() int {
	succeeded := int(j.obj.Status.Succeeded)
	if u := j.obj.Status.UncountedTerminatedPods; u != nil {
		succeeded += len(u.Succeeded)
	}
	for _, p := range j.pods {
		if p.account == unlisted && p.obj.Status.Phase == corev1.PodSucceeded {
			succeeded++
		}
	}
	least := parallel(j.obj)
	j.known(func(job *batchv1.Job) {
		wanted := parallel(job)
		if job.Spec.Completions != nil {
			wanted = min(wanted, max(0, int(*job.Spec.Completions)-succeeded))
		}
		if suspended(job) {
			wanted = 0
		}
		least = min(least, wanted)
	})
	return least
}

// mostActive is the largest number of active pods that the implementation may know of, with those that it is about to
// delete.
func (j *jobState) mostActive() int {
	n := 0
	for _, p := range j.pods {
		if j.view.perhaps(p, isActive) {
			n++
		}
	}
	return n
}

// mayDelete reports whether the implementation may have reason to delete an active pod of the Job.
func (j *jobState) mayDelete() bool {
	going := func(job *batchv1.Job) bool {
		return job.DeletionTimestamp != nil || isDecided(job) || suspended(job)
	}
	return j.gone || j.knows(going) || j.mayFail() || j.mostActive() > j.leastWanted()
}
