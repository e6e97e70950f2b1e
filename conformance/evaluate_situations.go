package conformance

import (
	"fmt"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// FindScenario returns a built-in scenario or a situation by its name: pi, or BL-1.1.
func FindScenario(name string) (*sim.Scenario, error) {
	if s, ok := situations.Get(name); ok {
		return s, nil
	}
	return scenarios.Get(name)
}

// runSituations runs each situation calm and once at random.
func (e *evaluator) runSituations() error {
	all := situations.All()
	for i, s := range all {
		if e.enough() != "" {
			return nil
		}
		if e.leaveOut(s.Scenario, ofSituations) != "" {
			continue
		}
		e.situations++
		scenario := e.claims.adapt(s.Scenario)
		for _, how := range [][]sim.Option{nil, {sim.WithSeed(event.Mix(e.seed))}} {
			r, err := e.simulate(scenario, how...)
			if err == nil {
				e.examine(r, counterexample{scenario: scenario.Name})
			} else if err = e.fail(err); err != nil {
				return err
			}
		}
		e.tell("situations", i+1, len(all))
	}
	return nil
}

// name says where a counter-example comes from.
func (c *counterexample) name() string {
	switch _, made := situations.Get(c.scenario); {
	case c.scenario == "":
		return fmt.Sprintf("case %d", c.number)
	case made:
		return "situation " + c.scenario
	}
	return "scenario " + c.scenario
}
