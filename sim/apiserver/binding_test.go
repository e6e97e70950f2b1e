package apiserver

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestBind(t *testing.T) {
	c := newCluster(t, Options{})
	pod := create(c, newPod("p"))
	before := pod.DeepCopy()
	c.queue.AdvanceTo(2500 * time.Millisecond)
	bound := c.bind(pod)
	c.Expect(pod).To(gomega.Equal(before), "the stored object is not written into")
	c.Expect(bound.Spec.NodeName).To(gomega.Equal("node-1"), "nobody looks whether there is such a node")
	c.Expect(bound.Status.Conditions).To(gomega.Equal([]corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(at(2))},
	}))
	c.Expect(c.recorder.last().Text).To(gomega.Equal("to node-1"))
	c.Expect(c.recorder.last().Subresource).To(gomega.Equal("binding"))
}

func TestBindReplacesTheCondition(t *testing.T) {
	for _, status := range []corev1.ConditionStatus{corev1.ConditionFalse, corev1.ConditionTrue} {
		c := newCluster(t, Options{})
		changed := *create(c, newPod("p"))
		since := metav1.NewTime(at(1))
		changed.Status.Conditions = []corev1.PodCondition{
			{Type: "Other", Status: corev1.ConditionTrue},
			{Type: corev1.PodScheduled, Status: status, Reason: "Unschedulable", LastTransitionTime: since},
		}
		_, err := c.server.As("scheduler").UpdateStatus(&changed)
		c.Expect(err).NotTo(gomega.HaveOccurred())
		c.queue.AdvanceTo(3 * time.Second)
		want := metav1.NewTime(at(3))
		if status == corev1.ConditionTrue {
			want = since // no transition
		}
		conditions := c.bind(&changed).Status.Conditions
		c.Expect(conditions).To(gomega.HaveLen(2))
		c.Expect(conditions[1]).To(gomega.Equal(corev1.PodCondition{
			Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: want,
		}))
		c.Expect(changed.Status.Conditions[1].Status).To(gomega.Equal(status))
	}
}

func TestBindRefuses(t *testing.T) {
	c := newCluster(t, Options{})
	scheduler := c.server.As("scheduler")
	c.expectStatus(scheduler.Bind("default", "p", "n"), 404, metav1.StatusReasonNotFound, `pods "p" not found`)

	c.bind(create(c, newPod("p")))
	c.expectStatus(scheduler.Bind("default", "p", "node-2"), 409, metav1.StatusReasonConflict,
		`Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "node-1"`)

	held := newPod("held")
	held.Finalizers = []string{"example.com/hold"}
	create(c, held)
	c.Expect(c.user.Delete(KeyOf(held), nil)).To(gomega.Succeed())
	c.expectStatus(scheduler.Bind("default", "held", "n"), 409, metav1.StatusReasonConflict,
		"pod held is being deleted, cannot be assigned to a host")

	gated := newPod("gated")
	gated.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/gate"}}
	create(c, gated)
	c.expectStatus(scheduler.Bind("default", "gated", "n"), 409, metav1.StatusReasonConflict,
		"pod gated has non-empty .spec.schedulingGates")
}
