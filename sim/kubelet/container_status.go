package kubelet

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// statuses are the statuses of containers: init containers in the order of the spec, regular ones by name. Room is for
// them, if they fit.
func (w *podWorker) statuses(containers []container, room []corev1.ContainerStatus) []corev1.ContainerStatus {
	if len(containers) == 0 {
		return nil
	}
	if len(containers) > len(room) {
		room = make([]corev1.ContainerStatus, len(containers))
	}
	list := room[:len(containers):len(containers)]
	for i := range containers {
		w.describe(&list[i], &containers[i])
	}
	if len(list) > 1 && containers[0].kind == regular {
		slices.SortFunc(list, func(a, b corev1.ContainerStatus) int { return cmp.Compare(a.Name, b.Name) })
	}
	return list
}

// describe fills in the status of one container.
func (w *podWorker) describe(s *corev1.ContainerStatus, c *container) {
	s.Name = c.spec.Name
	s.Image = c.spec.Image
	s.RestartCount = c.restarts
	s.Ready = c.isReady()
	s.Started = &w.shown.no
	if c.id != "" {
		s.ImageID = c.spec.Image
		s.ContainerID = c.id
	}
	switch c.state {
	case created:
		s.State.Waiting = c.waiting
		s.LastTerminationState.Terminated = c.ended
		if c.waiting == nil && w.inits > 0 {
			s.State.Waiting = &corev1.ContainerStateWaiting{Reason: "PodInitializing"}
		} else if c.waiting == nil {
			s.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
		}
	case running:
		s.Started = &w.shown.yes
		s.State.Running = &corev1.ContainerStateRunning{StartedAt: at(c.began)}
		s.LastTerminationState.Terminated = c.ended
	case exited:
		s.State.Terminated = c.ended
		s.LastTerminationState.Terminated = c.before
	case backedOff:
		s.State.Waiting = c.waiting
		s.LastTerminationState.Terminated = c.ended
	}
}

// isReady is readiness as a container's status has it: an init container is ready when it has succeeded.
func (c *container) isReady() bool {
	if c.kind == plainInit {
		return c.state == exited && c.ended.ExitCode == 0
	}
	return c.state == running && c.ready
}
