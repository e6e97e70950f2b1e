package adapter

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// Factory makes a fresh reconciler for an instance. It may add indexes to env.Fields; it must not keep state that
// outlives the instance.
type Factory func(env *Env) (reconcile.Reconciler, error)

// Watch says which objects make the manager call the reconciler, and for which keys.
type Watch struct {
	// Object is an empty object of the kind that is watched.
	Object client.Object
	// Handler turns a change into requests.
	Handler handler.EventHandler
}

// Configured is a reconciler that says itself how it wants to be called. Options come before it.
type Configured interface {
	Watches() []Watch
	RateLimiter() workqueue.TypedRateLimiter[reconcile.Request]
}

// Option changes how a reconciler is driven.
type Option func(*reconciler)

// Watches replaces what is watched. The default is what a manager with For(&batchv1.Job{}).Owns(&corev1.Pod{}) watches:
// Jobs, and pods that a Job controls.
func Watches(w ...Watch) Option { return func(r *reconciler) { r.watches = w } }

// RateLimiter replaces the delays after errors. The default is controller-runtime's: 5 ms, doubling to 1000 s.
func RateLimiter(limiter func() workqueue.TypedRateLimiter[reconcile.Request]) Option {
	return func(r *reconciler) { r.limiter = limiter }
}

// Component is the name that Kubernetes Events carry. The default is "job-controller".
func Component(name string) Option { return func(r *reconciler) { r.component = name } }

// reconciler is an implementation made from a reconcile function.
type reconciler struct {
	name      string
	factory   Factory
	watches   []Watch
	limiter   func() workqueue.TypedRateLimiter[reconcile.Request]
	component string
}

// Reconciler makes an implementation from a factory of reconcilers. The simulator is their manager: it follows the
// watches, keeps the work queue, and calls Reconcile, one call at a time.
func Reconciler(name string, factory Factory, options ...Option) Implementation {
	r := &reconciler{name: name, factory: factory, component: "job-controller"}
	for _, o := range options {
		o(r)
	}
	return r
}

// Name is the name that was given.
func (r *reconciler) Name() string { return r.name }

// Start makes an instance. Its caches list at once; the first calls of Reconcile follow in the same instant.
func (r *reconciler) Start(w World) (Instance, error) {
	i := newReconcileInstance(w, r.component)
	w.Starting(i)
	subject, err := i.build(r.factory)
	if err != nil || i.dead {
		return i, err
	}
	i.subject = subject
	var watches []Watch
	i.guard("Watches, or RateLimiter,", func() { watches = i.configure(r) })
	if i.failure != nil {
		return i, i.failure
	}
	for _, watch := range watches {
		if err := i.follow(watch); err != nil {
			return i, err
		}
	}
	i.open()
	return i, nil
}

// configure makes the work queue and returns what is watched, as the options and the reconciler say.
func (i *reconcileInstance) configure(r *reconciler) []Watch {
	watches, limiter := r.watches, r.limiter
	if c, ok := i.subject.(Configured); ok {
		if watches == nil {
			watches = c.Watches()
		}
		if limiter == nil {
			limiter = c.RateLimiter
		}
	}
	if watches == nil {
		watches = defaultWatches()
	}
	if limiter == nil {
		limiter = defaultRateLimiter
	}
	i.work = newWorkQueue(i.world.Queue(), &guardedLimiter{instance: i, limiter: limiter()}, i.askForTurn)
	return watches
}

func defaultRateLimiter() workqueue.TypedRateLimiter[reconcile.Request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](5*time.Millisecond, 1000*time.Second)
}

func defaultWatches() []Watch {
	return []Watch{
		{Object: &batchv1.Job{}, Handler: &handler.EnqueueRequestForObject{}},
		{Object: &corev1.Pod{}, Handler: handler.EnqueueRequestForOwner(typed.Scheme, typed.Mapper, &batchv1.Job{},
			handler.OnlyControllerOwner())},
	}
}

// follow lets changes of the watched objects reach the handler.
func (i *reconcileInstance) follow(w Watch) error {
	r, err := typed.ResourceOf(w.Object)
	if err != nil {
		return err
	}
	ctx := context.WithValue(context.Background(), handlerKey{}, true)
	q := &requestQueue{workQueue: i.work, instance: i}
	i.cache.Informer(r).Handle(func(old, obj typed.Object, initial bool) {
		i.guard("a handler of a watch", func() { dispatch(ctx, w.Handler, q, old, obj, initial) })
	})
	i.opening = append(i.opening, r)
	return nil
}
