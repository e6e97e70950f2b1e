package adapter

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/rest"
	"github.com/jobsim/jobsim/sim/trace"
)

// openWatch is a watch of a program, whichever door it has come through.
type openWatch struct {
	instance *programInstance
	resource apiserver.Resource
	server   *apiserver.Watch
	sink     rest.Sink
	left     atomic.Bool // by the client
	ended    bool
}

// Watch opens a watch, on the simulator's turn. Stop ends it from the client's side.
func (i *programInstance) Watch(caller *apiserver.Caller, o apiserver.WatchOptions, sink rest.Sink) (stop func(), err error) {
	i.forget()
	if limit := i.world.Limits().Watches; len(i.watches) >= limit {
		return nil, apierrors.NewTooManyRequests(fmt.Sprintf("the client has %d open watches: expected it to use one informer "+
			"for all that look at a resource, or to stop those that it does not need (the limit is adapter.Limits.Watches)", limit), 1)
	}
	w := &openWatch{instance: i, resource: o.Resource, sink: sink}
	o.Lag = func(c apiserver.Change) time.Duration { return i.world.Lag(o.Resource, c) }
	o.Skipped = w.skipped
	if w.server, err = caller.Watch(o, w.deliver); err != nil {
		return nil, err
	}
	i.watches = append(i.watches, w)
	i.world.Watching(o.Resource, w.server, w.end)
	return func() { w.left.Store(true) }, nil
}

// forget drops the watches that have ended.
func (i *programInstance) forget() {
	i.watches = slices.DeleteFunc(i.watches, func(w *openWatch) bool {
		if w.left.Load() {
			w.server.Stop()
		}
		return w.ended || w.left.Load()
	})
}

// deliver hands an event to the program, on the simulator's turn. A client that has gone gets none, one that does not
// read loses the watch, and one that has fallen too far behind is told to list again.
func (w *openWatch) deliver(e apiserver.WatchEvent) {
	if w.left.Load() {
		w.server.Stop()
		return
	}
	if e.Type == watch.Error {
		w.sink.Deliver(e)
		w.end()
		return
	}
	q := w.instance.world.Queue()
	outer := q.Cause
	q.Cause = w.instance.world.Record(trace.Entry{
		Kind: trace.Delivery, Verb: string(e.Type), Resource: string(w.resource),
		Namespace: e.Object.GetNamespace(), Name: e.Object.GetName(), Object: e.Object,
	})
	if w.sink.Deliver(e) {
		w.instance.rest()
	} else {
		w.end()
	}
	q.Cause = outer
}

// skipped notes a change that the watch's selectors leave out: with it the client is up to date, too.
func (w *openWatch) skipped(c apiserver.Change) {
	if w.left.Load() {
		w.server.Stop()
		return
	}
	obj := c.Object()
	w.instance.world.Record(trace.Entry{
		Kind: trace.Delivery, Verb: "SKIPPED", Resource: string(w.resource), Namespace: obj.GetNamespace(), Name: obj.GetName(),
	})
}

// end ends the watch from the server's side.
func (w *openWatch) end() {
	if w.ended {
		return
	}
	w.ended = true
	w.server.Stop()
	w.sink.End()
	w.instance.rest()
}
