package trace

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// podStatusChanges says what a status write or a binding changed. An empty old status stands for none.
func podStatusChanges(old, new *corev1.PodStatus) []string {
	var changes []string
	if old.Phase != new.Phase {
		change := string(new.Phase)
		if old.Phase != "" {
			change = fmt.Sprintf("%s -> %s", old.Phase, new.Phase)
		}
		changes = append(changes, change+because(new.Reason, new.Message))
	} else if new.Reason != old.Reason {
		changes = append(changes, strings.TrimSpace(because(new.Reason, new.Message)))
	}
	if old.StartTime == nil && new.StartTime != nil {
		changes = append(changes, "startTime set")
	}
	changes = append(changes, podConditionChanges(old.Conditions, new.Conditions)...)
	changes = append(changes, containerChanges(old.InitContainerStatuses, new.InitContainerStatuses)...)
	return append(changes, containerChanges(old.ContainerStatuses, new.ContainerStatuses)...)
}

// podConditionChanges tells of the conditions that Job controllers and people look at; the others repeat what the
// phase and the containers say.
func podConditionChanges(old, new []corev1.PodCondition) []string {
	var changes []string
	for _, c := range new {
		was := podCondition(old, c.Type)
		if was.Status == c.Status {
			continue
		}
		isTrue := c.Status == corev1.ConditionTrue
		switch {
		case c.Type == corev1.PodReady && isTrue:
			changes = append(changes, "ready")
		case c.Type == corev1.PodReady && was.Status == corev1.ConditionTrue:
			changes = append(changes, "not ready")
		case c.Type == corev1.PodScheduled && !isTrue:
			changes = append(changes, "not scheduled"+because(c.Reason, c.Message))
		case c.Type == corev1.DisruptionTarget && isTrue:
			changes = append(changes, "DisruptionTarget"+because(c.Reason, c.Message))
		case !slices.Contains(routine(), c.Type):
			changes = append(changes, fmt.Sprintf("%s=%s%s", c.Type, c.Status, because(c.Reason, c.Message)))
		}
	}
	return changes
}

func routine() []corev1.PodConditionType {
	return []corev1.PodConditionType{corev1.PodReady, corev1.PodScheduled, corev1.ContainersReady, corev1.PodInitialized,
		corev1.PodReadyToStartContainers, corev1.DisruptionTarget}
}

func podCondition(conditions []corev1.PodCondition, kind corev1.PodConditionType) corev1.PodCondition {
	i := slices.IndexFunc(conditions, func(c corev1.PodCondition) bool { return c.Type == kind })
	if i < 0 {
		return corev1.PodCondition{}
	}
	return conditions[i]
}

// containerChanges tells of exits, restarts and reasons to wait. That a container runs for the first time is what
// phase Running says.
func containerChanges(old, new []corev1.ContainerStatus) []string {
	var changes []string
	for i := range new {
		c := &new[i]
		var was corev1.ContainerStatus
		if j := slices.IndexFunc(old, func(o corev1.ContainerStatus) bool { return o.Name == c.Name }); j >= 0 {
			was = old[j]
		}
		if c.RestartCount != was.RestartCount {
			changes = append(changes, fmt.Sprintf("%s restartCount %d -> %d", c.Name, was.RestartCount, c.RestartCount))
		}
		switch state, before := c.State, was.State; {
		case state.Terminated != nil && before.Terminated == nil:
			changes = append(changes, fmt.Sprintf("%s exited with %d%s", c.Name, state.Terminated.ExitCode,
				because(unlessPlain(state.Terminated.Reason), state.Terminated.Message)))
		case state.Waiting != nil && (before.Waiting == nil || before.Waiting.Reason != state.Waiting.Reason):
			if r := state.Waiting.Reason; r != "" && r != "PodInitializing" && r != "ContainerCreating" {
				changes = append(changes, c.Name+" waits: "+plain(r))
			}
		}
	}
	return changes
}

// unlessPlain drops the reasons that say no more than the exit code does.
func unlessPlain(reason string) string {
	if reason == "Completed" || reason == "Error" {
		return ""
	}
	return reason
}

// nodeChanges says what a write changed about a node.
func nodeChanges(old, new *corev1.Node) []string {
	var changes []string
	for _, c := range new.Status.Conditions {
		i := slices.IndexFunc(old.Status.Conditions, func(o corev1.NodeCondition) bool { return o.Type == c.Type })
		if i < 0 || old.Status.Conditions[i].Status != c.Status {
			changes = append(changes, fmt.Sprintf("%s=%s%s", c.Type, c.Status, because(c.Reason, c.Message)))
		}
	}
	for _, t := range new.Spec.Taints {
		if !slices.ContainsFunc(old.Spec.Taints, func(o corev1.Taint) bool { return o.Key == t.Key && o.Effect == t.Effect }) {
			changes = append(changes, "taint "+t.Key+":"+string(t.Effect))
		}
	}
	for _, t := range old.Spec.Taints {
		if !slices.ContainsFunc(new.Spec.Taints, func(o corev1.Taint) bool { return o.Key == t.Key && o.Effect == t.Effect }) {
			changes = append(changes, "taint "+t.Key+":"+string(t.Effect)+" removed")
		}
	}
	if old.Spec.Unschedulable != new.Spec.Unschedulable {
		changes = append(changes, fmt.Sprintf("unschedulable %v -> %v", old.Spec.Unschedulable, new.Spec.Unschedulable))
	}
	return changes
}
