package upstream

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/conformance"
)

var (
	update = flag.Bool("update", false, "write the files in report anew")
	checks = flag.Int("checks", conformance.DefaultChecks, "how many random cases the controller is evaluated by; more than the default are not reported")
	seed   = flag.Uint64("seed", conformance.DefaultSeed, "which random cases")
)

// evaluated is the evaluation of the controller that the tests share.
var evaluated = sync.OnceValues(func() (*conformance.Report, error) {
	r, err := conformance.Evaluate(context.Background(), Controller(), conformance.WithUpstreamExact(), conformance.WithAllFeatures(),
		conformance.WithChecks(*checks), conformance.WithSeed(*seed), conformance.WithIdentity(conformance.Identity{
			Organization: "Kubernetes", Project: "kube-controller-manager", Version: "v1.37.2", URL: "https://github.com/kubernetes/kubernetes",
		}))
	if err == nil {
		r.Suite = "the commit of this file"
	}
	return r, err
})

func TestControllerKeepsEveryRequirementButTheKnownDeviations(t *testing.T) {
	g := NewWithT(t)
	report, err := evaluated()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(report.Why).To(BeEmpty())
	known := map[string]bool{}
	for _, d := range Deviations() {
		known[d.Requirement] = true
	}
	for _, row := range report.Requirements {
		if row.Verdict == conformance.NotConformant && !known[row.ID] || row.Verdict == conformance.HarnessError {
			t.Error(row.Explain())
		}
	}
	for _, row := range report.Scenarios {
		if row.Verdict != conformance.Conformant {
			t.Error(row.Name, row.Why)
		}
	}
}

func TestReportIsWhatTheEvaluationGives(t *testing.T) {
	if *checks != conformance.DefaultChecks || *seed != conformance.DefaultSeed {
		t.Skip("other cases than those of the report are run")
	}
	report, err := evaluated()
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	for _, name := range []string{"kube-controller-manager-1.37.md", "kube-controller-manager-1.37.json"} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			file := filepath.Join("report", name)
			format, err := conformance.FormatOf(file)
			g.Expect(err).NotTo(HaveOccurred())
			var b bytes.Buffer
			g.Expect(report.Write(&b, format)).To(Succeed())
			if *update {
				g.Expect(os.WriteFile(file, b.Bytes(), 0o644)).To(Succeed())
			}
			kept, err := os.ReadFile(file)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(b.String() == string(kept)).To(BeTrue(), "%s is not what the evaluation gives: go test -run Report -update, and read the difference", file)
		})
	}
}
