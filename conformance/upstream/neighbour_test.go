package upstream

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
)

// TestControllerLeavesThePodsOfOthersAlone has an external controller, which keeps pods with the reserved finalizer, work beside
// kube-controller-manager (MB-3).
func TestControllerLeavesThePodsOfOthersAlone(t *testing.T) {
	const external = "example.com/other"
	for _, name := range []string{"managed-by", "managed-by-nobody", "MB-3.1", "MB-3.2"} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s, err := conformance.FindScenario(name)
			g.Expect(err).NotTo(HaveOccurred())
			r, err := conformance.Evaluate(t.Context(), Controller(), conformance.WithAllFeatures(), conformance.WithScenario(s, nil),
				conformance.WithFocus("job/managed-by/leaves-others-pods-alone"),
				conformance.WithNeighbour(external, fakes.ReferenceImplementation(fakes.ManagedBy(external))))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(r.Requirements[0].Verdict).To(Equal(conformance.Conformant))
			g.Expect(r.Scenarios[0].Verdict).To(Equal(conformance.Conformant))
		})
	}
}
