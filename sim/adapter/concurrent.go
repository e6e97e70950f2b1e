package adapter

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// Program is a controller with goroutines and caches of its own. It runs until ctx ends; returning earlier is a failure.
type Program func(ctx context.Context, env *Env) error

// Concurrent makes an implementation from a program. The run must take place in a testing/synctest bubble and begin
// with it:
//
//	synctest.Test(t, func(t *testing.T) {
//		result, err := sim.Run(scenario, adapter.Concurrent("mine", program))
//	})
//
// The bubble's clock is virtual time, so the program may use package time as well as env.Clock. Every request parks
// until the simulator serves it, one at a time and only when all goroutines wait: that makes the trace repeatable.
// A panic in a goroutine that the program has started ends the test process, as Go has it.
func Concurrent(name string, program Program) Implementation { return &concurrent{name, program} }

type concurrent struct {
	name    string
	program Program
}

func (c *concurrent) Name() string { return c.name }

// Start starts the program on a goroutine.
func (c *concurrent) Start(w World) (Instance, error) {
	if err := enterBubble(w.Queue()); err != nil {
		return nil, err
	}
	i := &concurrentInstance{world: w, arrived: make(chan struct{}, 1), done: make(chan *Failure, 1)}
	w.Starting(i)
	i.requests = newRequests(w, i.isDead)
	client := &watchingClient{Client: typed.NewClient(i, typed.NewLive(i)), instance: i}
	env := &Env{
		Client: client, APIReader: client, Watcher: client, Clock: clock.New(), Seed: w.Seed(), Log: newLog(i.record),
		Events: typed.NewEventRecorder("job-controller", i.now, i.post),
	}
	ctx, cancel := context.WithCancel(context.Background())
	i.cancel = cancel
	go func() { i.done <- runProgram(ctx, c.program, env) }()
	synctest.Wait()
	return i, nil
}

// enterBubble makes sure that virtual time and the bubble's clock show the same.
func enterBubble(q *event.Queue) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Failure{Kind: "start", Text: fmt.Sprintf(
				"a concurrent program needs a testing/synctest bubble: call sim.Run inside synctest.Test (%v)", r)}
		}
	}()
	synctest.Wait()
	behind := q.Time().Sub(time.Now())
	if behind < 0 {
		return &Failure{Kind: "start", Text: fmt.Sprintf("the bubble's clock is %v ahead of virtual time: "+
			"start the run before anything in the bubble sleeps", -behind)}
	}
	time.Sleep(behind)
	return nil
}

func runProgram(ctx context.Context, program Program, env *Env) (f *Failure) {
	defer func() {
		if r := recover(); r != nil {
			f = &Failure{Kind: "panic", Text: fmt.Sprintf("the program panicked: %v\n%s", r, debug.Stack())}
		}
	}()
	err := program(ctx, env)
	if ctx.Err() != nil {
		return nil
	}
	return &Failure{Kind: "start", Text: fmt.Sprintf("the program returned before its context ended: %v", err)}
}

// concurrentInstance drives a program through a turnstile.
type concurrentInstance struct {
	world    World
	requests *requests
	cancel   context.CancelFunc
	done     chan *Failure
	arrived  chan struct{} // a request has parked

	mu      sync.Mutex
	parked  []*parked
	dead    bool
	asked   bool // a turn is on the queue
	serving bool
	refused int // requests made after the end
	failure *Failure
	watches []*programWatch
}

// parked is a request that waits to be served.
type parked struct {
	ctx   context.Context
	call  typed.Call
	serve func(*apiserver.Caller) error
	reply chan error
}

func (i *concurrentInstance) isDead() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.dead
}

// record writes what the program logs, maybe from several goroutines at once.
func (i *concurrentInstance) record(e trace.Entry) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.world.Record(e)
}

func (i *concurrentInstance) now() metav1.Time {
	return metav1.NewTime(i.world.Queue().Time().Truncate(time.Second))
}

// post sends an Event as a request like any other.
func (i *concurrentInstance) post(send func(*apiserver.Caller)) {
	call := typed.Call{Verb: "create", Resource: apiserver.Events}
	_ = i.Request(context.Background(), call, func(c *apiserver.Caller) error {
		send(c)
		return nil
	})
}

// mostRefused is how many requests a stopped program may make: a goroutine that tries for ever without a look at its
// context would keep the simulator waiting for ever.
const mostRefused = 1000

