package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
)

// What one version of a Job says.

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

// restartsReach reports whether the sum of restarts reaches a limit (ONF-3).
func restartsReach(sum, limit int) bool { return sum >= max(1, limit) }

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

// deadlineOf is activeDeadlineSeconds, as far as a duration can hold it.
func deadlineOf(job *batchv1.Job) time.Duration {
	const longest = int64(never/time.Second) / 4
	return time.Duration(min(*job.Spec.ActiveDeadlineSeconds, longest)) * time.Second
}

// plainJob reports whether a Job uses no feature that implementations need not have.
func plainJob(job *batchv1.Job) bool {
	s := &job.Spec
	return (s.CompletionMode == nil || *s.CompletionMode == batchv1.NonIndexedCompletion) &&
		s.PodFailurePolicy == nil && s.SuccessPolicy == nil && s.BackoffLimitPerIndex == nil
}

func workQueue(job *batchv1.Job) bool { return job.Spec.Completions == nil }

// succeededIn is what a status says of successes: counted and listed ones.
func succeededIn(job *batchv1.Job) int {
	n := int(job.Status.Succeeded)
	if u := job.Status.UncountedTerminatedPods; u != nil {
		n += len(u.Succeeded)
	}
	return n
}
