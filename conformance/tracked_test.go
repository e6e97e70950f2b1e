package conformance

import (
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// ourFinalizer is that of an external controller.
const ourFinalizer = "example.com/job-tracking"

func kept(finalizers ...string) *batchv1.Job {
	return job(func(s *batchv1.JobSpec) { s.Template.Finalizers = finalizers })
}

func TestTrackPods(t *testing.T) {
	g := NewWithT(t)
	const upstreams, others = batchv1.JobTrackingFinalizer, situations.OtherFinalizer
	before := &sim.Scenario{Jobs: []*batchv1.Job{kept(), kept("example.com/hold", others)}, Actions: []sim.Action{
		{Pod: &sim.PodAction{Pod: 1, RemoveFinalizer: upstreams}},
		{Pod: &sim.PodAction{Pod: 1, RemoveFinalizer: others}},
		{Pod: &sim.PodAction{Pod: 1, RemoveFinalizer: "example.com/hold"}},
		{Pod: &sim.PodAction{Pod: 1, Patch: &sim.Patch{Data: []byte(`{"metadata":{"finalizers":["` + upstreams + `"]}}`)}}},
		{Create: kept(others)},
		{Suspend: new(true)},
	}}
	after := TrackPods(before, ourFinalizer)
	g.Expect(after.Jobs[0].Spec.Template.Finalizers).To(BeEmpty())
	g.Expect(after.Jobs[1].Spec.Template.Finalizers).To(Equal([]string{"example.com/hold", upstreams}), "as is that of somebody else then")
	var taken []string
	for _, a := range after.Actions[:3] {
		taken = append(taken, a.Pod.RemoveFinalizer)
	}
	g.Expect(taken).To(Equal([]string{ourFinalizer, upstreams, "example.com/hold"}))
	g.Expect(string(after.Actions[3].Pod.Patch.Data)).To(Equal(`{"metadata":{"finalizers":["example.com/job-tracking"]}}`))
	g.Expect(after.Actions[4].Create.Spec.Template.Finalizers).To(Equal([]string{upstreams}))

	g.Expect(before.Jobs[1].Spec.Template.Finalizers).To(ContainElement(others), "what was given is as it was")
	g.Expect(before.Actions[0].Pod.RemoveFinalizer).To(Equal(upstreams))
	g.Expect(string(before.Actions[3].Pod.Patch.Data)).To(ContainSubstring(upstreams))
	g.Expect(TrackPods(before, upstreams)).To(BeIdenticalTo(before))
	g.Expect(TrackPods(after, ourFinalizer)).To(BeIdenticalTo(after), "what is upstream's now was somebody else's")
}

// TestReferenceKeepsPodsWithItsOwnFinalizer holds it to everything as an external controller that follows POD-4: the core,
// and all features with the timing and order of upstream.
func TestReferenceKeepsPodsWithItsOwnFinalizer(t *testing.T) {
	for name, more := range map[string][]Option{
		"core": {WithSeed(28)}, "everything": {WithAllFeatures(), WithUpstreamExact(), WithSeed(31)},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			r, err := Evaluate(t.Context(), fakes.ReferenceImplementation(fakes.ManagedBy(ourName), fakes.Finalizer(ourFinalizer)),
				append(more, WithChecks(500), WithManagedBy(ourName), WithFinalizer(ourFinalizer))...)
			g.Expect(err).NotTo(HaveOccurred())
			for _, row := range r.Requirements {
				if row.Violation != nil {
					t.Errorf("%s: %s: %s", row.ID, row.Violation.Run, row.Violation.Text)
				}
			}
			for _, row := range r.Scenarios {
				if row.Verdict == NotConformant {
					t.Errorf("scenario %s: %s", row.Name, strings.Join(row.Why, "; "))
				}
			}
			g.Expect(r.Verdict).To(Equal(Conformant))
			g.Expect(r.Cases).To(Equal(500))
			g.Expect(r.Profile.Finalizer).To(Equal(ourFinalizer))
			for _, row := range r.Requirements {
				if row.Verdict != NotClaimed && strings.HasPrefix(row.ID, "job/tracking/") {
					g.Expect(row.Exercised).NotTo(BeZero(), row.ID)
				}
			}
		})
	}
}

