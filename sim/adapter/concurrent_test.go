package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// inBubble runs a program that goes on until its context ends, after what the function does.
func inBubble(t *testing.T, s *sim.Scenario, program adapter.EnvProgram, opts ...sim.Option) *sim.Result {
	t.Helper()
	return run(t, s, adapter.ConcurrentEnv("program", program), opts...)
}

func until(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestProgramsLogAndRecordEvents(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Until = time.Minute
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		time.Sleep(1500 * time.Millisecond)
		env.Log.Info("hello")
		env.Events.Event(job("work"), corev1.EventTypeNormal, "Seen", "it")
		return until(ctx)
	})
	g.Expect(logged(res, trace.Log)).To(Equal([]string{`"level"=0 "msg"="hello"`}))
	g.Expect(res.KubeEvents[0].LastTimestamp.Time).To(Equal(event.Epoch.Add(time.Second)))
	g.Expect(calls(res)).To(Equal([]string{"1.5s create events"}))
}

// Requests park until it is their turn, in an order that is the same in every run.
func TestRequestsTakeTurns(t *testing.T) {
	play := func(opts ...sim.Option) (found []string) {
		s := story()
		s.Until, s.Latency = time.Minute, time.Second
		res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
			var group sync.WaitGroup
			for n := range 4 {
				group.Go(func() {
					_ = env.Client.Create(ctx, job(fmt.Sprint("j", n)))
					_ = env.Client.Get(ctx, client.ObjectKey{Name: fmt.Sprint("j", n)}, &batchv1.Job{})
				})
			}
			group.Wait()
			return until(ctx)
		}, opts...)
		for _, e := range res.Trace.Entries {
			if e.Kind == trace.Call && e.Actor == "controller" {
				found = append(found, fmt.Sprint(e.At, " ", e.Verb, " ", e.Name))
			}
		}
		return found
	}
	g := NewWithT(t)
	calm := play()
	g.Expect(calm).To(HaveLen(8))
	g.Expect(calm[0]).To(Equal("500ms create j0"))
	for range 10 {
		g.Expect(play()).To(Equal(calm))
	}
	random := play(sim.WithSeed(6))
	g.Expect(play(sim.WithSeed(6))).To(Equal(random))
	g.Expect(random).NotTo(Equal(calm))
}

func TestRequestsWhoseContextHasEnded(t *testing.T) {
	g := NewWithT(t)
	var told error
	s := story()
	s.Until = time.Minute
	inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		told = env.Client.Create(ended, job("x"))
		return until(ctx)
	})
	g.Expect(told).To(MatchError(context.Canceled))
}

// stubborn goes on after its context has ended, as a program with a careless retry does.
func stubborn(ctx context.Context, env *adapter.Env) error {
	go func() {
		for env.Client.List(ctx, &corev1.PodList{}) != nil || env.Clock.Now().Before(event.Epoch.Add(time.Hour)) {
			if ctx.Err() == nil {
				time.Sleep(time.Second)
			}
		}
	}()
	return until(ctx)
}

func TestProgramsThatDoNotStop(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Until = time.Minute
	s.Faults = []sim.Fault{
		{When: sim.When{At: 10 * time.Second}, Crash: &sim.Crash{}},
		{Crash: &sim.Crash{Call: 20, Match: sim.CallMatch{Verb: "list"}, After: true, Down: time.Second}},
	}
	res := inBubble(t, s, stubborn)
	g.Expect(res.Ending).To(Equal(sim.TimeIsUp))
	g.Expect(logged(res, trace.Instance)).To(ContainElement("after list pods"))
}

