package conformance

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

// runLimits bound each run: an implementation that makes no end of it is not worth ten million events.
func runLimits() sim.Limits {
	return sim.Limits{Events: 20_000, Limits: adapter.Limits{Stuck: 2 * time.Second}}
}

// harnessFailure is a failure of jobsim itself.
type harnessFailure struct{ text string }

func (h *harnessFailure) Error() string { return h.text }

// simulate makes one run. A panic that reaches it is jobsim's: those of the implementation are in the result.
func (e *evaluator) simulate(s *sim.Scenario, how ...sim.Option) (r *sim.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &harnessFailure{fmt.Sprintf("the simulator panicked in scenario %s: %v\n%s", s.Name, p, debug.Stack())}
		}
	}()
	how = append([]sim.Option{sim.WithLimits(runLimits())}, how...)
	r, err = sim.Run(s, e.impl, append(how, e.beside()...)...)
	if err == nil {
		switch r.Ending {
		case sim.Stuck:
			e.wedged++
		case sim.HotLoop, sim.TooManyEvents:
			e.endless++
		}
	}
	return r, err
}

// fail takes a run that could not be made: the harness is at fault, or a scenario of the user's.
func (e *evaluator) fail(err error) error {
	if h, ok := err.(*harnessFailure); ok {
		if e.harness == "" {
			e.harness = h.text
		}
		return nil
	}
	return fmt.Errorf("conformance: %w", err)
}

// examine checks a run against every claimed requirement and keeps the first violation of each. A check that panics is
// left out from then on; the others go on.
func (e *evaluator) examine(r *sim.Result, from counterexample) {
	for {
		found, failed := e.tryExamine(r)
		if failed < 0 {
			e.keep(found, r, from)
			return
		}
		e.chooseClaimed()
	}
}

// tryExamine returns the number of the finding whose check has panicked, or -1.
func (e *evaluator) tryExamine(r *sim.Result) (found *Findings, failed int) {
	failed = -1
	defer func() {
		if p := recover(); p != nil {
			failed = e.number[e.examiner.examining]
			e.findings[failed].harness = fmt.Sprintf("its check panicked in scenario %s: %v\n%s", r.Scenario.Name, p, debug.Stack())
		}
	}()
	return e.examiner.examine(r), failed
}

func (e *evaluator) keep(found *Findings, r *sim.Result, from counterexample) {
	for i, v := range found.Violations {
		f := e.findings[e.number[i]]
		if found.Exercised[i] > 0 {
			f.exercised++
		}
		if v != nil && f.first == nil {
			first := from
			first.violation, first.result = v, r
			f.first = &first
			e.broken++
		}
	}
}

// compare repeats a calm run: an implementation that differs from itself cannot be judged.
func (e *evaluator) compare(r *sim.Result, s *sim.Scenario, how ...sim.Option) error {
	if e.differs != "" || r.Failure != nil {
		return nil
	}
	again, err := e.simulate(s, how...)
	if err != nil {
		return e.fail(err)
	}
	index, a, b := trace.FirstDifference(r.Trace, again.Trace)
	if index >= 0 {
		e.differs = fmt.Sprintf("the implementation differs from itself: two runs of %s with the same choices part at entry %d: "+
			"%s, then %s; does it use the wall clock, global random numbers, the order of a map, or goroutines inside Reconcile? "+
			"The documentation of package sim/adapter says more",
			s.Name, index+1, describeEntry(a), describeEntry(b))
	}
	return nil
}

func describeEntry(e *trace.Entry) string {
	if e == nil {
		return "nothing more"
	}
	s := fmt.Sprintf("at %v %s", e.At, e.Kind)
	for _, word := range []string{e.Actor, e.Verb, e.Resource, e.Subresource, e.Name} {
		if word != "" {
			s += " " + word
		}
	}
	return s
}
