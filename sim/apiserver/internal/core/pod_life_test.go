package core_test

import (
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

func TestEXT10_DeletionGrace(t *testing.T) {
	for _, row := range []struct {
		name  string
		node  string
		phase corev1.PodPhase
		asked *int64
		spec  *int64
		want  int64
	}{
		{"from the spec", "n", corev1.PodRunning, nil, ptr.To[int64](30), 30},
		{"as asked", "n", corev1.PodRunning, ptr.To[int64](5), ptr.To[int64](30), 5},
		{"at once", "n", corev1.PodRunning, ptr.To[int64](0), ptr.To[int64](30), 0},
		{"negative", "n", corev1.PodRunning, ptr.To[int64](-1), ptr.To[int64](30), 1},
		{"unscheduled", "", corev1.PodPending, ptr.To[int64](5), ptr.To[int64](30), 0},
		{"succeeded", "n", corev1.PodSucceeded, nil, ptr.To[int64](30), 0},
		{"failed", "n", corev1.PodFailed, nil, ptr.To[int64](30), 0},
		{"nothing said", "n", corev1.PodRunning, nil, nil, 0},
	} {
		t.Run("EXT-10 "+row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			pod := &corev1.Pod{Spec: corev1.PodSpec{NodeName: row.node, TerminationGracePeriodSeconds: row.spec},
				Status: corev1.PodStatus{Phase: row.phase}}
			g.Expect(core.PodDeletionGrace(pod, &metav1.DeleteOptions{GracePeriodSeconds: row.asked})).To(gomega.Equal(row.want))
			if row.asked == nil {
				g.Expect(core.PodDeletionGrace(pod, nil)).To(gomega.Equal(row.want))
			}
		})
	}
}

func TestSelectableFields(t *testing.T) {
	g := gomega.NewWithT(t)
	pod := storedPod(func(pod *corev1.Pod) { pod.Spec.NodeName = "n" })
	pod.Status.PodIPs = []corev1.PodIP{{IP: "1.2.3.4"}}
	g.Expect(core.SelectableFields(pod)).To(gomega.BeEquivalentTo(map[string]string{
		"metadata.name": "p", "metadata.namespace": "ns", "spec.nodeName": "n", "spec.restartPolicy": "Never",
		"spec.schedulerName": "default-scheduler", "spec.serviceAccountName": "default", "spec.hostNetwork": "false",
		"status.phase": "Pending", "status.podIP": "1.2.3.4", "status.nominatedNodeName": ""}))
}

func TestTIME0_WholeSeconds(t *testing.T) {
	g := gomega.NewWithT(t)
	fine := metav1.Unix(1000, 500)
	pod := richPod()
	pod.CreationTimestamp, pod.ManagedFields = fine, []metav1.ManagedFieldsEntry{{Time: fine.DeepCopy()}}
	state := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: fine},
		Terminated: &corev1.ContainerStateTerminated{StartedAt: fine, FinishedAt: fine}}
	pod.Status = corev1.PodStatus{StartTime: fine.DeepCopy(),
		Conditions:        []corev1.PodCondition{{LastProbeTime: fine, LastTransitionTime: fine}},
		ContainerStatuses: []corev1.ContainerStatus{{State: state, LastTerminationState: state}}}
	original := pod.DeepCopy()
	cut := *pod
	core.TruncatePodTimes(&cut)
	g.Expect(pod).To(gomega.Equal(original), "the pod given was written to")
	g.Expect(text(g, &cut)).To(gomega.Equal(text(g, pod)), "what is on the wire has no fractions anyway")
	for _, got := range []metav1.Time{cut.CreationTimestamp, *cut.ManagedFields[0].Time, *cut.Status.StartTime,
		cut.Status.Conditions[0].LastProbeTime, cut.Status.ContainerStatuses[0].State.Running.StartedAt,
		cut.Status.ContainerStatuses[0].LastTerminationState.Terminated.FinishedAt} {
		g.Expect(got.Nanosecond()).To(gomega.BeZero())
	}
	g.Expect(testing.AllocsPerRun(10, func() { core.TruncatePodTimes(&cut) })).To(gomega.BeZero())
}
