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
	update         = flag.Bool("update", false, "write the files in report anew")
	checks         = flag.Int("checks", conformance.DefaultChecks, "how many random cases the controller is evaluated by; more than the default are not reported")
	featuresChecks = flag.Int("features-checks", conformance.DefaultChecks, "how many random cases with all optional features")
	seed           = flag.Uint64("seed", conformance.DefaultSeed, "which random cases")
)

// evaluations are those that the tests share: what every Job is promised, and all optional features.
var evaluations = map[string]func() (*conformance.Report, error){
	"kube-controller-manager-1.37": sync.OnceValues(func() (*conformance.Report, error) {
		return evaluate(conformance.WithChecks(*checks))
	}),
	"kube-controller-manager-1.37-features": sync.OnceValues(func() (*conformance.Report, error) {
		return evaluate(conformance.WithAllFeatures(), conformance.WithChecks(*featuresChecks))
	}),
}

func evaluate(o ...conformance.Option) (*conformance.Report, error) {
	o = append(o, conformance.WithUpstreamExact(), conformance.WithSeed(*seed), conformance.WithIdentity(conformance.Identity{
		Organization: "Kubernetes", Project: "kube-controller-manager", Version: "v1.37.2", URL: "https://github.com/kubernetes/kubernetes",
	}))
	r, err := conformance.Evaluate(context.Background(), Controller(), o...)
	if err == nil {
		r.Suite = "the commit of this file"
	}
	return r, err
}

func TestControllerKeepsEveryRequirementButTheKnownDeviations(t *testing.T) {
	for name, evaluated := range evaluations {
		t.Run(name, func(t *testing.T) { keepsAllBut(t, evaluated) })
	}
}

func keepsAllBut(t *testing.T, evaluated func() (*conformance.Report, error)) {
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
		if row.Verdict != conformance.Conformant && row.Verdict != conformance.NotClaimed {
			t.Error(row.Name, row.Why)
		}
	}
}

func TestReportIsWhatTheEvaluationGives(t *testing.T) {
	if *checks != conformance.DefaultChecks || *featuresChecks != conformance.DefaultChecks || *seed != conformance.DefaultSeed {
		t.Skip("other cases than those of the report are run")
	}
	for name, evaluated := range evaluations {
		report, err := evaluated()
		NewWithT(t).Expect(err).NotTo(HaveOccurred())
		for _, suffix := range []string{".md", ".json"} {
			t.Run(name+suffix, func(t *testing.T) { isKept(t, report, filepath.Join("report", name+suffix)) })
		}
	}
}

func isKept(t *testing.T, report *conformance.Report, file string) {
	g := NewWithT(t)
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
}
