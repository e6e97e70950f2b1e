package sim

import (
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// RunSeen is Run in a form that lets tests look at the trace while it grows.
func RunSeen(s *Scenario, impl adapter.Implementation, seed uint64, look func(*trace.Trace)) (*Result, error) {
	r := newRun(s, impl, options{chooser: event.NewSeeded(seed), seed: seed})
	r.prepare()
	for r.ending == "" {
		if r.failure == nil && r.instance != nil {
			r.failure = r.instance.Settle()
		}
		if r.failure != nil {
			r.ending = endingOf(r.failure)
			break
		}
		r.step()
		look(r.trace)
	}
	if r.instance != nil {
		r.instance.Stop()
	}
	return r.result()
}

// NewWatchdog returns what a watchdog does from time to time: it reports whether the run has been taken from the strand.
func NewWatchdog(s *adapter.Strand) (look func() bool) {
	d := watchdog{strand: s}
	return func() bool {
		_, stuck := d.look(0)
		return stuck
	}
}
