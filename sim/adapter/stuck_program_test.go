package adapter_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
)

func soon() sim.Option {
	return sim.WithLimits(sim.Limits{Limits: adapter.Limits{Stuck: 50 * time.Millisecond}})
}

func waitForLock(mu *sync.Mutex) { mu.Lock() }

func compute(stop *atomic.Bool) {
	for !stop.Load() {
	}
}

// What keeps a bubble's clock from going on, and how the failure calls it.
func TestStuckPrograms(t *testing.T) {
	var stop atomic.Bool
	defer stop.Store(true)
	outer := make(chan struct{})
	defer close(outer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for name, stuck := range map[string]struct {
		do    func()
		named string
	}{
		"a mutex": {func() {
			mu := &sync.Mutex{}
			mu.Lock()
			waitForLock(mu)
		}, `sync.Mutex.Lock in sync.\(\*Mutex\).Lock, called by \S*adapter_test.waitForLock \(\S*stuck_program_test.go:\d+\)`},
		"a loop":    {func() { compute(&stop) }, `run\w+ in .*adapter_test.compute \(\S*stuck_program_test.go:\d+\)`},
		"a channel": {func() { <-outer }, `chan receive in \S*adapter_test.TestStuckPrograms.func\S* \(\S*stuck_program_test.go:\d+\)`},
		"a socket":  {func() { _, _ = listener.Accept() }, `(IO wait|semacquire) in net.\S*Accept, called by \S*adapter_test.TestStuckPrograms.func`},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			res := inBubble(t, story(), func(ctx context.Context, env *adapter.Env) error {
				time.Sleep(time.Second)
				go stuck.do()
				return until(ctx)
			}, soon())
			g.Expect(res.Ending).To(Equal(sim.Stuck))
			g.Expect(res.Failure).To(MatchError(MatchRegexp(`^the program has not come to rest for 50ms of real time.*: ` + stuck.named)))
			last := res.Trace.Entries[len(res.Trace.Entries)-1]
			g.Expect(last.Verb).To(Equal("stuck"))
			res = inBubble(t, story(), func(context.Context, *adapter.Env) error {
				stuck.do()
				return nil
			}, soon())
			g.Expect(res.Ending).To(Equal(sim.Stuck))
			g.Expect(res.Failure).To(MatchError(MatchRegexp(`^program could not be started: the program has not come to rest.*: ` + stuck.named)))
		})
	}
}

// A run that was given up is over, whatever its goroutines do when they come to life again.
func TestGoroutinesOfARunThatWasGivenUp(t *testing.T) {
	g := NewWithT(t)
	outer, told := make(chan struct{}), make(chan error)
	res := inBubble(t, story(), func(ctx context.Context, env *adapter.Env) error {
		<-outer
		env.Log.Info("late")
		env.Events.Event(job("work"), corev1.EventTypeNormal, "Late", "late")
		told <- env.Client.Create(ctx, job("late"))
		return until(ctx)
	}, soon())
	g.Expect(res.Ending).To(Equal(sim.Stuck))
	entries := len(res.Trace.Entries)
	close(outer)
	g.Expect(<-told).To(MatchError(context.Canceled))
	g.Expect(res.Trace.Entries).To(HaveLen(entries))
	g.Expect(res.Jobs).To(BeEmpty(), "the run was given up before its first event")
}

func leaks() { select {} }

func TestLeakedGoroutines(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Until = time.Minute
	s.Faults = []sim.Fault{{When: sim.When{At: 10 * time.Second}, Crash: &sim.Crash{Down: time.Second}}}
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		go leaks()
		go func() { time.Sleep(time.Hour) }()
		return until(ctx)
	})
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.Ending).To(Equal(sim.TimeIsUp))
	g.Expect(res.Leaked).To(HaveLen(4), "two of each instance")
	g.Expect(res.Leaked).To(ContainElement(MatchRegexp(`^select \(no cases\) in \S*adapter_test.leaks \(\S*stuck_program_test.go:\d+\), started by \S*TestLeakedGoroutines.func1$`)))
	g.Expect(res.Leaked).To(ContainElement(MatchRegexp(`^sleep in time.Sleep, called by \S*TestLeakedGoroutines`)))
	clean := inBubble(t, story(), func(ctx context.Context, _ *adapter.Env) error { return until(ctx) })
	g.Expect(clean.Leaked).To(BeEmpty())
}

// A program that computes on when it is stopped at the end of a run has leaked too; the run is whole.
func TestProgramsThatComputeAtTheEnd(t *testing.T) {
	g := NewWithT(t)
	var stop atomic.Bool
	defer stop.Store(true)
	s := story()
	s.Until = time.Minute
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		<-ctx.Done()
		compute(&stop)
		return nil
	}, soon())
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.Ending).To(Equal(sim.TimeIsUp))
	g.Expect(res.Leaked).To(ConsistOf(ContainSubstring("adapter_test.compute")))
}
