package kubelet

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// fakeServer is the least API server that the cluster can live with: a map of objects, graceful deletion of pods,
// finalizers, and refusal of stale writes.
type fakeServer struct {
	queue   *event.Queue
	trace   *trace.Trace // nil: record nothing
	objects map[apiserver.Key]apiserver.Object
	notices map[apiserver.Resource][]func(apiserver.Change)
	version int
}

func newFakeServer(q *event.Queue, t *trace.Trace) *fakeServer {
	return &fakeServer{queue: q, trace: t, objects: map[apiserver.Key]apiserver.Object{}, notices: map[apiserver.Resource][]func(apiserver.Change){}}
}

func (s *fakeServer) As(actor string) API { return &fakeCaller{s, actor} }

func (s *fakeServer) Subscribe(r apiserver.Resource, notice func(apiserver.Change)) {
	s.notices[r] = append(s.notices[r], notice)
}

func (s *fakeServer) Record(e trace.Entry) int {
	if s.trace == nil {
		return 1
	}
	e.At, e.Cause = s.queue.Now(), s.queue.Cause
	return s.trace.Append(e)
}

func (s *fakeServer) now() metav1.Time { return metav1.NewTime(s.queue.Time().Truncate(time.Second)) }

type fakeCaller struct {
	server *fakeServer
	actor  string
}

func keyOf(obj apiserver.Object) apiserver.Key {
	k := apiserver.Key{Namespace: obj.GetNamespace(), Name: obj.GetName()}
	switch obj.(type) {
	case *corev1.Pod:
		k.Resource = apiserver.Pods
	case *corev1.Node:
		k.Resource = apiserver.Nodes
	default:
		k.Resource = "events"
	}
	return k
}

func notFound(k apiserver.Key) error {
	return apierrors.NewNotFound(schema.GroupResource{Resource: string(k.Resource)}, k.Name)
}

func (c *fakeCaller) record(verb, sub string, k apiserver.Key, obj apiserver.Object) int {
	return c.server.Record(trace.Entry{Kind: trace.Call, Actor: c.actor, Verb: verb, Subresource: sub,
		Resource: string(k.Resource), Namespace: k.Namespace, Name: k.Name, Object: obj})
}

func (c *fakeCaller) store(verb, sub string, old, obj apiserver.Object) apiserver.Object {
	s := c.server
	k := keyOf(obj)
	s.version++
	obj.SetResourceVersion(strconv.Itoa(s.version))
	seq := c.record(verb, sub, k, obj)
	if p, ok := obj.(*corev1.Pod); ok && p.DeletionTimestamp != nil && len(p.Finalizers) == 0 &&
		*p.DeletionGracePeriodSeconds == 0 {
		c.remove(k, obj, seq)
		return obj
	}
	s.objects[k] = obj
	for _, notice := range s.notices[k.Resource] {
		notice(apiserver.Change{Old: old, New: obj, Seq: seq})
	}
	return obj
}

func (c *fakeCaller) remove(k apiserver.Key, obj apiserver.Object, seq int) {
	s := c.server
	delete(s.objects, k)
	seq = s.Record(trace.Entry{Kind: trace.Removed, Actor: c.actor, Resource: string(k.Resource),
		Namespace: k.Namespace, Name: k.Name, Object: obj})
	for _, notice := range s.notices[k.Resource] {
		notice(apiserver.Change{Old: obj, Seq: seq})
	}
}

func (c *fakeCaller) Get(k apiserver.Key) (apiserver.Object, error) {
	if obj := c.server.objects[k]; obj != nil {
		return obj, nil
	}
	return nil, notFound(k)
}

func (c *fakeCaller) Create(obj apiserver.Object) (apiserver.Object, error) {
	s := c.server
	s.version++
	obj.SetUID(types.UID("uid-" + strconv.Itoa(s.version)))
	obj.SetCreationTimestamp(s.now())
	if p, ok := obj.(*corev1.Pod); ok {
		p.Status.Phase = corev1.PodPending
	}
	return c.store("create", "", nil, obj), nil
}

func (c *fakeCaller) Update(obj apiserver.Object) (apiserver.Object, error) { return c.update("", obj) }
func (c *fakeCaller) UpdateStatus(obj apiserver.Object) (apiserver.Object, error) {
	return c.update("status", obj)
}

func (c *fakeCaller) update(sub string, obj apiserver.Object) (apiserver.Object, error) {
	k := keyOf(obj)
	old := c.server.objects[k]
	switch {
	case old == nil:
		return nil, notFound(k)
	case obj.GetResourceVersion() != "" && obj.GetResourceVersion() != old.GetResourceVersion():
		return nil, fmt.Errorf("stale write of %v by %s: expected resourceVersion %s, got %s",
			k, c.actor, old.GetResourceVersion(), obj.GetResourceVersion())
	}
	return c.store("update", sub, old, obj), nil
}

func (c *fakeCaller) Bind(namespace, name, nodeName string) error {
	old, ok := c.server.objects[apiserver.Key{Resource: apiserver.Pods, Namespace: namespace, Name: name}].(*corev1.Pod)
	if !ok {
		return notFound(apiserver.Key{Resource: apiserver.Pods, Namespace: namespace, Name: name})
	}
	p := *old
	p.Spec.NodeName = nodeName
	p.Status.Conditions = []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: c.server.now(),
	}}
	c.store("create", "binding", old, &p)
	return nil
}

