package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// Evidence is what the implementation could have known when it acted. Two bounds stand for it: what was so for sure,
// in the cluster and in everything that the implementation may have looked at, and what may have been so in any of it.
// A decision is wrong if it is wrong whatever lies between them.

// surely reports whether something holds of the pod as it is and as the implementation knows it.
func (v *view) surely(p *podState, holds func(*corev1.Pod) bool) bool {
	return !p.gone && v.settled(p) && p.surely(holds)
}

// surelyStill is for what holds of every new pod, and not again once it has ended: that it is active, say. Of pods that
// the implementation has created itself it knows so without a cache.
func (v *view) surelyStill(p *podState, holds func(*corev1.Pod) bool) bool {
	return !p.gone && holds(p.obj) && (p.answered || v.surely(p, holds))
}

// perhaps reports whether it holds of the pod as it is or as the implementation may know it.
func (v *view) perhaps(p *podState, holds func(*corev1.Pod) bool) bool {
	if p.gone && p.seen == nil && v.settled(p) {
		return false
	}
	return p.mayBe(holds)
}

// isActive, isSucceeded and isUnfinished are about one version of a pod.
func isActive(pod *corev1.Pod) bool     { return !terminal(pod) && pod.DeletionTimestamp == nil }
func isUnfinished(pod *corev1.Pod) bool { return !terminal(pod) }
func isSucceeded(pod *corev1.Pod) bool  { return pod.Status.Phase == corev1.PodSucceeded }

// isFailedOrStopping is pod-failed as far as a pod alone can tell: under Failed a pod that was asked to stop has not
// failed yet, and still it counts once its Job fails (FIN-17).
func isFailedOrStopping(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed || pod.DeletionTimestamp != nil && !isSucceeded(pod)
}

// surelyActive counts pods other than one that are active, as the implementation must know. Those that it asks to stop
// are not, and neither are those that it may let go because their labels do not match any more.
func (v *view) surelyActive(j *jobState, but *podState) int {
	return v.surelyHaving(j, but, isActive)
}

// surelyUnfinished counts those that are active or terminating.
func (v *view) surelyUnfinished(j *jobState, but *podState) int {
	return v.surelyHaving(j, but, isUnfinished)
}

func (v *view) surelyHaving(j *jobState, but *podState, holds func(*corev1.Pod) bool) int {
	n := 0
	for _, p := range j.pods {
		if p != but && !p.gone && p.job == j && v.surelyStill(p, holds) && v.surelyStill(p, j.selects) {
			n++
		}
	}
	return n
}

// selects reports whether the Job's selector matches a pod. The expressions of a hand-made selector are left out: what
// they exclude counts as selected nowhere else.
func (j *jobState) selects(pod *corev1.Pod) bool {
	if j.obj.Spec.Selector == nil {
		return true
	}
	for key, value := range j.obj.Spec.Selector.MatchLabels {
		if pod.Labels[key] != value {
			return false
		}
	}
	return len(j.obj.Spec.Selector.MatchExpressions) == 0
}

// surelySucceeded is the lowest number of successes that the implementation must see with a version of the Job.
func (v *view) surelySucceeded(j *jobState, version *batchv1.Job) int {
	n := int(version.Status.Succeeded)
	if u := version.Status.UncountedTerminatedPods; u != nil {
		n += len(u.Succeeded)
	}
	for _, p := range j.pods {
		if isNews(version, p) && p.job == j && v.surely(p, isSucceeded) && v.surely(p, p.carries) {
			n++
		}
	}
	return n
}

// perhapsSucceeded is the highest number that it may have seen with that version.
func (v *view) perhapsSucceeded(j *jobState, version *batchv1.Job) int {
	n := int(version.Status.Succeeded)
	if u := version.Status.UncountedTerminatedPods; u != nil {
		n += len(u.Succeeded)
	}
	for _, p := range j.pods {
		if isNews(version, p) && v.perhaps(p, isSucceeded) && v.perhaps(p, p.carries) {
			n++
		}
	}
	return n
}

// isNews reports whether a version of the Job neither lists nor counts a pod.
func isNews(version *batchv1.Job, p *podState) bool {
	return p.listed == nil || older(version.ResourceVersion, p.listed.ResourceVersion)
}

// older compares resource versions, which are numbers.
func older(a, b string) bool {
	return len(a) < len(b) || len(a) == len(b) && a < b
}

// surelyFailed is the lowest number of failures that the implementation must see with a version of the Job. Pods that
// it has deleted itself are left out: whether they count depends on why it did (PAR-5, BL-7).
func (v *view) surelyFailed(j *jobState, version *batchv1.Job) int {
	n := int(version.Status.Failed)
	if u := version.Status.UncountedTerminatedPods; u != nil {
		n += len(u.Failed)
	}
	failed := func(pod *corev1.Pod) bool {
		return pod.Status.Phase == corev1.PodFailed || !replacesOnlyFailed(version) && isFailedOrStopping(pod)
	}
	byThemselves := 0
	for _, p := range j.pods {
		if isFailedOrStopping(p.obj) && !p.deleted.byImplementation() {
			byThemselves++
		}
		if isNews(version, p) && p.job == j && !p.deleted.byImplementation() &&
			v.surely(p, failed) && v.surely(p, p.carries) {
			n++
		}
	}
	return min(n, byThemselves)
}

