package upstream

import (
	"fmt"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

// BenchmarkScenario is one run of the real controller: a bubble, a cluster, the controller's start and end, and what
// happens in between.
func BenchmarkScenario(b *testing.B) {
	for _, name := range []string{"pi", "parallel-completions", "deadline-kills-pods", "never-backoff"} {
		s, err := scenarios.Get(name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for range b.N {
				play(b, s)
			}
		})
	}
}

// BenchmarkLarge is a Job of many pods, each of which is created, scheduled, runs for five seconds, succeeds, is counted
// and let go.
func BenchmarkLarge(b *testing.B) {
	for _, size := range [][2]int32{{1000, 50}, {10000, 500}} {
		b.Run(fmt.Sprintf("%d-at-%d", size[0], size[1]), func(b *testing.B) {
			for range b.N {
				r := play(b, large(size[0], size[1]))
				if done := r.Jobs[0].Status.Succeeded; done != size[0] {
					b.Fatalf("%d of %d pods are counted", done, size[0])
				}
			}
		})
	}
}

func large(completions, parallelism int32) *sim.Scenario {
	return &sim.Scenario{Name: "large", Jobs: []*batchv1.Job{{
		ObjectMeta: metav1.ObjectMeta{Name: "large", Namespace: "default"},
		Spec: batchv1.JobSpec{
			Completions: &completions, Parallelism: &parallelism,
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "busybox"}},
			}},
		},
	}}}
}

func play(b *testing.B, s *sim.Scenario) *sim.Result {
	b.Helper()
	r, err := sim.Run(s, Controller())
	if err != nil {
		b.Fatal(err)
	}
	if r.Failure != nil {
		b.Fatal(r.Failure)
	}
	return r
}
