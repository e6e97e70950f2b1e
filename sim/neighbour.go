package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// WithNeighbour has another controller work in the cluster, beside the implementation: kube-controller-manager beside an
// external controller, or the other way round. Like the garbage collector it is a part of the cluster that works. Faults
// do not hit it, its calls take no time, and the trace shows of it what it asks of the API server, in the name that is given.
// It is started once, before the implementation. A token repeats a run if the neighbours are the same.
//
// A neighbour is made by [adapter.Reconciler], and waits by its results, not by a clock. If it fails, so does Run.
func WithNeighbour(name string, impl adapter.Implementation) Option {
	return func(o *options) { o.neighbours = append(o.neighbours, &neighbour{name: name, impl: impl}) }
}

// neighbour is another controller, and the run as it sees it.
type neighbour struct {
	run      *run
	name     string
	impl     adapter.Implementation
	instance adapter.Instance
	asleep   bool
}

var _ adapter.World = (*neighbour)(nil)

func (n *neighbour) Queue() *event.Queue                                   { return n.run.queue }
func (n *neighbour) Server() *apiserver.Server                             { return n.run.server }
func (n *neighbour) Starting(i adapter.Instance)                           { n.instance = i }
func (n *neighbour) Actor() string                                         { return n.name }
func (n *neighbour) Number() int                                           { return 0 }
func (n *neighbour) Seed() uint64                                          { return n.run.options.seed }
func (n *neighbour) Skew() time.Duration                                   { return 0 }
func (n *neighbour) Limits() adapter.Limits                                { return n.run.options.limits.Limits }
func (n *neighbour) Strand() *adapter.Strand                               { return n.run.strand }
func (n *neighbour) Fate(typed.Call) adapter.Fate                          { return adapter.Fate{} }
func (n *neighbour) Watching(apiserver.Resource, *apiserver.Watch, func()) {}
func (n *neighbour) Crash(string)                                          {}

func (n *neighbour) Lag(apiserver.Resource, apiserver.Change) time.Duration { return n.run.lag() }

// Record leaves out what a neighbour sees and says: what causes that also causes what it does about it.
func (n *neighbour) Record(trace.Entry) int { return n.run.queue.Cause }

// Turn would let the world go on while the neighbour sleeps. The implementation may be in the middle of such a turn itself,
// and would sleep as long.
func (n *neighbour) Turn(time.Duration, int, func() bool) { n.asleep = true }

func (r *run) startNeighbours() {
	for _, n := range r.options.neighbours {
		n.run = r
		if r.unruly = n.start(); r.unruly != nil {
			return
		}
	}
}

// checkNeighbours tells what is wrong with what WithNeighbour was given.
func (o *options) checkNeighbours() error {
	known := map[string]bool{implementationActor: true}
	for _, n := range o.neighbours {
		switch {
		case n.name == "":
			return errors.New("neighbour: expected a name by which the trace calls it")
		case known[n.name]:
			return fmt.Errorf("neighbour %s: expected a name that nobody else has, also not the implementation, which is %s",
				n.name, implementationActor)
		case n.impl == nil:
			return fmt.Errorf("neighbour %s: expected an implementation", n.name)
		}
		if _, ok := n.impl.(adapter.InBubble); ok {
			return n.failed(errors.New("it has goroutines of its own: expected a reconcile function"))
		}
		known[n.name] = true
	}
	return nil
}

func (n *neighbour) start() error {
	instance, err := n.impl.Start(n)
	if err != nil {
		return n.failed(err)
	}
	n.instance = instance
	return nil
}

// settleNeighbours tells which neighbour has failed, and how.
func (r *run) settleNeighbours() error {
	if r.unruly != nil {
		return r.unruly
	}
	for _, n := range r.options.neighbours {
		if err := n.settle(); err != nil {
			return err
		}
	}
	return nil
}

func (n *neighbour) settle() error {
	if err := n.instance.Settle(); err != nil {
		return n.failed(err)
	}
	if n.asleep || n.instance.Busy() {
		return n.failed(errors.New("it sleeps, or has set a timer, by its clock: expected it to return RequeueAfter"))
	}
	return nil
}

func (n *neighbour) failed(err error) error {
	return fmt.Errorf("neighbour %s, %s: %w", n.name, n.impl.Name(), err)
}

func (n *neighbour) stop() {
	if n.instance != nil {
		n.instance.Stop()
	}
}
