package upstream

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
)

func finding(g *WithT, name string) *sim.Scenario {
	s, err := scenarios.Load(filepath.Join("findings", name+".yaml"), nil)
	g.Expect(err).NotTo(HaveOccurred())
	return s
}

// verdictOn evaluates an implementation by one scenario.
func verdictOn(t *testing.T, impl adapter.Implementation, s *sim.Scenario, requirement string) conformance.Verdict {
	report, err := conformance.Evaluate(t.Context(), impl, conformance.WithScenario(s, nil), conformance.WithFocus(requirement),
		conformance.WithAllFeatures(), conformance.WithUpstreamExact())
	g := NewWithT(t)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(report.Requirements).To(HaveLen(1))
	return report.Requirements[0].Verdict
}

func TestKnownDeviationsAreThereStill(t *testing.T) {
	findings, err := os.ReadFile("FINDINGS.md")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	for _, d := range Deviations() {
		t.Run(d.Requirement, func(t *testing.T) {
			g := NewWithT(t)
			s := finding(g, d.Scenario)
			g.Expect(verdictOn(t, Controller(), s, d.Requirement)).To(Equal(conformance.NotConformant),
				"the controller has mended its ways: take the deviation from the list")
			g.Expect(verdictOn(t, fakes.ReferenceImplementation(), s, d.Requirement)).NotTo(Equal(conformance.NotConformant))
			heading := "### " + strings.ReplaceAll(d.Finding, "-", " ")
			g.Expect(strings.ToLower(string(findings))).To(ContainSubstring(heading + "\n"))
			g.Expect(string(findings)).To(ContainSubstring("findings/" + d.Scenario + ".yaml"))
		})
	}
}

// What the findings expect is what the reference does and the controller does not.
func TestFindingsTellTheTwoApart(t *testing.T) {
	files, err := filepath.Glob("findings/*.yaml")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	NewWithT(t).Expect(files).NotTo(BeEmpty())
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := finding(g, name)
			upstream, err := sim.Run(s, Controller())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(upstream.Unmet()).NotTo(BeEmpty())
			reference, err := sim.Run(s, fakes.ReferenceImplementation())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(reference.Unmet()).To(BeEmpty())
		})
	}
}
