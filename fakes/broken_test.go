package fakes_test

import (
	"cmp"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

// behaviour identifies all that an implementation did in a run: its writes, not what it logged or read.
func behaviour(t *testing.T, s *sim.Scenario, impl adapter.Implementation, options ...sim.Option) string {
	t.Helper()
	res, err := sim.Run(s, impl, append(options, sim.WithLimits(sim.Limits{Events: 100_000}))...)
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
	type known struct {
		name, beside string
		scenario     *sim.Scenario
	}
	right := map[known]string{}
	for _, b := range fakes.AllBroken() {
		if b.Family == fakes.Programs {
			continue // see TestBrokenProgramsFail
		}
		t.Run(b.Name, func(t *testing.T) {
			impl, seen := b.Implementation(), map[*sim.Scenario]bool{}
			var beside []sim.Option
			if b.Beside != "" {
				beside = append(beside, sim.WithNeighbour(b.Beside, b.Neighbour()))
			}
			behaviour := func(s *sim.Scenario, impl adapter.Implementation) string {
				return behaviour(t, conformance.ManageJobs(s, cmp.Or(b.ManagedBy, batchv1.JobControllerName)), impl, beside...)
			}
			reference := func(s *sim.Scenario) string {
				key := known{b.ManagedBy, b.Beside, s}
				if _, ok := right[key]; !ok {
					right[key] = behaviour(s, fakes.ReferenceImplementation(fakes.ManagedBy(cmp.Or(b.ManagedBy, batchv1.JobControllerName))))
				}
				return right[key]
			}
			for _, clause := range b.Clauses {
				if !slices.ContainsFunc(situations.All(), func(one situations.Situation) bool {
					if !slices.Contains(one.Clauses, clause) {
						return false
					}
					differs, ok := seen[one.Scenario]
					if !ok {
						wrong := behaviour(one.Scenario, impl)
						differs = wrong != reference(one.Scenario)
						seen[one.Scenario] = differs
						if differs && wrong != behaviour(one.Scenario, impl) {
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

// TestBrokenProgramsFail has a situation in which each of them fails as a program, and none before in which it does so otherwise.
func TestBrokenProgramsFail(t *testing.T) {
	g := NewWithT(t)
	endings := map[string]sim.Ending{
		"job/implementation/starts": sim.StartFailed, "job/implementation/does-not-panic": sim.Panicked,
		"job/implementation/comes-back": sim.Stuck,
	}
	for _, b := range fakes.AllBroken() {
		if b.Family != fakes.Programs {
			continue
		}
		failed := slices.ContainsFunc(situations.All(), func(one situations.Situation) bool {
			limits := sim.Limits{Limits: adapter.Limits{Stuck: 2 * time.Second}}
			res, err := sim.Run(one.Scenario, b.Implementation(), sim.WithLimits(limits))
			g.Expect(err).NotTo(HaveOccurred())
			if res.Failure != nil {
				g.Expect(res.Ending).To(Equal(endings[b.Clauses[0]]), b.Name)
			}
			return res.Failure != nil
		})
		g.Expect(failed).To(BeTrue(), b.Name)
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
			if r := conformance.Lookup(clause); r != nil {
				g.Expect(r.Clauses).To(BeEmpty(), b.Name)
				continue
			}
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
