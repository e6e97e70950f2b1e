package main

import (
	"github.com/jobsim/jobsim/sim"
)

// verdict is what came of a run: an exit code and the reasons for it.
type verdict struct {
	code int
	// unmet are the expectations that the run has not met; those of undecided might have come true later.
	unmet, undecided []sim.Unmet
}

// judge tells whether the run did what its scenario expects. A run that was cut short, ended by the user before the time
// that the scenario wants, says nothing about what might have come later.
func judge(r *sim.Result, cutShort bool) verdict {
	var v verdict
	for _, u := range r.Unmet() {
		if cutShort && r.Ending == sim.TimeIsUp && !decided(u.Expectation, r) {
			v.undecided = append(v.undecided, u)
			continue
		}
		v.unmet = append(v.unmet, u)
	}
	switch {
	case r.Ending == sim.TooManyEvents:
		v.code = exitInconclusive
	case r.Failure != nil || len(v.unmet) > 0:
		v.code = exitFails
	case len(v.undecided) > 0:
		v.code = exitInconclusive
	}
	return v
}

// decided tells whether an expectation that is not met can never be: its time is over, or what must never be has been.
func decided(e *sim.Expectation, r *sim.Result) bool {
	return e.Never || e.At != nil && *e.At+e.Within <= r.End
}
