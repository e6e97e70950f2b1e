package fakes

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestPodStates(t *testing.T) {
	torf, f := newJob(), newJob(replaceFailed)
	for _, c := range []struct {
		clause                         string
		pod                            *corev1.Pod
		active, terminating            bool
		failedTorF, failedF, succeeded bool
	}{
		{"STAT-1 pending", aPod("a", corev1.PodPending), true, false, false, false, false},
		{"STAT-1 running", aPod("a", corev1.PodRunning), true, false, false, false, false},
		{"STAT-1 no phase yet", aPod("a", ""), true, false, false, false, false},
		{"STAT-3, PRP-1, PRP-2 terminating", aPod("a", corev1.PodRunning, stopping), false, true, true, false, false},
		{"NEV-1 failed", aPod("a", corev1.PodFailed), false, false, true, true, false},
		{"BL-3 failed once deleted", aPod("a", corev1.PodFailed, stopping), false, false, true, true, false},
		{"COMP-15 succeeded", aPod("a", corev1.PodSucceeded), false, false, false, false, true},
		{"COMP-13 succeeded, then deleted", aPod("a", corev1.PodSucceeded, stopping), false, false, false, false, true},
	} {
		t.Run(c.clause, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(isActive(c.pod)).To(Equal(c.active), "active")
			g.Expect(isTerminating(c.pod)).To(Equal(c.terminating), "terminating")
			g.Expect(isFailed(torf, c.pod)).To(Equal(c.failedTorF), "failed under TerminatingOrFailed")
			g.Expect(isFailed(f, c.pod)).To(Equal(c.failedF), "failed under Failed")
			g.Expect(isSucceeded(c.pod)).To(Equal(c.succeeded), "succeeded")
		})
	}
}

func TestReadyNeedsTheConditionTrue(t *testing.T) { // STAT-2
	g := NewWithT(t)
	g.Expect(isReady(aPod("a", corev1.PodRunning))).To(BeFalse())
	g.Expect(isReady(aPod("a", corev1.PodRunning, ready(corev1.ConditionFalse, 1)))).To(BeFalse())
	g.Expect(isReady(aPod("a", corev1.PodRunning, ready(corev1.ConditionTrue, 1)))).To(BeTrue())
}

func TestRestartsSumOverContainersOfLivePods(t *testing.T) { // ONF-3, ONF-7
	g := NewWithT(t)
	edits := []func(*corev1.Pod){
		restarted(2), restarted(3), initContainer("setup", false, corev1.ContainerStatus{RestartCount: 1}),
		initContainer("proxy", true, corev1.ContainerStatus{RestartCount: 4}),
	}
	g.Expect(restarts(aPod("a", corev1.PodRunning, edits...))).To(BeEquivalentTo(10))
	g.Expect(restarts(aPod("a", corev1.PodPending, edits...))).To(BeEquivalentTo(10))
	g.Expect(restarts(aPod("a", corev1.PodRunning, append(edits, stopping)...))).To(BeEquivalentTo(10))
	g.Expect(restarts(aPod("a", corev1.PodSucceeded, edits...))).To(BeZero())
	g.Expect(restarts(aPod("a", corev1.PodFailed, edits...))).To(BeZero())
}

func TestJobOwnerIgnoresOtherControllers(t *testing.T) { // SEL-5
	g := NewWithT(t)
	owner := func(edit func(*metav1.OwnerReference)) *corev1.Pod {
		return aPod("a", corev1.PodRunning, func(p *corev1.Pod) { edit(&p.OwnerReferences[0]) })
	}
	g.Expect(jobOwner(owner(func(*metav1.OwnerReference) {})).UID).To(BeEquivalentTo("job-1"))
	g.Expect(jobOwner(owner(func(r *metav1.OwnerReference) { r.Kind = "ReplicaSet" }))).To(BeNil())
	g.Expect(jobOwner(owner(func(r *metav1.OwnerReference) { r.APIVersion = "acme.io/v1" }))).To(BeNil())
	g.Expect(jobOwner(owner(func(r *metav1.OwnerReference) { r.Controller = nil }))).To(BeNil())
}

func TestFinishTime(t *testing.T) { // BO-3
	sidecar := func(status corev1.ContainerStatus) func(*corev1.Pod) { return initContainer("proxy", true, status) }
	running := corev1.ContainerStatus{Name: "main"}
	for _, c := range []struct {
		name string
		pod  *corev1.Pod
		want int
	}{
		{"latest container", aPod("a", corev1.PodFailed, ended(50), ended(60), ended(55)), 60},
		{"sidecars end last", aPod("a", corev1.PodFailed, ended(50), sidecar(terminatedAt("", 70))), 70},
		{"a running sidecar hides the rest", aPod("a", corev1.PodFailed, created(5), ended(50), sidecar(running)), 5},
		{"init containers do not matter", aPod("a", corev1.PodFailed, ended(50),
			initContainer("setup", false, terminatedAt("", 90))), 50},
		{"one container without an end", aPod("a", corev1.PodFailed, created(5), ended(50), restarted(0)), 5},
		{"not ready since", aPod("a", corev1.PodFailed, ready(corev1.ConditionFalse, 40), stopping), 40},
		{"still ready: asked to stop", aPod("a", corev1.PodRunning, ready(corev1.ConditionTrue, 40), stopping), 100},
		{"asked to stop without grace", aPod("a", corev1.PodRunning, stopping,
			func(p *corev1.Pod) { p.DeletionGracePeriodSeconds = nil }), 130},
		{"nothing but its creation", aPod("a", corev1.PodFailed, created(7)), 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			NewWithT(t).Expect(finishTime(c.pod)).To(BeTemporally("==", at(c.want)))
		})
	}
}