// Request parks until the simulator serves the request.
func (i *concurrentInstance) Request(ctx context.Context, call typed.Call, serve func(*apiserver.Caller) error) error {
	p := &parked{ctx: ctx, call: call, serve: serve, reply: make(chan error, 1)}
	i.mu.Lock()
	if i.dead {
		i.refused++
		goOn := i.refused <= mostRefused
		i.mu.Unlock()
		if !goOn {
			runtime.Goexit()
		}
		return context.Canceled
	}
	i.parked = append(i.parked, p)
	i.mu.Unlock()
	select {
	case i.arrived <- struct{}{}:
	default:
	}
	return <-p.reply
}

// Settle waits until all goroutines wait, then puts the next request, if there is one, on the queue.
func (i *concurrentInstance) Settle() error {
	synctest.Wait()
	if i.serving {
		return nil // others wait for their turn
	}
	select {
	case f := <-i.done:
		i.done <- nil
		if i.failure == nil && f != nil {
			i.failure = f
		}
	default:
	}
	if i.failure != nil {
		return i.failure
	}
	if i.waits() && !i.asked {
		i.asked = true
		i.world.Queue().After(0, event.Controller, i.serveOne)
	}
	return nil
}

func (i *concurrentInstance) waits() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.parked) > 0
}

// Busy is true, since nobody can tell what a program waits for.
func (i *concurrentInstance) Busy() bool { return true }

// Wait lets the bubble's clock run until the given time, or until the program makes a request. Package time is virtual
// here: in a bubble nothing of it comes from the machine's clock.
func (i *concurrentInstance) Wait(until time.Duration) {
	synctest.Wait()
	q := i.world.Queue()
	switch {
	case i.serving:
		time.Sleep(until - q.Now())
	case i.waits():
		return
	default:
		timer := time.NewTimer(until - q.Now())
		select {
		case <-i.arrived:
		case <-timer.C:
		}
		timer.Stop()
	}
	synctest.Wait() // whoever else wakes at this instant
	q.AdvanceTo(min(time.Since(event.Epoch), until))
}

// serveOne serves the request that goes first: the least in a calm run, any in others.
func (i *concurrentInstance) serveOne() {
	i.mu.Lock()
	i.asked = false
	if len(i.parked) == 0 || i.dead {
		i.mu.Unlock()
		return
	}
	slices.SortStableFunc(i.parked, func(a, b *parked) int {
		return cmp.Or(cmp.Compare(a.call.Verb, b.call.Verb), cmp.Compare(a.call.Resource, b.call.Resource),
			cmp.Compare(a.call.Subresource, b.call.Subresource),
			cmp.Compare(a.call.Namespace, b.call.Namespace), cmp.Compare(a.call.Name, b.call.Name))
	})
	first := 0
	if q := i.world.Queue(); !q.Calm() && len(i.parked) > 1 {
		first = q.Chooser().Choose("request", len(i.parked))
	}
	p := i.parked[first]
	i.parked = slices.Delete(i.parked, first, first+1)
	i.mu.Unlock()
	if i.requests.tooMany() {
		i.failure = i.requests.hotLoop(p.call)
		i.answer(p, context.Canceled)
		return
	}
	i.serving = true
	err, alive := i.requests.do(p.ctx, p.call, p.serve)
	i.serving = false
	if !alive {
		err = context.Canceled
	}
	i.answer(p, err)
}

// answer lets the program go on, and waits until it waits again: never do the simulator and the program run at once.
func (i *concurrentInstance) answer(p *parked, err error) {
	p.reply <- err
	synctest.Wait()
}

// Stop cancels the program's context and answers nothing any more.
func (i *concurrentInstance) Stop() {
	i.mu.Lock()
	if i.dead {
		i.mu.Unlock()
		return
	}
	i.dead = true
	waiting := i.parked
	i.parked = nil
	i.mu.Unlock()
	i.cancel()
	synctest.Wait()
	for _, p := range waiting {
		i.answer(p, context.Canceled)
	}
	for _, w := range i.watches {
		w.end()
	}
}

// Drain gives the goroutines of a stopped program a minute of virtual time to end, since a bubble must not leak any.
func (i *concurrentInstance) Drain() {
	time.Sleep(time.Minute)
	synctest.Wait()
}
