package fakes

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/go-logr/logr"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/jobsim/jobsim/sim/adapter"
)

// world is the smallest cluster that a controller can be tested in call by call: one namespace, no validation, no
// kubelet. The simulator proper is no use here, since it must not know that a test interferes between two calls.
type world struct {
	clock.Clock
	t       testing.TB
	now     time.Time
	version int
	pods    []*corev1.Pod // what the API server stores
	jobs    []*batchv1.Job
	cached  struct {
		pods []*corev1.Pod
		jobs []*batchv1.Job
	}
	late    []func() // watch events that the cache has not seen
	held    bool     // whether watch events wait for flush
	calls   []string
	events  []string
	fault   func(call string) error // may refuse a call
	before  func(call string)       // runs when a call is about to have its effect
	after   func(call string)       // runs when it has had it
	created int

	r       *Reconciler
	queue   *testQueue
	indexes map[string]client.IndexerFunc
	hooks   []adapter.Watch
}

func newWorld(t testing.TB, d Decisions, jobs ...*batchv1.Job) *world {
	w := &world{t: t, now: epoch}
	for _, job := range jobs {
		job.CreationTimestamp = metav1.NewTime(w.now)
		w.jobs = append(w.jobs, w.stored(job).(*batchv1.Job))
	}
	w.start(d)
	return w
}

// start begins a new instance, which lists what there is; an earlier one is forgotten.
func (w *world) start(d Decisions) {
	w.indexes, w.late = map[string]client.IndexerFunc{}, nil
	w.cached.pods, w.cached.jobs = slices.Clone(w.pods), slices.Clone(w.jobs)
	fake := &fakeClient{w: w}
	r, err := New(&adapter.Env{
		Client: fake, APIReader: &liveReader{w: w}, Fields: fake, Clock: w, Events: &recorder{w: w}, Log: logr.Discard(),
	}, d)
	if err != nil {
		w.t.Fatal(err)
	}
	w.r, w.hooks = r, r.Watches()
	w.queue = newTestQueue(w, r.RateLimiter())
	for _, job := range w.cached.jobs {
		w.hooks[0].Handler.Create(context.Background(), event.CreateEvent{Object: job, IsInInitialList: true}, w.queue)
	}
	for _, pod := range w.cached.pods {
		w.hooks[1].Handler.Create(context.Background(), event.CreateEvent{Object: pod, IsInInitialList: true}, w.queue)
	}
}

func (w *world) Now() time.Time { return w.now }

// stored is an object as the API server keeps it: with a version of its own and times in whole seconds (TIME-0).
func (w *world) stored(o client.Object) client.Object {
	w.version++
	raw, err := json.Marshal(o)
	if err != nil {
		w.t.Fatal(err)
	}
	var fresh client.Object = &corev1.Pod{}
	if _, ok := o.(*batchv1.Job); ok {
		fresh = &batchv1.Job{}
	}
	if err := json.Unmarshal(raw, fresh); err != nil {
		w.t.Fatal(err)
	}
	fresh.SetResourceVersion(strconv.Itoa(w.version))
	return fresh
}

func (w *world) job() *batchv1.Job { return w.jobs[len(w.jobs)-1] }

func (w *world) pod(name string) *corev1.Pod {
	for _, pod := range w.pods {
		if pod.Name == name {
			return pod
		}
	}
	w.t.Fatalf("expected a pod %s, got %d others", name, len(w.pods))
	return nil
}

// setJob stores a change of the Job by somebody else.
func (w *world) setJob(edit func(*batchv1.Job)) {
	job := w.job().DeepCopy()
	spec := job.Spec.DeepCopy()
	edit(job)
	if !reflect.DeepEqual(*spec, job.Spec) {
		job.Generation++
	}
	w.putJob(job)
}

func (w *world) putJob(job *batchv1.Job) *batchv1.Job {
	old := w.job()
	fresh := w.stored(job).(*batchv1.Job)
	w.jobs[len(w.jobs)-1] = fresh
	w.tell(func() {
		w.cached.jobs[len(w.cached.jobs)-1] = fresh
		w.hooks[0].Handler.Update(context.Background(), event.UpdateEvent{ObjectOld: old, ObjectNew: fresh}, w.queue)
	})
	return fresh
}

