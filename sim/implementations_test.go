package sim_test

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/adapter"
)

// reconciling is an implementation from a function; errors of the factory and of calls are what it makes of them.
func reconciling(
	call func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error),
) adapter.Implementation {
	return adapter.Reconciler("function", func(env *adapter.Env) (reconcile.Reconciler, error) {
		return reconcile.Func(func(ctx context.Context, r reconcile.Request) (reconcile.Result, error) {
			return call(ctx, env, r)
		}), nil
	})
}

// onJob is an implementation that does something at each sync of a Job that exists, with a copy of its own.
func onJob(do func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error) adapter.Implementation {
	return reconciling(func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error) {
		j := &batchv1.Job{}
		if err := env.Client.Get(ctx, r.NamespacedName, j); err != nil {
			return reconcile.Result{}, nil
		}
		return reconcile.Result{}, do(ctx, env, j)
	})
}

// ticking is the reference with a timer that never rests.
func ticking() adapter.Implementation {
	return adapter.Reconciler("ticking", func(env *adapter.Env) (reconcile.Reconciler, error) {
		var again func()
		again = func() { env.Clock.AfterFunc(20*time.Second, again) }
		again()
		return fakes.NewReference(env)
	})
}
