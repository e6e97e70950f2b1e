package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

func TestImagePullBackOff(t *testing.T) { // EXT-9
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{PullFails: 35 * time.Second, Start: time.Second}}})
	w.create("a")
	w.run(12500 * time.Millisecond)
	waiting := w.pod("a").Status.ContainerStatuses[0].State.Waiting
	g.Expect(waiting.Reason).To(gomega.Equal("ImagePullBackOff"))
	g.Expect(waiting.Message).To(gomega.HavePrefix(`Back-off pulling image "busybox": ErrImagePull: `))
	w.run(time.Hour)
	g.Expect(w.story("a")[2:]).To(gomega.Equal([]string{
		"0s kubelet/node-1 update Pending main:ContainerCreating",
		"1s kubelet/node-1 update Pending main:ErrImagePull",
		"2s kubelet/node-1 update Pending main:ImagePullBackOff",
		"11s kubelet/node-1 update Pending main:ErrImagePull",
		"12s kubelet/node-1 update Pending main:ImagePullBackOff",
		"31s kubelet/node-1 update Pending main:ErrImagePull",
		"32s kubelet/node-1 update Pending main:ImagePullBackOff",
		"1m11s kubelet/node-1 update Running main:running+",
		"1m11s kubelet/node-1 update Succeeded main:Completed(0)",
	}))
	g.Expect(w.moments("pull-failed", "a", "main")).To(gomega.Equal([]float64{1, 11, 31}))
}

func TestImageIsNeverThere(t *testing.T) { // EXT-9
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{{PullFails: Forever}}})
	w.create("a", withInit("one"))
	w.run(1300 * time.Second)
	g.Expect(w.moments("pull-failed", "a", "one")).To(gomega.Equal(
		[]float64{0, 10, 30, 70, 150, 310, 610, 910, 1210}))
	g.Expect(w.moments("pull-failed", "a", "main")).To(gomega.BeEmpty())
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodPending))
	g.Expect(states(w.pod("a"))).To(gomega.Equal(" one:ImagePullBackOff main:PodInitializing"))
}