func (w *world) addJob(job *batchv1.Job) {
	fresh := w.stored(job).(*batchv1.Job)
	w.jobs = append(w.jobs, fresh)
	w.tell(func() {
		w.cached.jobs = append(w.cached.jobs, fresh)
		w.hooks[0].Handler.Create(context.Background(), event.CreateEvent{Object: fresh}, w.queue)
	})
}

func (w *world) removeJob() {
	old := w.job()
	w.jobs = w.jobs[:len(w.jobs)-1]
	w.tell(func() {
		w.cached.jobs = slices.DeleteFunc(w.cached.jobs, func(j *batchv1.Job) bool { return j.UID == old.UID })
		w.hooks[0].Handler.Delete(context.Background(), event.DeleteEvent{Object: old}, w.queue)
	})
}

func (w *world) addPod(pod *corev1.Pod) *corev1.Pod {
	if pod.CreationTimestamp.IsZero() {
		pod.CreationTimestamp = metav1.NewTime(w.now)
	}
	fresh := w.stored(pod).(*corev1.Pod)
	w.pods = append(w.pods, fresh)
	w.tell(func() {
		w.cached.pods = append(w.cached.pods, fresh)
		w.hooks[1].Handler.Create(context.Background(), event.CreateEvent{Object: fresh}, w.queue)
	})
	return fresh
}

// setPod stores a change of a pod; it vanishes when it is being deleted, has ended and carries no finalizer.
func (w *world) setPod(name string, edit func(*corev1.Pod)) *corev1.Pod {
	i := slices.IndexFunc(w.pods, func(p *corev1.Pod) bool { return p.Name == name })
	old := w.pods[i]
	pod := old.DeepCopy()
	edit(pod)
	fresh := w.stored(pod).(*corev1.Pod)
	if fresh.DeletionTimestamp != nil && isTerminal(fresh) && len(fresh.Finalizers) == 0 {
		w.dropPod(i, fresh)
		return fresh
	}
	w.pods[i] = fresh
	w.tell(func() {
		j := slices.IndexFunc(w.cached.pods, func(p *corev1.Pod) bool { return p.UID == old.UID })
		before := w.cached.pods[j]
		w.cached.pods[j] = fresh
		w.hooks[1].Handler.Update(context.Background(), event.UpdateEvent{ObjectOld: before, ObjectNew: fresh}, w.queue)
	})
	return fresh
}

func (w *world) dropPod(i int, last *corev1.Pod) {
	w.pods = slices.Delete(slices.Clone(w.pods), i, i+1)
	w.tell(func() {
		w.cached.pods = slices.DeleteFunc(slices.Clone(w.cached.pods), func(p *corev1.Pod) bool {
			return p.UID == last.UID
		})
		w.hooks[1].Handler.Delete(context.Background(), event.DeleteEvent{Object: last}, w.queue)
	})
}

// end gives a pod its last phase.
func (w *world) end(name string, phase corev1.PodPhase) {
	w.setPod(name, func(p *corev1.Pod) {
		p.Status.Phase = phase
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{
			Terminated: &corev1.ContainerStateTerminated{FinishedAt: metav1.NewTime(w.now)},
		}}}
	})
}

// tell delivers a watch event, or keeps it back.
func (w *world) tell(deliver func()) {
	w.late = append(w.late, deliver)
	if !w.held {
		w.flush()
	}
}

func (w *world) flush() {
	for len(w.late) > 0 {
		deliver := w.late[0]
		w.late = w.late[1:]
		deliver()
	}
}

// call records an API call and lets the test refuse it; the effect happens in serve.
func (w *world) call(text string, serve func() error) error {
	w.calls = append(w.calls, text)
	if w.fault != nil {
		if err := w.fault(text); err != nil {
			return err
		}
	}
	if w.before != nil {
		w.before(text)
	}
	err := serve()
	if err == nil && w.after != nil {
		w.after(text)
	}
	return err
}

// takeCalls returns the calls made since it was last asked.
func (w *world) takeCalls() []string {
	calls := w.calls
	w.calls = nil
	return calls
}

var errInjected = errors.New("injected")

// failOn refuses calls that start so.
func failOn(prefix string) func(string) error {
	return func(call string) error {
		if strings.HasPrefix(call, prefix) {
			return errInjected
		}
		return nil
	}
}
