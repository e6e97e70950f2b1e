package adapter

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/trace"
)

// open lists and watches everything that is followed.
func (i *reconcileInstance) open() {
	for _, r := range i.opening {
		i.cache.Open(r)
	}
}

// ListAndWatch fills an informer and keeps it up with the server, as late as the world says.
func (i *reconcileInstance) ListAndWatch(r apiserver.Resource, informer *typed.Informer) {
	i.list(r, informer, true)
}

func (i *reconcileInstance) list(r apiserver.Resource, informer *typed.Informer, initial bool) {
	if i.over() {
		return
	}
	objects, version, err := i.requests.caller.List(apiserver.Selection{Resource: r})
	if err != nil {
		panic(err) // resources of informers are known to be served
	}
	i.caused(trace.Entry{Kind: trace.Delivery, Verb: "RELIST", Resource: string(r)}, func() {
		informer.Replace(objects, version, initial)
	})
	var w *apiserver.Watch
	relisted := false
	relist := func() {
		if relisted {
			return // it has been replaced by another
		}
		relisted = true
		w.Stop()
		i.list(r, informer, false)
	}
	w, err = i.requests.caller.Watch(apiserver.WatchOptions{
		Selection: apiserver.Selection{Resource: r}, From: version, Lag: i.lag(r),
	}, func(e apiserver.WatchEvent) {
		if e.Type == watch.Error {
			relist()
			return
		}
		i.deliver(r, informer, e)
	})
	if err != nil {
		panic(err) // the version is of a moment ago
	}
	i.watches = append(i.watches, w)
	i.world.Watching(r, w, relist)
}

func (i *reconcileInstance) lag(r apiserver.Resource) func(apiserver.Change) time.Duration {
	return func(c apiserver.Change) time.Duration { return i.world.Lag(r, c) }
}

func (i *reconcileInstance) deliver(r apiserver.Resource, informer *typed.Informer, e apiserver.WatchEvent) {
	i.caused(trace.Entry{
		Kind: trace.Delivery, Verb: string(e.Type), Resource: string(r),
		Namespace: e.Object.GetNamespace(), Name: e.Object.GetName(), Object: e.Object,
	}, func() { informer.Apply(e) })
}

// caused records a delivery and makes it the cause of what the implementation's handlers ask for.
func (i *reconcileInstance) caused(entry trace.Entry, change func()) {
	if i.over() {
		return
	}
	q := i.world.Queue()
	outer := q.Cause
	q.Cause = i.world.Record(entry)
	change()
	q.Cause = outer
}

// guard calls small code of the implementation where the simulator is, without a goroutine for it; what names it for
// messages. A panic in it is the implementation's.
func (i *reconcileInstance) guard(what string, code func()) {
	if i.over() {
		return
	}
	i.turnstile.stepOut()
	defer func() {
		r := recover()
		i.turnstile.stepBack()
		i.tellBroken()
		if r != nil && !i.over() {
			i.record("panic", fmt.Sprint(r))
			i.failure = &Failure{Kind: "panic", Text: fmt.Sprintf("%s panicked: %v\n%s", what, r, debug.Stack())}
		}
	}()
	code()
}

// guardedIndexer adds indexes whose functions are called like other code of the implementation.
type guardedIndexer struct {
	instance *reconcileInstance
	cache    client.FieldIndexer
}

// IndexField adds an index.
func (g *guardedIndexer) IndexField(ctx context.Context, obj client.Object, field string, extract client.IndexerFunc) error {
	return g.cache.IndexField(ctx, obj, field, func(o client.Object) (values []string) {
		g.instance.guard("an index function", func() { values = extract(o) })
		return values
	})
}
