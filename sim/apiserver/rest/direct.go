package rest

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
)

// Direct is a gate that serves each request at once and lets everything happen that is due by then: a cluster without
// a run, for looking at with kubectl, and for tests.
type Direct struct {
	mu     sync.Mutex
	queue  *event.Queue
	caller *apiserver.Caller
	// now is the queue's time since the beginning, for those who must not wait for the lock: a watch that shows ages is
	// delivered to under it.
	now atomic.Int64
}

// NewDirect returns a gate to a server, whose requests are made as a user. Nobody else may use the queue meanwhile.
func NewDirect(queue *event.Queue, server *apiserver.Server) *Direct {
	d := &Direct{queue: queue, caller: server.For("user", 0)}
	d.now.Store(int64(queue.Now()))
	return d
}

var _ Gate = (*Direct)(nil)

// Now is virtual time.
func (d *Direct) Now() time.Time { return event.Epoch.Add(time.Duration(d.now.Load())) }

// Request serves a request.
func (d *Direct) Request(ctx context.Context, _ typed.Call, serve func(*apiserver.Caller) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	err := serve(d.caller)
	d.settle()
	return err
}

// Watch opens a watch. It is called in the middle of a request, under its lock.
func (d *Direct) Watch(caller *apiserver.Caller, o apiserver.WatchOptions, sink Sink) (func(), error) {
	var w *apiserver.Watch
	var err error
	w, err = caller.Watch(o, func(e apiserver.WatchEvent) {
		if !sink.Deliver(e) {
			w.Stop()
			sink.End()
		}
	})
	if err != nil {
		return nil, err
	}
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		w.Stop()
	}, nil
}

// Advance lets virtual time pass, with all that happens until then.
func (d *Direct) Advance(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	until := d.queue.Now() + by
	d.stepUntil(until)
	d.queue.AdvanceTo(until)
	d.now.Store(int64(until))
}

// settle lets what is due happen.
func (d *Direct) settle() { d.stepUntil(d.queue.Now()) }

func (d *Direct) stepUntil(until time.Duration) {
	for next, ok := d.queue.Next(); ok && next <= until; next, ok = d.queue.Next() {
		d.now.Store(int64(max(next, d.queue.Now())))
		d.queue.Step()
	}
}
