package kubectl

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// initProgress is how far a pod has come with its init containers, which run one after the other.
type initProgress struct {
	heldUp   string   // the STATUS of a pod that has not got past them, "Init:0/1" or "Init:Error"; else empty
	ready    int      // sidecars that have started and are ready
	all      restarts // of all init containers up to the one that holds the pod up
	sidecars restarts // of those among them that stay beside the main containers
}

func initialize(pod *corev1.Pod) initProgress {
	sidecars := map[string]bool{}
	for i := range pod.Spec.InitContainers {
		container := &pod.Spec.InitContainers[i]
		sidecars[container.Name] = isSidecar(container)
	}

	var progress initProgress
	for i := range pod.Status.InitContainerStatuses {
		container := &pod.Status.InitContainerStatuses[i]
		sidecar := sidecars[container.Name]
		progress.all.add(container)
		if sidecar {
			progress.sidecars.add(container)
		}
		ended := container.State.Terminated
		switch {
		case ended != nil && ended.ExitCode == 0:
			continue
		case sidecar && container.Started != nil && *container.Started:
			if container.Ready {
				progress.ready++
			}
			continue
		}
		progress.heldUp = "Init:" + initWord(container, i, len(pod.Spec.InitContainers))
		return progress
	}
	return progress
}

// initWord says what the init container with this index waits for, or by default how many are done.
func initWord(container *corev1.ContainerStatus, index, total int) string {
	if ended := container.State.Terminated; ended != nil {
		return exitWord(ended)
	}
	// PodInitializing is what every container waits for before its turn, so it explains nothing.
	if waiting := container.State.Waiting; waiting != nil &&
		waiting.Reason != "" && waiting.Reason != "PodInitializing" {
		return waiting.Reason
	}
	return fmt.Sprintf("%d/%d", index, total)
}

// isSidecar tells whether an init container stays beside the main ones for the life of the pod.
func isSidecar(container *corev1.Container) bool {
	return container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways
}
