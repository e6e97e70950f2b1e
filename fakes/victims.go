package fakes

import (
	"cmp"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// victimOrder is PAR-6: the pod that has got least far goes first. It returns a negative number if that is a; pods that
// are alike keep the order of their arrival. Deletion costs are not consulted (PAR-7).
func victimOrder(a, b *corev1.Pod) int {
	if order := falseFirst(a.Spec.NodeName != "", b.Spec.NodeName != ""); order != 0 {
		return order
	}
	if order := cmp.Compare(phaseRank(a), phaseRank(b)); order != 0 {
		return order
	}
	readyA, readyB := isReady(a), isReady(b)
	if order := falseFirst(readyA, readyB); order != 0 {
		return order
	}
	if readyA {
		if order := latestFirst(readySince(a), readySince(b)); order != 0 {
			return order
		}
	}
	regularA, sidecarA := mostRestarts(a)
	regularB, sidecarB := mostRestarts(b)
	return cmp.Or(
		cmp.Compare(regularB, regularA),
		cmp.Compare(sidecarB, sidecarA),
		latestFirst(a.CreationTimestamp.Time, b.CreationTimestamp.Time),
	)
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// latestFirst puts the later time first, and a time nobody knows before all others.
func latestFirst(a, b time.Time) int {
	switch {
	case a.Equal(b):
		return 0
	case a.IsZero():
		return -1
	case b.IsZero():
		return 1
	}
	return b.Compare(a)
}

func phaseRank(pod *corev1.Pod) int {
	switch pod.Status.Phase {
	case corev1.PodRunning:
		return 2
	case corev1.PodUnknown:
		return 1
	}
	return 0
}

func readySince(pod *corev1.Pod) time.Time {
	return podCondition(pod, corev1.PodReady).LastTransitionTime.Time
}

// mostRestarts returns the restarts of the container that was restarted most, among the regular ones and the sidecars.
func mostRestarts(pod *corev1.Pod) (regular, sidecar int32) {
	for i := range pod.Status.ContainerStatuses {
		regular = max(regular, pod.Status.ContainerStatuses[i].RestartCount)
	}
	for i := range pod.Status.InitContainerStatuses {
		status := &pod.Status.InitContainerStatuses[i]
		if isSidecar(pod, status.Name) {
			sidecar = max(sidecar, status.RestartCount)
		}
	}
	return regular, sidecar
}
