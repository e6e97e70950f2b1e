package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/event"
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

func workQueue(job *batchv1.Job) bool { return job.Spec.Completions == nil }

// succeededIn is what a status says of successes: counted and listed ones.
func succeededIn(job *batchv1.Job) int {
	n := int(job.Status.Succeeded)
	if u := job.Status.UncountedTerminatedPods; u != nil {
		n += len(u.Succeeded)
	}
	return n
}

// condition returns the entry of a type, or nil.
func condition(job *batchv1.Job, kind batchv1.JobConditionType) *batchv1.JobCondition {
	var found *batchv1.JobCondition
	for i := range job.Status.Conditions {
		if c := &job.Status.Conditions[i]; c.Type == kind && (found == nil || found.Status != corev1.ConditionTrue && c.Status == corev1.ConditionTrue) {
			found = c
		}
	}
	return found
}

// isTrue reports whether any entry of a type is True.
func isTrue(job *batchv1.Job, kind batchv1.JobConditionType) bool {
	for i := range job.Status.Conditions {
		if c := &job.Status.Conditions[i]; c.Type == kind && c.Status == corev1.ConditionTrue {
			return true
		}
	}
	return false
}

func isDecided(job *batchv1.Job) bool {
	return isTrue(job, batchv1.JobFailureTarget) || isTrue(job, batchv1.JobSuccessCriteriaMet)
}

// failureHidden reports whether an entry FailureTarget that is not True stands before one that is. kube-controller-manager
// looks at the first alone: it forgets that it has decided (FIN-14).
func failureHidden(job *batchv1.Job) bool {
	for i := range job.Status.Conditions {
		if c := &job.Status.Conditions[i]; c.Type == batchv1.JobFailureTarget {
			return c.Status != corev1.ConditionTrue && isTrue(job, batchv1.JobFailureTarget)
		}
	}
	return false
}

func isFinished(job *batchv1.Job) bool {
	return isTrue(job, batchv1.JobFailed) || isTrue(job, batchv1.JobComplete)
}

func suspended(job *batchv1.Job) bool { return job.Spec.Suspend != nil && *job.Spec.Suspend }

func parallel(job *batchv1.Job) int { return int(valueOr(job.Spec.Parallelism, 1)) }

func backoffLimitOf(job *batchv1.Job) int { return int(valueOr(job.Spec.BackoffLimit, 6)) }

func onFailure(job *batchv1.Job) bool {
	return job.Spec.Template.Spec.RestartPolicy == corev1.RestartPolicyOnFailure
}

// replacesOnlyFailed is podReplacementPolicy Failed ("F" in SEMANTICS.md); otherwise it is TerminatingOrFailed.
func replacesOnlyFailed(job *batchv1.Job) bool {
	return job.Spec.PodReplacementPolicy != nil && *job.Spec.PodReplacementPolicy == batchv1.Failed
}

func valueOr[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// sinceEpoch is a stored time as virtual time since the start of the run.
func sinceEpoch(t metav1.Time) time.Duration { return t.Sub(event.Epoch) }
