package conformance

import (
	"context"

	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
)

// Property is a random case as a property for rapid, for those who want its way to search and to shrink, or Go's
// fuzzing:
//
//	rapid.Check(t, conformance.Property(implementation))
//	f.Fuzz(rapid.MakeFuzz(conformance.Property(implementation)))
//
// [Run] and [Evaluate] go through more cases in the same time, and tell of each requirement.
func Property(impl adapter.Implementation, opts ...Option) func(*rapid.T) {
	o, err := newOptions(opts)
	return func(t *rapid.T) {
		if err != nil {
			t.Fatalf("conformance: %v", err)
		}
		chooser := generate.Rapid(t)
		s := o.claims.adapt(generate.Scenario(chooser, o.generated()))
		var how []sim.Option
		if chooser.Choose("how", 2) > 0 {
			how = append(how, sim.WithChooser(chooser))
		}
		e := newEvaluator(context.Background(), impl, o)
		r, err := e.simulate(s, how...)
		if err != nil {
			t.Fatalf("conformance: %v", err)
		}
		e.examine(r, counterexample{scenario: s.Name})
		for _, f := range e.findings {
			if f.first != nil {
				row := e.requirementRow(f)
				row.Violation.Reproduce = "save the scenario as FILE, then: jobsim run FILE --replay " + row.Violation.Replay
				t.Errorf("%s", row.Explain())
			}
		}
	}
}
