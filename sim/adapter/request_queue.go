package adapter

import (
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// requestQueue is the work queue as handlers of watches see it: they are the implementation's code, outside of the
// simulator.
type requestQueue struct {
	*workQueue
	instance *reconcileInstance
}

var _ workqueue.TypedRateLimitingInterface[reconcile.Request] = (*requestQueue)(nil)

func (q *requestQueue) Add(r reconcile.Request) {
	q.instance.visit(func() { q.workQueue.Add(r) })
}

func (q *requestQueue) AddAfter(r reconcile.Request, d time.Duration) {
	q.instance.visit(func() { q.workQueue.AddAfter(r, d) })
}

func (q *requestQueue) AddRateLimited(r reconcile.Request) {
	q.instance.visit(func() { q.workQueue.AddRateLimited(r) })
}

func (q *requestQueue) Forget(r reconcile.Request) {
	q.instance.visit(func() { q.workQueue.Forget(r) })
}

func (q *requestQueue) NumRequeues(r reconcile.Request) (n int) {
	q.instance.visit(func() { n = q.workQueue.NumRequeues(r) })
	return n
}

func (q *requestQueue) Len() (n int) {
	q.instance.visit(func() { n = q.workQueue.Len() })
	return n
}

// guardedLimiter is a rate limiter, which is the implementation's code, as the work queue calls it.
type guardedLimiter struct {
	instance *reconcileInstance
	limiter  workqueue.TypedRateLimiter[reconcile.Request]
}

func (l *guardedLimiter) When(r reconcile.Request) (d time.Duration) {
	l.instance.guard("the rate limiter", func() { d = l.limiter.When(r) })
	return d
}

func (l *guardedLimiter) Forget(r reconcile.Request) {
	l.instance.guard("the rate limiter", func() { l.limiter.Forget(r) })
}

func (l *guardedLimiter) NumRequeues(r reconcile.Request) (n int) {
	l.instance.guard("the rate limiter", func() { n = l.limiter.NumRequeues(r) })
	return n
}