func TestProgramsThatWaitWhenTheyAreStopped(t *testing.T) {
	g := NewWithT(t)
	var answers []error
	s := story()
	s.Until, s.Latency = time.Minute, 10*time.Second
	s.Faults = []sim.Fault{{When: sim.When{At: 7 * time.Second}, Crash: &sim.Crash{}}}
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		first := env.Clock.Now().Equal(event.Epoch)
		var group sync.WaitGroup
		results := make([]error, 2)
		for n := range results {
			group.Go(func() { results[n] = env.Client.List(ctx, &corev1.PodList{}) })
		}
		group.Wait()
		if first {
			answers = results
		}
		return until(ctx)
	})
	g.Expect(res.Failure).NotTo(HaveOccurred())
	for _, err := range answers { // one that was being served, and one that waited for its turn
		g.Expect(errors.Is(err, context.Canceled)).To(BeTrue(), "%v", err)
	}
	g.Expect(answers).To(HaveLen(2))
}

// A run that is made in a bubble takes place there, for tests that look at the bubble's clock or share channels with the
// program.
func TestProgramsInABubbleOfTheTest(t *testing.T) {
	g := NewWithT(t)
	synctest.Test(t, func(t *testing.T) {
		shared := make(chan time.Time, 1)
		res := run(t, story(), adapter.ConcurrentEnv("program", func(ctx context.Context, _ *adapter.Env) error {
			time.Sleep(time.Second)
			shared <- time.Now()
			return until(ctx)
		}))
		g.Expect(res.Failure).NotTo(HaveOccurred())
		g.Expect(<-shared).To(BeTemporally("==", event.Epoch.Add(time.Second)))
		res = run(t, story(), adapter.ConcurrentEnv("program", func(ctx context.Context, _ *adapter.Env) error { return until(ctx) }))
		g.Expect(res.Ending).To(Equal(sim.StartFailed), "its clock cannot be set back")
		g.Expect(res.Failure).To(MatchError(ContainSubstring("ahead of virtual time")))
	})
}

func TestProgramsThatFail(t *testing.T) {
	g := NewWithT(t)
	res := inBubble(t, story(), func(context.Context, *adapter.Env) error { return errors.New("no leader") })
	g.Expect(res.Failure).To(MatchError("the program returned before its context ended: no leader"))
	res = inBubble(t, story(), func(ctx context.Context, env *adapter.Env) error {
		_ = env.Client.List(ctx, &corev1.PodList{})
		panic("oh no")
	})
	g.Expect(res.Ending).To(Equal(sim.Panicked))
	g.Expect(res.Failure).To(MatchError(HavePrefix("the program panicked: oh no")))
	res = inBubble(t, story(), func(ctx context.Context, env *adapter.Env) error {
		for ctx.Err() == nil {
			_ = env.Client.List(ctx, &corev1.PodList{})
		}
		return ctx.Err()
	}, sim.WithLimits(sim.Limits{Limits: adapter.Limits{CallsPerInstant: 10}}))
	g.Expect(res.Ending).To(Equal(sim.HotLoop))
	g.Expect(res.Failure).To(MatchError(HavePrefix("10 API calls at one instant (0s of virtual time), and yet another: list pods")))
}

// A client that waits no longer is told so at that instant, whether the request has had its effect by then or not.
func TestRequestsThatTimeOut(t *testing.T) {
	g := NewWithT(t)
	var told []string
	s := story()
	s.Until, s.Latency = time.Minute, 10*time.Second
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		for n, timeout := range []time.Duration{3 * time.Second, 7 * time.Second} {
			short, cancel := context.WithTimeout(ctx, timeout)
			err := env.Client.Create(short, job(fmt.Sprint("j", n)))
			told = append(told, fmt.Sprint(time.Since(event.Epoch), " ", err))
			cancel()
		}
		config := *env.Config
		config.Timeout = time.Second
		client, err := kubernetes.NewForConfig(&config)
		if err != nil {
			return err
		}
		_, err = client.CoreV1().Pods("default").List(ctx, metav1.ListOptions{})
		told = append(told, fmt.Sprint(time.Since(event.Epoch), " ", errors.Is(err, context.DeadlineExceeded)))
		return until(ctx)
	})
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(told).To(Equal([]string{"3s context deadline exceeded", "10s context deadline exceeded", "11s true"}))
	g.Expect(res.Job("j0")).To(BeNil())
	g.Expect(res.Job("j1")).NotTo(BeNil())
	g.Expect(calls(res)).To(Equal([]string{"8s create jobs"}))
}
