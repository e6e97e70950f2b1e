package conformance

import (
	"net/http"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
)

func TestManagedByMutants(t *testing.T) {
	kills(t, [][]Requirement{managedBy[:2], managedBy[3:]}, []mutant{
		{
			requirement: "job/managed-by/acts-on-its-own", scenario: aSituation(t, "MB-1.2"),
			mistake: asIn("own-name-is-foreign"), says: "Job work is managed by kubernetes.io/job-controller, and has not been started",
		},
		{
			requirement: "job/managed-by/leaves-others-alone", scenario: aSituation(t, "MB-1.3"),
			mistake: asIn("managed-by-compared-in-part"), says: "Job work is managed by example.com/job-controller, and the implementation creates pod",
		},
		{
			requirement: "job/managed-by/leaves-others-alone", scenario: aSituation(t, "MB-1.4"),
			mistake: asIn("foreign-suspension-said"), says: "and the implementation writes its status",
		},
		{
			requirement: "job/managed-by/leaves-others-alone", scenario: aSituation(t, "MB-1.6"),
			mistake: asIn("foreign-orphans-adopted"), says: "and the implementation adopts pod",
		},
		{
			requirement: "job/managed-by/recreated-for-others", scenario: aSituation(t, "MB-4.1"),
			mistake: asIn("manager-remembered-by-name"), says: "Job work is managed by example.com/other, and the implementation creates pod",
		},
		{
			requirement: "job/managed-by/status-rules", scenario: aSituation(t, "MB-1.2"),
			mistake: asIn("external-status-short-of-rules"), says: "and the API server refuses the status that this writes",
		},
	})
}

// TestExternalControllerMistakes evaluates mistakes under a name of their own.
func TestExternalControllerMistakes(t *testing.T) {
	for name, requirement := range map[string]string{
		"managed-by-ignored":         "job/managed-by/leaves-unnamed-alone",
		"foreign-suspension-said":    "job/managed-by/leaves-unnamed-alone",
		"foreign-orphans-adopted":    "job/managed-by/leaves-unnamed-alone",
		"manager-remembered-by-name": "job/managed-by/recreated-for-others",
		"own-name-is-foreign":        "job/managed-by/acts-on-its-own",
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			b, ok := fakes.GetBroken(name)
			g.Expect(ok).To(BeTrue())
			r, err := Evaluate(t.Context(), b.Implementation(fakes.ManagedBy(ourName)), WithManagedBy(ourName), WithChecks(0), WithFocus(requirement))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(r.Requirements[0].Verdict).To(Equal(NotConformant))
		})
	}
}

// TestStatusRulesExcuseWhatIsInjected: who is told that his status is invalid although it is not has done nothing wrong.
func TestStatusRulesExcuseWhatIsInjected(t *testing.T) {
	g := NewWithT(t)
	s := story(managedJob(new(batchv1.JobControllerName)), nil)
	s.Name = "refused"
	s.Faults = []sim.Fault{{Error: &sim.CallError{
		Match: sim.CallMatch{Verb: "update", Resource: apiserver.Jobs, Subresource: "status"}, Times: 1,
		Status: metav1.Status{Status: metav1.StatusFailure, Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid},
	}}}
	r, err := sim.Run(s, fakes.ReferenceImplementation())
	g.Expect(err).NotTo(HaveOccurred())
	claims := DefaultClaims()
	f := Examine(r, []*Requirement{Lookup("job/managed-by/status-rules")}, &claims)
	g.Expect(f.Violations[0]).To(BeNil())
}

// TestReferenceIsAnExternalController holds it to everything under a name of its own.
func TestReferenceIsAnExternalController(t *testing.T) {
	g := NewWithT(t)
	r, err := Evaluate(t.Context(), fakes.ReferenceImplementation(fakes.ManagedBy(ourName)), WithChecks(500), WithSeed(27),
		WithAllFeatures(), WithManagedBy(ourName))
	g.Expect(err).NotTo(HaveOccurred())
	for _, row := range r.Requirements {
		if row.Violation != nil {
			t.Errorf("%s: %s: %s", row.ID, row.Violation.Run, row.Violation.Text)
		}
		if strings.HasPrefix(row.ID, "job/managed-by/") && row.Verdict != Conformant && row.ID != besideOthers[0].ID {
			t.Errorf("%s: expected an occasion, got %s", row.ID, row.Verdict)
		}
	}
	g.Expect(r.Counts.NotConformant).To(BeZero())
	g.Expect(r.Cases).To(Equal(500))
}