// perhapsFailed is the highest number that it may have seen with that version. What it has just deleted itself it has
// not seen as failed because of that.
func (v *view) perhapsFailed(j *jobState, version *batchv1.Job) int {
	n := int(version.Status.Failed)
	if u := version.Status.UncountedTerminatedPods; u != nil {
		n += len(u.Failed)
	}
	for _, p := range j.pods {
		failed := isFailedOrStopping
		if p.deleted.byImplementation() && v.isDoing(p.deleted.entry) {
			failed = hasPhase(corev1.PodFailed)
		}
		if isNews(version, p) && v.perhaps(p, failed) && v.perhaps(p, p.carries) {
			n++
		}
	}
	return n
}

// isDoing reports whether a request of the implementation belongs to what it is doing now.
func (v *view) isDoing(e *trace.Entry) bool {
	return e == v.entry || v.inSync(e)
}

// hasPhase makes a predicate about pods.
func hasPhase(phase corev1.PodPhase) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool { return pod.Status.Phase == phase }
}

// restarts are the lowest and the highest R of ONF-3 that the implementation may see.
func (v *view) restarts(j *jobState) (surely, perhaps int) {
	for _, p := range j.pods {
		if p.gone && p.seen == nil {
			continue
		}
		low, high := 0, restartsOf(p.obj)
		if p.job == j && v.surely(p, isUnfinished) && v.surely(p, j.selects) {
			low = min(high, restartsOf(p.seen))
		}
		if p.seen != nil {
			high = max(high, restartsOf(p.seen))
		}
		surely, perhaps = surely+low, perhaps+high
	}
	return surely, perhaps
}

// surelyOverLimit reports whether the implementation must see that backoffLimit is exceeded, by pods or by restarts.
func (v *view) surelyOverLimit(j *jobState) bool {
	return j.knownForSure(func(version *batchv1.Job) bool {
		limit := backoffLimitOf(version)
		if v.surelyFailed(j, version) > limit {
			return true
		}
		if !onFailure(version) {
			return false
		}
		restarts, _ := v.restarts(j)
		return restartsReach(restarts, limit)
	})
}

// perhapsOverLimit reports whether it may see that.
func (v *view) perhapsOverLimit(j *jobState) bool {
	return j.knows(func(version *batchv1.Job) bool {
		limit := backoffLimitOf(version)
		if v.perhapsFailed(j, version) > limit {
			return true
		}
		if !onFailure(version) {
			return false
		}
		_, restarts := v.restarts(j)
		return restartsReach(restarts, limit)
	})
}

// surelyPastDeadline reports whether the deadline of every version had passed when the implementation began what it is
// doing now. A stored startTime is cut to the second, so it counts from when it was stored.
func (v *view) surelyPastDeadline(j *jobState) bool {
	if v.skewed() {
		return false
	}
	began := v.now - v.slowness()
	if e := v.run.Trace.Find(v.sync); e != nil {
		began = e.At
	}
	return j.knownForSure(func(version *batchv1.Job) bool {
		return version.Spec.ActiveDeadlineSeconds != nil && version.Status.StartTime != nil && !suspended(version) &&
			began >= max(j.startedAt, sinceEpoch(*version.Status.StartTime))+deadlineOf(version)
	})
}

// perhapsPastDeadline reports whether it may take a deadline for passed.
func (v *view) perhapsPastDeadline(j *jobState) bool {
	return v.skewed() || j.knows(func(version *batchv1.Job) bool {
		if version.Spec.ActiveDeadlineSeconds == nil {
			return false
		}
		start := v.now
		if version.Status.StartTime != nil {
			start = sinceEpoch(*version.Status.StartTime)
		}
		return v.now >= start+deadlineOf(version)
	})
}

// deadlineOf is activeDeadlineSeconds, as far as a duration can hold it.
func deadlineOf(job *batchv1.Job) time.Duration {
	const longest = int64(never/time.Second) / 4
	return time.Duration(min(*job.Spec.ActiveDeadlineSeconds, longest)) * time.Second
}

// mayFail reports whether the implementation may think that the Job has failed, so that it stops what is active.
func (v *view) mayFail(j *jobState) bool {
	return j.knows(func(version *batchv1.Job) bool { return isTrue(version, batchv1.JobFailureTarget) }) ||
		v.perhapsOverLimit(j) || v.perhapsPastDeadline(j)
}

// plainJob reports whether a Job uses no feature that implementations need not have.
func plainJob(job *batchv1.Job) bool {
	s := &job.Spec
	return (s.CompletionMode == nil || *s.CompletionMode == batchv1.NonIndexedCompletion) &&
		s.PodFailurePolicy == nil && s.SuccessPolicy == nil && s.BackoffLimitPerIndex == nil
}

// runs reports whether the Job is there and nothing has been decided about it or asked of it that ends it.
func (j *jobState) runs() bool {
	return !j.gone && !j.decided() && !j.finished() && j.obj.DeletionTimestamp == nil && j.is.plain
}

// completed is the completion test in truth (COMP-1, COMP-3).
func (j *jobState) completed() bool {
	if j.active > 0 {
		return false
	}
	if workQueue(j.obj) {
		return j.succ() > 0
	}
	return j.succ() >= int(*j.obj.Spec.Completions)
}

func workQueue(job *batchv1.Job) bool { return job.Spec.Completions == nil }
