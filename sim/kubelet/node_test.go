package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
)

func forever(stop Stop) Options {
	return Options{Scripts: []Script{{Runs: []Run{{For: Forever}}, Stop: stop}}}
}

func (w *world) node(name string) *corev1.Node {
	n, _ := w.server.objects[apiserver.Key{Resource: apiserver.Nodes, Name: name}].(*corev1.Node)
	return n
}

func (w *world) mustDo(err error) {
	if err != nil {
		panic(err)
	}
}

func TestNodeLoss(t *testing.T) { // EXT-5
	g := gomega.NewWithT(t)
	w := newWorld(forever(Stop{}))
	w.create("a")
	w.at(100*time.Second, func() { w.mustDo(w.LoseNode("node-1")) })
	w.run(149 * time.Second)
	g.Expect(nodeReady(w.node("node-1")).Status).To(gomega.Equal(corev1.ConditionTrue))
	g.Expect(w.condition("a", corev1.PodReady).Status).To(gomega.Equal(corev1.ConditionTrue))
	w.run(150 * time.Second)
	g.Expect(nodeReady(w.node("node-1")).Status).To(gomega.Equal(corev1.ConditionUnknown))
	g.Expect(nodeReady(w.node("node-1")).Reason).To(gomega.Equal("NodeStatusUnknown"))
	g.Expect(w.node("node-1").Spec.Taints).To(gomega.HaveLen(2))
	g.Expect(w.condition("a", corev1.PodReady).Status).To(gomega.Equal(corev1.ConditionFalse))
	w.run(449 * time.Second)
	g.Expect(w.pod("a").DeletionTimestamp).To(gomega.BeNil())
	w.run(450 * time.Second)
	g.Expect(w.pod("a").DeletionTimestamp.Time).To(gomega.Equal(at(480 * time.Second).Time))
	g.Expect(w.condition("a", corev1.DisruptionTarget).Reason).To(gomega.Equal("DeletionByTaintManager"))
	w.run(time.Hour)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodRunning)) // nobody is there to end it
	g.Expect(w.moments("exit", "a", "main")).To(gomega.BeEmpty())
	_, more := w.queue.Next()
	g.Expect(more).To(gomega.BeFalse(), "a quiet cluster has no events")
}

func TestNodeReturns(t *testing.T) {
	t.Run("after the eviction: the pod ends and goes", func(t *testing.T) {
		g := gomega.NewWithT(t)
		w := newWorld(forever(Stop{}))
		w.create("a")
		w.at(100*time.Second, func() { w.mustDo(w.LoseNode("node-1")) })
		w.at(600*time.Second, func() { w.mustDo(w.ReturnNode("node-1")) })
		w.run(time.Hour)
		g.Expect(w.pod("a")).To(gomega.BeNil())
		g.Expect(w.moments("exit", "a", "main")).To(gomega.Equal([]float64{600}))
		g.Expect(w.node("node-1").Spec.Taints).To(gomega.BeEmpty())
		g.Expect(nodeReady(w.node("node-1")).Status).To(gomega.Equal(corev1.ConditionTrue))
	})
	t.Run("before the eviction: it is called off", func(t *testing.T) {
		g := gomega.NewWithT(t)
		w := newWorld(forever(Stop{}))
		w.create("a")
		w.at(100*time.Second, func() { w.mustDo(w.LoseNode("node-1")) })
		w.at(400*time.Second, func() { w.mustDo(w.ReturnNode("node-1")) })
		w.run(time.Hour)
		g.Expect(w.pod("a").DeletionTimestamp).To(gomega.BeNil())
		g.Expect(w.condition("a", corev1.PodReady).Status).To(gomega.Equal(corev1.ConditionTrue))
	})
	t.Run("before anybody has noticed", func(t *testing.T) {
		g := gomega.NewWithT(t)
		w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: 10 * time.Second}}}}})
		w.create("a")
		w.create("b")
		w.at(5*time.Second, func() { w.mustDo(w.LoseNode("node-1")) })
		w.at(20*time.Second, func() { w.mustDo(w.ReturnNode("node-1")) })
		w.run(time.Hour)
		// What happened meanwhile is reported late, with the time at which it happened.
		g.Expect(w.story("a")[3:]).To(gomega.Equal([]string{"20s kubelet/node-1 update Succeeded main:Completed(0)"}))
		end := w.pod("a").Status.ContainerStatuses[0].State.Terminated
		g.Expect(end.FinishedAt.Time).To(gomega.Equal(at(10 * time.Second).Time))
		g.Expect(w.moments("exit", "a", "main")).To(gomega.Equal([]float64{10}))
		g.Expect(nodeReady(w.node("node-1")).Status).To(gomega.Equal(corev1.ConditionTrue))
		g.Expect(w.story("b")[3:]).To(gomega.Equal([]string{"10s kubelet/node-2 update Succeeded main:Completed(0)"}))
	})
}

