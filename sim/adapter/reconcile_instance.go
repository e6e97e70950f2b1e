package adapter

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
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
	subject  reconcile.Reconciler
	work     *workQueue
	opening  []apiserver.Resource
	watches  []*apiserver.Watch

	resting *worker // an idle worker, kept for the next turn
	active  []*worker
	turn    sync.Mutex // for active, in case the implementation calls from goroutines of its own
	tick    *time.Ticker

	asked   bool // a turn is on the queue
	busy    bool // a reconcile is under way
	dead    bool
	failure *Failure
	instant time.Duration
	syncs   int
}

func newReconcileInstance(w World, component string) *reconcileInstance {
	i := &reconcileInstance{world: w, instant: -1}
	i.requests = newRequests(w, func() bool { return i.dead })
	i.clock = event.NewClock(w.Queue(), i.sleep)
	i.clock.Step(w.Skew())
	i.cache = typed.NewCache(i)
	reader := typed.NewLive(i)
	c := typed.NewClient(i, i.cache)
	i.env = &Env{
		Client: c, APIReader: reader, Fields: i.cache, Clock: i.clock, Seed: w.Seed(),
		Events: typed.NewEventRecorder(component, i.now, i.post), Log: newLog(w),
	}
	return i
}

// now is the time as objects carry it.
func (i *reconcileInstance) now() metav1.Time {
	return metav1.NewTime(i.clock.Now().Truncate(time.Second))
}

// post sends an Event. It does not pass the gate: a real program sends Events from a queue of their own, and neither
// their failures nor their number concern the controller.
func (i *reconcileInstance) post(send func(*apiserver.Caller)) {
	if !i.dead {
		send(i.requests.caller)
	}
}

// build calls the factory and opens the caches.
func (i *reconcileInstance) build(factory Factory) (subject reconcile.Reconciler, err error) {
	if f := i.run("the factory of the reconciler", func() { subject, err = factory(i.env) }); f != nil {
		return nil, f
	}
	if err == nil && subject == nil {
		err = errors.New("it returned no reconciler and no error")
	}
	if err != nil {
		return nil, &Failure{Kind: "start", Text: fmt.Sprintf("the factory of the reconciler: %v", err)}
	}
	return subject, nil
}

// run runs code of the implementation, what names it for messages. It returns a failure if that panicked or does not
// return, and nil as well when the instance has ended meanwhile.
func (i *reconcileInstance) run(what string, job func()) *Failure {
	w := i.resting
	if i.resting = nil; w == nil {
		w = newWorker()
	}
	i.setActive(append(i.active, w))
	limit := i.world.Limits().Stuck
	if i.tick == nil {
		i.tick = time.NewTicker(limit / stuckTicks)
	}
	o, err := w.run(job, i.tick, limit)
	i.setActive(i.active[:len(i.active)-1])
	switch {
	case err != nil:
		i.record("stuck", fmt.Sprintf("%s: %v", what, err))
		return &Failure{Kind: "stuck", Text: fmt.Sprintf("%s does not return: %v", what, err)}
	case o.panicked != nil:
		i.record("panic", fmt.Sprint(o.panicked))
		return &Failure{Kind: "panic", Text: fmt.Sprintf("%s panicked: %v\n%s", what, o.panicked, o.stack)}
	case o.exited && !i.dead:
		i.record("panic", "runtime.Goexit")
		return &Failure{Kind: "panic", Text: what + " ended its goroutine (runtime.Goexit, or t.FailNow in a test)"}
	case o.exited || i.dead:
		return nil
	}
	if i.resting == nil {
		i.resting = w
	} else {
		w.stop()
	}
	return nil
}

func (i *reconcileInstance) setActive(workers []*worker) {
	i.turn.Lock()
	i.active = workers
	i.turn.Unlock()
}

// Request is the gate that every API call passes: it runs on the implementation's goroutine.
func (i *reconcileInstance) Request(ctx context.Context, call typed.Call, serve func(*apiserver.Caller) error) error {
	i.turn.Lock()
	if len(i.active) == 0 {
		i.turn.Unlock()
		return fmt.Errorf("%s outside of a call of Reconcile: "+
			"a program with goroutines of its own is driven by adapter.Concurrent", describe(call))
	}
	w := i.active[len(i.active)-1]
	i.turn.Unlock()
	w.enter()
	if i.dead {
		runtime.Goexit()
	}
	if i.requests.tooMany() && i.requests.instant == i.world.Queue().Now() {
		i.failure = &Failure{Kind: "hot-loop", Text: fmt.Sprintf("%d API calls at one instant (%v of virtual time), the last: %s; "+
			"does it retry without waiting?", i.requests.calls, i.world.Queue().Now(), describe(call))}
		i.record("hot-loop", i.failure.Text)
		i.Stop()
		runtime.Goexit()
	}
	err, alive := i.requests.do(ctx, call, serve)
	if !alive {
		runtime.Goexit()
	}
	w.leave()
	return err
}

// sleep lets the world go on in the middle of a turn.
func (i *reconcileInstance) sleep(d time.Duration) {
	if len(i.active) == 0 || d <= 0 {
		return
	}
	w := i.active[len(i.active)-1]
	w.enter()
	i.world.Turn(i.world.Queue().Now()+d, -1, func() bool { return i.dead })
	if i.dead {
		runtime.Goexit()
	}
	w.leave()
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
		if i.dead || i.failure != nil {
			break
		}
		if failure := i.run("a function given to Clock.AfterFunc", f); failure != nil {
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
	if i.tick != nil {
		i.tick.Stop()
	}
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
	i.world.Queue().After(0, event.Controller, i.takeTurn)
}

// takeTurn calls Reconcile for the next key.
func (i *reconcileInstance) takeTurn() {
	i.asked = false
	if i.dead || i.busy || i.failure != nil {
		return
	}
	request, cause, ok := i.work.next()
	if !ok || i.loops(request) {
		return
	}
	q := i.world.Queue()
	outer := q.Cause
	q.Cause = cause
	q.Cause = i.world.Record(trace.Entry{
		Kind: trace.Instance, Verb: "sync", Namespace: request.Namespace, Name: request.Name, Resource: string(apiserver.Jobs),
	})
	i.busy = true
	var result reconcile.Result
	var err error
	ctx := log.IntoContext(context.Background(), i.env.Log)
	failure := i.run(fmt.Sprintf("Reconcile(%s)", request), func() { result, err = i.subject.Reconcile(ctx, request) })
	i.busy = false
	if failure != nil {
		i.failure = failure
	}
	if !i.dead && i.failure == nil {
		i.finish(request, result, err)
		i.work.Done(request)
		if i.work.Len() > 0 {
			i.askForTurn()
		}
	}
	q.Cause = outer
}

// loops reports whether the reconciler is called again and again at one instant.
func (i *reconcileInstance) loops(r reconcile.Request) bool {
	if now := i.world.Queue().Now(); now != i.instant {
		i.instant, i.syncs = now, 0
	}
	i.syncs++
	if limit := i.world.Limits().SyncsPerInstant; i.syncs > limit {
		i.failure = &Failure{Kind: "hot-loop", Text: fmt.Sprintf("Reconcile was called more than %d times at one instant "+
			"(%v of virtual time), the last time for %s; does it requeue itself without a delay?", limit, i.instant, r)}
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
