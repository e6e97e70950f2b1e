package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	"sigs.k8s.io/yaml"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/scenarios"
)

func TestFeaturesList(t *testing.T) {
	g := gomega.NewWithT(t)
	names := strings.Fields(call(t, "", "features", "-o", "name").stdout)
	g.Expect(names).To(gomega.HaveLen(len(conformance.Features())))
	table := call(t, "", "features", "--kubernetes", "1.31")
	g.Expect(table.code).To(gomega.Equal(exitHolds))
	for _, line := range []string{
		`NAME +STAGE +SINCE +REQUIREMENTS`, `indexed +GA +1\.21 +\d+`, `success-policy +beta +1\.30 +\d+`, `managed-by +alpha +1\.30 +\d+`,
	} {
		g.Expect(table.stdout).To(gomega.MatchRegexp(`(?m)^` + line + `$`))
	}
	g.Expect(call(t, "", "features", "--kubernetes", "1.28").stdout).To(gomega.MatchRegexp(`(?m)^success-policy +absent +1\.30 +0$`))
	g.Expect(call(t, "", "features", "-o", "wide").stdout).To(gomega.MatchRegexp(
		`(?m)^elastic-indexed +GA +1\.27 +\d+ +- +1\.27 +1\.31 +indexed +EIJ +completions, edited +an Indexed Job grows`))

	var fromJSON, fromYAML []listedFeature
	g.Expect(json.Unmarshal([]byte(call(t, "", "features", "-o", "json").stdout), &fromJSON)).To(gomega.Succeed())
	g.Expect(yaml.Unmarshal([]byte(call(t, "", "features", "-o", "yaml").stdout), &fromYAML)).To(gomega.Succeed())
	g.Expect(fromJSON).To(gomega.Equal(fromYAML))
	g.Expect(fromJSON).To(gomega.HaveLen(len(names)))
	for _, f := range fromJSON {
		listed := strings.Fields(call(t, "", "requirements", "--features", f.Name, "-o", "name").stdout)
		g.Expect(listed).To(gomega.HaveLen(f.Requirements), f.Name)
	}
}

func TestFeaturesUsage(t *testing.T) {
	for args, want := range map[string]string{
		"indexed":                      `jobsim: expected no argument, found "indexed"; did you mean jobsim requirements --features indexed?` + "\n",
		"--kubernetes 1.3":             "jobsim: --kubernetes: Kubernetes 1.3: expected a minor from 1.26 to 1.37\n",
		"--kubernetes soon":            `jobsim: invalid argument "soon" for "--kubernetes" flag: expected a minor such as 1.37` + "\n",
		"--report r.json":              "jobsim: --report: expected -o markdown with it: the other formats do not show verdicts\n",
		"-o markdown --report no.json": "jobsim: --report: open no.json: no such file or directory\n",
		"-o text":                      `jobsim: invalid argument "text" for "-o, --output" flag: expected table, wide, name, json, yaml or markdown` + "\n",
	} {
		g := gomega.NewWithT(t)
		got := call(t, "", append([]string{"features"}, strings.Fields(args)...)...)
		g.Expect(got.code).To(gomega.Equal(exitUsage))
		g.Expect(got.stdout).To(gomega.BeEmpty())
		g.Expect(got.stderr).To(gomega.HavePrefix(want))
	}
}

// TestBrokenImplementationsClaimWhatTheirMistakeIsAbout looks at what the command line holds them to.
func TestBrokenImplementationsClaimWhatTheirMistakeIsAbout(t *testing.T) {
	g := gomega.NewWithT(t)
	head := func(args ...string) string {
		got := call(t, "", append([]string{"conformance", "--scenario", "pi", "--focus", "job/implementation/*"}, args...)...)
		g.Expect(got.stderr).To(gomega.BeEmpty())
		return got.stdout
	}
	g.Expect(head("--implementation", "broken:template-latched")).To(gomega.ContainSubstring("\nFeatures:     all\n"), "MSD-4")
	g.Expect(head("--implementation", "broken:backoff-limit-off-by-one")).NotTo(gomega.ContainSubstring("Features:"))
	g.Expect(head("--features", "none")).To(gomega.HavePrefix("reference, held to core of Kubernetes 1.37\n"))
	g.Expect(head("--features", "indexed,success-policy", "--kubernetes", "1.31")).To(gomega.SatisfyAll(
		gomega.HavePrefix("reference, held to core and extended of Kubernetes 1.31\n"), gomega.ContainSubstring("\nFeatures:     indexed, success-policy\n")))
	g.Expect(head("--managed-by", "example.com/me")).To(gomega.ContainSubstring("\nFeatures:     all; all Jobs managed by example.com/me\n"))
	g.Expect(head()).NotTo(gomega.ContainSubstring("Finalizer:"), "upstream's goes without saying")
	g.Expect(head("--finalizer", "example.com/mine")).To(gomega.ContainSubstring("\nFinalizer:    example.com/mine\n"), "POD-4")
	g.Expect(head("--managed-by", "example.com/me", "--neighbour", "kubernetes.io/job-controller")).To(
		gomega.ContainSubstring("\nNeighbours:   kube-controller-manager\n"))
	g.Expect(head("--implementation", "broken:others-failed-pods-deleted")).To(gomega.ContainSubstring("\nNeighbours:   example.com/other\n"),
		"its mistake takes one")
	g.Expect(head("--finalizer", "batch.kubernetes.io/job-tracking", "--implementation", "example")).NotTo(gomega.ContainSubstring("Finalizer:"))
}

