package minor31

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

var (
	checks = flag.Int("checks", conformance.DefaultChecks, "how many random cases the controller is evaluated by")
	seed   = flag.Uint64("seed", conformance.DefaultSeed, "which random cases")
)

// as131 are the claims of the controller: the semantics of 1.31 with all features that are on there, and the timing of upstream.
func as131(more ...conformance.Option) []conformance.Option {
	const minor = 31
	var on []conformance.Feature
	for _, f := range conformance.Features() {
		if stage := f.Stage(minor); stage == conformance.Beta || stage == conformance.GA {
			on = append(on, f.Feature)
		}
	}
	return append(more, conformance.WithKubernetes(minor), conformance.WithUpstreamExact(), conformance.WithFeatures(on...))
}

func TestControllerKeepsEveryRequirementButTheKnownDeviations(t *testing.T) {
	g := NewWithT(t)
	report, err := conformance.Evaluate(t.Context(), Controller(),
		as131(conformance.WithChecks(*checks), conformance.WithSeed(*seed), conformance.WithShrinking(0))...)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(report.Why).To(BeEmpty())
	known := map[string]bool{}
	for _, d := range deviations {
		known[d.requirement] = true
	}
	for _, row := range report.Requirements {
		if row.Verdict == conformance.NotConformant && !known[row.ID] || row.Verdict == conformance.HarnessError {
			t.Error(row.Explain())
		}
	}
	for _, row := range report.Scenarios {
		if row.Verdict == conformance.Conformant || row.Verdict == conformance.NotClaimed {
			continue
		}
		s, err := scenarios.Get(row.Name)
		g.Expect(err).NotTo(HaveOccurred())
		result, err := sim.Run(s, Controller())
		g.Expect(err).NotTo(HaveOccurred())
		if explains(result) == "" {
			t.Error(row.Name, row.Why)
		}
	}
}

func TestKnownDeviationsAreThereStill(t *testing.T) {
	for _, d := range deviations {
		t.Run(d.requirement, func(t *testing.T) {
			g := NewWithT(t)
			s, err := show(d.scenario)
			g.Expect(err).NotTo(HaveOccurred())
			report, err := conformance.Evaluate(t.Context(), Controller(), as131(conformance.WithScenario(s, nil),
				conformance.WithFocus(d.requirement), conformance.WithShrinking(0))...)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(report.Requirements).To(HaveLen(1))
			g.Expect(report.Requirements[0].Verdict).To(Equal(conformance.NotConformant),
				"take the deviation from the list: %s", d.because)
		})
	}
}

// show finds the scenario that shows a deviation.
func show(name string) (*sim.Scenario, error) {
	if strings.HasSuffix(name, ".yaml") {
		return scenarios.Load(name, nil)
	}
	return conformance.FindScenario(name)
}

// What the findings expect is what the reference does and the controller does not.
func TestFindingsTellTheTwoApart(t *testing.T) {
	files, err := filepath.Glob("findings/*.yaml")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	NewWithT(t).Expect(files).NotTo(BeEmpty())
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			g := NewWithT(t)
			s, err := scenarios.Load(file, nil)
			g.Expect(err).NotTo(HaveOccurred())
			upstream, err := sim.Run(s, Controller())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(upstream.Unmet()).NotTo(BeEmpty())
			reference, err := sim.Run(s, fakes.ReferenceImplementation())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(reference.Unmet()).To(BeEmpty())
		})
	}
}
