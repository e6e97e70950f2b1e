package fakes

import (
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// RateLimiter tells how soon a failed request is tried again: after 1 s, then twice as long each time, up to 60 s
// (POD-11), but not later than the next timer of its Job, since a deadline holds even if the API server does not
// answer (ADS-4).
func (r *Reconciler) RateLimiter() workqueue.TypedRateLimiter[reconcile.Request] {
	return &retryLimiter{
		TypedRateLimiter: r.d.Retry(r.d.Limits),
		r:                r,
	}
}

// retry is POD-11: the delay doubles with each failure in a row.
func retry(l Limits) workqueue.TypedRateLimiter[reconcile.Request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](l.RetryBase, l.RetryMax)
}

type retryLimiter struct {
	workqueue.TypedRateLimiter[reconcile.Request]
	r *Reconciler
}

// When counts the failure in any case.
func (l *retryLimiter) When(req reconcile.Request) time.Duration {
	delay := l.TypedRateLimiter.When(req)
	if at, ok := l.r.timers[req]; ok {
		delay = max(0, min(delay, at.Sub(l.r.now())))
	}
	return delay
}