// TestClaimsStandInTheCommand repeats what a run with claims has shown, with the command that the summary gives.
func TestClaimsStandInTheCommand(t *testing.T) {
	g := gomega.NewWithT(t)
	args := []string{"conformance", "--implementation", "broken:backoff-limit-off-by-one", "--managed-by", "example.com/me",
		"--finalizer", "example.com/mine", "--neighbour", "kubernetes.io/job-controller", "--features", "indexed", "--checks", "0", "-o", "json"}
	var r conformance.Report
	g.Expect(json.Unmarshal([]byte(call(t, "", args...).stdout), &r)).To(gomega.Succeed())
	for _, row := range r.Requirements {
		if row.Violation == nil || row.Violation.Run != "scenario never-backoff" {
			continue
		}
		g.Expect(row.Violation.Reproduce).To(gomega.HaveSuffix(" --features indexed --managed-by example.com/me --finalizer example.com/mine " +
			"--neighbour kubernetes.io/job-controller"))
		words := strings.Fields(row.Violation.Reproduce)[1:]
		var again conformance.Report
		g.Expect(json.Unmarshal([]byte(call(t, "", append(words, "-o", "json")...).stdout), &again)).To(gomega.Succeed())
		g.Expect(again.Requirements[0].Violation.Hash).To(gomega.Equal(row.Violation.Hash))
		return
	}
	t.Error("expected the mistake to show in scenario never-backoff")
}

// TestScenariosOfAnExternalController are the same one by one as in a whole evaluation, calm and at random.
func TestScenariosOfAnExternalController(t *testing.T) {
	g := gomega.NewWithT(t)
	claims := []string{"--managed-by", "example.com/me", "--finalizer", "example.com/mine", "--neighbour", "kubernetes.io/job-controller",
		"-o", "json", "--checks", "0"}
	var whole, one conformance.Report
	g.Expect(json.Unmarshal([]byte(call(t, "", append([]string{"conformance", "--focus", "MB"}, claims...)...).stdout), &whole)).To(gomega.Succeed())
	for _, row := range whole.Scenarios {
		if !strings.HasPrefix(row.Name, "managed-by") && row.Name != "pi" {
			continue
		}
		got := call(t, "", append([]string{"conformance", "--scenario", row.Name}, claims[:8]...)...)
		g.Expect(json.Unmarshal([]byte(got.stdout), &one)).To(gomega.Succeed(), got.stderr)
		g.Expect(one.Scenarios[0].Hash).To(gomega.Equal(row.Hash), row.Name)
		g.Expect(one.Scenarios[0].Verdict).To(gomega.Equal(conformance.Conformant), row.Name)
	}
}

// TestFeaturesAsMarkdown compares what a report says of a feature with its rows.
func TestFeaturesAsMarkdown(t *testing.T) {
	g := gomega.NewWithT(t)
	t.Chdir(t.TempDir())
	held := call(t, "", "conformance", "--features", "indexed,elastic-indexed", "--checks", "0", "--report", "r.json")
	g.Expect(held.code).NotTo(gomega.Equal(exitUsage), held.stderr)
	file(t, "bad.json", "{}")
	g.Expect(call(t, "", "features", "-o", "markdown", "--report", "bad.json").stderr).To(gomega.HavePrefix(
		"jobsim: --report bad.json: expected apiVersion jobsim/v1alpha1"))
	table := strings.Split(call(t, "", "features", "-o", "markdown", "--report", "r.json").stdout, "\n")
	g.Expect(table[0]).To(gomega.HaveSuffix("| reference |"))
	for i, info := range conformance.Features() {
		row := table[2+i]
		g.Expect(row).To(gomega.HavePrefix("| `" + string(info.Feature) + "` | " + info.Title))
		switch n := len(info.Requirements()); {
		case n == 0:
			g.Expect(row).To(gomega.HaveSuffix("| - |"))
		case info.Feature == conformance.Indexed || info.Feature == conformance.ElasticIndexed:
			g.Expect(row).To(gomega.ContainSubstring(" conformant"))
		default:
			g.Expect(row).To(gomega.HaveSuffix(fmt.Sprintf(" | %d not claimed |", n)))
		}
	}
	g.Expect(call(t, "", "features", "-o", "markdown").stdout).To(gomega.ContainSubstring(" | verdict |\n"))
}

// TestEveryFeatureIsTaughtAndTested: each has requirements, two scenarios at least (one that works, and one that surprises),
// and five mistakes that the suite catches; so has each part of the core that has a name.
func TestEveryFeatureIsTaughtAndTested(t *testing.T) {
	g := gomega.NewWithT(t)
	rows := &markdownRows{minor: conformance.Latest}
	for _, name := range scenarios.Names() {
		s, err := scenarios.Get(name)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		rows.scenarios = append(rows.scenarios, clauseName.FindAllString(s.Story, -1))
	}
	for _, i := range slices.Concat(conformance.Features(), conformance.CoreParts()) {
		g.Expect(i.Requirements()).NotTo(gomega.BeEmpty(), string(i.Feature))
		g.Expect(rows.taught(i)).To(gomega.BeNumerically(">=", 2), string(i.Feature))
		g.Expect(brokenAbout(i)).To(gomega.BeNumerically(">=", 5), string(i.Feature))
	}
	printed := call(t, "", "features", "-o", "markdown").stdout
	for _, i := range conformance.CoreParts() {
		g.Expect(printed).To(gomega.ContainSubstring(fmt.Sprintf("| `%s` | %s (`%s`) |", i.Feature, i.Title, i.Field)))
		g.Expect(call(t, "", "conformance", "--features", string(i.Feature)).code).To(gomega.Equal(exitUsage), "it is not claimed")
	}
}
