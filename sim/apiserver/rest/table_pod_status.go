package rest

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// nodeLost is the reason that the node controller gives pods on a node that it does not reach.
const nodeLost = "NodeLost"

// podSummary is a pod's row in a table.
type podSummary struct {
	ready, containers int
	status            string
	restarts          restarts
}

// podSummaryOf tells what kubectl users know a pod by. The status is, from weak to strong: the phase, the pod's reason,
// that of an init container that has not succeeded or of the first container with one, and the deletion.
func podSummaryOf(pod *corev1.Pod) podSummary {
	s := podSummary{containers: len(pod.Spec.Containers), status: orElse(pod.Status.Reason, string(pod.Status.Phase))}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Reason == corev1.PodReasonSchedulingGated {
			s.status = corev1.PodReasonSchedulingGated
		}
	}
	sidecars := map[string]bool{}
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			sidecars[c.Name] = true
			s.containers++
		}
	}
	// A pod that is initialized can do parts of it again, for instance after its sandbox was lost.
	ofSidecars, initializing := s.countInit(pod, sidecars)
	if !initializing || hasPodCondition(pod, corev1.PodInitialized) {
		s.restarts = ofSidecars // init containers that have succeeded do not count any more
		s.countContainers(pod)
	}
	if pod.DeletionTimestamp != nil {
		switch {
		case pod.Status.Reason == nodeLost:
			s.status = "Unknown"
		case pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed:
			s.status = "Terminating"
		}
	}
	return s
}

// countInit goes through the init containers up to the first that keeps the pod from being initialized. It returns the
// restarts of the sidecars among them, and whether there was such a one.
func (s *podSummary) countInit(pod *corev1.Pod, sidecars map[string]bool) (ofSidecars restarts, initializing bool) {
	for i := range pod.Status.InitContainerStatuses {
		c := &pod.Status.InitContainerStatuses[i]
		s.restarts.add(c)
		sidecar := sidecars[c.Name]
		if sidecar {
			ofSidecars.add(c)
		}
		ended, waiting := c.State.Terminated, c.State.Waiting
		switch {
		case ended != nil && ended.ExitCode == 0:
			continue
		case sidecar && c.Started != nil && *c.Started:
			if c.Ready {
				s.ready++
			}
			continue
		case ended != nil:
			s.status = "Init:" + terminationReason(ended)
		case waiting != nil && waiting.Reason != "" && waiting.Reason != "PodInitializing":
			s.status = "Init:" + waiting.Reason
		default:
			s.status = fmt.Sprintf("Init:%d/%d", i, len(pod.Spec.InitContainers))
		}
		return ofSidecars, true
	}
	return ofSidecars, false
}

// countContainers goes from the last container to the first, so that the first with a reason has the last word.
func (s *podSummary) countContainers(pod *corev1.Pod) {
	running, failure := false, ""
	for i := len(pod.Status.ContainerStatuses) - 1; i >= 0; i-- {
		c := &pod.Status.ContainerStatuses[i]
		s.restarts.add(c)
		ended, waiting := c.State.Terminated, c.State.Waiting
		switch {
		case waiting != nil && waiting.Reason != "":
			s.status = waiting.Reason
		case ended != nil:
			s.status = terminationReason(ended)
			if ended.ExitCode != 0 {
				failure = s.status
			}
		case c.Ready && c.State.Running != nil:
			running = true
			s.ready++
		}
	}
	if s.status != "Completed" {
		return
	}
	switch { // one container has completed: that is not the pod's status when another one runs or has failed
	case running && hasPodCondition(pod, corev1.PodReady):
		s.status = "Running"
	case failure != "":
		s.status = failure
	case running:
		s.status = "NotReady"
	}
}

func terminationReason(ended *corev1.ContainerStateTerminated) string {
	switch {
	case ended.Reason != "":
		return ended.Reason
	case ended.Signal != 0:
		return fmt.Sprintf("Signal:%d", ended.Signal)
	}
	return fmt.Sprintf("ExitCode:%d", ended.ExitCode)
}
