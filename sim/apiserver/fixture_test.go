package apiserver

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// recorder takes a trace as a run does: it fills in the time and the cause.
type recorder struct {
	queue *event.Queue
	trace trace.Trace
}

func (r *recorder) Record(e trace.Entry) int {
	e.At, e.Cause = r.queue.Now(), r.queue.Cause
	return r.trace.Append(e)
}

// last is the newest entry.
func (r *recorder) last() trace.Entry { return r.trace.Entries[len(r.trace.Entries)-1] }

// cluster is a server with somebody who calls it.
type cluster struct {
	*gomega.WithT
	queue    *event.Queue
	recorder *recorder
	server   *Server
	user     *Caller
}

func newCluster(t testing.TB, o Options) *cluster {
	q := event.NewQueue(event.Fixed{})
	r := &recorder{queue: q}
	o.Namespaces = append(o.Namespaces, "other", "z")
	s := New(q, r, o)
	return &cluster{WithT: gomega.NewWithT(t), queue: q, recorder: r, server: s, user: s.For("user", 0)}
}

// settle lets everything happen that happens at this instant.
func (c *cluster) settle() {
	for {
		if at, ok := c.queue.Next(); !ok || at > c.queue.Now() {
			return
		}
		c.queue.Step()
	}
}

// create creates an object that must be accepted.
func create[T Object](c *cluster, obj T) T {
	stored, err := c.user.Create(obj)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	return stored.(T)
}

// stored is what is stored under the name of an object, and nil when there is none.
func stored[T Object](c *cluster, obj T) (found T) {
	if o, err := c.user.Get(KeyOf(obj)); err == nil {
		found = o.(T)
	}
	return found
}

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

func newNamespace(name string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

func newLease(name string) *coordinationv1.Lease {
	return &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: name}}
}

func newNode(name string) *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// ownedBy makes a pod a dependent of a Job that blocks its deletion.
func ownedBy(pod *corev1.Pod, jobs ...*batchv1.Job) *corev1.Pod {
	for i, job := range jobs {
		ref := *metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))
		if i > 0 {
			ref.Controller = nil
		}
		pod.OwnerReferences = append(pod.OwnerReferences, ref)
	}
	return pod
}

// bind gives a pod a node.
func (c *cluster) bind(pod *corev1.Pod) *corev1.Pod {
	c.Expect(c.server.As("scheduler").Bind(pod.Namespace, pod.Name, "node-1")).To(gomega.Succeed())
	return stored(c, pod)
}

// setPhase reports a phase as a kubelet does.
func (c *cluster) setPhase(pod *corev1.Pod, phase corev1.PodPhase) *corev1.Pod {
	changed := *pod
	changed.Status.Phase = phase
	obj, err := c.server.As("kubelet").UpdateStatus(&changed)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	return obj.(*corev1.Pod)
}

// seen is a log of what a watch delivers: "ADDED a@3".
func (c *cluster) seen(o WatchOptions) (log *[]string, w *Watch) {
	log = &[]string{}
	w, err := c.user.Watch(o, func(e WatchEvent) {
		*log = append(*log, describe(e))
	})
	c.Expect(err).NotTo(gomega.HaveOccurred())
	return log, w
}

func describe(e WatchEvent) string {
	if e.Type == watch.Error {
		return "ERROR"
	}
	return string(e.Type) + " " + e.Object.GetName() + "@" + e.Object.GetResourceVersion()
}

// expectStatus checks how a request was refused, and that the trace says so too.
func (c *cluster) expectStatus(err error, code int32, reason metav1.StatusReason, message string) {
	var status apierrors.APIStatus
	c.Expect(errors.As(err, &status)).To(gomega.BeTrue(), "expected a Status, got %v", err)
	got := status.Status()
	c.Expect(got.Code).To(gomega.Equal(code), got.Message)
	c.Expect(got.Reason).To(gomega.Equal(reason), got.Message)
	c.Expect(got.Message).To(gomega.ContainSubstring(message))
	if last := c.recorder.last(); c.Expect(last.Status).NotTo(gomega.BeNil(), "in the trace") {
		c.Expect(last.Status.Message).To(gomega.Equal(got.Message), "in the trace")
		c.Expect(last.Object).To(gomega.BeNil(), "in the trace")
	}
}

func ptr[T any](v T) *T { return &v }

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func uidOf(s string) *types.UID { return ptr(types.UID(s)) }

func at(seconds int) time.Time { return event.Epoch.Add(time.Duration(seconds) * time.Second) }
