package core

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ports warns of ports of one pod that get in each other's way, or seem to.
func (w *warner) ports() {
	type declared struct {
		path *field.Path
		port corev1.ContainerPort
	}
	earlier := map[string][]declared{}
	visitContainers(w.spec, w.path, func(c *corev1.Container, path *field.Path) {
		for i, port := range c.Ports {
			at := path.Child("ports").Index(i)
			if port.HostIP != "" && port.HostPort == 0 {
				w.add(at, "hostIP set without hostPort: %+v", port)
			}
			key := fmt.Sprintf("%d/%s", port.ContainerPort, port.Protocol)
			for _, other := range earlier[key] {
				if conflict := portConflict(&port, &other.port); conflict != "" {
					w.add(at, "%s port definition with %s", conflict, other.path)
				}
			}
			earlier[key] = append(earlier[key], declared{at, port})
		}
	})
	names := map[string]*field.Path{}
	visitContainers(w.spec, w.path, func(c *corev1.Container, path *field.Path) {
		for i, port := range c.Ports {
			at := path.Child("ports").Index(i)
			first, found := names[port.Name]
			switch {
			case port.Name == "":
			case found:
				w.add(at, "duplicate port name %q with %s, services and probes that select ports by name will use %s",
					port.Name, first, first)
			default:
				names[port.Name] = at
			}
		}
	})
}

// portConflict names the relation of two ports with the same number and protocol.
func portConflict(port, other *corev1.ContainerPort) string {
	switch {
	case port.HostIP == other.HostIP && port.HostPort == other.HostPort:
		return "duplicate"
	case port.HostPort == 0 || other.HostPort == 0:
		return "overlapping"
	case port.HostPort == other.HostPort && (port.HostIP == "") != (other.HostIP == ""):
		return "dangerously ambiguous"
	}
	return ""
}
