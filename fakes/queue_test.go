package fakes

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// testQueue is a work queue in the time of a world: requests merge, and the earliest delay wins.
type testQueue struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	w       *world
	limiter workqueue.TypedRateLimiter[reconcile.Request]
	order   []reconcile.Request
	due     map[reconcile.Request]time.Time
	// err is what the last sync returned.
	err error
}

func newTestQueue(w *world, limiter workqueue.TypedRateLimiter[reconcile.Request]) *testQueue {
	return &testQueue{w: w, limiter: limiter, due: map[reconcile.Request]time.Time{}}
}

func (q *testQueue) Add(req reconcile.Request) { q.AddAfter(req, 0) }

func (q *testQueue) AddAfter(req reconcile.Request, delay time.Duration) {
	at := q.w.now.Add(delay)
	old, ok := q.due[req]
	if !ok {
		q.order = append(q.order, req)
	}
	if !ok || at.Before(old) {
		q.due[req] = at
	}
}

// next takes the request that is due first.
func (q *testQueue) next() (req reconcile.Request, at time.Time, ok bool) {
	best := -1
	for i, r := range q.order {
		if best < 0 || q.due[r].Before(q.due[q.order[best]]) {
			best = i
		}
	}
	if best < 0 {
		return req, at, false
	}
	return q.order[best], q.due[q.order[best]], true
}

// run syncs whatever is due until the given second, which the clock then shows.
func (w *world) run(seconds int) {
	until := at(seconds)
	for {
		req, due, ok := w.queue.next()
		if !ok || due.After(until) {
			break
		}
		if due.After(w.now) {
			w.now = due
		}
		w.syncOne(req)
	}
	if until.After(w.now) {
		w.now = until
	}
}

func (w *world) syncOne(req reconcile.Request) {
	q := w.queue
	delete(q.due, req)
	for i, r := range q.order {
		if r == req {
			q.order = append(q.order[:i:i], q.order[i+1:]...)
			break
		}
	}
	var result reconcile.Result
	result, q.err = w.r.Reconcile(context.Background(), req)
	switch {
	case q.err != nil:
		q.AddAfter(req, q.limiter.When(req))
	case result.RequeueAfter > 0:
		q.limiter.Forget(req)
		q.AddAfter(req, result.RequeueAfter)
	default:
		q.limiter.Forget(req)
	}
}

// names lists the pods that satisfy a test.
func (w *world) names(is func(*corev1.Pod) bool) []string {
	var names []string
	for _, pod := range w.pods {
		if is(pod) {
			names = append(names, pod.Name)
		}
	}
	return names
}
