package conformance

import (
	"slices"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// randomCase is one generated scenario and how it is run.
type randomCase struct {
	number   int
	scenario *sim.Scenario
	how      []sim.Option
}

// newCase makes the random case of a number, from 1. It is a function of the seed and the number and nothing else, so
// that any case can be made again on its own.
func (e *evaluator) newCase(number int) randomCase {
	seed := event.Mix(e.seed + event.Mix(uint64(number)))
	chooser := event.NewSeeded(seed)
	c := randomCase{number: number, scenario: e.claims.adapt(generate.Scenario(chooser, e.generated()))}
	if chooser.Choose("how", 3) > 0 { // a third of the cases is calm
		c.how = []sim.Option{sim.WithSeed(seed)}
	}
	return c
}

// generated is what random cases may have.
func (o *options) generated() generate.Options {
	has := func(f Feature) bool { return slices.Contains(o.claims.Features, f) }
	return generate.Options{Features: generate.Features{
		Indexed: has(Indexed), ElasticIndexed: has(ElasticIndexed), BackoffLimitPerIndex: has(BackoffLimitPerIndex),
		PodFailurePolicy: has(PodFailurePolicy), SuccessPolicy: has(SuccessPolicy), SuspendedEdits: has(SuspendedEdits),
		TTLAfterFinished: has(TTLAfterFinished),
	}}
}

// sampled tells which cases are run twice, to see whether the implementation differs from itself.
func sampled(number int) bool { return number%100 == 1 }

func (e *evaluator) runCases() error {
	for number := 1; number <= e.checks; number++ {
		if e.enough() != "" {
			return nil
		}
		if err := e.runCase(number); err != nil {
			return err
		}
		e.tell("cases", number, e.checks)
	}
	return nil
}

func (e *evaluator) runOnlyCase() error { return e.runCase(e.only) }

func (e *evaluator) runCase(number int) error {
	c := e.newCase(number)
	r, err := e.simulate(c.scenario, c.how...)
	if err != nil {
		return e.fail(err)
	}
	e.cases++
	if sampled(number) {
		if err := e.compare(r, c.scenario, c.how...); err != nil {
			return err
		}
	}
	e.examine(r, counterexample{number: number})
	return nil
}
