package adapter

import (
	"context"
	"sync"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/trace"
)

// watchingClient is a client whose reads are live and that opens watches.
type watchingClient struct {
	*typed.Client
	instance *concurrentInstance
}

var _ client.WithWatch = (*watchingClient)(nil)

// Watch opens a watch on the objects that a list of the same options would return.
func (c *watchingClient) Watch(ctx context.Context, list client.ObjectList, opts ...client.ListOption) (watch.Interface, error) {
	r, err := typed.ResourceOf(list)
	if err != nil {
		return nil, err
	}
	options := (&client.ListOptions{}).ApplyOptions(opts)
	var opened *programWatch
	call := typed.Call{Verb: "watch", Resource: r, Namespace: options.Namespace}
	err = c.instance.Request(ctx, call, func(caller *apiserver.Caller) (err error) {
		opened, err = c.instance.openWatch(caller, r, options)
		caller.RecordRead("watch", apiserver.Key{Resource: r, Namespace: options.Namespace}, err)
		return err
	})
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// slowest is how many events may wait in a watch before the server ends it.
const slowest = 100

// programWatch is a watch as a program sees it.
type programWatch struct {
	resource apiserver.Resource
	server   *apiserver.Watch
	mu       sync.Mutex
	events   chan watch.Event
	ended    bool
}

func (i *concurrentInstance) openWatch(caller *apiserver.Caller, r apiserver.Resource, o *client.ListOptions) (*programWatch, error) {
	w := &programWatch{resource: r, events: make(chan watch.Event, slowest)}
	options := apiserver.WatchOptions{
		Selection: apiserver.Selection{Resource: r, Namespace: o.Namespace, Labels: o.LabelSelector, Fields: o.FieldSelector},
		Lag:       func(c apiserver.Change) time.Duration { return i.world.Lag(r, c) },
	}
	if o.Raw != nil {
		options.From = o.Raw.ResourceVersion
		options.Bookmarks = o.Raw.AllowWatchBookmarks
		options.SendInitialEvents = o.Raw.SendInitialEvents != nil && *o.Raw.SendInitialEvents
	}
	server, err := caller.Watch(options, func(e apiserver.WatchEvent) { i.deliver(w, e) })
	if err != nil {
		return nil, err
	}
	w.server = server
	i.watches = append(i.watches, w)
	i.world.Watching(r, server, w.end)
	return w, nil
}

// deliver hands an event to the program, on the simulator's turn.
func (i *concurrentInstance) deliver(w *programWatch, e apiserver.WatchEvent) {
	w.mu.Lock()
	ended := w.ended
	w.mu.Unlock()
	if ended {
		w.server.Stop()
		return
	}
	if e.Type == watch.Error {
		expired := &metav1.Status{Status: metav1.StatusFailure, Code: 410, Reason: metav1.StatusReasonExpired,
			Message: "too old resource version"}
		w.send(watch.Event{Type: watch.Error, Object: expired})
		w.end()
		return
	}
	q := i.world.Queue()
	outer := q.Cause
	q.Cause = i.world.Record(trace.Entry{
		Kind: trace.Delivery, Verb: string(e.Type), Resource: string(w.resource),
		Namespace: e.Object.GetNamespace(), Name: e.Object.GetName(), Object: e.Object,
	})
	// The program may do with the object as it likes, so it gets one of its own.
	if !w.send(watch.Event{Type: e.Type, Object: e.Object.(runtime.Object).DeepCopyObject()}) {
		w.end()
	}
	q.Cause = outer
}

// send lets the program read an event, and waits until it waits again. It reports false when the program has not read
// for too long.
func (w *programWatch) send(e watch.Event) bool {
	select {
	case w.events <- e:
		synctest.Wait()
		return true
	default:
		return false
	}
}

// end ends the watch from the server's side.
func (w *programWatch) end() {
	w.server.Stop()
	w.close()
	synctest.Wait()
}

func (w *programWatch) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.ended = true
		close(w.events)
	}
}

// Stop ends the watch from the program's side.
func (w *programWatch) Stop() { w.close() }

// ResultChan is where events arrive; it is closed when the watch has ended.
func (w *programWatch) ResultChan() <-chan watch.Event { return w.events }
