package example

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// observe sorts the pods.
func (s *state) observe() {
	onFailure := s.job.Spec.Template.Spec.RestartPolicy == corev1.RestartPolicyOnFailure
	for _, pod := range s.pods {
		if terminal(pod) {
			continue
		}
		if pod.DeletionTimestamp == nil {
			s.active = append(s.active, pod)
		} else {
			s.terminating = append(s.terminating, pod)
		}
		if onFailure {
			for _, statuses := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
				for i := range statuses {
					s.restarts += statuses[i].RestartCount
				}
			}
		}
	}
}

// count moves pods that have lost their finalizer from the uncounted lists into the counters, and lists pods that have
// ended. The finalizer goes once the list is stored.
func (s *state) count() {
	status := &s.job.Status
	if status.UncountedTerminatedPods == nil {
		status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{}
	}
	uncounted := status.UncountedTerminatedPods
	move := func(list []types.UID, counter *int32) []types.UID {
		return slices.DeleteFunc(list, func(uid types.UID) bool {
			pod := s.byUID[uid]
			if pod != nil && tracked(pod) {
				return false
			}
			*counter++
			return true
		})
	}
	uncounted.Succeeded = move(uncounted.Succeeded, &status.Succeeded)
	uncounted.Failed = move(uncounted.Failed, &status.Failed)
	for _, pod := range s.pods {
		if tracked(pod) && ended(s.job, pod) {
			s.list(pod, pod.Status.Phase == corev1.PodSucceeded)
		}
	}
}

func (s *state) list(pod *corev1.Pod, success bool) {
	u := s.job.Status.UncountedTerminatedPods
	switch {
	case slices.Contains(u.Succeeded, pod.UID) || slices.Contains(u.Failed, pod.UID):
	case success:
		u.Succeeded = append(u.Succeeded, pod.UID)
	default:
		u.Failed = append(u.Failed, pod.UID)
	}
}

// giveUpPods counts what a failed Job still has as failed.
func (s *state) giveUpPods() {
	for _, pod := range s.pods {
		if tracked(pod) && !terminal(pod) {
			s.list(pod, false)
		}
	}
}

// report writes down how many pods there are.
func (s *state) report() {
	var active, ready int32
	for _, pod := range s.active {
		active++
		if isReady(pod) {
			ready++
		}
	}
	terminating := int32(len(s.terminating))
	if decided(s.job) != nil {
		// They are deleted as soon as this is stored.
		terminating, active, ready = terminating+active, 0, 0
	}
	s.job.Status.Active, s.job.Status.Ready, s.job.Status.Terminating = active, &ready, &terminating
}

// ended reports whether a pod counts: one that is being deleted has failed, unless the Job waits for its end.
func ended(job *batchv1.Job, pod *corev1.Pod) bool {
	return terminal(pod) || pod.DeletionTimestamp != nil && !replacesOnlyFailed(job)
}

func terminal(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

func tracked(pod *corev1.Pod) bool {
	return controllerutil.ContainsFinalizer(pod, batchv1.JobTrackingFinalizer)
}

func replacesOnlyFailed(job *batchv1.Job) bool {
	return job.Spec.PodReplacementPolicy != nil && *job.Spec.PodReplacementPolicy == batchv1.Failed
}

func suspend(job *batchv1.Job) bool { return job.Spec.Suspend != nil && *job.Spec.Suspend }

func foreign(job *batchv1.Job) bool {
	return job.Spec.ManagedBy != nil && *job.Spec.ManagedBy != batchv1.JobControllerName
}

func isReady(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// finishTime is when the last container ended; for a pod that was deleted before, when it was deleted.
func finishTime(pod *corev1.Pod) time.Time {
	var last time.Time
	for i := range pod.Status.ContainerStatuses {
		t := pod.Status.ContainerStatuses[i].State.Terminated
		if t == nil {
			last = time.Time{}
			break
		}
		if t.FinishedAt.After(last) {
			last = t.FinishedAt.Time
		}
	}
	switch {
	case !last.IsZero():
		return last
	case pod.DeletionTimestamp != nil && pod.DeletionGracePeriodSeconds != nil:
		return pod.DeletionTimestamp.Add(-time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second)
	}
	return pod.CreationTimestamp.Time
}

func condition(job *batchv1.Job, kind batchv1.JobConditionType) *batchv1.JobCondition {
	for i := range job.Status.Conditions {
		if job.Status.Conditions[i].Type == kind {
			return &job.Status.Conditions[i]
		}
	}
	return nil
}

// decided is the condition that says how the Job is going to end.
func decided(job *batchv1.Job) *batchv1.JobCondition {
	for _, kind := range []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobFailureTarget} {
		if c := condition(job, kind); c != nil && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}

func finished(job *batchv1.Job) bool {
	for _, kind := range []batchv1.JobConditionType{batchv1.JobComplete, batchv1.JobFailed} {
		if c := condition(job, kind); c != nil && c.Status == corev1.ConditionTrue {
			return true
		}
	}
	return false
}

// setCondition stores a condition; its times move only when it changes. It reports whether it did.
func setCondition(status *batchv1.JobStatus, kind batchv1.JobConditionType, value corev1.ConditionStatus,
	reason, message string, now metav1.Time,
) bool {
	entry := batchv1.JobCondition{
		Type: kind, Status: value, Reason: reason, Message: message, LastProbeTime: now, LastTransitionTime: now,
	}
	for i := range status.Conditions {
		c := &status.Conditions[i]
		if c.Type == kind {
			if c.Status == value && c.Reason == reason {
				return false
			}
			*c = entry
			return true
		}
	}
	status.Conditions = append(status.Conditions, entry)
	return true
}