func TestLostNodeGoesOnByItself(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Nodes: []Node{{Name: "n"}}, Scripts: []Script{{Runs: []Run{{For: time.Second, Exit: 1}}}}})
	w.create("a", onFailure)
	w.at(0, func() { w.mustDo(w.LoseNode("n")) })
	w.at(20*time.Second, func() { w.create("late", onFailure) }) // still bound to the node: nobody has noticed
	w.at(45*time.Second, func() { w.mustDo(w.ReturnNode("n")) })
	w.run(50 * time.Second)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{45, 46})) // lost before the kubelet heard of it
	g.Expect(w.moments("start", "late", "main")).To(gomega.Equal([]float64{45, 46}))
	w.mustDo(w.LoseNode("n"))
	w.run(90 * time.Second)
	g.Expect(w.moments("start", "late", "main")).To(gomega.Equal([]float64{45, 46, 57, 78}))
	g.Expect(w.pod("late").Status.ContainerStatuses[0].RestartCount).To(gomega.Equal(int32(1)))
	w.mustDo(w.ReturnNode("n"))
	w.run(91 * time.Second)
	g.Expect(w.pod("late").Status.ContainerStatuses[0].RestartCount).To(gomega.Equal(int32(3)))
}

func TestPodIsRemovedWhileItsNodeIsLost(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(forever(Stop{}))
	w.create("a")
	w.at(10*time.Second, func() { w.mustDo(w.LoseNode("node-1")); w.delete("a", 0) })
	w.at(20*time.Second, func() { w.mustDo(w.ReturnNode("node-1")) })
	w.run(time.Minute)
	g.Expect(w.pod("a")).To(gomega.BeNil())
	g.Expect(w.moments("exit", "a", "main")).To(gomega.Equal([]float64{20}))
}

func TestTolerations(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Nodes: []Node{{Name: "n1"}, {Name: "n2"}}, Scripts: forever(Stop{}).Scripts})
	pin := func(p *corev1.Pod) { p.Spec.NodeSelector = map[string]string{corev1.LabelHostname: "n1"} }
	w.create("short", pin, func(p *corev1.Pod) { p.Spec.Tolerations[0].TolerationSeconds = new(int64(7)) })
	w.create("none", pin, func(p *corev1.Pod) { p.Spec.Tolerations = nil })
	w.create("always", pin, func(p *corev1.Pod) { p.Spec.Tolerations[0].TolerationSeconds = nil })
	w.at(0, func() { w.mustDo(w.LoseNode("n1")) })
	deletion := func(name string) time.Duration {
		for _, e := range w.trace.Entries {
			if e.Verb == "delete" && e.Name == name {
				g.Expect(e.Actor).To(gomega.Equal("taint-eviction-controller"))
				return e.At
			}
		}
		return -1
	}
	w.run(time.Hour)
	g.Expect(deletion("short")).To(gomega.Equal(57 * time.Second))
	g.Expect(deletion("none")).To(gomega.Equal(50 * time.Second))
	g.Expect(deletion("always")).To(gomega.Equal(time.Duration(-1)))
}

func TestEndedPodsAreEvictedToo(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{})
	w.create("a")
	w.at(time.Second, func() { w.mustDo(w.LoseNode("node-1")) })
	w.run(350 * time.Second)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodSucceeded))
	w.run(351 * time.Second)
	g.Expect(w.pod("a")).To(gomega.BeNil())
}

func TestNothingIsEvictedWhenEveryNodeIsLost(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Nodes: []Node{{Name: "n1"}, {Name: "n2"}}, Scripts: forever(Stop{}).Scripts})
	w.create("a")
	w.at(0, func() { w.mustDo(w.LoseNode("n1")) })
	w.at(60*time.Second, func() { w.mustDo(w.LoseNode("n2")) })
	w.run(time.Hour)
	g.Expect(w.pod("a").DeletionTimestamp).To(gomega.BeNil())
	w.mustDo(w.ReturnNode("n2"))
	w.run(time.Hour + 299*time.Second)
	g.Expect(w.pod("a").DeletionTimestamp).To(gomega.BeNil())
	w.run(time.Hour + 300*time.Second)
	g.Expect(w.pod("a").DeletionTimestamp).NotTo(gomega.BeNil())
}

