package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

func TestDeletionEndsTerminalFirst(t *testing.T) { // KUB-8
	zero := int32(0)
	for _, c := range []struct {
		name string
		stop Stop
		want []string
	}{
		{"no handler for SIGTERM", Stop{}, []string{
			"10s user delete Running main:running+",
			"10s kubelet/node-1 update Failed main:Error(143)",
			"10s kubelet/node-1 delete Failed main:Error(143)",
			"10s removed Failed",
		}},
		{"a clean end", Stop{After: 5 * time.Second, Exit: &zero}, []string{
			"10s user delete Running main:running+",
			"15s kubelet/node-1 update Succeeded main:Completed(0)",
			"15s kubelet/node-1 delete Succeeded main:Completed(0)",
			"15s removed Succeeded",
		}},
		{"too slow", Stop{After: time.Minute, Exit: &zero}, []string{
			"10s user delete Running main:running+",
			"40s kubelet/node-1 update Failed main:Error(137)",
			"40s kubelet/node-1 delete Failed main:Error(137)",
			"40s removed Failed",
		}},
		{"deaf, and done before the grace period is", Stop{Ignore: true}, []string{
			"10s user delete Running main:running+",
			"20s kubelet/node-1 update Failed main:Error(3)",
			"20s kubelet/node-1 delete Failed main:Error(3)",
			"20s removed Failed",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: 20 * time.Second, Exit: 3}}, Stop: c.stop}}})
			w.create("a", onFailure)
			w.at(10*time.Second, func() { w.delete("a") })
			w.run(time.Hour)
			g.Expect(w.story("a")[3:]).To(gomega.Equal(c.want))
			g.Expect(w.moments("start", "a", "main")).To(gomega.HaveLen(1)) // ONF-11
			g.Expect(w.moments("exit", "a", "main")).To(gomega.HaveLen(1))
		})
	}
}

func TestDeletionOfDeafPodIsKilled(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}, Stop: Stop{Ignore: true}}}})
	w.create("a")
	w.at(10*time.Second, func() { w.delete("a") })
	w.at(15*time.Second, func() { w.delete("a", 8) }) // a shorter grace period counts from now
	w.run(time.Hour)
	g.Expect(w.moments("kill", "a", "main")).To(gomega.Equal([]float64{10, 23}))
	g.Expect(w.pod("a")).To(gomega.BeNil())
	var signals []int
	for _, e := range w.trace.Entries {
		if e.Kind == trace.Container && e.Verb == "kill" {
			signals = append(signals, e.Signal)
		}
	}
	g.Expect(signals).To(gomega.Equal([]int{15, 9}))
}

func TestFinalizerKeepsDeletedPod(t *testing.T) { // EXT-3
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}}}})
	w.create("a", func(p *corev1.Pod) { p.Finalizers = []string{"batch.kubernetes.io/job-tracking"} })
	w.at(10*time.Second, func() { w.delete("a") })
	w.run(time.Hour)
	p := w.pod("a")
	g.Expect(p.Status.Phase).To(gomega.Equal(corev1.PodFailed))
	g.Expect(*p.DeletionGracePeriodSeconds).To(gomega.Equal(int64(0)))
	untracked := *p
	untracked.Finalizers = nil
	_, err := w.user.Update(&untracked)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(w.pod("a")).To(gomega.BeNil())
}

func TestDeletionBeforeAnyContainerRan(t *testing.T) { // KUB-8
	for name, script := range map[string]Script{
		"while it is prepared":      {Start: time.Minute},
		"while its image is missed": {PullFails: Forever},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			w := newWorld(Options{Scripts: []Script{script}})
			w.create("a", func(p *corev1.Pod) { p.Finalizers = []string{"keep"} })
			w.at(5*time.Second, func() { w.delete("a") })
			w.run(time.Hour)
			g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodFailed))
			g.Expect(states(w.pod("a"))).To(gomega.Equal(" main:ContainerStatusUnknown(137)"))
			g.Expect(w.moments("start", "a", "main")).To(gomega.BeEmpty())
		})
	}
}

