package model

import (
	"time"

	"github.com/jobsim/jobsim/sim"
)

// gap is why the model makes no prediction for a scenario; empty if it makes one.
type gap string

// Predict tells what must come of the first Job of a scenario, if each reaction of the implementation takes no longer
// than the given time. It reports false if something in the scenario is more than the model knows.
func Predict(s *sim.Scenario, reaction time.Duration) (Prediction, bool) {
	p, why := predict(s, reaction)
	return p, why == ""
}

// Declined tells why there is no prediction for a scenario; empty if there is one.
func Declined(s *sim.Scenario, reaction time.Duration) string {
	_, why := predict(s, reaction)
	return string(why)
}

// Exact reports whether a prediction follows from the order of events, and is not rough.
func (p Prediction) Exact() bool { return !p.rough }

func predict(s *sim.Scenario, reaction time.Duration) (Prediction, gap) {
	switch {
	case len(s.Faults) > 0 || s.WatchDelay > 0 || s.Latency > 0:
		return Prediction{}, "faults"
	case len(s.Jobs) != 1:
		return Prediction{}, "several Jobs"
	}
	p, ok := Prediction{}, false
	if s.Nodes == nil {
		p, ok = predictEnd(s, reaction)
	}
	if !ok {
		var why gap
		if p, why = roughly(s, reaction); why != "" {
			return Prediction{}, why
		}
		p.rough = true
	}
	if ttl := s.Jobs[0].Spec.TTLSecondsAfterFinished; ttl != nil && !mayOutlive(s.Actions) {
		p.deleted(time.Duration(*ttl)*time.Second, reaction)
	}
	return p, ""
}

// mayOutlive reports whether users may have the Job deleted at another time than its time to live says (TTL-4).
func mayOutlive(actions []sim.Action) bool {
	for i := range actions {
		if actions[i].Delete != nil || editsTTL(&actions[i]) {
			return true
		}
	}
	return false
}
