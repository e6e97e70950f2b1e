package adapter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

func TestBrokenWatchesListAgain(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Faults = []sim.Fault{
		{When: sim.When{At: time.Second}, Watch: &sim.WatchFault{Resource: "jobs", Stall: true}},
		{When: sim.When{At: 5 * time.Second}, Watch: &sim.WatchFault{Resource: "jobs", Break: true}},
	}
	s.Actions = []sim.Action{
		{When: sim.When{At: 2 * time.Second}, Suspend: new(true)}, // not seen before the list
		{When: sim.When{At: 6 * time.Second}, Suspend: new(false)},
	}
	res := run(t, s, implementation(nothing))
	g.Expect(syncs(res)).To(Equal([]string{"0s work", "5s work", "6s work"}))
}

func TestTheClockIsSetWrong(t *testing.T) {
	g := NewWithT(t)
	var seen []string
	s := story()
	s.Faults = []sim.Fault{{When: sim.When{At: 5 * time.Second}, Clock: new(time.Hour)}}
	run(t, s, implementation(func(_ context.Context, env *adapter.Env, _ reconcile.Request) (reconcile.Result, error) {
		if len(seen) == 0 {
			env.Clock.AfterFunc(10*time.Second, func() { // timers keep their waits
				seen = append(seen, fmt.Sprint("timer ", env.Clock.Since(event.Epoch)))
			})
		}
		seen = append(seen, env.Clock.Since(event.Epoch).String())
		if len(seen) > 4 {
			return reconcile.Result{}, nil
		}
		return reconcile.Result{RequeueAfter: 4 * time.Second}, nil
	}))
	g.Expect(seen).To(Equal([]string{"0s", "4s", "1h0m8s", "timer 1h0m10s", "1h0m12s"}))
}

func TestCallsMeetTheirFate(t *testing.T) {
	g := NewWithT(t)
	status := apierrors.NewInternalError(fmt.Errorf("etcd is away")).Status()
	var told []string
	s := story()
	s.Faults = []sim.Fault{
		{Error: &sim.CallError{Match: sim.CallMatch{Verb: "create"}, Status: status, Times: 1}},
		{Error: &sim.CallError{Match: sim.CallMatch{Verb: "create"}, Status: status, Times: 1, Effect: true}},
	}
	res := run(t, s, implementation(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		j := &batchv1.Job{}
		if err := env.Client.Get(ctx, r.NamespacedName, j); err != nil || len(told) > 0 {
			return reconcile.Result{}, err
		}
		for range 3 {
			told = append(told, fmt.Sprint(apierrors.IsInternalError(env.Client.Create(ctx, podOf(j)))))
		}
		return reconcile.Result{}, nil
	}))
	g.Expect(told).To(Equal([]string{"true", "true", "false"}))
	g.Expect(res.Pods).To(HaveLen(2))
	var lost []bool
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Call && e.Actor == "controller" {
			lost = append(lost, e.Lost)
		}
	}
	g.Expect(lost).To(Equal([]bool{false, true, false}))
}
