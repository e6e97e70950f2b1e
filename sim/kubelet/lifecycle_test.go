package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

func TestPodSucceeds(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{For: 5 * time.Second}}}}})
	w.create("a")
	w.run(time.Minute)
	g.Expect(w.story("a")).To(gomega.Equal([]string{
		"0s user create Pending",
		"0s scheduler create Pending",
		"0s kubelet/node-1 update Running main:running+",
		"5s kubelet/node-1 update Succeeded main:Completed(0)",
	}))
	p := w.pod("a")
	g.Expect(p.Status.StartTime.Time).To(gomega.Equal(at(0).Time))
	g.Expect(p.Status.PodIP).To(gomega.Equal("10.0.0.2"))
	g.Expect(p.Status.Conditions).To(gomega.HaveLen(5))
	for _, want := range []struct {
		t      corev1.PodConditionType
		status corev1.ConditionStatus
		reason string
	}{
		{corev1.PodReadyToStartContainers, corev1.ConditionFalse, "PodSandboxNotReady"},
		{corev1.PodInitialized, corev1.ConditionTrue, "PodCompleted"},
		{corev1.PodReady, corev1.ConditionFalse, "PodCompleted"},
		{corev1.ContainersReady, corev1.ConditionFalse, "PodCompleted"},
		{corev1.PodScheduled, corev1.ConditionTrue, ""},
	} {
		got := w.condition("a", want.t)
		g.Expect(got.Status).To(gomega.Equal(want.status), string(want.t))
		g.Expect(got.Reason).To(gomega.Equal(want.reason), string(want.t))
	}
}

func TestPodFails(t *testing.T) { // NEV-1
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Start: 2 * time.Second, Ready: time.Second,
		Runs: []Run{{For: 5 * time.Second, Exit: 3, Message: "no such file"}}}}})
	w.create("a")
	w.run(time.Minute)
	g.Expect(w.story("a")).To(gomega.Equal([]string{
		"0s user create Pending",
		"0s scheduler create Pending",
		"0s kubelet/node-1 update Pending main:ContainerCreating",
		"2s kubelet/node-1 update Running main:running",
		"3s kubelet/node-1 update Running main:running+",
		"7s kubelet/node-1 update Failed main:Error(3)",
	}))
	end := w.pod("a").Status.ContainerStatuses[0].State.Terminated
	g.Expect(end.Message).To(gomega.Equal("no such file"))
	g.Expect(end.StartedAt.Time).To(gomega.Equal(at(2 * time.Second).Time))
	g.Expect(w.condition("a", corev1.PodReady).Reason).To(gomega.Equal("PodFailed"))
}

func TestCrashLoopTimes(t *testing.T) { // KUB-1, Table A
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{Runs: []Run{{Exit: 1}}}}})
	w.create("a", onFailure)
	w.run(911 * time.Second)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal(
		[]float64{0, 0, 10, 30, 70, 150, 310, 610, 910}))
	g.Expect(w.story("a")[:8]).To(gomega.Equal([]string{
		"0s user create Pending",
		"0s scheduler create Pending",
		"0s kubelet/node-1 update Running main:running+",
		"0s kubelet/node-1 update Running main:running+x1",
		"0s kubelet/node-1 update Running main:CrashLoopBackOffx1",
		"10s kubelet/node-1 update Running main:running+x2",
		"10s kubelet/node-1 update Running main:CrashLoopBackOffx2",
		"30s kubelet/node-1 update Running main:running+x3",
	}))
}
