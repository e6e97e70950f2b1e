package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

func withInit(names ...string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		for _, n := range names {
			p.Spec.InitContainers = append(p.Spec.InitContainers, corev1.Container{Name: n, Image: "init"})
		}
	}
}

func withSidecars(names ...string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		always := corev1.ContainerRestartPolicyAlways
		for _, n := range names {
			p.Spec.InitContainers = append(p.Spec.InitContainers,
				corev1.Container{Name: n, Image: "sidecar", RestartPolicy: &always})
		}
	}
}

func TestInitContainersRunInOrder(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{
		Containers: map[string][]Run{"one": {{For: time.Second}}, "two": {{For: 2 * time.Second}}},
		Runs:       []Run{{For: 3 * time.Second}},
	}}})
	w.create("a", withInit("one", "two"))
	w.run(time.Minute)
	g.Expect(w.story("a")[2:]).To(gomega.Equal([]string{
		"0s kubelet/node-1 update Pending one:running two:PodInitializing main:PodInitializing",
		"1s kubelet/node-1 update Pending one:Completed(0)+ two:running main:PodInitializing",
		"3s kubelet/node-1 update Running one:Completed(0)+ two:Completed(0)+ main:running+",
		"6s kubelet/node-1 update Succeeded one:Completed(0)+ two:Completed(0)+ main:Completed(0)",
	}))
}

func TestInitContainerCrashLoop(t *testing.T) { // KUB-7: the pod is Pending
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{
		Containers: map[string][]Run{"one": {{Exit: 1}, {Exit: 1}, {For: time.Second}}},
		Runs:       []Run{{For: 3 * time.Second}},
	}}})
	w.create("a", onFailure, withInit("one"))
	w.run(5 * time.Second)
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodPending))
	g.Expect(states(w.pod("a"))).To(gomega.Equal(" one:CrashLoopBackOffx1 main:PodInitializing"))
	g.Expect(w.condition("a", corev1.PodInitialized).Message).To(
		gomega.Equal("containers with incomplete status: [one]"))
	w.run(time.Minute)
	g.Expect(w.moments("start", "a", "one")).To(gomega.Equal([]float64{0, 0, 10}))
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{11}))
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodSucceeded))
}

func TestInitContainerFailsPod(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Containers: map[string][]Run{
		"side": {{For: Forever}}, "one": {{For: time.Second, Exit: 1}},
	}, Stop: Stop{After: 3 * time.Second}}}})
	w.create("a", withSidecars("side"), withInit("one"))
	w.run(time.Minute)
	g.Expect(w.moments("start", "a", "main")).To(gomega.BeEmpty())
	g.Expect(w.story("a")[2:]).To(gomega.Equal([]string{
		"0s kubelet/node-1 update Pending side:running+ one:running main:PodInitializing",
		// The phase waits for the sidecar.
		"1s kubelet/node-1 update Pending side:running+ one:Error(1) main:PodInitializing",
		"4s kubelet/node-1 update Failed side:Error(143) one:Error(1) main:PodInitializing",
	}))
}

func TestSidecars(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{
		Containers: map[string][]Run{"s1": {{For: Forever}}, "s2": {{For: Forever}}},
		Runs:       []Run{{For: 10 * time.Second}},
		Stop:       Stop{After: time.Second},
	}}})
	w.create("a", withSidecars("s1", "s2"))
	w.run(time.Minute)
	g.Expect(w.moments("start", "a", "s1")).To(gomega.Equal([]float64{0}))
	g.Expect(w.story("a")[2:]).To(gomega.Equal([]string{
		"0s kubelet/node-1 update Running s1:running+ s2:running+ main:running+",
		"10s kubelet/node-1 update Running s1:running+ s2:running+ main:Completed(0)",
		"12s kubelet/node-1 update Succeeded s1:Error(143) s2:Error(143) main:Completed(0)",
	}))
	// The last one to start is the first to be stopped.
	g.Expect(w.moments("kill", "a", "s2")).To(gomega.Equal([]float64{10}))
	g.Expect(w.moments("kill", "a", "s1")).To(gomega.Equal([]float64{11}))
}

func TestSidecarIsRestarted(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{
		Containers: map[string][]Run{"side": {{For: 2 * time.Second}}},
		Runs:       []Run{{For: 20 * time.Second}},
	}}})
	w.create("a", withSidecars("side"))
	w.run(time.Minute)
	g.Expect(w.moments("start", "a", "side")).To(gomega.Equal([]float64{0, 2, 14}))
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodSucceeded))
	g.Expect(w.story("a")).To(gomega.ContainElement(
		"4s kubelet/node-1 update Running side:CrashLoopBackOffx1 main:running+"))
}

func TestCrashingSidecarDoesNotHoldBackTheNextContainer(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{
		Containers: map[string][]Run{"side": {{Exit: 1}, {Exit: 1}, {For: Forever}}, "one": {{For: time.Second}}},
	}}})
	w.create("a", withInit("one"), withSidecars("side"))
	w.run(time.Minute)
	// A sidecar lets the next container start as soon as it runs, and is started again beside it.
	g.Expect(w.moments("start", "a", "side")).To(gomega.Equal([]float64{1, 1}))
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodSucceeded))
}

func TestSeveralContainers(t *testing.T) {
	second := func(p *corev1.Pod) {
		p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "aux", Image: "busybox"})
	}
	script := Options{Scripts: []Script{{Containers: map[string][]Run{
		"main": {{For: 2 * time.Second, Exit: 1}, {For: 9 * time.Second}}, "aux": {{For: 5 * time.Second}},
	}}}}
	t.Run("Never: the pod fails when the last has ended", func(t *testing.T) {
		g := gomega.NewWithT(t)
		w := newWorld(script)
		w.create("a", second)
		w.run(time.Minute)
		g.Expect(w.story("a")[2:]).To(gomega.Equal([]string{
			"0s kubelet/node-1 update Running aux:running+ main:running+", // in the order of their names
			"2s kubelet/node-1 update Running aux:running+ main:Error(1)",
			"5s kubelet/node-1 update Failed aux:Completed(0) main:Error(1)",
		}))
	})
	t.Run("OnFailure: the failed one is restarted, the other is not", func(t *testing.T) {
		g := gomega.NewWithT(t)
		w := newWorld(script)
		w.create("a", second, onFailure)
		w.run(time.Minute)
		g.Expect(w.story("a")[3:]).To(gomega.Equal([]string{
			"2s kubelet/node-1 update Running aux:running+ main:running+x1",
			"5s kubelet/node-1 update Running aux:Completed(0) main:running+x1",
			"11s kubelet/node-1 update Succeeded aux:Completed(0) main:Completed(0)x1",
		}))
	})
}
