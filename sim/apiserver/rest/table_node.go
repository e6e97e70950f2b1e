package rest

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// A node's roles are said by labels.
const (
	nodeRolePrefix = "node-role.kubernetes.io/"
	nodeRoleLabel  = "kubernetes.io/role"
)

var nodePrinter = printer{
	columns: []metav1.TableColumnDefinition{
		nameColumn,
		column("Status", "Whether the node is ready, and whether pods are scheduled to it."),
		column("Roles", "The roles that the node's labels give it."),
		ageColumn,
		column("Version", corev1.NodeSystemInfo{}.SwaggerDoc()["kubeletVersion"]),
		wide("Internal-IP", corev1.NodeStatus{}.SwaggerDoc()["addresses"]),
		wide("External-IP", corev1.NodeStatus{}.SwaggerDoc()["addresses"]),
		wide("OS-Image", corev1.NodeSystemInfo{}.SwaggerDoc()["osImage"]),
		wide("Kernel-Version", corev1.NodeSystemInfo{}.SwaggerDoc()["kernelVersion"]),
		wide("Container-Runtime", corev1.NodeSystemInfo{}.SwaggerDoc()["containerRuntimeVersion"]),
	},
	cells: func(o apiserver.Object, now time.Time) []any {
		node := o.(*corev1.Node)
		info := &node.Status.NodeInfo
		kernel := orElse(info.KernelVersion, "<unknown>")
		if info.Architecture != "" {
			kernel += " (" + info.Architecture + ")"
		}
		return []any{node.Name, nodeStatus(node), orElse(nodeRoles(node), "<none>"),
			age(node.CreationTimestamp.Time, now), info.KubeletVersion, nodeAddress(node, corev1.NodeInternalIP),
			nodeAddress(node, corev1.NodeExternalIP), orElse(info.OSImage, "<unknown>"), kernel,
			orElse(info.ContainerRuntimeVersion, "<unknown>")}
	},
}

func nodeStatus(node *corev1.Node) string {
	status := "Unknown"
	for _, c := range node.Status.Conditions {
		switch {
		case c.Type != corev1.NodeReady:
		case c.Status == corev1.ConditionTrue:
			status = "Ready"
		default:
			status = "NotReady"
		}
	}
	if node.Spec.Unschedulable {
		status += ",SchedulingDisabled"
	}
	return status
}

func nodeRoles(node *corev1.Node) string {
	var roles []string
	for label, value := range node.Labels {
		if role, ok := strings.CutPrefix(label, nodeRolePrefix); ok && role != "" {
			roles = append(roles, role)
		} else if label == nodeRoleLabel && value != "" {
			roles = append(roles, value)
		}
	}
	slices.Sort(roles)
	return strings.Join(slices.Compact(roles), ",")
}

func nodeAddress(node *corev1.Node, of corev1.NodeAddressType) string {
	for _, address := range node.Status.Addresses {
		if address.Type == of {
			return address.Address
		}
	}
	return "<none>"
}
