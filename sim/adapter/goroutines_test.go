package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

// fanOut creates pods from goroutines, as an errgroup does, and looks at everything else meanwhile.
func fanOut(width int) reconciler {
	return func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		j := &batchv1.Job{}
		if err := env.Client.Get(ctx, r.NamespacedName, j); err != nil {
			return reconcile.Result{}, client.IgnoreNotFound(err)
		}
		pods := &corev1.PodList{}
		if err := env.APIReader.List(ctx, pods); err != nil {
			return reconcile.Result{}, err
		}
		var group sync.WaitGroup
		errs := make([]error, width)
		for n := len(pods.Items); n < width; n++ {
			group.Go(func() {
				errs[n] = env.Client.Create(ctx, podOf(j))
				errs[n] = errors.Join(errs[n], env.Client.List(ctx, &corev1.PodList{}))
				env.Log.Info("created", "at", env.Clock.Now())
				env.Events.Event(j, corev1.EventTypeNormal, "Made", "a pod")
				env.Clock.AfterFunc(time.Minute, func() {})
				env.Clock.Sleep(time.Millisecond)
			})
		}
		group.Wait()
		return reconcile.Result{}, errors.Join(errs...)
	}
}

func TestParallelCalls(t *testing.T) {
	for name, change := range map[string]func(*sim.Scenario){
		"prompt": func(*sim.Scenario) {},
		"slow":   func(s *sim.Scenario) { s.Latency = time.Second },
		"late":   func(s *sim.Scenario) { s.WatchDelay, s.Latency = time.Second, 100*time.Millisecond },
	} {
		for _, opts := range [][]sim.Option{nil, {sim.WithSeed(4)}} {
			t.Run(name, func(t *testing.T) {
				g := NewWithT(t)
				s := story()
				change(s)
				res := run(t, s, implementation(fanOut(20)), opts...)
				g.Expect(res.Failure).NotTo(HaveOccurred())
				g.Expect(res.Pods).To(HaveLen(20))
				g.Expect(logged(res, trace.Log)).To(HaveLen(20))
			})
		}
	}
}

func TestCrashWithParallelCalls(t *testing.T) { // CTRL-1
	for _, after := range []bool{false, true} {
		for call := 1; call < 30; call += 3 {
			g := NewWithT(t)
			s := story()
			s.Latency = 100 * time.Millisecond
			s.Faults = []sim.Fault{{Crash: &sim.Crash{Call: call, After: after, Down: time.Second}}}
			res := run(t, s, implementation(fanOut(20)))
			g.Expect(res.Failure).NotTo(HaveOccurred(), "call %d", call)
			g.Expect(res.Pods).To(HaveLen(20), "call %d", call)
		}
	}
}

// A crash ends the goroutine that makes the call, which may leave another one waiting for it: that one is left behind.
func TestCrashWhileAnotherGoroutineWaits(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Faults = []sim.Fault{{Crash: &sim.Crash{Call: 1, Match: sim.CallMatch{Verb: "list"}}}}
	res := run(t, s, implementation(func(ctx context.Context, env *adapter.Env, _ reconcile.Request) (reconcile.Result, error) {
		answers := make(chan error)
		go func() { answers <- env.APIReader.List(ctx, &corev1.PodList{}) }()
		return reconcile.Result{}, <-answers
	}), sim.WithLimits(sim.Limits{Limits: adapter.Limits{Stuck: 20 * time.Millisecond}}))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(syncs(res)).To(HaveLen(2))
}

func TestCallsAfterReconcileHasReturned(t *testing.T) {
	g := NewWithT(t)
	var env *adapter.Env
	res := run(t, story(), implementation(func(_ context.Context, e *adapter.Env, _ reconcile.Request) (reconcile.Result, error) {
		env = e
		return reconcile.Result{}, nil
	}))
	entries := len(res.Trace.Entries)
	ctx := context.Background()
	outside := "outside of a call of Reconcile: a program with goroutines of its own is driven by adapter.Concurrent"
	g.Expect(env.Client.Create(ctx, job("x"))).To(MatchError("create jobs x " + outside))
	g.Expect(env.APIReader.List(ctx, &corev1.PodList{})).To(MatchError("list pods " + outside))
	g.Expect(env.Client.Status().Update(ctx, job("x"))).To(MatchError("update jobs/status x " + outside))
	g.Expect(env.Client.List(ctx, &corev1.PodList{})).To(MatchError("read from the cache " + outside))
	g.Expect(env.Client.Get(ctx, client.ObjectKey{Name: "x"}, &corev1.Pod{})).To(MatchError("read from the cache " + outside))
	env.Log.Info("nobody reads this")
	env.Events.Event(job("x"), corev1.EventTypeNormal, "Late", "too late")
	env.Clock.Sleep(time.Hour)
	g.Expect(env.Clock.Now()).To(Equal(res.Time()))
	_, cancel := env.Clock.WithTimeout(ctx, time.Second)
	cancel()
	g.Expect(res.Trace.Entries).To(HaveLen(entries))
}