func TestDeletionInTheInstantOfBinding(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}}}})
	w.create("a", func(p *corev1.Pod) { p.Finalizers = []string{"keep"} })
	w.queue.Step() // bound
	w.delete("a")
	w.run(time.Minute)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodFailed))
	g.Expect(w.pod("a").Status.StartTime).NotTo(gomega.BeNil())
	g.Expect(w.moments("start", "a", "main")).To(gomega.BeEmpty())
}

func TestDeletionDuringCrashLoop(t *testing.T) { // ONF-11
	g := gomega.NewWithT(t)
	w := newWorld(runsOf(Run{Exit: 1}))
	w.create("a", onFailure, func(p *corev1.Pod) { p.Finalizers = []string{"keep"} })
	w.at(15*time.Second, func() { w.delete("a") })
	w.run(time.Hour)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{0, 0, 10}))
	g.Expect(states(w.pod("a"))).To(gomega.Equal(" main:Error(1)x2"))
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodFailed))
}

func TestDeletionDuringInitialization(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Containers: map[string][]Run{"one": {{For: Forever}}}}}})
	w.create("a", withInit("one", "two"), func(p *corev1.Pod) { p.Finalizers = []string{"keep"} })
	w.at(5*time.Second, func() { w.delete("a") })
	w.run(time.Hour)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodFailed))
	g.Expect(states(w.pod("a"))).To(gomega.Equal(" one:Error(143) two:PodInitializing main:PodInitializing"))
}

func TestForcedRemovalKillsContainers(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}, Stop: Stop{Ignore: true}}}})
	w.create("a")
	w.at(5*time.Second, func() { w.delete("a", 0) })
	w.run(time.Hour)
	g.Expect(w.story("a")[3:]).To(gomega.HaveLen(2)) // the deletion and the removal: nothing is reported any more
	g.Expect(w.moments("exit", "a", "main")).To(gomega.Equal([]float64{7}))
}

func TestSidecarsWaitForRegularContainersToStop(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}, Stop: Stop{Ignore: true}}}})
	w.create("a", withSidecars("s1", "s2"))
	w.at(10*time.Second, func() { w.delete("a") })
	w.run(time.Hour)
	g.Expect(w.moments("exit", "a", "main")).To(gomega.Equal([]float64{40}))
	// No grace is left for them, so they get the least there is.
	g.Expect(w.moments("kill", "a", "s1")).To(gomega.Equal([]float64{40, 42}))
	g.Expect(w.moments("kill", "a", "s2")).To(gomega.Equal([]float64{40, 42}))
	g.Expect(w.pod("a")).To(gomega.BeNil())
}

func TestLostPodIsNeverHeardOf(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: time.Minute, Exit: 1}}, Lost: true}}})
	w.create("a", onFailure)
	w.at(10*time.Second, func() { w.delete("a") })
	w.run(time.Hour)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodRunning))
	g.Expect(w.pod("a").DeletionTimestamp).NotTo(gomega.BeNil())
	g.Expect(w.moments("start", "a", "main")).To(gomega.HaveLen(1))
	w.delete("a", 0)
	w.run(2 * time.Hour)
	g.Expect(w.pod("a")).To(gomega.BeNil())
}

