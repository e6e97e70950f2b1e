package adapter

import (
	"context"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// watchingClient is a client whose reads are live and that opens watches.
type watchingClient struct {
	*typed.Client
	instance *programInstance
}

var _ client.WithWatch = (*watchingClient)(nil)

// Watch opens a watch on the objects that a list of the same options would return.
func (c *watchingClient) Watch(ctx context.Context, list client.ObjectList, opts ...client.ListOption) (watch.Interface, error) {
	r, err := typed.ResourceOf(list)
	if err != nil {
		return nil, err
	}
	o := (&client.ListOptions{}).ApplyOptions(opts)
	options := apiserver.WatchOptions{
		Selection: apiserver.Selection{Resource: r, Namespace: o.Namespace, Labels: o.LabelSelector, Fields: o.FieldSelector},
	}
	if o.Raw != nil {
		options.From = o.Raw.ResourceVersion
		options.Bookmarks = o.Raw.AllowWatchBookmarks
		options.SendInitialEvents = o.Raw.SendInitialEvents != nil && *o.Raw.SendInitialEvents
	}
	w := &typedWatch{events: make(chan watch.Event, slowest)}
	call := typed.Call{Verb: "watch", Resource: r, Namespace: o.Namespace}
	err = c.instance.Request(ctx, call, func(caller *apiserver.Caller) (err error) {
		w.leave, err = c.instance.Watch(caller, options, w)
		caller.RecordSelection("watch", options.Selection, err)
		return err
	})
	if err != nil {
		if w.leave != nil { // it was opened, and the answer got lost
			w.leave()
		}
		return nil, err
	}
	return w, nil
}

// slowest is how many events may wait in a watch before the server ends it.
const slowest = 100

// typedWatch is a watch as a program sees it through the typed client.
type typedWatch struct {
	leave  func()
	mu     sync.Mutex
	events chan watch.Event
	ended  bool
}

// Deliver lets the program read an event. The program may do with the object as it likes, so it gets one of its own.
func (w *typedWatch) Deliver(e apiserver.WatchEvent) bool {
	told := watch.Event{Type: e.Type}
	if e.Type == watch.Error {
		told.Object = &metav1.Status{Status: metav1.StatusFailure, Code: 410, Reason: metav1.StatusReasonExpired,
			Message: "too old resource version"}
	} else {
		told.Object = e.Object.(runtime.Object).DeepCopyObject()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return false
	}
	select {
	case w.events <- told:
		return true
	default:
		return false
	}
}

// End ends the watch from the server's side.
func (w *typedWatch) End() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.ended = true
		close(w.events)
	}
}

// Stop ends the watch from the program's side.
func (w *typedWatch) Stop() {
	w.leave()
	w.End()
}

// ResultChan is where events arrive; it is closed when the watch has ended.
func (w *typedWatch) ResultChan() <-chan watch.Event { return w.events }
