package sim

import (
	"time"

	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// implementationActor is how the trace calls the implementation.
const implementationActor = "controller"

// world is the run as one instance sees it.
type world struct {
	run    *run
	number int
	// ended: a fault has ended the instance.
	ended bool
}

var _ adapter.World = (*world)(nil)

func (w *world) Queue() *event.Queue       { return w.run.queue }
func (w *world) Server() *apiserver.Server { return w.run.server }
func (w *world) Actor() string             { return implementationActor }
func (w *world) Number() int               { return w.number }
func (w *world) Seed() uint64              { return w.run.options.seed }
func (w *world) Skew() time.Duration       { return w.run.skew }
func (w *world) Limits() adapter.Limits    { return w.run.options.limits.Limits }
func (w *world) Strand() *adapter.Strand   { return w.run.strand }

// Starting makes an instance the present one: it can be ended from now on.
func (w *world) Starting(i adapter.Instance) {
	w.run.instance = i
	w.run.last, _ = i.(adapter.Drainer)
}

func (w *world) Record(e trace.Entry) int {
	e.Actor, e.Instance = implementationActor, w.number
	return w.run.Record(e)
}

// moves are how many events a random run lets go between two API calls; the first is the calm choice.
var moves = [...]int{0, 0, 1, 4}

// Fate asks the scenario's faults, and the chooser where they leave it open.
func (w *world) Fate(call typed.Call) adapter.Fate {
	f := adapter.Fate{Latency: w.run.scenario.Latency}
	for _, c := range w.run.crashes {
		if c.hits(call) {
			f.CrashBefore, f.CrashAfter = !c.fault.After, c.fault.After
			return f
		}
	}
	for _, e := range w.run.errors {
		if e.hits(call, w.run.queue.Now()) {
			w.run.Record(trace.Entry{Kind: trace.Fault, Actor: "fault", Text: e.describe(call)})
			if e.fault.Effect {
				f.Lost = e.err(call)
			} else {
				f.Err = e.err(call)
			}
			break
		}
	}
	if !w.run.queue.Calm() {
		f.Move = moves[w.run.queue.Chooser().Choose("move", len(moves))]
	}
	return f
}

// Turn lets the world go on in the middle of an instance's turn. The limits of the run hold there too: an instance may
// sleep for ever.
func (w *world) Turn(until time.Duration, events int, stop func() bool) {
	r, q := w.run, w.run.queue
	instance := r.instance
	for events != 0 && !stop() {
		next, pending := q.Next()
		end, why := r.horizon()
		switch {
		case r.tooManyEvents() || q.Now() >= end && q.Now() < until:
			if r.ending == "" {
				r.ending = why
			}
			instance.Stop()
			return
		case pending && next <= q.Now():
			q.Step()
			events--
			_ = instance.Settle() // a failure is kept, and taken by the main loop
		case q.Now() >= until:
			return
		case pending:
			r.wait(instance, min(next, until, end))
		default:
			r.wait(instance, min(until, end))
		}
	}
}

// lags are how late a watch event is in a random run; the first is the calm choice.
var lags = [...]time.Duration{0, 0, 0, 20 * time.Millisecond, 150 * time.Millisecond, 900 * time.Millisecond}

// Lag is the scenario's delay, the delays of faults, and what the chooser adds.
func (w *world) Lag(r apiserver.Resource, c apiserver.Change) time.Duration {
	d := w.run.lag()
	for _, delay := range w.run.delays {
		if delay.applies(r, c.At) {
			d += delay.fault.Delay
		}
	}
	return d
}

// lag is what the scenario and the chooser say of all watches.
func (r *run) lag() time.Duration {
	d := r.scenario.WatchDelay
	if !r.queue.Calm() {
		d += lags[r.queue.Chooser().Choose("lag", len(lags))]
	}
	return d
}

// Watching takes note of a watch. Those that have ended stay in the list: disturbing them does nothing.
func (w *world) Watching(r apiserver.Resource, watch *apiserver.Watch, relist func()) {
	w.run.watching = append(w.run.watching, &openWatch{resource: r, watch: watch, relist: relist})
}

// Crash ends the instance in the middle of a request, for as long as the fault that decided it says.
func (w *world) Crash(text string) {
	down := time.Duration(0)
	for _, c := range w.run.crashes {
		if c.hit {
			down, c.hit = c.fault.Down, false
		}
	}
	w.run.crash(text, down)
}
