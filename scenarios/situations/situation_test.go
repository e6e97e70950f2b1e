package situations_test

import (
	"os"
	"strings"
	"testing"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
)

// TestSituationsCanBeRunAndKept: each makes sense, can be written to a file and read again, and runs to a good end.
func TestSituationsCanBeRunAndKept(t *testing.T) {
	semantics, err := os.ReadFile("../../conformance/SEMANTICS.md")
	if err != nil {
		t.Fatal(err)
	}
	all := situations.All()
	if len(all) < 200 {
		t.Fatalf("%d situations; expected some 230", len(all))
	}
	names := map[string]bool{}
	for _, s := range all {
		name := s.Scenario.Name
		if names[name] {
			t.Errorf("%s: the name is taken twice", name)
		}
		names[name] = true
		for _, clause := range s.Clauses {
			if !strings.Contains(string(semantics), "**"+clause+"**") {
				t.Errorf("%s: there is no clause %s", name, clause)
			}
		}
		if found, ok := situations.Get(name); !ok || found != s.Scenario {
			t.Errorf("%s: Get does not find it", name)
		}
		text, err := scenarios.Write(s.Scenario)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := scenarios.Parse(name, text)
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
			continue
		}
		// The keys of an edit may come in another order; what counts is that the same happens.
		r, err := sim.Run(s.Scenario, fakes.ReferenceImplementation())
		if err != nil || r.Failure != nil {
			t.Errorf("%s: %v, %v", name, err, r)
			continue
		}
		if kept, err := sim.Run(again, fakes.ReferenceImplementation()); err != nil || kept.Trace.Hash() != r.Trace.Hash() {
			t.Errorf("%s: another thing happens once it was written and read (%v)", name, err)
		}
	}
	if _, ok := situations.Get("BL-1"); ok {
		t.Error("Get finds what is not there")
	}
}
