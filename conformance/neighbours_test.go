package conformance

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/adapter"
)

const builtIn = "kube-controller-manager"

// TestTwoControllersAreConformant evaluates each of two controllers beside the other, on all scenarios and situations: the
// built-in one with an external one that keeps pods with the reserved finalizer or with its own, and the other way round.
func TestTwoControllersAreConformant(t *testing.T) {
	external := fakes.ReferenceImplementation(fakes.ManagedBy(ourName), fakes.Finalizer(ourFinalizer))
	reserved := fakes.ReferenceImplementation(fakes.ManagedBy(ourName))
	other := fakes.ReferenceImplementation(fakes.ManagedBy(otherManager))
	for name, c := range map[string]struct {
		impl    adapter.Implementation
		options []Option
	}{
		"external beside built-in": {external, []Option{WithManagedBy(ourName), WithFinalizer(ourFinalizer),
			WithNeighbour(builtIn, fakes.ReferenceImplementation())}},
		"external with the reserved finalizer": {reserved, []Option{WithManagedBy(ourName), WithNeighbour(builtIn, fakes.ReferenceImplementation())}},
		"built-in beside external":             {fakes.ReferenceImplementation(), []Option{WithNeighbour(otherManager, other)}},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			r, err := Evaluate(t.Context(), c.impl, append(c.options, WithChecks(150), WithAllFeatures(), WithUpstreamExact())...)
			g.Expect(err).NotTo(HaveOccurred())
			for _, row := range r.Requirements {
				if row.Violation != nil {
					t.Errorf("%s: %s: %s", row.ID, row.Violation.Run, row.Violation.Text)
				}
				if row.ID == besideOthers[0].ID {
					g.Expect(row.Verdict).To(Equal(Conformant), "it has an occasion")
				}
			}
			for _, row := range r.Scenarios {
				if row.Verdict == NotConformant {
					t.Errorf("scenario %s: %s", row.Name, strings.Join(row.Why, "; "))
				}
			}
			g.Expect(r.Profile.Neighbours).To(HaveLen(1))
		})
	}
}

// TestBesideOthersMistakes: who touches a Job of the other controller, or its pods, is caught.
func TestBesideOthersMistakes(t *testing.T) {
	for name, c := range map[string]struct{ requirement, says string }{
		"others-dying-pods-freed": {"job/managed-by/leaves-others-pods-alone",
			"is managed by example.com/other, and the implementation asks to patch its pod"},
		"others-failed-pods-deleted": {"job/managed-by/leaves-others-pods-alone",
			"is managed by example.com/other, and the implementation asks to delete its pod"},
		"managed-by-ignored": {"job/managed-by/leaves-others-alone", "is managed by example.com/other, and the implementation"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			b, ok := fakes.GetBroken(name)
			g.Expect(ok).To(BeTrue())
			other := fakes.ReferenceImplementation(fakes.ManagedBy(otherManager))
			r, err := Evaluate(t.Context(), b.Implementation(), WithFeatures(ManagedBy), WithNeighbour(otherManager, other), WithChecks(0),
				WithFocus(c.requirement))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(r.Requirements[0].Verdict).To(Equal(NotConformant))
			g.Expect(r.Requirements[0].Violation.Text).To(ContainSubstring(c.says))
			g.Expect(r.Requirements[0].Violation.Reproduce).To(ContainSubstring(`conformance.WithNeighbour("example.com/other", neighbour)`))
		})
	}
}

// TestNobodyBeside: without a neighbour there are no pods of others to leave alone, and with one, what a scenario expects of
// the Jobs of others is not held against anybody.
func TestNobodyBeside(t *testing.T) {
	g := NewWithT(t)
	const id = "job/managed-by/leaves-others-pods-alone"
	_, err := Select(WithAllFeatures(), WithFocus(id))
	g.Expect(err).To(MatchError(ContainSubstring("it is about controllers beside another one, and none was given")))
	nobody, err := FindScenario("managed-by-nobody")
	g.Expect(err).NotTo(HaveOccurred())
	beside := WithNeighbour(otherManager, fakes.ReferenceImplementation(fakes.ManagedBy(otherManager)))
	r, err := Evaluate(t.Context(), fakes.ReferenceImplementation(), WithAllFeatures(), WithScenario(nobody, nil), beside)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(r.Scenarios[0].Verdict).To(Equal(Conformant))

	idle := fakes.Reference()
	idle.IsForeign = func(*batchv1.Job) bool { return true }
	r, err = Evaluate(t.Context(), fakes.Implementation("idle", idle), WithAllFeatures(), WithScenario(nobody, nil), beside)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(r.Scenarios[0].Why).To(ConsistOf(ContainSubstring("expected Job runs: condition Complete")), "what is its own it must do")
}
