package trace

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// containersFromStatus reads from two versions of a pod what its containers did in between, for traces that have no
// Container entries. What began and ended between two reports shows up in the second.
func (h *historian) containersFromStatus(e *Entry, old, new *corev1.Pod) {
	h.statusesFrom(e, old.Status.InitContainerStatuses, new.Status.InitContainerStatuses)
	h.statusesFrom(e, old.Status.ContainerStatuses, new.Status.ContainerStatuses)
}

func (h *historian) statusesFrom(e *Entry, old, new []corev1.ContainerStatus) {
	for i := range new {
		c := &new[i]
		var was corev1.ContainerStatus
		if j := slices.IndexFunc(old, func(o corev1.ContainerStatus) bool { return o.Name == c.Name }); j >= 0 {
			was = old[j]
		}
		report := func(x Entry) {
			x.Kind, x.At, x.Actor, x.Namespace, x.Name, x.Container = Container, e.At, e.Actor, e.Namespace, e.Name, c.Name
			h.container(&x)
		}
		if last := c.LastTerminationState.Terminated; last != nil && c.RestartCount > was.RestartCount &&
			was.State.Running != nil {
			report(Entry{Verb: "exit", Number: int(c.RestartCount), Code: int(last.ExitCode), Reason: last.Reason})
		}
		switch {
		case c.State.Running != nil && (was.State.Running == nil || c.RestartCount != was.RestartCount):
			report(Entry{Verb: "start", Number: int(c.RestartCount) + 1})
		case c.State.Terminated != nil && was.State.Terminated == nil:
			end := c.State.Terminated
			report(Entry{Verb: "exit", Number: int(c.RestartCount) + 1, Code: int(end.ExitCode), Reason: end.Reason})
		case c.State.Waiting != nil && c.State.Waiting.Reason == "CrashLoopBackOff" && was.State.Waiting == nil:
			if last := c.LastTerminationState.Terminated; last != nil && was.State.Running != nil {
				report(Entry{Verb: "exit", Number: int(c.RestartCount) + 1, Code: int(last.ExitCode), Reason: last.Reason})
			}
			report(Entry{Verb: "backoff"})
		}
	}
}
