package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jobsim/jobsim/sim"
)

// LeftOut is what was not run because the implementation does not claim what it takes.
type LeftOut struct {
	// Needs are the features that are not claimed, and Why says so in words.
	Needs []Feature `json:"needs"`
	Why   string    `json:"why"`
	// Scenarios and Situations are how many of them need exactly these.
	Scenarios  int `json:"scenarios"`
	Situations int `json:"situations"`
}

// leaveOut notes that a scenario is not run, and returns why; it is empty for one that is.
func (e *evaluator) leaveOut(s *sim.Scenario, count func(*LeftOut) *int) string {
	lacking := e.claims.lacking(s)
	if len(lacking) == 0 {
		return ""
	}
	i := slices.IndexFunc(e.leftOut, func(l LeftOut) bool { return slices.Equal(l.Needs, lacking) })
	if i < 0 {
		i = len(e.leftOut)
		e.leftOut = append(e.leftOut, LeftOut{Needs: lacking, Why: needs(lacking)})
	}
	*count(&e.leftOut[i])++
	return e.leftOut[i].Why
}

func ofScenarios(l *LeftOut) *int  { return &l.Scenarios }
func ofSituations(l *LeftOut) *int { return &l.Situations }

// checkScenario refuses a single scenario that the implementation does not claim to be able to run.
func (o *options) checkScenario() error {
	if o.scenario == nil {
		return nil
	}
	if lacking := o.claims.lacking(o.scenario); len(lacking) > 0 {
		return fmt.Errorf("scenario %s %s; expected that with WithFeatures or WithAllFeatures", o.scenario.Name, needs(lacking))
	}
	return nil
}

// Count says how much it is: 2 scenarios and 1 situation.
func (l *LeftOut) Count() string {
	var parts []string
	for _, n := range []struct {
		count int
		what  string
	}{{l.Scenarios, "scenario"}, {l.Situations, "situation"}} {
		if n.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s%s", n.count, n.what, strings.Repeat("s", min(n.count-1, 1))))
		}
	}
	return strings.Join(parts, " and ")
}

// LeftOutText says how much was left out and why; empty if nothing was.
func (r *Report) LeftOutText() []string {
	var lines []string
	for _, l := range r.LeftOut {
		lines = append(lines, l.Count()+": "+l.Why)
	}
	return lines
}
