package fakes

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// finishTime is BO-3. The best witness is the container runtime; a pod that died with its node has none, so the
// moment it stopped being ready stands in, then the moment somebody asked it to stop, then its creation.
func finishTime(pod *corev1.Pod) time.Time {
	if t, ok := containersFinished(pod); ok {
		return t
	}
	c := podCondition(pod, corev1.PodReady)
	if c != nil && c.Status == corev1.ConditionFalse && !c.LastTransitionTime.IsZero() {
		return c.LastTransitionTime.Time
	}
	if pod.DeletionTimestamp != nil {
		var grace time.Duration
		if pod.DeletionGracePeriodSeconds != nil {
			grace = time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second
		}
		return pod.DeletionTimestamp.Add(-grace)
	}
	return pod.CreationTimestamp.Time
}

// containersFinished returns when the last regular container or sidecar ended; ok is false unless all of them have,
// with a time. Sidecars end after the containers they serve, so leaving them out would date the failure too early.
func containersFinished(pod *corev1.Pod) (last time.Time, ok bool) {
	for i := range pod.Status.ContainerStatuses {
		if !later(&last, &pod.Status.ContainerStatuses[i]) {
			return time.Time{}, false
		}
	}
	for i := range pod.Status.InitContainerStatuses {
		status := &pod.Status.InitContainerStatuses[i]
		if isSidecar(pod, status.Name) && !later(&last, status) {
			return time.Time{}, false
		}
	}
	return last, !last.IsZero()
}

// later moves last to the end of this container; it reports false if the container has not ended.
func later(last *time.Time, status *corev1.ContainerStatus) bool {
	ended := status.State.Terminated
	if ended == nil || ended.FinishedAt.IsZero() {
		return false
	}
	if ended.FinishedAt.After(*last) {
		*last = ended.FinishedAt.Time
	}
	return true
}
