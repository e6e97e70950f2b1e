package adapter

import (
	"context"
	"fmt"
	"time"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// Implementation is a Job controller under test. It can be started any number of times; what it remembers lives in the
// instance and ends with it.
type Implementation interface {
	// Name identifies the implementation in reports and replay tokens.
	Name() string
	// Start makes an instance that begins to act at the present virtual instant.
	Start(World) (Instance, error)
}

// Instance is one start of an implementation.
type Instance interface {
	// Settle returns once the instance waits for the world. It is called after every event. An error ends the run: the
	// instance has panicked, or does not come to rest.
	Settle() error
	// Busy reports whether the instance may act although no event is pending: it has timers of its own.
	Busy() bool
	// Wait lets virtual time pass until the given time, and less if the instance acts on its own before. No event is
	// pending before until.
	Wait(until time.Duration)
	// Stop ends the instance, now: it makes no request any more and is not told anything. What it remembers is lost.
	Stop()
}

// ClockStepper is an instance whose clock can be set wrong by a fault.
type ClockStepper interface {
	// StepClock moves what the clock shows by d.
	StepClock(d time.Duration)
}

// Drainer is an instance whose goroutines need virtual time to end after Stop. It is called at the end of a run.
type Drainer interface{ Drain() }

// World is the run as an adapter sees it.
type World interface {
	Queue() *event.Queue
	Server() *apiserver.Server
	// Starting tells of an instance as soon as it can be ended, before it makes its first request: a fault may hit it
	// while it starts.
	Starting(Instance)
	// Actor is in whose name the instance acts, and Number is the instance's number, from 1; 0 if it is a neighbour of the
	// implementation, not the implementation.
	Actor() string
	Number() int
	// Seed is the same in each run of a scenario.
	Seed() uint64
	// Record writes into the trace in the name of the instance.
	Record(trace.Entry) int
	// Fate says what becomes of the instance's next API call. It is asked once for each.
	Fate(typed.Call) Fate
	// Turn lets the world go on in the middle of an instance's turn: until a virtual time and for at most so many events
	// (negative: any number). It returns early once stop reports true.
	Turn(until time.Duration, events int, stop func() bool)
	// Lag is how late the event of a change reaches the instance.
	Lag(apiserver.Resource, apiserver.Change) time.Duration
	// Watching tells that the instance has opened a watch, so that faults can disturb it. Relist makes the instance list
	// and watch again.
	Watching(r apiserver.Resource, w *apiserver.Watch, relist func())
	// Crash ends the instance as a fault does; it returns before the instance's goroutines have.
	Crash(text string)
	// Skew is how far the clocks of instances are off, because of faults before the start.
	Skew() time.Duration
	// Strand is the goroutine that the run is on just now.
	Strand() *Strand
	// Limits bound what an instance may do.
	Limits() Limits
}

// Fate is what becomes of one API call.
type Fate struct {
	// Err is what the caller is told instead of being served; the server does not see the call.
	Err error
	// Lost is what the caller is told although the call has had its effect.
	Lost error
	// CrashBefore and CrashAfter end the instance before the server has seen the call, or after its effect.
	CrashBefore, CrashAfter bool
	// Latency is how long the call takes: half of it before the effect, half after.
	Latency time.Duration
	// Move is how many pending events of this instant happen before the call.
	Move int
}

// Limits bound what an instance may do, so that a run ends and says why. Zero values mean the defaults.
type Limits struct {
	// CallsPerInstant bounds API calls without time passing. Default 20,000.
	CallsPerInstant int
	// SyncsPerInstant bounds calls of a reconcile function without time passing. Default 2,000.
	SyncsPerInstant int
	// Watches bounds how many watches a program may have open at once. Default 1,000.
	Watches int
	// Stuck is how long, in real time, an instance may compute without making an API call or returning, or a program
	// with goroutines of its own without waiting. It decides only whether a run is given up, never what a run contains.
	// Default 10 s.
	Stuck time.Duration
}

// WithDefaults fills what is zero.
func (l Limits) WithDefaults() Limits {
	if l.CallsPerInstant == 0 {
		l.CallsPerInstant = 20_000
	}
	if l.SyncsPerInstant == 0 {
		l.SyncsPerInstant = 2_000
	}
	if l.Watches == 0 {
		l.Watches = 1_000
	}
	if l.Stuck == 0 {
		l.Stuck = 10 * time.Second
	}
	return l
}

// Failure is why an instance cannot go on.
type Failure struct {
	// Kind is panic, stuck, hot-loop, exit or start.
	Kind string
	Text string
}

func (f *Failure) Error() string { return f.Text }

// requests carries out the API calls of an instance of any shape, on whatever goroutine holds the turn.
type requests struct {
	world  World
	caller *apiserver.Caller
	dead   func() bool

	instant time.Duration // for the limit of calls
	calls   int
}

func newRequests(w World, dead func() bool) *requests {
	return &requests{world: w, caller: w.Server().For(w.Actor(), w.Number()), dead: dead, instant: -1}
}

// do serves one request according to its fate, unless its context ends before. It reports false when the instance has
// ended meanwhile.
func (r *requests) do(ctx context.Context, call typed.Call, serve func(*apiserver.Caller) error) (error, bool) {
	q := r.world.Queue()
	if q.Now() != r.instant {
		r.instant, r.calls = q.Now(), 0
	}
	r.calls++
	fate := r.world.Fate(call)
	key := apiserver.Key{Resource: call.Resource, Namespace: call.Namespace, Name: call.Name}
	if fate.CrashBefore {
		r.world.Crash("before " + describe(call))
		return nil, false
	}
	if fate.Move > 0 {
		r.world.Turn(q.Now(), fate.Move, r.dead)
	}
	over := func() bool { return r.dead() || ctx.Err() != nil }
	if fate.Latency > 0 {
		r.world.Turn(q.Now()+fate.Latency/2, -1, over)
	}
	if over() {
		return ctx.Err(), !r.dead()
	}
	var err error
	switch {
	case fate.Err != nil:
		err = r.caller.Refuse(call.Verb, call.Subresource, key, fate.Err)
	case fate.Lost != nil:
		_ = serve(r.caller.Losing())
		err = fate.Lost
	case fate.CrashAfter:
		_ = serve(r.caller.Losing())
		r.world.Crash("after " + describe(call))
		return nil, false
	default:
		err = serve(r.caller)
	}
	if fate.Latency > 0 {
		r.world.Turn(q.Now()+fate.Latency-fate.Latency/2, -1, over)
		if ctx.Err() != nil {
			err = ctx.Err() // nobody hears the answer
		}
	}
	return err, !r.dead()
}

// tooMany reports whether the limit of calls at one instant is reached.
func (r *requests) tooMany() bool {
	return r.instant == r.world.Queue().Now() && r.calls >= r.world.Limits().CallsPerInstant
}

// hotLoop is the failure of an instance that has made too many calls.
func (r *requests) hotLoop(call typed.Call) *Failure {
	return &Failure{Kind: "hot-loop", Text: fmt.Sprintf("%d API calls at one instant (%v of virtual time), and yet another: %s; "+
		"does it retry without waiting?", r.calls, r.instant, describe(call))}
}

func describe(c typed.Call) string {
	s := c.Verb + " " + string(c.Resource)
	if c.Subresource != "" {
		s += "/" + c.Subresource
	}
	if c.Name != "" {
		s += " " + c.Name
	}
	return s
}
