package apiserver

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/jobsim/jobsim/sim/event"
)

// WatchEvent is one event as a watch delivers it.
type WatchEvent struct {
	Type watch.EventType
	// Object is shared and must not be changed; for DELETED it is the last state. A BOOKMARK has only a version.
	Object  Object
	Version string
	// Seq is the trace entry of the write that the event tells of; 0 for initial events and bookmarks.
	Seq int
}

// WatchOptions say what is watched and from where.
type WatchOptions struct {
	Selection
	// From is the resourceVersion after which the watch starts. Empty or "0" means that it starts with an ADDED for
	// every object there is, as SendInitialEvents does.
	From string
	// SendInitialEvents starts with the objects there are, then a BOOKMARK that is annotated as the end of them, if
	// Bookmarks are asked for.
	SendInitialEvents bool
	// Bookmarks allows the one that ends the initial events. The real server sends further ones, about every minute, so
	// that a client that saw nothing for long can go on from a version that is not compacted. Here none are sent: a run
	// ends when nothing is left to happen, and with a timer for each watch there would always be something; and the
	// watch window is wide enough to do without.
	Bookmarks bool
	// Lag is how late the event of a change arrives; nil means at the same instant. Events of one watch keep their
	// order, so a late one delays those behind it.
	Lag func(Change) time.Duration
	// Skipped is told, when its event would have been due, of a change that the selection leaves out; nil if nobody
	// wants to know. It tells how far the watch has come.
	Skipped func(Change)
}

// Watch delivers the changes of a resource one at a time, each as an event of its own on the queue.
type Watch struct {
	server  *Server
	options WatchOptions
	deliver func(WatchEvent)
	// initial events not delivered yet; the log is read after them.
	initial []WatchEvent
	next    int    // position in the log, counted from the first change ever
	from    uint64 // the resourceVersion after which it starts
	pending *event.Timer
	step    func()
	stalled bool
	stopped bool
}

// Watch starts a watch. Deliver is called for each event, later, from the queue; an event of type ERROR (410 Gone: the
// watch has fallen too far behind) is the last one.
func (c *Caller) Watch(o WatchOptions, deliver func(WatchEvent)) (*Watch, error) {
	if err := o.Selection.check(); err != nil {
		return nil, err
	}
	s := c.server
	coll := s.store.of(o.Resource)
	w := &Watch{server: s, options: o, deliver: deliver, next: coll.dropped + len(coll.log)}
	w.step = w.run
	if o.SendInitialEvents || o.From == "" || o.From == "0" {
		w.addInitial(coll)
	} else if err := w.seek(coll); err != nil {
		return nil, err
	}
	coll.watches = append(coll.watches, w)
	w.wake()
	return w, nil
}

func (w *Watch) addInitial(coll *collection) {
	for _, obj := range coll.sorted(w.options.Namespace) {
		if w.options.matches(obj) {
			w.initial = append(w.initial, WatchEvent{Type: watch.Added, Object: obj, Version: obj.GetResourceVersion()})
		}
	}
	if w.options.Bookmarks && w.options.SendInitialEvents {
		w.initial = append(w.initial, w.bookmark())
	}
}

// bookmark tells that all initial events have been sent.
func (w *Watch) bookmark() WatchEvent {
	version := strconv.FormatUint(w.server.store.version, 10)
	obj := strategyOf(w.options.Resource).blank()
	obj.SetResourceVersion(version)
	obj.SetAnnotations(map[string]string{metav1.InitialEventsAnnotationKey: "true"})
	return WatchEvent{Type: watch.Bookmark, Object: obj, Version: version}
}

// seek places the watch after the change with the resourceVersion that it starts from.
func (w *Watch) seek(coll *collection) error {
	from, err := parseVersion(w.options.From)
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	if from < coll.compacted {
		return gone(from, coll.compacted)
	}
	w.from = from // it may lie ahead: then the changes up to there are left out
	at, _ := slices.BinarySearchFunc(coll.log, from+1, func(c Change, v uint64) int {
		return int(int64(c.Version) - int64(v))
	})
	w.next = coll.dropped + at
	return nil
}

func gone(from, oldest uint64) *apierrors.StatusError {
	return apierrors.NewResourceExpired(fmt.Sprintf("too old resource version: %d (%d)", from, oldest))
}

// Stop ends the watch; nothing is delivered any more.
func (w *Watch) Stop() {
	if w.stopped {
		return
	}
	w.stopped = true
	w.pending.Stop()
	coll := w.server.store.of(w.options.Resource)
	coll.watches = slices.DeleteFunc(slices.Clone(coll.watches), func(x *Watch) bool { return x == w })
}

// Stall holds back all events until Resume: a watch that is connected and silent.
func (w *Watch) Stall() {
	w.stalled = true
	w.pending.Stop()
	w.pending = nil
}

// Resume ends a Stall. What was held back is delivered now, one event after another.
func (w *Watch) Resume() {
	w.stalled = false
	w.wake()
}

// wake makes sure that the delivery of the next event, if there is one, is on the queue.
func (w *Watch) wake() {
	if w.pending != nil || w.stopped || w.stalled {
		return
	}
	q := w.server.queue
	if len(w.initial) > 0 {
		w.pending = q.After(0, event.Watch, w.step)
		return
	}
	coll := w.server.store.of(w.options.Resource)
	at := w.next - coll.dropped
	if at < 0 {
		w.pending = q.After(0, event.Watch, w.step) // too far behind: run tells
		return
	}
	if at >= len(coll.log) {
		return
	}
	change := coll.log[at]
	due := change.At
	if w.options.Lag != nil {
		due += w.options.Lag(change)
	}
	outer := q.Cause
	q.Cause = change.Seq
	w.pending = q.At(due, event.Watch, w.step)
	q.Cause = outer
}

// run delivers one event and puts the next on the queue.
func (w *Watch) run() {
	w.pending = nil
	coll := w.server.store.of(w.options.Resource)
	switch at := w.next - coll.dropped; {
	case len(w.initial) > 0:
		e := w.initial[0]
		w.initial = w.initial[1:]
		w.deliver(e)
	case at < 0:
		w.Stop()
		w.deliver(WatchEvent{Type: watch.Error})
		return
	default:
		change := coll.log[at]
		w.next++
		switch e, ok := w.translate(change); {
		case ok:
			w.deliver(e)
		case w.options.Skipped != nil && change.Version > w.from:
			w.options.Skipped(change)
		}
	}
	w.wake()
}

// translate turns a change into the event that this watch's selection sees: an object that enters the selection is
// ADDED, one that leaves it is DELETED.
func (w *Watch) translate(c Change) (WatchEvent, bool) {
	e := WatchEvent{Object: c.Object(), Seq: c.Seq}
	e.Version = e.Object.GetResourceVersion()
	before := c.Old != nil && w.options.matches(c.Old)
	after := c.New != nil && w.options.matches(c.New)
	switch {
	case c.Version <= w.from:
		return e, false
	case before && after:
		e.Type = watch.Modified
	case after:
		e.Type = watch.Added
	case before:
		e.Type = watch.Deleted
		if c.New != nil { // left the selection: the last state that was in it, with the version of the change
			e.Object = strategyOf(w.options.Resource).copy(c.Old)
			e.Object.SetResourceVersion(c.New.GetResourceVersion())
		}
	default:
		return e, false
	}
	return e, true
}
