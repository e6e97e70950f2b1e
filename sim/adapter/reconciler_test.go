package adapter_test

import (
	"context"
	"errors"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

func TestDefaultWatches(t *testing.T) {
	g := NewWithT(t)
	created := false
	res := run(t, story(), implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		j := &batchv1.Job{}
		if err := env.Client.Get(ctx, r.NamespacedName, j); err != nil || created {
			return reconcile.Result{}, err
		}
		created = true
		if err := env.Client.Create(ctx, podOf(j)); err != nil {
			return reconcile.Result{}, err
		}
		stranger := podOf(j)
		stranger.OwnerReferences[0].Controller = nil // an owner, but not its controller
		return reconcile.Result{}, env.Client.Create(ctx, stranger)
	}))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.Pods).To(HaveLen(2))
	// The Job; its pod, which is created, bound and running in one instant, so that the requests are merged; its end.
	g.Expect(syncs(res)).To(Equal([]string{"0s work", "0s work", "10s work"}))
	g.Expect(logged(res, trace.Log)).To(BeEmpty())
}

func TestResults(t *testing.T) {
	g := NewWithT(t)
	// outcomes are what the first calls of Reconcile return; those after them return nothing.
	play := func(outcomes ...any) []string {
		res := run(t, story(), implementation(func(context.Context, *adapter.Env, reconcile.Request) (reconcile.Result, error) {
			if len(outcomes) == 0 {
				return reconcile.Result{}, nil
			}
			o := outcomes[0]
			outcomes = outcomes[1:]
			switch o := o.(type) {
			case error:
				return reconcile.Result{}, o
			case time.Duration:
				return reconcile.Result{RequeueAfter: o}, nil
			}
			return reconcile.Result{Requeue: true}, nil //nolint:staticcheck // authors use it
		}))
		g.Expect(res.Failure).NotTo(HaveOccurred())
		return syncs(res)
	}
	oops := errors.New("oops")
	g.Expect(play()).To(Equal([]string{"0s work"}))
	g.Expect(play(5*time.Second, time.Minute)).To(Equal([]string{"0s work", "5s work", "1m5s work"}))
	g.Expect(play(oops, oops, oops, oops)).To(Equal([]string{"0s work", "5ms work", "15ms work", "35ms work", "75ms work"}))
	g.Expect(play("requeue", "requeue")).To(Equal([]string{"0s work", "5ms work", "15ms work"}))
	g.Expect(play(oops, oops, time.Second, oops)).To(Equal( // forgotten
		[]string{"0s work", "5ms work", "15ms work", "1.015s work", "1.02s work"}))
	g.Expect(play(reconcile.TerminalError(oops))).To(Equal([]string{"0s work"}))
}

func TestErrorsAreInTheTrace(t *testing.T) {
	g := NewWithT(t)
	res := run(t, story(), implementation(func(context.Context, *adapter.Env, reconcile.Request) (reconcile.Result, error) {
		return reconcile.Result{}, reconcile.TerminalError(errors.New("no way"))
	}))
	last := res.Trace.Entries[len(res.Trace.Entries)-1]
	g.Expect([]string{last.Verb, last.Text}).To(Equal([]string{"error", "terminal error: no way"}))
	g.Expect(res.Trace.Find(last.Cause).Verb).To(Equal("sync"))
}

func TestSyncsHaveCauses(t *testing.T) {
	g := NewWithT(t)
	res := run(t, story(), implementation(nothing))
	for _, e := range res.Trace.Entries {
		if e.Verb == "sync" {
			cause := res.Trace.Find(e.Cause)
			g.Expect([]string{string(cause.Kind), cause.Verb, cause.Resource}).To(Equal([]string{"delivery", "ADDED", "jobs"}))
		}
	}
}

// configured is a reconciler that says how it wants to be called.
type configured struct {
	reconcile.Reconciler
	watches func() []adapter.Watch
	limiter func() workqueue.TypedRateLimiter[reconcile.Request]
}

func (c configured) Watches() []adapter.Watch { return c.watches() }

func (c configured) RateLimiter() workqueue.TypedRateLimiter[reconcile.Request] { return c.limiter() }

func constant(d time.Duration) func() workqueue.TypedRateLimiter[reconcile.Request] {
	return func() workqueue.TypedRateLimiter[reconcile.Request] {
		return workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](d, d)
	}
}

// named are watches of Jobs that ask for a request of some name.
func named(name string) func() []adapter.Watch {
	return func() []adapter.Watch {
		return []adapter.Watch{{Object: &batchv1.Job{}, Handler: handler.EnqueueRequestsFromMapFunc(
			func(context.Context, client.Object) []reconcile.Request {
				return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: "default", Name: name}}}
			})}}
	}
}

