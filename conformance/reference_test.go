package conformance

import (
	"testing"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

// TestReferenceKeepsEverythingInScenarios runs the built-in scenarios, calm and at random.
func TestReferenceKeepsEverythingInScenarios(t *testing.T) {
	claims := DefaultClaims()
	for _, name := range scenarios.Names() {
		s, err := scenarios.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(6) {
			var options []sim.Option
			if seed > 0 {
				options = append(options, sim.WithSeed(seed))
			}
			r, err := sim.Run(s, fakes.ReferenceImplementation(), options...)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range Examine(r, Requirements(), &claims).Broken() {
				t.Errorf("%s, seed %d: %s at %v: %s (entries %v)", name, seed, v.Requirement.ID, v.At, v.Text, v.Entries)
			}
		}
	}
}