func TestPodDeadline(t *testing.T) { // ADS-11
	g := gomega.NewWithT(t)
	zero := int32(0)
	w := newWorld(Options{Scripts: []Script{{Start: time.Second, Runs: []Run{{For: Forever}},
		Stop: Stop{After: 5 * time.Second, Exit: &zero}}}})
	w.at(500*time.Millisecond, func() {
		w.create("a", func(p *corev1.Pod) { p.Spec.ActiveDeadlineSeconds = new(int64(20)) })
	})
	w.run(time.Hour)
	g.Expect(w.story("a")[3:]).To(gomega.Equal([]string{
		"1.5s kubelet/node-1 update Running main:running+",
		"20s kubelet/node-1 update Running main:running+", // not ready any more; counted from the whole second (TIME-0)
		"25s kubelet/node-1 update Failed main:Completed(0)",
	}))
	g.Expect(w.pod("a").Status.Reason).To(gomega.Equal("DeadlineExceeded"))
	g.Expect(w.pod("a").Status.Message).To(gomega.Equal("Pod was active on the node longer than the specified deadline"))
	g.Expect(w.condition("a", corev1.DisruptionTarget).Type).To(gomega.BeEmpty())
}

func TestPodDeadlineIsSetLater(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}}}})
	w.create("a")
	w.at(10*time.Second, func() {
		p := *w.pod("a")
		p.Spec.ActiveDeadlineSeconds = new(int64(15))
		_, err := w.user.Update(&p)
		g.Expect(err).NotTo(gomega.HaveOccurred())
	})
	w.run(time.Hour)
	g.Expect(w.moments("exit", "a", "main")).To(gomega.Equal([]float64{15}))
}

func TestEviction(t *testing.T) { // EXT-8
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{EvictAfter: 10 * time.Second, Start: time.Second,
		Runs: []Run{{For: Forever}}, Stop: Stop{Ignore: true}}}})
	w.create("a", onFailure)
	w.run(time.Hour)
	g.Expect(w.story("a")[4:]).To(gomega.Equal([]string{
		"11s kubelet/node-1 create Pending", // the Event
		"11s kubelet/node-1 update Running main:running+",
		"13s kubelet/node-1 update Failed main:Error(137)",
	}[1:]))
	g.Expect(w.pod("a").Status.Reason).To(gomega.Equal("Evicted"))
	g.Expect(w.condition("a", corev1.DisruptionTarget).Reason).To(gomega.Equal("TerminationByKubelet"))
	g.Expect(w.condition("a", corev1.DisruptionTarget).LastTransitionTime.Time).To(gomega.Equal(at(13 * time.Second).Time))
}

func TestEvictPod(t *testing.T) {
	g := gomega.NewWithT(t)
	zero := int32(0)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}}, {Runs: []Run{{For: Forever}}, Stop: Stop{Exit: &zero}}}})
	w.create("a")
	w.create("b")
	w.run(10 * time.Second)
	g.Expect(w.EvictPod("default", "a")).To(gomega.Succeed())
	g.Expect(w.EvictPod("default", "b")).To(gomega.Succeed())
	g.Expect(w.EvictPod("default", "c")).To(gomega.MatchError(gomega.ContainSubstring("default/c")))
	w.run(time.Minute)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodFailed))
	// A pod that ends cleanly when it is told to has succeeded even so; the condition stays.
	g.Expect(w.pod("b").Status.Phase).To(gomega.Equal(corev1.PodSucceeded))
	g.Expect(w.pod("b").Status.Reason).To(gomega.BeEmpty())
	g.Expect(w.condition("b", corev1.DisruptionTarget).Status).To(gomega.Equal(corev1.ConditionTrue))
	g.Expect(w.EvictPod("default", "a")).To(gomega.Succeed()) // no use, no harm
}

func TestSomebodyElseFailsThePod(t *testing.T) { // ONF-9
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: Forever}}}}})
	w.create("a", onFailure)
	w.at(10*time.Second, func() {
		p := *w.pod("a")
		p.Status.Phase, p.Status.Reason = corev1.PodFailed, "Preempted"
		_, err := w.user.UpdateStatus(&p)
		g.Expect(err).NotTo(gomega.HaveOccurred())
	})
	w.run(time.Hour)
	g.Expect(w.moments("exit", "a", "main")).To(gomega.Equal([]float64{10}))
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodFailed))
	g.Expect(w.pod("a").Status.Reason).To(gomega.Equal("Preempted"))
}
