package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

// restartAllOn gives the container main a rule that restarts the whole pod after an exit code.
func restartAllOn(code int32) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		never := corev1.ContainerRestartPolicyNever
		p.Spec.Containers[0].RestartPolicy = &never
		p.Spec.Containers[0].RestartPolicyRules = []corev1.ContainerRestartRule{{
			Action: corev1.ContainerRestartRuleActionRestartAllContainers,
			ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{
				Operator: corev1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{code},
			},
		}}
	}
}

func TestRestartAllContainers(t *testing.T) { // KUB-9
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{
		Containers: map[string][]Run{
			"main": {{For: 5 * time.Second, Exit: 42}, {For: time.Second}}, "aux": {{For: 20 * time.Second}},
			"one": {{For: 2 * time.Second}},
		},
		Stop: Stop{Ignore: true},
	}}})
	w.create("a", withInit("one"), restartAllOn(42), func(p *corev1.Pod) {
		p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "aux", Image: "busybox"})
	})
	w.run(8 * time.Second)
	g.Expect(w.condition("a", corev1.AllContainersRestarting).Status).To(gomega.Equal(corev1.ConditionTrue))
	w.run(time.Minute)
	g.Expect(w.story("a")[2:]).To(gomega.Equal([]string{
		"0s kubelet/node-1 update Pending one:running aux:PodInitializing main:PodInitializing",
		"2s kubelet/node-1 update Running one:Completed(0)+ aux:running+ main:running+",
		"7s kubelet/node-1 update Running one:Completed(0)+ aux:running+ main:Error(42)",
		"9s kubelet/node-1 update Running one:RestartingAllContainersx1 aux:RestartingAllContainersx1 main:RestartingAllContainersx1",
		"10s kubelet/node-1 update Pending one:runningx1 aux:RestartingAllContainersx1 main:RestartingAllContainersx1",
		"12s kubelet/node-1 update Running one:Completed(0)+x1 aux:running+x1 main:running+x1",
		"13s kubelet/node-1 update Running one:Completed(0)+x1 aux:running+x1 main:Completed(0)x1",
		"32s kubelet/node-1 update Succeeded one:Completed(0)+x1 aux:Completed(0)x1 main:Completed(0)x1",
	}))
	g.Expect(w.condition("a", corev1.AllContainersRestarting).Reason).To(gomega.Equal("PodCompleted"))
}

func TestRestartAllContainersTakesTime(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(runsOf(Run{Exit: 42}))
	w.create("a", restartAllOn(42))
	w.at(4500*time.Millisecond, func() { w.delete("a") })
	w.run(time.Minute)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{0, 1, 2, 3, 4}))
	g.Expect(w.pod("a")).To(gomega.BeNil())
}