// TestFinalizerThatIsNotTheClaimedOne: who claims one and keeps pods with another is told so first.
func TestFinalizerThatIsNotTheClaimedOne(t *testing.T) {
	const requirement = "job/pod-creation/tracking-finalizer"
	for name, c := range map[string]struct {
		kept, claimed string
		says          string
	}{
		"upstream's": {batchv1.JobTrackingFinalizer, ourFinalizer, "is created with the finalizer batch.kubernetes.io/job-tracking, " +
			"which is that of the built-in controller: expected example.com/job-tracking, which is claimed"},
		"its own, without a word": {ourFinalizer, batchv1.JobTrackingFinalizer, "is created with the finalizer example.com/job-tracking: " +
			"expected batch.kubernetes.io/job-tracking, which is claimed"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			r, err := Evaluate(t.Context(), fakes.ReferenceImplementation(fakes.ManagedBy(ourName), fakes.Finalizer(c.kept)),
				WithChecks(0), WithManagedBy(ourName), WithFinalizer(c.claimed))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(r.Verdict).To(Equal(NotConformant))
			for _, row := range r.Requirements {
				if row.ID == requirement {
					g.Expect(row.Violation).NotTo(BeNil())
					g.Expect(row.Violation.At).To(Equal("0s"))
					g.Expect(row.Violation.Text).To(ContainSubstring(c.says))
					if c.claimed == ourFinalizer {
						g.Expect(row.Violation.Reproduce).To(ContainSubstring(`conformance.WithFinalizer("example.com/job-tracking")`))
					}
				}
			}
		})
	}
}

// TestFinalizerMistakes evaluates mistakes with finalizers under a name and a finalizer of their own.
func TestFinalizerMistakes(t *testing.T) {
	for name, c := range map[string]struct{ requirement, says string }{
		"finalizers-emptied":                {"job/tracking/others-finalizers-stay", "is deprived of the finalizer example.com/audit"},
		"finalizers-taken-by-suffix":        {"job/tracking/others-finalizers-stay", "is deprived of the finalizer batch.kubernetes.io/job-tracking"},
		"second-tracking-finalizer":         {"job/pod-creation/no-other-finalizer", "with the finalizer batch.kubernetes.io/job-tracking, which is neither"},
		"finalizer-of-the-other-controller": {"job/pod-creation/tracking-finalizer", "which is that of the built-in controller"},
		"no-tracking-finalizer":             {"job/pod-creation/tracking-finalizer", "expected example.com/job-tracking"},
		"template-finalizers-replaced":      {"job/pod-creation/from-the-template", "its finalizers"},
		"adopts-without-finalizer":          {"job/ownership/adoption-tracks", "without the finalizer example.com/job-tracking"},
		"released-pods-keep-finalizer":      {"job/ownership/release-untracks", "keeps the finalizer example.com/job-tracking"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			b, ok := fakes.GetBroken(name)
			g.Expect(ok).To(BeTrue())
			r, err := Evaluate(t.Context(), b.Implementation(fakes.ManagedBy(ourName), fakes.Finalizer(ourFinalizer)),
				WithManagedBy(ourName), WithFinalizer(ourFinalizer), WithChecks(0), WithFocus(c.requirement))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(r.Requirements[0].Verdict).To(Equal(NotConformant))
			g.Expect(r.Requirements[0].Violation.Text).To(ContainSubstring(c.says))
		})
	}
}

// TestCounterexamplesArePlain: what a report shows of an external controller's counter-example is a scenario like any other, of
// which the same claims make the same again.
func TestCounterexamplesArePlain(t *testing.T) {
	for name, file := range map[string]string{"others-failed-pods-deleted": "MB-3.1", "finalizers-taken-by-suffix": "TRK-11.1"} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			b, ok := fakes.GetBroken(name)
			g.Expect(ok).To(BeTrue())
			s, err := FindScenario(file)
			g.Expect(err).NotTo(HaveOccurred())
			evaluate := func(s *sim.Scenario, replay *event.Token) *ViolationRow {
				r, err := Evaluate(t.Context(), b.Implementation(fakes.ManagedBy(ourName), fakes.Finalizer(ourFinalizer)), WithAllFeatures(),
					WithManagedBy(ourName), WithFinalizer(ourFinalizer), WithNeighbour(builtIn, fakes.ReferenceImplementation()),
					WithScenario(s, replay), WithFocus(b.Clauses[0]))
				g.Expect(err).NotTo(HaveOccurred())
				i := slices.IndexFunc(r.Requirements, func(row RequirementRow) bool { return row.Violation != nil })
				g.Expect(i).To(BeNumerically(">=", 0))
				return r.Requirements[i].Violation
			}
			first := evaluate(s, nil)
			g.Expect(first.Scenario).NotTo(ContainSubstring(ourName))
			g.Expect(first.Scenario).NotTo(ContainSubstring(" " + ourFinalizer))
			saved, err := scenarios.Parse("saved.yaml", []byte(first.Scenario))
			g.Expect(err).NotTo(HaveOccurred())
			token, err := event.ParseToken(first.Replay)
			g.Expect(err).NotTo(HaveOccurred())
			again := evaluate(saved, &token)
			g.Expect(again.Hash).To(Equal(first.Hash))
			g.Expect(again.Text).To(Equal(first.Text))
		})
	}
}
