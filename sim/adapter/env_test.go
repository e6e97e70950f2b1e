package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

func TestCachesAreLateAndAPIReaderIsNot(t *testing.T) {
	g := NewWithT(t)
	var seen []string
	s := story()
	s.WatchDelay = 3 * time.Second
	s.Until = 10 * time.Second
	res := run(t, s, implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		cached, live := &corev1.PodList{}, &corev1.PodList{}
		if err := errors.Join(env.Client.List(ctx, cached), env.APIReader.List(ctx, live)); err != nil {
			return reconcile.Result{}, err
		}
		seen = append(seen, fmt.Sprint(env.Clock.Since(event.Epoch), len(cached.Items), len(live.Items)))
		j := &batchv1.Job{}
		if err := env.APIReader.Get(ctx, r.NamespacedName, j); err != nil || len(live.Items) > 0 {
			return reconcile.Result{}, err
		}
		return reconcile.Result{RequeueAfter: time.Second}, env.Client.Create(ctx, podOf(j))
	}))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(seen).To(Equal([]string{"3s 0 0", "4s 0 1", "6s 1 1"}))
	g.Expect(calls(res)[:3]).To(Equal([]string{"3s list pods", "3s get jobs", "3s create pods"}))
}

func TestFieldIndex(t *testing.T) {
	g := NewWithT(t)
	var found []string
	impl := adapter.Reconciler("test", func(env *adapter.Env) (reconcile.Reconciler, error) {
		err := env.Fields.IndexField(context.Background(), &batchv1.Job{}, "size", func(o client.Object) []string {
			return []string{fmt.Sprint(*o.(*batchv1.Job).Spec.Parallelism)}
		})
		return reconcile.Func(func(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
			list := &batchv1.JobList{}
			if err := env.Client.List(ctx, list, client.MatchingFields{"size": "4"}); err != nil {
				return reconcile.Result{}, err
			}
			for _, j := range list.Items {
				found = append(found, j.Name)
			}
			return reconcile.Result{}, nil
		}), err
	})
	s := story()
	s.Jobs = append(s.Jobs, job("big"))
	s.Jobs[1].Spec.Parallelism = new(int32(4))
	g.Expect(run(t, s, impl).Failure).NotTo(HaveOccurred())
	g.Expect(found).To(Equal([]string{"big", "big"})) // seen in both Jobs' syncs
}

func TestEventsAndLogs(t *testing.T) {
	g := NewWithT(t)
	res := run(t, story(), implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		j := &batchv1.Job{}
		if err := env.Client.Get(ctx, r.NamespacedName, j); err != nil {
			return reconcile.Result{}, err
		}
		env.Events.Event(j, corev1.EventTypeNormal, "Seen", "it is there")
		env.Events.Eventf(j, corev1.EventTypeWarning, "Odd", "it has %d pods", 0)
		env.Log.Info("hello", "job", j.Name)
		env.Log.V(1).Info("left out")
		env.Log.WithName("part").Error(errors.New("oops"), "trouble")
		log.FromContext(ctx).Info("from the context")
		return reconcile.Result{}, nil
	}, adapter.Component("my-controller")))
	var events []string
	for _, e := range res.KubeEvents {
		events = append(events, fmt.Sprint(e.Type, e.Reason, e.Message, e.Source.Component))
	}
	g.Expect(events).To(Equal([]string{"NormalSeenit is theremy-controller", "WarningOddit has 0 podsmy-controller"}))
	g.Expect(logged(res, trace.Log)).To(Equal([]string{
		`"level"=0 "msg"="hello" "job"="work"`,
		`part "msg"="trouble" "error"="oops"`,
		`"level"=0 "msg"="from the context"`,
	}))
}

func TestSeed(t *testing.T) {
	g := NewWithT(t)
	var seeds []uint64
	impl := adapter.Reconciler("test", func(env *adapter.Env) (reconcile.Reconciler, error) {
		seeds = append(seeds, env.Seed)
		return reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
			return reconcile.Result{}, nil
		}), nil
	})
	g.Expect(impl.Name()).To(Equal("test"))
	run(t, story(), impl)
	run(t, story(), impl, sim.WithSeed(12))
	g.Expect(seeds).To(Equal([]uint64{0, 12}))
}

