package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

func TestReadinessGates(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}, Ready: 10 * time.Second}}})
	w.create("a", func(p *corev1.Pod) {
		p.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "x/ready"}, {ConditionType: "y/ready"}}
	})
	w.at(5*time.Second, func() {
		p := *w.pod("a")
		p.Status.Conditions = append(p.Status.Conditions[:len(p.Status.Conditions):len(p.Status.Conditions)],
			corev1.PodCondition{Type: "x/ready", Status: corev1.ConditionFalse})
		_, err := w.user.UpdateStatus(&p)
		g.Expect(err).NotTo(gomega.HaveOccurred())
	})
	w.run(9 * time.Second)
	g.Expect(w.condition("a", corev1.PodReady).Reason).To(gomega.Equal("ContainersNotReady"))
	w.run(10 * time.Second)
	g.Expect(w.condition("a", corev1.ContainersReady).Status).To(gomega.Equal(corev1.ConditionTrue))
	g.Expect(w.condition("a", corev1.PodReady).Reason).To(gomega.Equal("ReadinessGatesNotReady"))
	g.Expect(w.condition("a", corev1.PodReady).Message).To(gomega.Equal(
		`the status of pod readiness gate "x/ready" is not "True", but False, ` +
			`corresponding condition of pod readiness gate "y/ready" does not exist.`))
	g.Expect(w.condition("a", "x/ready").Status).To(gomega.Equal(corev1.ConditionFalse), "what others say is kept")
}

func TestConditionsDuringStart(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Start: 5 * time.Second, Runs: []Run{{For: Forever}}}}})
	w.create("a", func(p *corev1.Pod) { p.Generation = 1 })
	w.run(4 * time.Second)
	g.Expect(w.condition("a", corev1.PodReadyToStartContainers)).To(gomega.Equal(corev1.PodCondition{
		Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionFalse, Reason: "PodSandboxNotReady",
		Message: "no pod sandbox exists", LastTransitionTime: at(0), ObservedGeneration: 1,
	}))
	g.Expect(w.condition("a", corev1.PodInitialized).Status).To(gomega.Equal(corev1.ConditionTrue))
	g.Expect(w.condition("a", corev1.PodReady).Reason).To(gomega.Equal("ContainersNotReady"))
	g.Expect(w.pod("a").Status.PodIP).To(gomega.BeEmpty())
	w.run(6 * time.Second)
	g.Expect(w.condition("a", corev1.PodReadyToStartContainers)).To(gomega.Equal(corev1.PodCondition{
		Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionTrue, LastTransitionTime: at(5 * time.Second),
		ObservedGeneration: 1,
	}))
	g.Expect(w.condition("a", corev1.PodScheduled).LastTransitionTime.Time).To(gomega.Equal(at(0).Time))
	g.Expect(w.pod("a").Status.HostIP).To(gomega.Equal("172.18.0.2"))
}

func TestEvictionOnTopOfAnotherDisruption(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(forever(Stop{}))
	w.create("a")
	w.run(time.Second)
	p := *w.pod("a")
	p.Status.Conditions = append(p.Status.Conditions[:5:5], corev1.PodCondition{
		Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "PreemptionByScheduler", LastTransitionTime: at(0),
	})
	_, err := w.user.UpdateStatus(&p)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	w.run(5 * time.Second)
	g.Expect(w.EvictPod("default", "a")).To(gomega.Succeed())
	g.Expect(w.condition("a", corev1.DisruptionTarget).Reason).To(gomega.Equal("TerminationByKubelet"))
	g.Expect(w.condition("a", corev1.DisruptionTarget).LastTransitionTime.Time).To(gomega.Equal(at(0).Time))
	g.Expect(w.pod("a").Status.Conditions).To(gomega.HaveLen(6))
}

func TestManyPods(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Nodes: []Node{{Name: "n", Pods: 10}}, Scripts: []Script{{Runs: []Run{{For: time.Second}}}}})
	for i := range 500 {
		w.create("p" + string(rune('a'+i/26)) + string(rune('a'+i%26)))
	}
	steps := w.queue.Steps()
	w.run(time.Hour)
	for _, obj := range w.server.objects {
		if p, ok := obj.(*corev1.Pod); ok {
			g.Expect(p.Status.Phase).To(gomega.Equal(corev1.PodSucceeded))
		}
	}
	g.Expect(len(w.byName["n"].workers)).To(gomega.BeNumerically("<", 200), "workers that are done are dropped")
	g.Expect(w.queue.Steps()-steps).To(gomega.BeNumerically("<", 5*500), "events for each pod")
	g.Expect(w.queue.Now()).To(gomega.Equal(time.Hour))
}
