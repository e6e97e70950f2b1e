package adapter

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// reconcileInstance is one start of a reconciler, and its manager.
type reconcileInstance struct {
	world    World
	requests *requests
	clock    *event.Clock
	cache    *typed.Cache
	env      *Env
	ctx      context.Context // of every call of Reconcile
	subject  reconcile.Reconciler
	work     *workQueue
	opening  []apiserver.Resource
	watches  []*apiserver.Watch

	turnstile *turnstile
	resting   *worker // an idle worker, kept for the next turn
	running   int     // workers that run something
	watchdog  *watchdog

	asked bool // a turn is on the queue
	turn  func()
	busy  bool // a reconcile is under way
	// request is what it is about, and result and err what it returned; reconcile makes the call.
	request   reconcile.Request
	result    reconcile.Result
	err       error
	reconcile func()

	dead    bool
	failure *Failure
	broken  *broken
	instant time.Duration
	syncs   int // calls of the implementation's code at that instant that it asked for itself
}

// broken is a panic of the simulator itself while it served the implementation.
type broken struct {
	value any
	stack []byte
}

func newReconcileInstance(w World, component string) *reconcileInstance {
	i := &reconcileInstance{world: w, instant: -1, turnstile: newTurnstile()}
	i.requests = newRequests(w, i.over)
	i.clock = event.NewClock(w.Queue(), i.sleep)
	i.clock.Step(w.Skew())
	i.cache = typed.NewCache(i)
	reader := typed.NewLive(i)
	c := typed.NewClient(i, &cacheReader{instance: i, cache: i.cache})
	i.env = &Env{
		Client: c, APIReader: reader, Fields: &guardedIndexer{i, i.cache}, Clock: &instanceClock{Clock: i.clock, instance: i}, Seed: w.Seed(),
		Events: typed.NewEventRecorder(component, i.now, i.post),
		Log:    newLog(func(e trace.Entry) { i.visit(func() { w.Record(e) }) }),
	}
	i.turn = i.takeTurn
	i.reconcile = func() { i.result, i.err = i.subject.Reconcile(i.ctx, i.request) }
	i.ctx = log.IntoContext(context.Background(), i.env.Log)
	return i
}

// over reports whether the implementation's code must not go on: the instance has ended, or the run is about to.
func (i *reconcileInstance) over() bool { return i.dead || i.failure != nil || i.broken != nil }

// now is the time as objects carry it.
func (i *reconcileInstance) now() metav1.Time {
	return metav1.NewTime(i.clock.Now().Truncate(time.Second))
}

// post sends an Event. It does not pass the gate: a real program sends Events from a queue of their own, and neither
// their failures nor their number concern the controller.
func (i *reconcileInstance) post(send func(*apiserver.Caller)) {
	i.visit(func() { send(i.requests.caller) })
}

// build calls the factory and opens the caches.
func (i *reconcileInstance) build(factory Factory) (subject reconcile.Reconciler, err error) {
	if f := i.run(named("the factory of the reconciler"), func() { subject, err = factory(i.env) }); f != nil {
		return nil, f
	}
	if err == nil && subject == nil && !i.dead {
		err = errors.New("it returned no reconciler and no error")
	}
	if err != nil {
		return nil, &Failure{Kind: "start", Text: fmt.Sprintf("the factory of the reconciler: %v", err)}
	}
	return subject, nil
}

// StepClock moves what the instance's clock shows.
func (i *reconcileInstance) StepClock(d time.Duration) { i.clock.Step(d) }

// Settle has nothing to wait for: whatever the instance does, it does in events.
func (i *reconcileInstance) Settle() error {
	if i.failure != nil {
		return i.failure
	}
	return nil
}

// Busy reports whether a timer of the instance's clock is pending.
func (i *reconcileInstance) Busy() bool {
	_, pending := i.clock.Next()
	return pending
}

const timerFunction = named("a function given to Clock.AfterFunc")

// Wait lets time pass until the first timer of the instance's clock.
func (i *reconcileInstance) Wait(until time.Duration) {
	q := i.world.Queue()
	at, ok := i.clock.Next()
	if !ok || at > until {
		q.AdvanceTo(until)
		return
	}
	q.AdvanceTo(at)
	for _, f := range i.clock.Fire() {
		if i.over() || i.loops(timerFunction) {
			break
		}
		if failure := i.run(timerFunction, f); failure != nil {
			i.failure = failure
		}
	}
}

// Stop ends the instance. A goroutine that is in the middle of a request exits when the request would return.
func (i *reconcileInstance) Stop() {
	if i.dead {
		return
	}
	i.dead = true
	i.turnstile.end()
	i.unwatch()
	for _, w := range i.watches {
		w.Stop()
	}
	if i.work != nil {
		i.work.ShutDown()
	}
	if i.resting != nil {
		i.resting.stop()
		i.resting = nil
	}
}

func (i *reconcileInstance) record(verb, text string) {
	i.world.Record(trace.Entry{Kind: trace.Instance, Verb: verb, Text: text})
}

// askForTurn puts a turn on the queue, unless one is there.
func (i *reconcileInstance) askForTurn() {
	if i.asked || i.busy || i.dead {
		return
	}
	i.asked = true
	i.world.Queue().After(0, event.Controller, i.turn)
}

// takeTurn calls Reconcile for the next key.
func (i *reconcileInstance) takeTurn() {
	i.asked = false
	if i.over() || i.busy {
		return
	}
	request, cause, ok := i.work.next()
	if !ok {
		return
	}
	what := fmt.Stringer(syncOf(request))
	if i.loops(what) {
		return
	}
	q := i.world.Queue()
	outer := q.Cause
	q.Cause = cause
	q.Cause = i.world.Record(trace.Entry{
		Kind: trace.Instance, Verb: "sync", Namespace: request.Namespace, Name: request.Name, Resource: string(apiserver.Jobs),
	})
	i.busy = true
	i.request = request
	failure := i.run(what, i.reconcile)
	i.busy = false
	if failure != nil {
		i.failure = failure
	}
	if !i.over() {
		i.finish(request, i.result, i.err)
		i.work.Done(request)
		if i.work.Len() > 0 {
			i.askForTurn()
		}
	}
	q.Cause = outer
}

// loops reports whether the implementation's code is called again and again at one instant, at its own wish.
func (i *reconcileInstance) loops(what fmt.Stringer) bool {
	if now := i.world.Queue().Now(); now != i.instant {
		i.instant, i.syncs = now, 0
	}
	i.syncs++
	if limit := i.world.Limits().SyncsPerInstant; i.syncs > limit {
		i.failure = &Failure{Kind: "hot-loop", Text: fmt.Sprintf("more than %d calls of the implementation at one instant "+
			"(%v of virtual time), the last one of %s; does it requeue itself without a delay?", limit, i.instant, what)}
		i.record("hot-loop", i.failure.Text)
		return true
	}
	return false
}

// finish does what controller-runtime's manager does with the result of a call.
func (i *reconcileInstance) finish(r reconcile.Request, result reconcile.Result, err error) {
	switch {
	case err != nil:
		i.record("error", err.Error())
		if !errors.Is(err, reconcile.TerminalError(nil)) {
			i.work.AddRateLimited(r)
		}
	case result.RequeueAfter > 0:
		i.work.Forget(r)
		i.work.AddAfter(r, result.RequeueAfter)
	case result.Requeue: //nolint:staticcheck // deprecated, but authors use it
		i.work.AddRateLimited(r)
	default:
		i.work.Forget(r)
	}
}
