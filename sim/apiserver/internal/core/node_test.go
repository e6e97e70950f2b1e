package core_test

import (
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

func TestNodes(t *testing.T) {
	g := gomega.NewWithT(t)
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n", ResourceVersion: "1"}}
	node.Status.Capacity = corev1.ResourceList{"cpu": resource.MustParse("4")}
	core.DefaultNode(node)
	g.Expect(node.Status.Allocatable).To(gomega.Equal(node.Status.Capacity))
	g.Expect(core.ValidateNode(node)).To(gomega.BeEmpty())

	lost := node.DeepCopy()
	lost.Spec.Taints = []corev1.Taint{{Key: "node.kubernetes.io/unreachable", Effect: corev1.TaintEffectNoExecute}}
	g.Expect(core.ValidateNodeUpdate(lost, node)).To(gomega.BeEmpty())

	lost.Name, lost.Namespace = "A", "ns"
	lost.Spec.Taints = append(lost.Spec.Taints, lost.Spec.Taints[0], corev1.Taint{Key: "-", Value: "-", Effect: "x"},
		corev1.Taint{Key: "a"})
	taints := []any{"Duplicate value metadata.taints[1]", "Invalid value metadata.taints[2].key",
		"Invalid value metadata.taints[2].value", "Unsupported value metadata.taints[2].effect",
		"Required value metadata.taints[3].effect"}
	g.Expect(listed(core.ValidateNode(lost))).To(gomega.ConsistOf(
		append(taints, "Invalid value metadata.name", "Forbidden metadata.namespace")...))
	g.Expect(listed(core.ValidateNodeUpdate(lost, node))).To(gomega.ConsistOf(
		append(taints, "Invalid value metadata.name", "Invalid value metadata.namespace", "Forbidden metadata.namespace")...))
}
