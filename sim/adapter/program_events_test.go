package adapter_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"

	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

// newRecorder writes the same event three times with the new recorder of client-go, as managers of controller-runtime do:
// the first becomes an event, the others become its series.
func newRecorder(ctx context.Context, config *rest.Config) error {
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: clientset.EventsV1()})
	if err := broadcaster.StartRecordingToSinkWithContext(ctx); err != nil {
		return err
	}
	defer broadcaster.Shutdown()
	recorder := broadcaster.NewRecorder(scheme.Scheme, "example.com/controller")
	time.Sleep(10 * time.Second)
	job, err := clientset.BatchV1().Jobs("default").Get(ctx, "work", metav1.GetOptions{})
	if err != nil {
		return err
	}
	for range 3 {
		recorder.Eventf(job, nil, corev1.EventTypeNormal, "Seen", "Looking", "seen by %s", "the new recorder")
		time.Sleep(time.Minute)
	}
	<-ctx.Done()
	return nil
}

func TestTheNewEventRecorder(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Until = time.Hour
	res := run(t, s, adapter.Concurrent("recorder", newRecorder))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.Leaked).To(BeEmpty())
	var verbs []string
	var last *corev1.Event
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Call && e.Resource == "events" {
			verbs = append(verbs, e.Verb)
			g.Expect(e.Status).To(BeNil(), "it is served")
			last = e.Object.(*corev1.Event)
		}
	}
	g.Expect(verbs).To(HaveExactElements("create", "patch", "patch"), "the series begins, and is closed when nothing more has come")
	g.Expect(last.InvolvedObject.Name).To(Equal("work"))
	g.Expect(last.Message).To(Equal("seen by the new recorder"))
	g.Expect(last.Series.Count).To(BeEquivalentTo(3))
}
