package sim_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

func TestGoodEndings(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work"), succeeding(10*time.Second))

	res := play(t, s)
	g.Expect(res.Ending).To(Equal(sim.Quiet))
	g.Expect(res.End).To(Equal(12 * time.Second)) // the last sync

	// With a timer that never rests the run ends a minute after the last thing that happened in the cluster.
	res = runWith(t, s, ticking())
	g.Expect(res.Ending).To(Equal(sim.Finished))
	g.Expect(res.End).To(BeNumerically("<", 80*time.Second))

	s.Until = 5 * time.Second
	res = play(t, s)
	g.Expect(res.Ending).To(Equal(sim.TimeIsUp))
	g.Expect(res.End).To(Equal(5 * time.Second))

	s = story(job("work", suspended))
	res = runWith(t, s, ticking())
	g.Expect(res.Ending).To(Equal(sim.TimeIsUp))
	g.Expect(res.End).To(Equal(24 * time.Hour))
}

// A Job with time to live is waited for, even if another one finishes after it.
func TestATimeToLiveRunsOut(t *testing.T) { // TTL-1
	g := NewWithT(t)
	first := job("first", func(s *batchv1.JobSpec) { s.TTLSecondsAfterFinished = new(int32(200)) })
	long := succeeding(20 * time.Second)
	long.Match.Job = "second"
	s := story(first, long, succeeding(5*time.Second))
	s.Jobs = append(s.Jobs, job("second"))
	res := runWith(t, s, reference())
	g.Expect(times(res, func(e *trace.Entry) bool { return e.Verb == "delete" && e.Name == "first" })).To(Equal(seconds(206)))
	g.Expect(res.Job("second")).NotTo(BeNil())
}

// failed runs an implementation that is expected to end the run in a bad way. The trace is kept up to there.
func failed(t *testing.T, impl adapter.Implementation, ending sim.Ending, text string, opts ...sim.Option) *sim.Result {
	t.Helper()
	g := NewWithT(t)
	res := runWith(t, story(job("work")), impl, opts...)
	g.Expect(res.Ending).To(Equal(ending))
	g.Expect(res.Failure).To(MatchError(ContainSubstring(text)))
	g.Expect(res.Trace.Entries).NotTo(BeEmpty())
	g.Expect(res.Trace.Entries[0].Verb).To(Equal("create"))
	g.Expect(lives(res)).NotTo(BeEmpty())
	return res
}

func TestPanic(t *testing.T) {
	g := NewWithT(t)
	res := failed(t, onJob(func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
		_ = env.Client.Create(ctx, podOf(j))
		panic("oh no")
	}), sim.Panicked, "Reconcile(default/work) panicked: oh no")
	g.Expect(res.Failure.Error()).To(ContainSubstring("ending_test.go"), "the stack")
	g.Expect(res.Pods).To(HaveLen(1))
	last := res.Trace.Entries[len(res.Trace.Entries)-1]
	g.Expect([]string{string(last.Kind), last.Verb, last.Text}).To(Equal([]string{"instance", "panic", "oh no"}))

	failed(t, onJob(func(context.Context, *adapter.Env, *batchv1.Job) error {
		panic(errors.New("an error"))
	}), sim.Panicked, "an error")
	failed(t, onJob(func(context.Context, *adapter.Env, *batchv1.Job) error {
		runtime.Goexit()
		return nil
	}), sim.Panicked, "runtime.Goexit")
}

func TestStuck(t *testing.T) {
	g := NewWithT(t)
	release := make(chan struct{})
	returned := make(chan struct{})
	var went atomic.Bool
	stuck := func() sim.Option {
		return sim.WithLimits(sim.Limits{Limits: adapter.Limits{Stuck: 200 * time.Millisecond}})
	}
	res := failed(t, onJob(func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
		defer close(returned)
		_ = env.Client.Create(ctx, podOf(j))
		<-release
		_ = env.Client.Create(ctx, podOf(j)) // ends the goroutine
		went.Store(true)
		return nil
	}), sim.Stuck, "Reconcile(default/work) does not return: it has computed for 200ms of real time", stuck())
	entries := len(res.Trace.Entries)
	g.Expect(res.Pods).To(HaveLen(1))

	close(release) // the goroutine that was left behind does nothing more
	<-returned
	g.Expect(went.Load()).To(BeFalse())
	g.Expect(res.Trace.Entries).To(HaveLen(entries))

	// Code that makes API calls is not stuck, however slow it is.
	slow := onJob(func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
		for range 8 {
			<-time.After(50 * time.Millisecond)
			_ = env.APIReader.Get(ctx, keyOf(j), j)
		}
		return nil
	})
	g.Expect(runWith(t, story(job("work")), slow, stuck()).Failure).NotTo(HaveOccurred())
}

