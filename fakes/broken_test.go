package fakes_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

// behaviour identifies all that an implementation did in a run: its writes, not what it logged or read.
func behaviour(t *testing.T, s *sim.Scenario, impl adapter.Implementation) string {
	t.Helper()
	res, err := sim.Run(s, impl, sim.WithLimits(sim.Limits{Events: 100_000}))
	if err != nil {
		t.Fatalf("running %s on %s: %v", s.Name, impl.Name(), err)
	}
	switch res.Ending {
	case sim.Panicked, sim.Stuck, sim.StartFailed, sim.TooManyEvents:
		t.Fatalf("expected %s to survive %s, got %s: %v", impl.Name(), s.Name, res.Ending, res.Failure)
	}
	var writes trace.Trace
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Call && e.Actor == "controller" && e.Verb != "get" && e.Verb != "list" && e.Verb != "watch" {
			e.Seq, e.Cause = 0, 0
			writes.Entries = append(writes.Entries, e)
		}
	}
	return writes.Hash()
}

// TestBrokenImplementationsAreWrong shows of every broken implementation, for each clause that it names, a situation in
// which it acts differently from the reference.
func TestBrokenImplementationsAreWrong(t *testing.T) {
	right := map[*sim.Scenario]string{}
	for _, one := range situations.All() {
		right[one.Scenario] = behaviour(t, one.Scenario, fakes.ReferenceImplementation())
	}
	for _, b := range fakes.AllBroken() {
		t.Run(b.Name, func(t *testing.T) {
			impl, seen := b.Implementation(), map[*sim.Scenario]bool{}
			for _, clause := range b.Clauses {
				if !slices.ContainsFunc(situations.All(), func(one situations.Situation) bool {
					if !slices.Contains(one.Clauses, clause) {
						return false
					}
					differs, ok := seen[one.Scenario]
					if !ok {
						wrong := behaviour(t, one.Scenario, impl)
						differs = wrong != right[one.Scenario]
						seen[one.Scenario] = differs
						if differs && wrong != behaviour(t, one.Scenario, impl) {
							t.Errorf("expected the same again when %s is repeated: what an instance knows is its own", clause)
						}
					}
					return differs
				}) {
					t.Errorf("expected a situation in which it breaks %s", clause)
				}
			}
		})
	}
}

func TestBrokenImplementationsAreDescribed(t *testing.T) {
	g := NewWithT(t)
	semantics, err := os.ReadFile("../conformance/SEMANTICS.md")
	g.Expect(err).NotTo(HaveOccurred())
	name, bug := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), regexp.MustCompile(`^[\w.-]+/[\w.-]+#\d+$`)
	names, mistakes, bugs := map[string]bool{}, map[string]bool{}, map[string]bool{}
	all := fakes.AllBroken()
	for _, b := range all {
		g.Expect(b.Name).To(MatchRegexp(name.String()))
		g.Expect(names).NotTo(HaveKey(b.Name))
		g.Expect(mistakes).NotTo(HaveKey(b.Mistake))
		names[b.Name], mistakes[b.Mistake] = true, true
		g.Expect(b.Mistake).To(And(HavePrefix("It "), HaveSuffix(".")), b.Name)
		g.Expect(b.Family).NotTo(BeEmpty(), b.Name)
		g.Expect(b.Clauses).NotTo(BeEmpty(), b.Name)
		for _, clause := range b.Clauses {
			g.Expect(string(semantics)).To(ContainSubstring("**"+clause+"**"), b.Name)
		}
		if b.Bug != "" {
			g.Expect(b.Bug).To(MatchRegexp(bug.String()), b.Name)
			bugs[b.Bug] = true
		}
		found, ok := fakes.GetBroken(b.Name)
		g.Expect(ok).To(BeTrue())
		g.Expect(found.Mistake).To(Equal(b.Mistake))
		g.Expect(b.Implementation().Name()).To(Equal("broken:" + b.Name))
	}
	g.Expect(len(all)).To(BeNumerically(">=", 60))
	g.Expect(len(bugs)).To(BeNumerically(">=", 25))
	g.Expect(slices.IsSortedFunc(all, func(a, b fakes.Broken) int { return strings.Compare(a.Name, b.Name) })).To(BeTrue())
	_, ok := fakes.GetBroken("reference")
	g.Expect(ok).To(BeFalse())
}
