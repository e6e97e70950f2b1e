package adapter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	restclient "k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/rest"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// BenchmarkDoors is what a Job controller asks of the API for one pod, a creation and a patch that takes the tracking
// finalizer away, through each of the doors. Nobody watches.
func BenchmarkDoors(b *testing.B) {
	b.Run("typed", func(b *testing.B) {
		gate := newDirect()
		c := typed.NewClient(gate, typed.NewLive(gate))
		for i := range b.N {
			pod := trackedPod(i)
			check(b, c.Create(b.Context(), pod))
			check(b, c.Patch(b.Context(), pod, client.RawPatch(types.StrategicMergePatchType, dropFinalizer(pod))))
		}
	})
	for _, format := range []string{"json", "vnd.kubernetes.protobuf"} {
		b.Run("REST/"+format, func(b *testing.B) {
			writePods(b, b.Context(), &restclient.Config{Transport: rest.New(newDirect()), QPS: -1}, format)
		})
		b.Run("turnstile/"+format, func(b *testing.B) {
			s := story()
			s.Until = time.Second
			_, err := sim.Run(s, adapter.Concurrent("writer", func(ctx context.Context, cfg *restclient.Config) error {
				writePods(b, ctx, cfg, format)
				return until(ctx)
			}), sim.WithLimits(sim.Limits{Limits: adapter.Limits{CallsPerInstant: 1 << 40}}))
			check(b, err)
		})
	}
}

// recorder keeps no trace.
type recorder struct{}

func (recorder) Record(trace.Entry) int { return 0 }

func newDirect() *rest.Direct {
	queue := event.NewQueue(event.Fixed{})
	return rest.NewDirect(queue, apiserver.New(queue, recorder{}, apiserver.Options{}))
}

func writePods(b *testing.B, ctx context.Context, cfg *restclient.Config, format string) {
	cfg.ContentType = "application/" + format
	cfg.AcceptContentTypes = cfg.ContentType
	c, err := kubernetes.NewForConfig(cfg)
	check(b, err)
	pods := c.CoreV1().Pods("default")
	for i := range b.N {
		pod, err := pods.Create(ctx, trackedPod(i), metav1.CreateOptions{})
		check(b, err)
		_, err = pods.Patch(ctx, pod.Name, types.StrategicMergePatchType, dropFinalizer(pod), metav1.PatchOptions{})
		check(b, err)
	}
}

func trackedPod(i int) *corev1.Pod {
	pod := podOf(job("work"))
	pod.GenerateName, pod.Name = "", fmt.Sprint("work-", i)
	pod.OwnerReferences, pod.Finalizers = nil, []string{batchv1.JobTrackingFinalizer}
	return pod
}

func dropFinalizer(pod *corev1.Pod) []byte {
	return fmt.Appendf(nil, `{"metadata":{"uid":%q,"$deleteFromPrimitiveList/finalizers":[%q]}}`, pod.UID, batchv1.JobTrackingFinalizer)
}

func check(b *testing.B, err error) {
	if err != nil {
		b.Error(err)
		panic(err)
	}
}
