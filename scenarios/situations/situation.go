// Package situations holds small scenarios, each made for one or more clauses of conformance/SEMANTICS.md: what must come
// together for a mistake about these clauses to show. They teach nobody and expect nothing; the built-in scenarios do.
// Whoever keeps a clause acts differently in them from whoever breaks it.
package situations

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jobsim/jobsim/sim"
)

// Situation is a scenario and the clauses that it is about.
type Situation struct {
	// Clauses are those about which a mistake shows in it, the one that it was made for first.
	Clauses []string
	// Scenario must not be changed. Its name is that clause, and a number if there are several for it.
	Scenario *sim.Scenario
}

// All returns the situations in a fixed order. They are shared and must not be changed.
func All() []Situation { return all() }

// Get returns the scenario of a name.
func Get(name string) (*sim.Scenario, bool) {
	for _, s := range all() {
		if s.Scenario.Name == name {
			return s.Scenario, true
		}
	}
	return nil, false
}

var all = sync.OnceValue(func() []Situation {
	list := slices.Concat(
		limitSituations(), restartSituations(), completionSituations(), parallelismSituations(), victimSituations(),
		podSituations(), backOffSituations(), deadlineSituations(), endSituations(), statusSituations(),
		suspensionSituations(), trackingSituations(), ownershipSituations(), deletionSituations(), faultSituations(),
		indexedSituations(), elasticSituations(), perIndexSituations(),
		suspendedEditSituations(), managedBySituations(),
		failurePolicySituations(), successPolicySituations(), ttlSituations(),
		combinationSituations(),
	)
	count := map[string]int{}
	for _, s := range list {
		count[s.Clauses[0]]++
		s.Scenario.Name = fmt.Sprintf("%s.%d", s.Clauses[0], count[s.Clauses[0]])
	}
	return list
})

// on names the clauses that a scenario is about.
func on(s *sim.Scenario, clauses ...string) Situation {
	if s.Until == 0 {
		s.Until = 30 * time.Minute
	}
	return Situation{clauses, s}
}
