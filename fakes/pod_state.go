package fakes

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// isTerminal tells whether all containers of the pod have stopped for good.
func isTerminal(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// isActive is STAT-1: not stopped, and nobody asked it to stop.
func isActive(pod *corev1.Pod) bool {
	return !isTerminal(pod) && pod.DeletionTimestamp == nil
}

// isTerminating is STAT-3: asked to stop, by whomever, and not stopped yet.
func isTerminating(pod *corev1.Pod) bool {
	return !isTerminal(pod) && pod.DeletionTimestamp != nil
}

// isReady is STAT-2.
func isReady(pod *corev1.Pod) bool {
	c := podCondition(pod, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue
}

// isSucceeded is COMP-15: the phase alone decides, never exit codes.
func isSucceeded(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded
}

// isFailed is BL-3 and PRP-1 under TerminatingOrFailed, where a pod that was asked to stop counts at once, because it
// may vanish without ever reaching the phase Failed; and PRP-2 under Failed, where only the phase counts.
func isFailed(job *batchv1.Job, pod *corev1.Pod) bool {
	if pod.Status.Phase == corev1.PodFailed {
		return true
	}
	return !replacesOnlyFailed(job) && pod.DeletionTimestamp != nil && pod.Status.Phase != corev1.PodSucceeded
}

// replacesOnlyFailed tells whether terminating pods keep their place until they have stopped (PRP-2, PRP-3).
func replacesOnlyFailed(job *batchv1.Job) bool {
	return job.Spec.PodReplacementPolicy != nil && *job.Spec.PodReplacementPolicy == batchv1.Failed
}

// restarts is ONF-3 and ONF-7: every container and init container of a pod that has not ended, whether or not it is
// terminating.
func restarts(pod *corev1.Pod) int32 {
	if pod.Status.Phase != corev1.PodRunning && pod.Status.Phase != corev1.PodPending {
		return 0
	}
	var sum int32
	for i := range pod.Status.InitContainerStatuses {
		sum += pod.Status.InitContainerStatuses[i].RestartCount
	}
	for i := range pod.Status.ContainerStatuses {
		sum += pod.Status.ContainerStatuses[i].RestartCount
	}
	return sum
}

// carriesFinalizer tells whether the API server keeps the pod until it is counted (TRK-1).
func (d *Decisions) carriesFinalizer(pod *corev1.Pod) bool {
	return slices.Contains(pod.Finalizers, d.Finalizer)
}

// jobOwner returns the controller reference of a pod that is controlled by a Job; nil for orphans and for pods of any
// other kind of controller, which are never touched (SEL-5).
func jobOwner(pod *corev1.Pod) *metav1.OwnerReference {
	ref := metav1.GetControllerOfNoCopy(pod)
	if ref == nil || ref.Kind != "Job" || ref.APIVersion != batchv1.SchemeGroupVersion.String() {
		return nil
	}
	return ref
}

func podCondition(pod *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == kind {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}

// isSidecar tells whether the init container of that name keeps running beside the regular ones.
func isSidecar(pod *corev1.Pod, name string) bool {
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		if c.Name == name {
			return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		}
	}
	return false
}
