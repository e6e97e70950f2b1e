package adapter

import (
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/event"
)

// workQueue is client-go's rate limiting work queue in virtual time: requests are merged while they wait, a request
// that comes in while its key is processed is kept until that is done, and of several delays for a key the earliest
// wins.
type workQueue struct {
	queue   *event.Queue
	limiter workqueue.TypedRateLimiter[reconcile.Request]
	// ready calls for a turn; it is called whenever a request may have become ready.
	ready func()

	waiting    []reconcile.Request // in order of arrival
	dirty      map[reconcile.Request]int
	processing map[reconcile.Request]bool
	delayed    map[reconcile.Request]*delay
	closed     bool
}

type delay struct {
	at    time.Duration
	timer *event.Timer
}

var _ workqueue.TypedRateLimitingInterface[reconcile.Request] = (*workQueue)(nil)

func newWorkQueue(q *event.Queue, limiter workqueue.TypedRateLimiter[reconcile.Request], ready func()) *workQueue {
	return &workQueue{
		queue: q, limiter: limiter, ready: ready,
		dirty: map[reconcile.Request]int{}, processing: map[reconcile.Request]bool{}, delayed: map[reconcile.Request]*delay{},
	}
}

// Add asks for a request to be processed. The trace entry that is being acted on becomes the cause of the processing.
func (w *workQueue) Add(r reconcile.Request) {
	if w.closed {
		return
	}
	if _, there := w.dirty[r]; there {
		return
	}
	w.dirty[r] = w.queue.Cause
	if w.processing[r] {
		return
	}
	w.waiting = append(w.waiting, r)
	w.ready()
}

// AddAfter asks for it after a delay.
func (w *workQueue) AddAfter(r reconcile.Request, d time.Duration) {
	if w.closed {
		return
	}
	if d <= 0 {
		w.Add(r)
		return
	}
	at := w.queue.Now() + d
	if before := w.delayed[r]; before != nil {
		if before.at <= at {
			return
		}
		before.timer.Stop()
	}
	w.delayed[r] = &delay{at: at, timer: w.queue.At(at, event.Controller, func() {
		delete(w.delayed, r)
		w.Add(r)
	})}
}

// AddRateLimited asks for it after the delay that the rate limiter gives.
func (w *workQueue) AddRateLimited(r reconcile.Request) { w.AddAfter(r, w.limiter.When(r)) }

// Forget ends the rate limiter's memory of failures.
func (w *workQueue) Forget(r reconcile.Request) { w.limiter.Forget(r) }

// NumRequeues is how often the rate limiter was asked.
func (w *workQueue) NumRequeues(r reconcile.Request) int { return w.limiter.NumRequeues(r) }

// Len is how many requests wait.
func (w *workQueue) Len() int { return len(w.waiting) }

// Get takes the next request; shutdown reports that there is none, since nobody can wait for one here.
func (w *workQueue) Get() (r reconcile.Request, shutdown bool) {
	r, _, ok := w.next()
	return r, !ok
}

// next takes the next request and tells what caused it.
func (w *workQueue) next() (r reconcile.Request, cause int, ok bool) {
	if len(w.waiting) == 0 {
		return r, 0, false
	}
	r = w.waiting[0]
	w.waiting = w.waiting[1:]
	w.processing[r] = true
	cause = w.dirty[r]
	delete(w.dirty, r)
	return r, cause, true
}

// Done ends the processing of a request; one that came in meanwhile goes to the end of the line.
func (w *workQueue) Done(r reconcile.Request) {
	delete(w.processing, r)
	if _, again := w.dirty[r]; again && !w.closed {
		w.waiting = append(w.waiting, r)
		w.ready()
	}
}

// ShutDown ends the queue.
func (w *workQueue) ShutDown() {
	w.closed = true
	w.waiting = nil
	for _, d := range w.delayed {
		d.timer.Stop()
	}
}

// ShutDownWithDrain ends the queue; nothing can be drained once the instance has ended.
func (w *workQueue) ShutDownWithDrain() { w.ShutDown() }

// ShuttingDown reports whether the queue has ended.
func (w *workQueue) ShuttingDown() bool { return w.closed }
