package sim_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
)

// badChooser is code that runs where the simulator is.
type badChooser func()

func (c badChooser) Choose(string, int) int { c(); return 0 }

// A run takes place on a goroutine of its own, but what goes wrong there is still the caller's.
func TestPanicsReachTheCaller(t *testing.T) {
	g := NewWithT(t)
	run := func(c func()) {
		_, _ = sim.Run(story(job("work")), reference(), sim.WithChooser(badChooser(c)))
	}
	g.Expect(func() { run(func() { panic("no choice") }) }).To(PanicWith(HavePrefix("no choice\n")))

	over, returned := make(chan struct{}), false
	go func() {
		defer close(over)
		run(runtime.Goexit) // as t.FailNow does
		returned = true
	}()
	<-over
	g.Expect(returned).To(BeFalse())
}

func TestFactoryThatDoesNotReturn(t *testing.T) {
	g := NewWithT(t)
	never := make(chan struct{})
	defer close(never)
	res := runWith(t, story(job("work")), adapter.Reconciler("bad", func(*adapter.Env) (reconcile.Reconciler, error) {
		<-never
		return nil, nil
	}), sim.WithLimits(sim.Limits{Limits: adapter.Limits{Stuck: 50 * time.Millisecond}}))
	g.Expect(res.Ending).To(Equal(sim.Stuck))
	g.Expect(res.Failure).To(MatchError(HavePrefix("bad could not be started: the factory of the reconciler does not return")))
}

// Code of an instance that has crashed may never return; the run goes on without it, and so does its next instance.
func TestRunGoesOnWithoutAStuckCallOfACrashedInstance(t *testing.T) {
	g := NewWithT(t)
	never := make(chan struct{})
	defer close(never)
	s := story(job("work"))
	s.Faults = []sim.Fault{{Crash: &sim.Crash{Call: 1, Match: sim.CallMatch{Verb: "get"}, Down: time.Second}}}
	calls := 0
	res := runWith(t, s, reconciling(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		if calls++; calls > 1 {
			return reconcile.Result{}, nil
		}
		go func() { _ = env.APIReader.Get(ctx, r.NamespacedName, job("work")) }() // crashes
		<-never
		return reconcile.Result{}, nil
	}), sim.WithLimits(sim.Limits{Limits: adapter.Limits{Stuck: 50 * time.Millisecond}}))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(lives(res)).To(Equal([]string{"0s start 1", "0s crash 1", "1s start 2"}))
	g.Expect(calls).To(Equal(2))
}