func TestConfigured(t *testing.T) {
	g := NewWithT(t)
	fails := 0
	build := func(*adapter.Env) (reconcile.Reconciler, error) {
		fails = 2
		return configured{
			Reconciler: reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
				if fails--; fails >= 0 {
					return reconcile.Result{}, errors.New("oops")
				}
				return reconcile.Result{}, nil
			}),
			watches: named("own"), limiter: constant(time.Second),
		}, nil
	}
	g.Expect(syncs(run(t, story(), adapter.Reconciler("test", build)))).To(Equal([]string{"0s own", "1s own", "2s own"}))
	g.Expect(syncs(run(t, story(), adapter.Reconciler("test", build,
		adapter.Watches(named("option")()...), adapter.RateLimiter(constant(time.Minute)))))).
		To(Equal([]string{"0s option", "1m0s option", "2m0s option"}), "options come first")
}

func TestHandlersAreTold(t *testing.T) {
	g := NewWithT(t)
	var told []string
	note := func(what string) { told = append(told, what) }
	watch := adapter.Watch{Object: &batchv1.Job{}, Handler: handler.Funcs{
		CreateFunc: func(_ context.Context, e createEvent, _ requests) {
			note("create " + e.Object.GetName())
			if e.IsInInitialList {
				note("initial")
			}
		},
		UpdateFunc: func(_ context.Context, e updateEvent, _ requests) {
			if e.ObjectOld.GetResourceVersion() != e.ObjectNew.GetResourceVersion() {
				note("update " + e.ObjectNew.GetName())
			}
		},
		DeleteFunc: func(_ context.Context, e deleteEvent, q requests) {
			note("delete " + e.Object.GetName())
			r := reconcile.Request{NamespacedName: client.ObjectKeyFromObject(e.Object)}
			q.AddAfter(r, time.Second)
			q.AddRateLimited(r)
			if q.NumRequeues(r) != 1 || q.Len() != 0 {
				note("expected one failure")
			}
			q.Forget(r)
			q.Add(r)
		},
	}}
	s := story()
	s.Actions = []sim.Action{
		{When: sim.When{At: 2 * time.Second}, Suspend: new(true)},
		{When: sim.When{At: 9 * time.Second}, Delete: &sim.Delete{Propagation: "Background"}},
	}
	s.Faults = []sim.Fault{{When: sim.When{At: 5 * time.Second}, Crash: &sim.Crash{}}}
	res := run(t, s, implementation(nothing, adapter.Watches(watch)))
	g.Expect(told).To(Equal([]string{"create work", "update work", "create work", "initial", "delete work"}))
	g.Expect(syncs(res)).To(Equal([]string{"9s work", "9.005s work"})) // the earliest of the delays
}

func TestUnknownWatchesAreRefused(t *testing.T) {
	g := NewWithT(t)
	res := run(t, story(), implementation(nothing, adapter.Watches(adapter.Watch{Object: &corev1.ConfigMap{}})))
	g.Expect(res.Ending).To(Equal(sim.StartFailed))
}

func TestPanicsOutsideOfReconcile(t *testing.T) {
	oops := func() { panic("oops") }
	index := func(client.Object) []string { oops(); return nil }
	for what, impl := range map[string]adapter.Implementation{
		"a handler of a watch": implementation(nothing, adapter.Watches(adapter.Watch{
			Object: &batchv1.Job{}, Handler: handler.Funcs{CreateFunc: func(context.Context, createEvent, requests) { oops() }}})),
		"an index function": adapter.Reconciler("index", func(env *adapter.Env) (reconcile.Reconciler, error) {
			return reconcile.Func(nil), env.Fields.IndexField(context.Background(), &batchv1.Job{}, "x", index)
		}),
		"Watches, or RateLimiter,": adapter.Reconciler("watches", func(*adapter.Env) (reconcile.Reconciler, error) {
			return configured{watches: func() []adapter.Watch { oops(); return nil }, limiter: constant(1)}, nil
		}),
		"the rate limiter": implementation(nothing, adapter.RateLimiter(
			func() workqueue.TypedRateLimiter[reconcile.Request] { return brokenLimiter{} })),
		"a function given to Clock.AfterFunc": adapter.Reconciler("timer", func(env *adapter.Env) (reconcile.Reconciler, error) {
			env.Clock.AfterFunc(time.Second, oops)
			return reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
				return reconcile.Result{}, nil
			}), nil
		}),
	} {
		t.Run(what, func(t *testing.T) {
			g := NewWithT(t)
			res := run(t, story(), impl)
			g.Expect(res.Ending).To(Equal(sim.Panicked))
			g.Expect(res.Failure).To(MatchError(ContainSubstring(what)))
			g.Expect(res.Failure).To(MatchError(ContainSubstring("panicked: oops")))
			last := res.Trace.Entries[len(res.Trace.Entries)-1]
			g.Expect([]string{last.Verb, last.Text}).To(Equal([]string{"panic", "oops"}))
		})
	}
}

// brokenLimiter panics when it is used.
type brokenLimiter struct{}

func (brokenLimiter) When(reconcile.Request) time.Duration { panic("oops") }
func (brokenLimiter) Forget(reconcile.Request)             { panic("oops") }
func (brokenLimiter) NumRequeues(reconcile.Request) int    { return 0 }
