package core

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PodDeletionGrace is the number of seconds that a DELETE gives a pod (EXT-10): what the options ask for, else what
// the spec says. It is 0, which removes the pod at once unless finalizers remain, for a pod without a node and for one
// whose phase is terminal; a negative wish means one second.
func PodDeletionGrace(pod *corev1.Pod, options *metav1.DeleteOptions) int64 {
	if pod.Spec.NodeName == "" || pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
		return 0
	}
	grace := int64(0)
	if options != nil && options.GracePeriodSeconds != nil {
		grace = *options.GracePeriodSeconds
	} else if pod.Spec.TerminationGracePeriodSeconds != nil {
		grace = *pod.Spec.TerminationGracePeriodSeconds
	}
	if grace < 0 {
		return 1
	}
	return grace
}