func (c *fakeCaller) Delete(k apiserver.Key, o *metav1.DeleteOptions) error {
	old := c.server.objects[k]
	if old == nil {
		return notFound(k)
	}
	p, ok := old.(*corev1.Pod)
	if !ok {
		c.remove(k, old, c.record("delete", "", k, old))
		return nil
	}
	grace := int64(30)
	if g := p.Spec.TerminationGracePeriodSeconds; g != nil {
		grace = *g
	}
	if o != nil && o.GracePeriodSeconds != nil {
		grace = *o.GracePeriodSeconds
	}
	if p.Spec.NodeName == "" || terminal(p.Status.Phase) { // EXT-10
		grace = 0
	}
	if grace == 0 && len(p.Finalizers) == 0 {
		c.remove(k, old, c.record("delete", "", k, old))
		return nil
	}
	if p.DeletionGracePeriodSeconds != nil && grace >= *p.DeletionGracePeriodSeconds {
		return nil
	}
	copied := *p
	ends := metav1.NewTime(c.server.now().Add(time.Duration(grace) * time.Second))
	copied.DeletionTimestamp, copied.DeletionGracePeriodSeconds = &ends, &grace
	c.store("delete", "", old, &copied)
	return nil
}

// world is a cluster over a fake server, with a user.
type world struct {
	*Cluster
	queue  *event.Queue
	server *fakeServer
	trace  *trace.Trace
	user   API
}

func newWorld(o Options) *world { return newWorldWith(o, event.Fixed{}) }

func newWorldWith(o Options, chooser event.Chooser) *world {
	q := event.NewQueue(chooser)
	t := &trace.Trace{}
	s := newFakeServer(q, t)
	return &world{Cluster: New(q, s, s, o), queue: q, server: s, trace: t, user: s.As("user")}
}

// run lets the world go on until an instant, or until nothing more happens before it.
func (w *world) run(until time.Duration) {
	for {
		next, ok := w.queue.Next()
		if !ok || next > until {
			w.queue.AdvanceTo(until)
			return
		}
		w.queue.Step()
	}
}

// at does something at an instant.
func (w *world) at(d time.Duration, do func()) { w.queue.At(d, event.User, do) }

// create creates a pod of a Job named "job" with a container named "main".
func (w *world) create(name string, change ...func(*corev1.Pod)) *corev1.Pod {
	isController, grace := true, int64(30)
	seconds := int64(300)
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, OwnerReferences: []metav1.OwnerReference{{
			APIVersion: "batch/v1", Kind: "Job", Name: "job", UID: "job-uid", Controller: &isController,
		}}},
		Spec: corev1.PodSpec{
			RestartPolicy:                 corev1.RestartPolicyNever,
			TerminationGracePeriodSeconds: &grace,
			Containers:                    []corev1.Container{{Name: "main", Image: "busybox"}},
			Tolerations: []corev1.Toleration{
				{Key: corev1.TaintNodeUnreachable, Operator: corev1.TolerationOpExists,
					Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds},
			},
		},
	}
	for _, f := range change {
		f(p)
	}
	obj, err := w.user.Create(p)
	if err != nil {
		panic(err)
	}
	return obj.(*corev1.Pod)
}

func onFailure(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyOnFailure }

// pod is a pod as stored; nil when there is none.
func (w *world) pod(name string) *corev1.Pod {
	p, _ := w.server.objects[apiserver.Key{Resource: apiserver.Pods, Namespace: "default", Name: name}].(*corev1.Pod)
	return p
}

func (w *world) delete(name string, grace ...int64) {
	o := &metav1.DeleteOptions{}
	if len(grace) > 0 {
		o.GracePeriodSeconds = &grace[0]
	}
	if err := w.user.Delete(apiserver.Key{Resource: apiserver.Pods, Namespace: "default", Name: name}, o); err != nil {
		panic(err)
	}
}

// moments are the times, in seconds, of container entries with a verb.
func (w *world) moments(verb, pod, container string) []float64 {
	var list []float64
	for _, e := range w.trace.Entries {
		if e.Kind == trace.Container && e.Verb == verb && e.Name == pod && e.Container == container {
			list = append(list, e.At.Seconds())
		}
	}
	return list
}

// story is what could be seen of a pod, one line for each write of its status: time, writer, phase, and each container's
// state.
func (w *world) story(pod string) []string {
	var lines []string
	for _, e := range w.trace.Entries {
		p, ok := e.Object.(*corev1.Pod)
		if !ok || e.Name != pod {
			continue
		}
		if e.Kind == trace.Removed {
			lines = append(lines, fmt.Sprintf("%v removed %s", e.At, p.Status.Phase))
			continue
		}
		lines = append(lines, fmt.Sprintf("%v %s %s %s%s", e.At, e.Actor, e.Verb, p.Status.Phase, states(p)))
	}
	return lines
}

func states(p *corev1.Pod) string {
	var b strings.Builder
	for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for _, s := range list {
			fmt.Fprintf(&b, " %s:", s.Name)
			switch {
			case s.State.Waiting != nil:
				b.WriteString(s.State.Waiting.Reason)
			case s.State.Running != nil:
				b.WriteString("running")
			case s.State.Terminated != nil:
				fmt.Fprintf(&b, "%s(%d)", s.State.Terminated.Reason, s.State.Terminated.ExitCode)
			}
			if s.Ready {
				b.WriteString("+")
			}
			if s.RestartCount > 0 {
				fmt.Fprintf(&b, "x%d", s.RestartCount)
			}
		}
	}
	return b.String()
}

func (w *world) condition(pod string, t corev1.PodConditionType) corev1.PodCondition {
	if p := w.pod(pod); p != nil {
		if c := podCondition(p, t); c != nil {
			return *c
		}
	}
	return corev1.PodCondition{}
}
