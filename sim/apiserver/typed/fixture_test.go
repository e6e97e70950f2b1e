package typed

import (
	"context"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// cluster is a server with a client, a cache and a live reader. It is the gate, which serves at once, and the source.
type cluster struct {
	*gomega.WithT
	queue  *event.Queue
	server *apiserver.Server
	trace  trace.Trace
	lag    time.Duration

	live   client.Client
	cached client.Client
	cache  *Cache
	// calls are the requests that have passed the gate; refuse is what the next ones are told instead.
	calls  []Call
	refuse error
}

func newCluster(t *testing.T) *cluster {
	c := &cluster{WithT: gomega.NewWithT(t), queue: event.NewQueue(event.Fixed{})}
	c.server = apiserver.New(c.queue, c, apiserver.Options{Namespaces: []string{"other"}})
	c.cache = NewCache(c)
	c.live, c.cached = NewClient(c, NewLive(c)), NewClient(c, c.cache)
	return c
}

func (c *cluster) Record(e trace.Entry) int { return c.trace.Append(e) }

func (c *cluster) Request(_ context.Context, call Call, serve func(*apiserver.Caller) error) error {
	call.Body = nil // tests of what is called name the rest
	c.calls = append(c.calls, call)
	if c.refuse != nil {
		return c.refuse
	}
	return serve(c.server.For("controller", 1))
}

func (c *cluster) ListAndWatch(r apiserver.Resource, informer *Informer) {
	caller := c.server.For("controller", 1)
	objects, version, err := caller.List(apiserver.Selection{Resource: r})
	c.Expect(err).NotTo(gomega.HaveOccurred())
	informer.Replace(objects, version, true)
	_, err = caller.Watch(apiserver.WatchOptions{Selection: apiserver.Selection{Resource: r}, From: version,
		Lag: func(apiserver.Change) time.Duration { return c.lag }}, informer.Apply)
	c.Expect(err).NotTo(gomega.HaveOccurred())
}

// pass lets everything happen that happens within a time.
func (c *cluster) pass(d time.Duration) {
	until := c.queue.Now() + d
	for {
		if at, ok := c.queue.Next(); !ok || at > until {
			break
		}
		c.queue.Step()
	}
	c.queue.AdvanceTo(until)
}

func background() context.Context { return context.Background() }

func newJob(name string) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec:       batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: podSpec()}},
	}
}

func newPod(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}, Spec: podSpec()}
}

func podSpec() corev1.PodSpec {
	return corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "busybox"}}}
}

func newNode(name string) *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

func newEvent(name string) *corev1.Event {
	return &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: "default", Name: name},
		InvolvedObject: corev1.ObjectReference{Namespace: "default"},
	}
}

// metadataOf is an empty object of which only the metadata is wanted.
func metadataOf(group, kind, name string) *metav1.PartialObjectMetadata {
	m := &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: group, Kind: kind}}
	m.Namespace, m.Name = "default", name
	return m
}

// create creates an object that must be accepted.
func create[T client.Object](c *cluster, obj T) T {
	c.Expect(c.live.Create(background(), obj)).To(gomega.Succeed())
	return obj
}

// names are those of a list, in its order.
func names[T any, P interface {
	*T
	client.Object
}](items []T) []string {
	found := []string{}
	for i := range items {
		found = append(found, P(&items[i]).GetName())
	}
	return found
}
