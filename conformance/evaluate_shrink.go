package conformance

import (
	"github.com/jobsim/jobsim/conformance/internal/shrink"
	"github.com/jobsim/jobsim/sim"
)

// mostShrunk is how many counter-examples are made small from scratch. An implementation that breaks more than that
// breaks most of them in the same small cases.
const mostShrunk = 12

// mostShrinkEvents is how many events all runs together may cost that make counter-examples small. It counts for those
// who act on and on: what they break is hardly made small by more runs, each of which takes as long as thousands of others.
const mostShrinkEvents = 1_500_000

// shrink makes the random cases that break something small, requirement by requirement.
func (e *evaluator) shrink() error {
	if e.shrinkRuns == 0 {
		return nil
	}
	given, endless := e.wedged, e.endless // what is given up from here on leaves nothing undone
	defer func() { e.wedged, e.endless = given, endless }()
	var small []shrink.Case
	fresh, total := 0, 0
	for _, f := range e.findings {
		if f.first != nil && f.first.number > 0 {
			total++
		}
	}
	done := 0
	for _, f := range e.findings {
		if f.first == nil || f.first.number == 0 {
			continue
		}
		if e.shrunkEnough() {
			return nil
		}
		if !e.reuse(f, small) && fresh < mostShrunk {
			c, runs := shrink.Minimize(caseOf(f.first.result), func(c shrink.Case) bool {
				return !e.shrunkEnough() && e.breaks(c, f, nil)
			}, e.shrinkRuns)
			fresh++
			if e.breaks(c, f, f.first) {
				f.first.shrunk = runs
			}
			small = append(small, c)
		}
		done++
		e.tell("shrinking", done, total)
	}
	return nil
}

// shrunkEnough tells to leave counter-examples as they are.
func (e *evaluator) shrunkEnough() bool {
	return e.ctx.Err() != nil || e.shrinkEvents > mostShrinkEvents || e.wedged >= mostWedged
}

// reuse takes a case that was made small for another requirement, if it breaks this one too.
func (e *evaluator) reuse(f *finding, small []shrink.Case) bool {
	for _, c := range small {
		if !e.shrunkEnough() && e.breaks(c, f, f.first) {
			return true
		}
	}
	return false
}

// caseOf is the case of a run that was made.
func caseOf(r *sim.Result) shrink.Case {
	return shrink.Case{Scenario: r.Scenario, Choices: r.Token.Choices, Seed: r.Token.Seed}
}

// breaks runs a case and tells whether it breaks the requirement; if so, keep becomes the counter-example.
func (e *evaluator) breaks(c shrink.Case, f *finding, keep *counterexample) bool {
	r, err := e.simulate(c.Scenario, c.Options()...)
	if err != nil {
		return false // jobsim's own failures are not what is looked for here
	}
	e.shrinkEvents += r.Events
	v := Examine(r, []*Requirement{f.requirement}, &e.claims).Violations[0]
	if v == nil {
		return false
	}
	if keep != nil {
		keep.violation, keep.result = v, r
	}
	return true
}
