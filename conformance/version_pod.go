package conformance

import (
	corev1 "k8s.io/api/core/v1"
)

// What one version of a pod says, in the words of SEMANTICS.md. For a pod as it is stored podState has the same words.

// isActive, isSucceeded and isUnfinished are about one version of a pod.
func isActive(pod *corev1.Pod) bool { return !terminal(pod) && pod.DeletionTimestamp == nil }

func isUnfinished(pod *corev1.Pod) bool { return !terminal(pod) }

func isSucceeded(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodSucceeded }

// isFailedOrStopping is pod-failed as far as a pod alone can tell: under Failed a pod that was asked to stop has not
// failed yet, and still it counts once its Job fails (FIN-17).
func isFailedOrStopping(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed || pod.DeletionTimestamp != nil && !isSucceeded(pod)
}

// hasPhase makes a predicate about pods.
func hasPhase(phase corev1.PodPhase) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool { return pod.Status.Phase == phase }
}

// failedAs is "pod-failed" of SEMANTICS.md, under the policy Failed if onlyFailed.
func failedAs(pod *corev1.Pod, onlyFailed bool) bool {
	return pod.Status.Phase == corev1.PodFailed ||
		!onlyFailed && pod.DeletionTimestamp != nil && pod.Status.Phase != corev1.PodSucceeded
}

func terminal(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

func ready(pod *corev1.Pod) bool {
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// restartsOf sums the restarts of all containers, init containers included (ONF-3).
func restartsOf(pod *corev1.Pod) int {
	sum := 0
	for i := range pod.Status.InitContainerStatuses {
		sum += int(pod.Status.InitContainerStatuses[i].RestartCount)
	}
	for i := range pod.Status.ContainerStatuses {
		sum += int(pod.Status.ContainerStatuses[i].RestartCount)
	}
	return sum
}
