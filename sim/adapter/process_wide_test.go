package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/features"
	"k8s.io/klog/v2"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

func TestProgramsThatExit(t *testing.T) {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	defer klog.LogToStderr(true)
	g := NewWithT(t)
	for _, exit := range []func(){
		func() { klog.Exit("lost the lease") }, // first, since klog prints no stacks from then on
		func() { klog.Fatal("lost the lease") },
	} {
		for _, elsewhere := range []bool{false, true} {
			res := inBubble(t, story(), func(ctx context.Context, _ *adapter.Env) error {
				time.Sleep(time.Second)
				if elsewhere {
					go exit()
				} else {
					exit()
				}
				return until(ctx)
			})
			g.Expect(res.Ending).To(Equal(sim.Exited))
			g.Expect(res.Failure).To(MatchError(MatchRegexp(
				`^the program ended its process with exit code \d+ \(klog.Fatal or klog.Exit\), in \S*TestProgramsThatExit.func\d \(\S*process_wide_test.go:\d+\)$`)))
			g.Expect(res.Leaked).To(BeEmpty())
			last := res.Trace.Entries[len(res.Trace.Entries)-1]
			g.Expect(fmt.Sprint(last.At, " ", last.Verb)).To(Equal("1s exit"))
		}
	}
}

// Of an instance that a fault has ended already, nobody hears.
func TestExitAfterACrash(t *testing.T) {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	defer klog.LogToStderr(true)
	g := NewWithT(t)
	s := story()
	s.Until = time.Minute
	s.Faults = []sim.Fault{{When: sim.When{At: time.Second}, Crash: &sim.Crash{Down: time.Hour}}}
	res := inBubble(t, s, func(ctx context.Context, _ *adapter.Env) error {
		<-ctx.Done()
		klog.Exit("leaving")
		return nil
	})
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.Ending).To(Equal(sim.TimeIsUp))
}

// The usual handlers would let decades of virtual time pass.
func TestErrorsThatNobodyReturns(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Until = time.Minute
	var waited time.Duration
	res := inBubble(t, s, func(ctx context.Context, _ *adapter.Env) error {
		began := time.Now()
		for range 3 {
			utilruntime.HandleError(errors.New("no such key"))
		}
		waited = time.Since(began)
		return until(ctx)
	})
	g.Expect(waited).To(BeZero())
	g.Expect(logged(res, trace.Log)).To(HaveLen(3))
	g.Expect(logged(res, trace.Log)[0]).To(Equal(`"msg"="Unhandled Error" "error"="no such key"`))
}

func TestProcessOutsideOfARunIsAsItWas(t *testing.T) {
	g := NewWithT(t)
	_ = inBubble(t, story(), func(ctx context.Context, _ *adapter.Env) error {
		g.Expect(features.FeatureGates().Enabled(features.WatchListClient)).To(BeFalse())
		return until(ctx)
	})
	g.Expect(features.FeatureGates().Enabled(features.WatchListClient)).To(BeTrue())
	g.Expect(features.FeatureGates().Enabled(features.InOrderInformers)).To(BeTrue())
}

func TestTooManyWatches(t *testing.T) {
	g := NewWithT(t)
	opened := 0
	var told, after error
	s := story()
	s.Until = time.Minute
	inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		for range 3 { // what is closed does not count
			w, err := env.Watcher.Watch(ctx, &corev1.PodList{})
			if err != nil {
				return err
			}
			w.Stop()
		}
		var last interface{ Stop() }
		for told == nil {
			w, err := env.Watcher.Watch(ctx, &corev1.PodList{})
			if told = err; err == nil {
				opened++
				last = w
			}
		}
		last.Stop()
		_, after = env.Watcher.Watch(ctx, &corev1.PodList{})
		return until(ctx)
	}, sim.WithLimits(sim.Limits{Limits: adapter.Limits{Watches: 20}}))
	g.Expect(opened).To(Equal(20))
	g.Expect(apierrors.IsTooManyRequests(told)).To(BeTrue(), "%v", told)
	g.Expect(told).To(MatchError(ContainSubstring("the client has 20 open watches")))
	g.Expect(after).NotTo(HaveOccurred())
}

// A program that tries on with a context of its own after a crash keeps nobody waiting.
func TestTransportOfACrashedProgramIsDead(t *testing.T) {
	g := NewWithT(t)
	tries := 0
	s := story()
	s.Until = time.Minute
	s.Faults = []sim.Fault{{When: sim.When{At: time.Second}, Crash: &sim.Crash{Down: time.Hour}}}
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		go func() {
			for {
				if err := env.Client.Get(context.Background(), client.ObjectKey{Name: "x"}, &corev1.Pod{}); !apierrors.IsNotFound(err) {
					tries++
				} else {
					time.Sleep(time.Second)
				}
			}
		}()
		return until(ctx)
	})
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.Leaked).To(BeEmpty())
	g.Expect(tries).To(Equal(1+1000), "the one that waits when the crash comes, and as many as may follow")
}

type drawn struct{ t *rapid.T }

func (d drawn) Choose(label string, n int) int { return rapid.IntRange(0, n-1).Draw(d.t, label) }

func TestProgramsInProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		res, err := sim.Run(three(), adapter.Concurrent("classic", runClassic), sim.WithChooser(drawn{r}))
		if err != nil || res.Failure != nil || res.Ending != sim.Finished || len(res.Leaked) > 0 {
			r.Fatalf("%v %v %v %v", err, res.Ending, res.Failure, res.Leaked)
		}
	})
}

type broken struct{}

func (broken) Choose(string, int) int { panic("no choice") }

// A chooser runs where the simulator does. Its panics are the caller's, and do not leave the program behind.
func TestPanicsOfTheChooser(t *testing.T) {
	g := NewWithT(t)
	ended := make(chan struct{})
	g.Expect(func() {
		_, _ = sim.Run(three(), adapter.ConcurrentEnv("program", func(ctx context.Context, _ *adapter.Env) error {
			defer close(ended)
			return until(ctx)
		}), sim.WithChooser(broken{}))
	}).To(PanicWith(HavePrefix("no choice\n")))
	g.Expect(ended).To(BeClosed())
}

func TestProgramsSideBySide(t *testing.T) {
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			g := NewWithT(t)
			first := run(t, three(), adapter.Concurrent("classic", runClassic)).Trace.Hash()
			for range 5 {
				g.Expect(run(t, three(), adapter.Concurrent("classic", runClassic)).Trace.Hash()).To(Equal(first))
			}
		})
	}
}