// A goroutine that Reconcile has started and not waited for: it is told so, or it is served in time, but never does the
// simulator run in two places.
func TestGoroutinesThatAreLeftBehind(t *testing.T) {
	g := NewWithT(t)
	var group sync.WaitGroup
	var outside, served atomic.Int32
	s := story()
	s.Latency = time.Millisecond
	res := run(t, s, implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		for range 10 {
			group.Go(func() {
				for range 20 {
					if err := env.APIReader.Get(ctx, r.NamespacedName, &batchv1.Job{}); err == nil {
						served.Add(1)
					} else {
						outside.Add(1)
					}
					runtime.Gosched()
				}
			})
		}
		return reconcile.Result{}, nil
	}))
	group.Wait()
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(len(calls(res))).To(BeNumerically(">=", int(served.Load())))
	g.Expect(served.Load() + outside.Load()).To(BeNumerically("<=", 200))
}

func TestGoexit(t *testing.T) {
	g := NewWithT(t)
	res := run(t, story(), implementation(func(context.Context, *adapter.Env, reconcile.Request) (reconcile.Result, error) {
		runtime.Goexit()
		return reconcile.Result{}, nil
	}))
	g.Expect(res.Ending).To(Equal(sim.Panicked))
	g.Expect(res.Failure).To(MatchError(
		"Reconcile(default/work) ended its goroutine (runtime.Goexit, or t.FailNow in a test)"))
}

// Deferred calls run when a crash ends a goroutine, and must not have any effect.
func TestDeferredCallsAfterACrash(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Faults = []sim.Fault{{Crash: &sim.Crash{Call: 1, Match: sim.CallMatch{Verb: "get"}, Down: time.Second}}}
	var recovered []string
	res := run(t, s, implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		if env.Clock.Now().Second() > 0 {
			return reconcile.Result{}, nil
		}
		defer func() { recovered = append(recovered, fmt.Sprint(recover())) }()
		defer env.Log.Info("deferred")
		defer func() { _ = env.Client.Create(ctx, job("deferred")) }()
		return reconcile.Result{}, env.APIReader.Get(ctx, r.NamespacedName, &batchv1.Job{})
	}))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.Jobs).To(HaveLen(1))
	g.Expect(logged(res, trace.Log)).To(BeEmpty())
	g.Expect(recovered).To(Equal([]string{"<nil>"}))
}

func TestHotLoopOnGoroutines(t *testing.T) {
	g := NewWithT(t)
	res := run(t, story(), implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for {
					_ = env.APIReader.Get(ctx, r.NamespacedName, &batchv1.Job{})
				}
			})
		}
		group.Wait()
		return reconcile.Result{}, nil
	}), sim.WithLimits(sim.Limits{Limits: adapter.Limits{CallsPerInstant: 100}}))
	g.Expect(res.Ending).To(Equal(sim.HotLoop))
	g.Expect(calls(res)).To(HaveLen(100))
}

// A timer's function that never returns while Reconcile waits for an answer.
func TestStuckWithinACall(t *testing.T) {
	g := NewWithT(t)
	never := make(chan struct{})
	defer close(never)
	s := story()
	s.Latency = 10 * time.Second
	res := run(t, s, implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		env.Clock.AfterFunc(time.Second, func() { <-never })
		return reconcile.Result{}, env.APIReader.Get(ctx, r.NamespacedName, &batchv1.Job{})
	}), sim.WithLimits(sim.Limits{Limits: adapter.Limits{Stuck: 50 * time.Millisecond}}))
	g.Expect(res.Ending).To(Equal(sim.Stuck))
	g.Expect(res.Failure).To(MatchError(HavePrefix("a function given to Clock.AfterFunc does not return")))
}
