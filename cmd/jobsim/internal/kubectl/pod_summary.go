package kubectl

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// podSummary is what the READY, STATUS and RESTARTS cells say of a pod.
type podSummary struct {
	ready      int // running and ready, sidecars included
	containers int // in the spec, sidecars included, other init containers not
	status     string
	restarts   restarts
}

// summarize boils a pod down to one word. The word comes from the innermost place that has one: a container's
// state, else an init container that holds the pod up, else the pod's own reason or phase. Deletion overrides
// them all until the pod is terminal.
func summarize(pod *corev1.Pod) podSummary {
	s := podSummary{containers: len(pod.Spec.Containers), status: podReason(pod)}
	for i := range pod.Spec.InitContainers {
		if isSidecar(&pod.Spec.InitContainers[i]) {
			s.containers++
		}
	}

	progress := initialize(pod)
	s.ready = progress.ready
	if progress.heldUp != "" {
		s.status = progress.heldUp
		s.restarts = progress.all
	}
	// Initialized stays True when a sidecar restarts later on, and then the main containers speak as well.
	if progress.heldUp == "" || podIs(pod, corev1.PodInitialized) {
		s.restarts = progress.sidecars
		s.addContainers(pod)
	}

	switch {
	case pod.DeletionTimestamp == nil:
	case pod.Status.Reason == nodeLost:
		s.status = "Unknown"
	case !isTerminal(pod):
		s.status = "Terminating"
	}
	return s
}

// nodeLost is the reason of a pod whose node stopped reporting, in the words of the node life-cycle controller.
const nodeLost = "NodeLost"

// podReason is the word for a pod whose containers have nothing to say.
func podReason(pod *corev1.Pod) string {
	for i := range pod.Status.Conditions {
		c := &pod.Status.Conditions[i]
		if c.Type == corev1.PodScheduled && c.Reason == corev1.PodReasonSchedulingGated {
			return corev1.PodReasonSchedulingGated
		}
	}
	if pod.Status.Reason != "" {
		return pod.Status.Reason
	}
	return string(pod.Status.Phase)
}

// addContainers lets the main containers speak. The first of them in the status has the last word, hence
// backward; but a pod whose other containers still run, or have failed, is not Completed.
func (s *podSummary) addContainers(pod *corev1.Pod) {
	running, failure := false, ""
	for _, container := range slices.Backward(pod.Status.ContainerStatuses) {
		s.restarts.add(&container)
		switch state := container.State; {
		case state.Waiting != nil && state.Waiting.Reason != "":
			s.status = state.Waiting.Reason
		case state.Terminated != nil:
			s.status = exitWord(state.Terminated)
			if state.Terminated.ExitCode != 0 {
				failure = s.status
			}
		case state.Running != nil && container.Ready:
			running = true
			s.ready++
		}
	}
	if s.status != "Completed" {
		return
	}
	switch {
	case running && anyReady(pod):
		s.status = "Running"
	case failure != "":
		s.status = failure
	case running:
		s.status = "NotReady"
	}
}

// exitWord is the kubelet's reason (Completed, Error, OOMKilled) if it gave one.
func exitWord(end *corev1.ContainerStateTerminated) string {
	switch {
	case end.Reason != "":
		return end.Reason
	case end.Signal != 0:
		return fmt.Sprintf("Signal:%d", end.Signal)
	}
	return fmt.Sprintf("ExitCode:%d", end.ExitCode)
}

func isTerminal(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// podIs looks at the first condition of the type only.
func podIs(pod *corev1.Pod, condition corev1.PodConditionType) bool {
	i := slices.IndexFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == condition })
	return i >= 0 && pod.Status.Conditions[i].Status == corev1.ConditionTrue
}

// anyReady differs from podIs only for a status that no kubelet writes, with several conditions of one type.
func anyReady(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}
