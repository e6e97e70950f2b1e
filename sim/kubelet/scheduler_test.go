package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

func TestPodsAreSpread(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}}}})
	var where []string
	for _, name := range []string{"a", "b", "c", "d"} {
		w.create(name)
		w.run(0)
		where = append(where, w.pod(name).Spec.NodeName)
	}
	g.Expect(where).To(gomega.Equal([]string{"node-1", "node-2", "node-3", "node-1"}))
}

func TestFullNodes(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{
		Nodes:   []Node{{Name: "n1", Pods: 1}, {Name: "n2", Pods: 1, Labels: map[string]string{"disk": "ssd"}}},
		Scripts: []Script{{Runs: []Run{{For: 10 * time.Second}}}},
	})
	for _, name := range []string{"a", "b", "c"} {
		w.create(name)
	}
	w.create("picky", func(p *corev1.Pod) { p.Spec.NodeSelector = map[string]string{"disk": "ssd"} })
	w.run(5 * time.Second)
	g.Expect(w.condition("c", corev1.PodScheduled)).To(gomega.Equal(corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable",
		Message: "0/2 nodes are available: 2 Too many pods. preemption: 0/2 nodes are available: " +
			"2 No preemption victims found for incoming pod.",
		LastTransitionTime: at(0),
	}))
	g.Expect(w.condition("picky", corev1.PodScheduled).Message).To(gomega.Equal(
		"0/2 nodes are available: 1 Too many pods, 1 node(s) didn't match Pod's node affinity/selector. " +
			"preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, " +
			"1 Preemption is not helpful for scheduling."))
	w.run(time.Minute)
	g.Expect(w.moments("start", "c", "main")).To(gomega.Equal([]float64{10}))
	g.Expect(w.moments("start", "picky", "main")).To(gomega.Equal([]float64{10}))
	g.Expect(w.pod("picky").Spec.NodeName).To(gomega.Equal("n2"))
}

func TestCordon(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Nodes: []Node{{Name: "n"}}})
	set := func(unschedulable bool) {
		n := *w.node("n")
		n.Spec.Unschedulable = unschedulable
		_, err := w.user.Update(&n)
		g.Expect(err).NotTo(gomega.HaveOccurred())
	}
	set(true)
	w.create("a")
	w.create("b", func(p *corev1.Pod) {
		p.Spec.Tolerations = append(p.Spec.Tolerations, corev1.Toleration{Operator: corev1.TolerationOpExists})
	})
	w.at(20*time.Second, func() { set(false) })
	w.run(10 * time.Second)
	g.Expect(w.condition("a", corev1.PodScheduled).Message).To(gomega.HavePrefix(
		"0/1 nodes are available: 1 node(s) were unschedulable."))
	g.Expect(w.pod("b").Status.Phase).To(gomega.Equal(corev1.PodSucceeded))
	w.run(time.Minute)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{20}))
}

func TestUnreachableNodesAreAvoided(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Nodes: []Node{{Name: "n1"}, {Name: "n2", Pods: 1}}, Scripts: forever(Stop{}).Scripts})
	w.at(0, func() { w.mustDo(w.LoseNode("n1")) })
	w.at(51*time.Second, func() { w.create("a"); w.create("b") })
	w.run(time.Minute)
	g.Expect(w.pod("a").Spec.NodeName).To(gomega.Equal("n2"))
	g.Expect(w.condition("b", corev1.PodScheduled).Message).To(gomega.HavePrefix(
		"0/2 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint(s)."))
}

func TestScriptHoldsPodBack(t *testing.T) { // EXT-9
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Unschedulable: 90 * time.Second}}})
	w.create("a")
	w.run(time.Second)
	g.Expect(w.condition("a", corev1.PodScheduled).Message).To(gomega.HavePrefix(
		"0/3 nodes are available: 3 Insufficient cpu."))
	w.run(time.Hour)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{90}))
	g.Expect(w.condition("a", corev1.PodScheduled).Status).To(gomega.Equal(corev1.ConditionTrue))
}

func TestSchedulingGates(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{})
	w.create("a", func(p *corev1.Pod) { p.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "quota"}} })
	w.at(30*time.Second, func() {
		p := *w.pod("a")
		p.Spec.SchedulingGates = nil
		_, err := w.user.Update(&p)
		g.Expect(err).NotTo(gomega.HaveOccurred())
	})
	w.run(time.Hour)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{30}))
}

func TestPodsThatSkipTheScheduler(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{})
	w.create("a", func(p *corev1.Pod) { p.Spec.NodeName = "node-2" })
	w.create("b", func(p *corev1.Pod) { p.Spec.NodeName = "nowhere" })
	w.run(time.Hour)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodSucceeded))
	g.Expect(w.pod("b")).To(gomega.BeNil()) // orphaned (EXT-7)
}

func TestNormalEvents(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Events: true})
	w.create("a")
	w.run(time.Minute)
	var reasons []string
	for _, e := range w.trace.Entries {
		if ev, ok := e.Object.(*corev1.Event); ok {
			reasons = append(reasons, ev.Reason)
		}
	}
	g.Expect(reasons).To(gomega.Equal([]string{"Scheduled", "Pulled", "Created", "Started"}))
}