func TestSleepLetsTheWorldGoOn(t *testing.T) {
	g := NewWithT(t)
	var phases []corev1.PodPhase
	res := run(t, story(), implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		j := &batchv1.Job{}
		if err := env.Client.Get(ctx, r.NamespacedName, j); err != nil || len(phases) > 0 {
			return reconcile.Result{}, err
		}
		pod := podOf(j)
		if err := env.Client.Create(ctx, pod); err != nil {
			return reconcile.Result{}, err
		}
		for range 3 {
			phases = append(phases, pod.Status.Phase)
			env.Clock.Sleep(6 * time.Second)
			if err := env.Client.Get(ctx, client.ObjectKeyFromObject(pod), pod); err != nil {
				return reconcile.Result{}, err
			}
		}
		env.Clock.Sleep(-1)
		return reconcile.Result{}, nil
	}))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(phases).To(Equal([]corev1.PodPhase{corev1.PodPending, corev1.PodRunning, corev1.PodSucceeded}))
	g.Expect(syncs(res)).To(Equal([]string{"0s work", "18s work"}), "what came meanwhile is one request")
}

func TestTimers(t *testing.T) {
	g := NewWithT(t)
	var fired []string
	impl := adapter.Reconciler("test", func(env *adapter.Env) (reconcile.Reconciler, error) {
		note := func(what string) { fired = append(fired, fmt.Sprint(env.Clock.Since(event.Epoch), " ", what)) }
		ctx, cancel := env.Clock.WithTimeout(context.Background(), 4*time.Second)
		dated, cancelDated := env.Clock.WithDeadline(context.Background(), env.Clock.Now().Add(time.Minute))
		stopped := env.Clock.AfterFunc(3*time.Second, func() { note("stopped") })
		timer, after := env.Clock.Timer(time.Second), env.Clock.After(2*time.Second)
		ticker, tick := env.Clock.Ticker(time.Second), env.Clock.Tick(2*time.Second)
		env.Clock.AfterFunc(5*time.Second, func() {
			note(fmt.Sprint(ctx.Err(), dated.Err(), len(timer.C), len(after), len(ticker.C), len(tick)))
			cancel()
			cancelDated()
			ticker.Stop()
			err := env.Client.Create(ctx, job("made")) // the context has ended
			note(fmt.Sprint(err))
			note(fmt.Sprint(env.Client.Create(context.Background(), job("made"))))
			note(fmt.Sprint(env.Clock.Until(event.Epoch.Add(time.Minute))))
		})
		stopped.Stop()
		return reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
			return reconcile.Result{}, nil
		}), nil
	})
	s := story()
	s.Until = 20 * time.Second
	res := run(t, s, impl)
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(fired).To(Equal([]string{
		"5s context deadline exceeded <nil> 1 1 1 1", "5s context deadline exceeded", "5s <nil>", "5s 55s"}))
	g.Expect(res.Jobs).To(HaveLen(2))
}

func TestTimersFireWhileACallWaits(t *testing.T) {
	g := NewWithT(t)
	var order []string
	s := story()
	s.Latency = 10 * time.Second
	res := run(t, s, implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		env.Clock.AfterFunc(2*time.Second, func() {
			order = append(order, "timer "+env.Clock.Since(event.Epoch).String())
			_ = env.APIReader.List(ctx, &corev1.PodList{})
			order = append(order, "timer's call "+env.Clock.Since(event.Epoch).String())
		})
		err := env.APIReader.Get(ctx, r.NamespacedName, &batchv1.Job{})
		order = append(order, "call "+env.Clock.Since(event.Epoch).String())
		return reconcile.Result{}, err
	}))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(order[:2]).To(Equal([]string{"timer 2s", "timer's call 12s"}))
}

// A handler may look at the cache, and no more: it runs between two instants of the implementation.
func TestHandlersReadTheCache(t *testing.T) {
	g := NewWithT(t)
	var found []string
	var env *adapter.Env
	look := handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, _ client.Object) []reconcile.Request {
		list := &batchv1.JobList{}
		found = append(found, fmt.Sprint(env.Client.List(ctx, list), len(list.Items), env.Clock.Since(event.Epoch)))
		env.Log.Info("looked")
		env.Clock.Sleep(time.Hour) // has no effect
		found = append(found, fmt.Sprint(env.Client.Create(ctx, job("x"))))
		found = append(found, fmt.Sprint(env.Client.Create(context.Background(), job("x"))))
		return nil
	})
	res := run(t, story(), adapter.Reconciler("test", func(e *adapter.Env) (reconcile.Reconciler, error) {
		env = e
		return reconcile.Func(nil), nil
	}, adapter.Watches(adapter.Watch{Object: &batchv1.Job{}, Handler: look})))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(found).To(Equal([]string{"<nil> 1 0s",
		"create jobs x in a handler of a watch: expected it to read from the cache only",
		"create jobs x outside of a call of Reconcile: a program with goroutines of its own is driven by adapter.Concurrent"}))
	g.Expect(logged(res, trace.Log)).To(HaveLen(1))
	g.Expect(res.Jobs).To(HaveLen(1))
}
