package shrink

import (
	"encoding/json"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
)

// DefaultBudget is how many runs a case is worth.
const DefaultBudget = 600

// Case is a scenario and the choices of its run. A case without choices and seed is a calm run.
type Case struct {
	Scenario *sim.Scenario
	Choices  []int
	Seed     uint64
}

// Calm reports whether nothing in the run is left to chance.
func (c Case) Calm() bool { return len(c.Choices) == 0 && c.Seed == 0 }

// Options are what the case is run with. Unlike those of a replay they fit a scenario that is not quite the one that
// the choices come from: a choice that is not on offer becomes one that is. The token of the result replays exactly.
func (c Case) Options() []sim.Option {
	if c.Calm() {
		return nil
	}
	return []sim.Option{sim.WithSeed(c.Seed), sim.WithChooser(&lenient{choices: c.Choices})}
}

// lenient makes recorded choices as far as they fit, then the calm ones.
type lenient struct{ choices []int }

func (l *lenient) Choose(_ string, n int) int {
	if len(l.choices) == 0 {
		return 0
	}
	c := l.choices[0]
	l.choices = l.choices[1:]
	return min(max(c, 0), n-1)
}

// Minimize returns a case that is broken too and as simple as it could be made with a budget of runs, and how many it
// took. Broken runs a case and tells whether what is wrong with the first is wrong with it too; it must be a function of
// the case, and must not change it.
func Minimize(c Case, broken func(Case) bool, budget int) (small Case, runs int) {
	m := &minimizer{best: c, broken: broken, left: budget, tried: map[string]bool{}}
	m.best.Scenario = clone(c.Scenario)
	m.best.Scenario.Title, m.best.Scenario.Story, m.best.Scenario.Expect = "", "", nil
	for i := range m.best.Scenario.Actions {
		m.best.Scenario.Actions[i].Line = 0
	}
	for i := range m.best.Scenario.Faults {
		m.best.Scenario.Faults[i].Line = 0
	}
	scenarios.InOrder(m.best.Scenario)
	for m.left > 0 {
		before := m.accepted
		m.calm()
		m.drop()
		m.plain()
		m.values()
		m.choices()
		if m.accepted == before {
			break
		}
	}
	return m.best, budget - m.left
}

// minimizer is a case on its way down.
type minimizer struct {
	best     Case
	broken   func(Case) bool
	left     int // runs
	accepted int
	// tried are the candidates that were run, so that none is run twice.
	tried map[string]bool
}

// edit tries the scenario with a change. The change reports whether it applies and makes the scenario simpler.
func (m *minimizer) edit(change func(*sim.Scenario) bool) bool {
	if m.left == 0 {
		return false
	}
	candidate := m.best
	candidate.Scenario = clone(m.best.Scenario)
	if !change(candidate.Scenario) {
		return false
	}
	scenarios.InOrder(candidate.Scenario)
	return m.try(candidate)
}

// try runs a candidate, and keeps it if it is broken. A candidate that makes no sense costs nothing.
func (m *minimizer) try(c Case) bool {
	key := keyOf(c)
	if m.left == 0 || m.tried[key] || !sensible(c.Scenario) {
		return false
	}
	m.tried[key] = true
	m.left--
	if !m.broken(c) {
		return false
	}
	m.best = c
	m.accepted++
	return true
}

func keyOf(c Case) string {
	data, err := json.Marshal(c)
	if err != nil {
		panic(err) // plain data
	}
	return string(data)
}

// sensible reports whether a scenario can be run, and be kept as a file: names and times fit, and the API server accepts
// its Jobs.
func sensible(s *sim.Scenario) bool {
	text, err := scenarios.Write(s)
	if err != nil || s.Check() != nil {
		return false
	}
	for _, job := range allJobs(s) {
		if len(apiserver.CheckJob(job)) > 0 {
			return false
		}
	}
	_, err = scenarios.Parse("sensible.yaml", text)
	return err == nil
}