func TestHotLoops(t *testing.T) {
	g := NewWithT(t)
	limits := sim.WithLimits(sim.Limits{Limits: adapter.Limits{CallsPerInstant: 50, SyncsPerInstant: 30}})

	res := failed(t, onJob(func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
		for {
			_ = env.APIReader.Get(ctx, keyOf(j), j)
		}
	}), sim.HotLoop, "50 API calls at one instant (0s of virtual time), and yet another: get jobs work; "+
		"does it retry without waiting?", limits)
	g.Expect(times(res, func(e *trace.Entry) bool { return e.Verb == "get" })).To(HaveLen(50))

	res = failed(t, reconciling(func(context.Context, *adapter.Env, reconcile.Request) (reconcile.Result, error) {
		return reconcile.Result{RequeueAfter: 1}, nil // a nanosecond
	}), sim.TooManyEvents, "events, and the run goes on", sim.WithLimits(sim.Limits{Events: 500}))
	g.Expect(res.Events).To(BeNumerically("<=", 500))

	failed(t, onJob(func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
		j.Annotations = map[string]string{"again": env.Clock.Now().String() + j.ResourceVersion}
		return env.Client.Update(ctx, j)
	}), sim.HotLoop, "more than 30 calls of the implementation at one instant (0s of virtual time), "+
		"the last one of Reconcile(default/work); does it requeue itself without a delay?", limits)

	failed(t, adapter.Reconciler("timers", func(env *adapter.Env) (reconcile.Reconciler, error) {
		var again func()
		again = func() { env.Clock.AfterFunc(0, again) }
		env.Clock.AfterFunc(time.Second, again)
		return reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
			return reconcile.Result{}, nil
		}), nil
	}), sim.HotLoop, "the last one of a function given to Clock.AfterFunc", limits)
}

func TestStartFails(t *testing.T) {
	factory := func(f adapter.Factory) adapter.Implementation { return adapter.Reconciler("bad", f) }
	fails := func(impl adapter.Implementation, ending sim.Ending, text string) {
		t.Helper()
		g := NewWithT(t)
		res := runWith(t, story(job("work")), impl)
		g.Expect(res.Ending).To(Equal(ending))
		g.Expect(res.Failure).To(MatchError(ContainSubstring(text)))
		g.Expect(lives(res)).To(Equal([]string{"0s start 1"}))
	}
	fails(factory(func(*adapter.Env) (reconcile.Reconciler, error) { return nil, errors.New("no config") }),
		sim.StartFailed, "bad could not be started: the factory of the reconciler: no config")
	fails(factory(func(*adapter.Env) (reconcile.Reconciler, error) { return nil, nil }),
		sim.StartFailed, "it returned no reconciler and no error")
	fails(factory(func(*adapter.Env) (reconcile.Reconciler, error) { panic("nil map") }),
		sim.Panicked, "bad could not be started: the factory of the reconciler panicked: nil map")
	fails(adapter.Reconciler("bad", func(*adapter.Env) (reconcile.Reconciler, error) { return noReconciler{}, nil },
		adapter.Watches(adapter.Watch{Object: &corev1.Secret{}})),
		sim.StartFailed, `no matches for kind "Secret"`)
}

type noReconciler struct{ reconcile.Reconciler }

func TestTooManyEvents(t *testing.T) {
	g := NewWithT(t)
	res := runWith(t, story(job("work", sized(50, 10))), reference(), sim.WithLimits(sim.Limits{Events: 100}))
	g.Expect(res.Ending).To(Equal(sim.TooManyEvents))
	g.Expect(res.Failure).To(MatchError("100 events, and the run goes on: expected it to come to an end; " +
		"raise the limit, or end the scenario earlier with until"))
	g.Expect(res.Events).To(Equal(100))

	// What an instance does by itself counts, and so does what happens while it waits for an answer.
	idle := adapter.Reconciler("idle", func(env *adapter.Env) (reconcile.Reconciler, error) {
		env.Clock.Ticker(time.Second)
		return reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
			env.Clock.Sleep(time.Hour)
			return reconcile.Result{}, nil
		}), nil
	})
	res = runWith(t, story(job("work")), idle, sim.WithLimits(sim.Limits{Events: 30}))
	g.Expect(res.Ending).To(Equal(sim.TooManyEvents))
	g.Expect(res.End).To(BeNumerically("<", time.Minute))
}

func TestFactoriesMayBeSlow(t *testing.T) {
	g := NewWithT(t)
	slow := adapter.Reconciler("slow", func(env *adapter.Env) (reconcile.Reconciler, error) {
		if err := env.APIReader.List(context.Background(), &batchv1.JobList{}); err != nil {
			return nil, err
		}
		env.Clock.Sleep(5 * time.Second)
		return reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
			return reconcile.Result{}, nil
		}), nil
	})
	s := story(job("work"))
	s.Latency = 2 * time.Second
	s.Faults = []sim.Fault{
		{When: at(3 * time.Second), Crash: &sim.Crash{Down: time.Second}},
		{Crash: &sim.Crash{Call: 2, Match: sim.CallMatch{Verb: "list"}}},
	}
	res := runWith(t, s, slow)
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.Jobs[0].CreationTimestamp.Time).To(Equal(res.Time().Add(-res.End)), "users do not wait for the controller")
	g.Expect(lives(res)).To(Equal([]string{"0s start 1", "3s crash 1", "4s start 2", "4s crash 2", "4s start 3"}))
	g.Expect(times(res, func(e *trace.Entry) bool { return e.Verb == "sync" })).To(Equal(seconds(11)))
}
