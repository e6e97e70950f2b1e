package conformance

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
)

// Evaluate runs an implementation through the built-in scenarios, the situations made for single clauses, and random cases, examines every run, and
// says what came of it. It may be called any number of times in one process.
//
// The error tells that the options make no sense or select nothing. Whatever the implementation does is in the report.
// When ctx ends, the report says what is known by then, and that this is not all.
func Evaluate(ctx context.Context, impl adapter.Implementation, opts ...Option) (*Report, error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	if _, err := o.selected(); err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	e := newEvaluator(ctx, impl, o)
	if err := e.run(); err != nil {
		return nil, err
	}
	return e.report(), nil
}

// evaluator is one evaluation under way.
type evaluator struct {
	*options
	ctx  context.Context
	impl adapter.Implementation

	// findings are those on the selected requirements; claimed are the requirements that are examined, each with the
	// number of its finding.
	findings []*finding
	claimed  []*Requirement
	number   []int
	examiner *examiner

	scenarios []*scenarioFinding
	// situations and cases are how many were run so far.
	situations, cases int
	broken            int
	wedged            int // runs that were given up because the implementation did not come back
	endless           int // and because it acted on and on
	// shrinkEvents is how many events making counter-examples small has cost.
	shrinkEvents int
	differs      string
	harness      string
	// leftOut is what was not run because of what is not claimed.
	leftOut []LeftOut
}

// finding is what was found on one requirement.
type finding struct {
	requirement *Requirement
	unclaimed   string
	exercised   int
	// first is the first violation with its run.
	first *counterexample
	// harness is how its check has failed.
	harness string
}

// counterexample is a run that breaks a requirement, and where it comes from.
type counterexample struct {
	violation *Violation
	result    *sim.Result
	// scenario is the name of a built-in scenario or of a situation, or number that of the random case.
	scenario string
	number   int
	shrunk   int
}

// scenarioFinding is what was found on one scenario as a spec.
type scenarioFinding struct {
	scenario *sim.Scenario
	verdict  Verdict
	why      []string
	hash     string
	replay   string // of the run that broke it; empty for the calm one
}

func newEvaluator(ctx context.Context, impl adapter.Implementation, o *options) *evaluator {
	e := &evaluator{options: o, ctx: ctx, impl: impl}
	for _, r := range o.requirements {
		if !o.selects(r) {
			continue
		}
		f := &finding{requirement: r, unclaimed: o.unclaimed(r)}
		e.findings = append(e.findings, f)
	}
	e.chooseClaimed()
	return e
}

// chooseClaimed sets what is examined: what is claimed, and whose check has not failed.
func (e *evaluator) chooseClaimed() {
	e.claimed, e.number = nil, nil
	for i, f := range e.findings {
		if f.unclaimed == "" && f.harness == "" {
			e.claimed, e.number = append(e.claimed, f.requirement), append(e.number, i)
		}
	}
	e.examiner = newExaminer(e.claimed, &e.claims)
}

// How many runs may be given up before the rest is left undone: each has cost far more real time than a good one.
const (
	mostWedged  = 3
	mostEndless = 20
)

// run does all the runs.
func (e *evaluator) run() error {
	stages := []func() error{e.runScenarios, e.runSituations, e.runCases, e.shrink}
	if e.scenario != nil {
		stages = []func() error{e.runOnlyScenario}
	} else if e.only > 0 {
		stages = []func() error{e.runOnlyCase, e.shrink}
	}
	for _, stage := range stages {
		if err := stage(); err != nil {
			return err
		}
	}
	return nil
}

// seedsPerScenario is how often each built-in scenario is run at random, beside the calm run.
const seedsPerScenario = 3

// runScenarios runs the built-in scenarios as specs: calm, a second time to see whether that gives the same, and at
// random. All are calm first: what a calm run shows is easier to understand than what shows only when things are late.
func (e *evaluator) runScenarios() error {
	names := scenarios.Names()
	for i, name := range names {
		s, err := scenarios.Get(name)
		if err != nil {
			return fmt.Errorf("conformance: %w", err)
		}
		f := e.newSpec(s)
		if why := e.leaveOut(s, ofScenarios); why != "" {
			f.verdict, f.why = NotClaimed, []string{why}
		} else if err := e.runSpecOnce(f); err != nil {
			return err
		}
		e.tell("scenarios", i+1, 2*len(names))
	}
	for i, f := range e.scenarios {
		if err := e.runSpecAtRandom(f); err != nil {
			return err
		}
		e.tell("scenarios", len(names)+i+1, 2*len(names))
	}
	return nil
}

func (e *evaluator) runOnlyScenario() error {
	if e.replay == nil {
		f := e.newSpec(e.scenario)
		if err := e.runSpecOnce(f); err != nil {
			return err
		}
		return e.runSpecAtRandom(f)
	}
	return e.runSpecOnce(e.newSpec(e.scenario), sim.WithReplay(*e.replay))
}

func (e *evaluator) newSpec(s *sim.Scenario) *scenarioFinding {
	f := &scenarioFinding{scenario: e.claims.adapt(s), verdict: Inconclusive}
	e.scenarios = append(e.scenarios, f)
	return f
}

func (e *evaluator) runSpecAtRandom(f *scenarioFinding) error {
	for seed := range uint64(seedsPerScenario) {
		if f.verdict != Conformant {
			return nil
		}
		if err := e.runSpecOnce(f, sim.WithSeed(event.Mix(e.seed+seed))); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluator) runSpecOnce(f *scenarioFinding, how ...sim.Option) error {
	if why := e.enough(); why != "" {
		f.why = []string{why}
		return nil
	}
	r, err := e.simulate(f.scenario, how...)
	if err != nil {
		return e.fail(err)
	}
	if len(how) == 0 {
		f.hash = r.Trace.Hash()
		if err := e.compare(r, f.scenario); err != nil {
			return err
		}
	}
	e.examine(r, counterexample{scenario: f.scenario.Name})
	if len(how) > 0 {
		f.replay = r.Token.String()
	}
	f.judge(r, e.othersJobs(f.scenario))
	if f.verdict == NotConformant {
		e.broken++
	}
	return nil
}

// judge holds a run against the expectations of the scenario, except those on the Jobs of these names.
func (f *scenarioFinding) judge(r *sim.Result, except []string) {
	f.verdict, f.why = Conformant, nil
	for _, unmet := range r.Unmet() {
		if slices.Contains(except, cmp.Or(unmet.Expectation.Job, r.Scenario.Jobs[0].Name)) {
			continue
		}
		f.verdict = NotConformant
		f.why = append(f.why, unmet.Text)
	}
	if r.Failure != nil {
		f.verdict = NotConformant
		f.why = append(f.why, firstLine(r.Failure))
	}
}

// enough tells why no more runs are made; empty if there is no reason.
func (e *evaluator) enough() string {
	switch {
	case e.ctx.Err() != nil:
		return "the evaluation was stopped"
	case e.wedged >= mostWedged:
		return fmt.Sprintf("%d runs had to be given up because the implementation did not come back; the rest was left undone", e.wedged)
	case e.endless >= mostEndless:
		return fmt.Sprintf("%d runs had to be given up because the implementation acted on and on; the rest was left undone", e.endless)
	}
	return ""
}

func (e *evaluator) tell(stage string, done, total int) {
	if e.progress != nil {
		e.progress(Progress{Stage: stage, Done: done, Total: total, Broken: e.broken})
	}
}
