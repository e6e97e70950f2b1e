package conformance

import (
	"regexp"
	"slices"
	"testing"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
)

var policyClause = regexp.MustCompile(`^(PFP|SP|TTL)-`)

// TestBrokenPolicies holds the mistakes with policies and times to live against the situations made for them: each breaks a requirement that
// cites the clause it is meant for, and each requirement finds one of them.
func TestBrokenPolicies(t *testing.T) {
	claims := DefaultClaims()
	x := newExaminer(Requirements(), &claims)
	killed := map[string]bool{}
	for _, b := range fakes.AllBroken() {
		if b.Family != fakes.FailurePolicy && b.Family != fakes.SuccessPolicy && b.Family != fakes.TTL {
			continue
		}
		dies := false
		for _, s := range situations.All() {
			if !slices.ContainsFunc(s.Clauses, policyClause.MatchString) {
				continue
			}
			r, err := sim.Run(s.Scenario, b.Implementation(), sim.WithLimits(runLimits()))
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range x.examine(r).Broken() {
				if slices.Contains(v.Requirement.Clauses, b.Clauses[0]) {
					dies, killed[v.Requirement.ID] = true, true
				}
			}
		}
		if !dies {
			t.Errorf("%s breaks no requirement on %s", b.Name, b.Clauses[0])
		}
	}
	for _, area := range [][]Requirement{failurePolicy, successPolicy, ttl} {
		for _, q := range area {
			if !killed[q.ID] {
				t.Errorf("%s: no mistake shows that it can fail", q.ID)
			}
		}
	}
}