func TestDeletedNode(t *testing.T) { // EXT-7
	for d := time.Second; d < 25*time.Second; d += 7 * time.Second {
		g := gomega.NewWithT(t)
		w := newWorld(forever(Stop{}))
		w.create("a", func(p *corev1.Pod) { p.Finalizers = []string{"keep"} })
		w.create("b")
		w.at(d, func() { w.mustDo(w.DeleteNode("node-1")) })
		w.run(time.Hour)
		p := w.pod("a")
		g.Expect(p.Status.Phase).To(gomega.Equal(corev1.PodFailed))
		g.Expect(w.condition("a", corev1.DisruptionTarget).Reason).To(gomega.Equal("DeletionByPodGC"))
		g.Expect(p.DeletionTimestamp.Sub(at(d).Time)).To(gomega.BeNumerically(">=", 40*time.Second))
		g.Expect(p.DeletionTimestamp.Sub(at(d).Time)).To(gomega.BeNumerically("<=", 80*time.Second))
		g.Expect(w.moments("exit", "a", "main")).To(gomega.Equal([]float64{d.Seconds()}))
		g.Expect(w.pod("b").Status.Phase).To(gomega.Equal(corev1.PodRunning))
		g.Expect(w.node("node-1")).To(gomega.BeNil())
		_, more := w.queue.Next()
		g.Expect(more).To(gomega.BeFalse(), "a quiet cluster has no events")
	}
}

func TestNodeComesBackDuringQuarantine(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(forever(Stop{}))
	w.create("a")
	w.run(time.Second)
	w.mustDo(w.user.Delete(apiserver.Key{Resource: apiserver.Nodes, Name: "node-1"}, nil)) // the object only: the machine goes on
	w.at(50*time.Second, func() {
		_, err := w.user.Create(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"}})
		g.Expect(err).NotTo(gomega.HaveOccurred())
	})
	w.run(time.Hour)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodRunning))
}

func TestNodeObjectDeletedUnderLivingMachine(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(forever(Stop{}))
	w.create("a")
	w.run(time.Second)
	w.mustDo(w.user.Delete(apiserver.Key{Resource: apiserver.Nodes, Name: "node-1"}, nil))
	w.run(time.Hour)
	g.Expect(w.pod("a")).To(gomega.BeNil())
	g.Expect(w.moments("exit", "a", "main")).To(gomega.Equal([]float64{60}))
}

func TestPodDeletedBeforeItHadANode(t *testing.T) { // EXT-7
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Unschedulable: Forever}}})
	w.create("a", func(p *corev1.Pod) { p.Finalizers = []string{"keep"} })
	w.at(47*time.Second, func() { w.delete("a") })
	w.run(59 * time.Second)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodPending))
	w.run(60 * time.Second)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodFailed))
	_, more := w.queue.Next()
	g.Expect(more).To(gomega.BeFalse(), "a quiet cluster has no events")
}

func TestOutOfService(t *testing.T) { // EXT-7
	g := gomega.NewWithT(t)
	w := newWorld(forever(Stop{}))
	w.create("a")
	w.create("b")
	w.at(time.Second, func() { w.mustDo(w.LoseNode("node-1")) })
	w.at(401*time.Second, func() {
		g.Expect(w.pod("a").DeletionTimestamp).NotTo(gomega.BeNil())
		n := *w.node("node-1")
		n.Spec.Taints = append(n.Spec.Taints[:2:2],
			corev1.Taint{Key: corev1.TaintNodeOutOfService, Effect: corev1.TaintEffectNoExecute})
		_, err := w.user.Update(&n)
		g.Expect(err).NotTo(gomega.HaveOccurred())
	})
	w.run(420 * time.Second)
	g.Expect(w.pod("a")).To(gomega.BeNil())
	g.Expect(w.pod("b").Status.Phase).To(gomega.Equal(corev1.PodRunning))
	var last []string
	for _, line := range w.story("a") {
		last = append(last, line)
	}
	g.Expect(last[len(last)-3]).To(gomega.Equal("7m0s pod-gc update Failed main:running+"))
}

func TestNodeMethodsExplainThemselves(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{})
	g.Expect(w.LoseNode("x")).To(gomega.MatchError(
		`node "x": expected one of the nodes that there are: ["node-1" "node-2" "node-3"]`))
	g.Expect(w.ReturnNode("node-1")).To(gomega.MatchError(gomega.ContainSubstring("it is connected")))
	g.Expect(w.LoseNode("node-1")).To(gomega.Succeed())
	g.Expect(w.LoseNode("node-1")).To(gomega.MatchError(gomega.ContainSubstring("it is lost already")))
	g.Expect(w.DeleteNode("node-1")).To(gomega.Succeed())
	g.Expect(w.ReturnNode("node-1")).To(gomega.MatchError(gomega.ContainSubstring(`["node-2" "node-3"]`)))
}

func TestDeletedMachineIsReplaced(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Nodes: []Node{{Name: "n"}}, Scripts: forever(Stop{}).Scripts})
	w.mustDo(w.DeleteNode("n"))
	w.create("a")
	w.run(time.Minute)
	g.Expect(w.condition("a", corev1.PodScheduled).Message).To(gomega.Equal("no nodes available to schedule pods"))
	_, err := w.user.Create(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	w.run(2 * time.Minute)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodRunning))
	g.Expect(nodeReady(w.node("n")).Status).To(gomega.Equal(corev1.ConditionTrue))
}
