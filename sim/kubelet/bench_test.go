package kubelet

import (
	"strconv"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
)

// BenchmarkPodLife is one pod from creation to success: bound, running, succeeded. What the fake API server costs is
// measured by BenchmarkFakeServer; the rest is the cluster's own.
func BenchmarkPodLife(b *testing.B) {
	q := event.NewQueue(event.Fixed{})
	s := newFakeServer(q, nil)
	New(q, s, s, Options{Scripts: []Script{{Runs: []Run{{For: 10 * time.Second}}}}})
	user := s.As("user")
	template := newWorld(Options{}).create("template")
	b.ReportAllocs()
	for i := range b.N {
		p := *template
		p.Name = "pod-" + strconv.Itoa(i)
		p.ResourceVersion = ""
		_, _ = user.Create(&p)
		for q.Step() {
		}
		key := podKey(&p)
		if s.objects[key].(*corev1.Pod).Status.Phase != corev1.PodSucceeded {
			b.Fatal("the pod has not succeeded")
		}
		_ = user.Delete(key, nil)
	}
}

func BenchmarkFakeServer(b *testing.B) {
	q := event.NewQueue(event.Fixed{})
	s := newFakeServer(q, nil)
	user := s.As("user")
	template := newWorld(Options{}).create("template")
	b.ReportAllocs()
	for i := range b.N {
		p := *template
		p.Name = "pod-" + strconv.Itoa(i)
		p.ResourceVersion = ""
		_, _ = user.Create(&p)
		_ = user.Bind("default", p.Name, "n")
		key := apiserver.Key{Resource: apiserver.Pods, Namespace: "default", Name: p.Name}
		for range 2 {
			next := *s.objects[key].(*corev1.Pod)
			next.Status.Phase = corev1.PodSucceeded
			_, _ = user.UpdateStatus(&next)
		}
		_ = user.Delete(key, nil)
	}
}
