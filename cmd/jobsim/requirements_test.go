package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/jobsim/jobsim/conformance"
)

func TestRequirementsList(t *testing.T) {
	g := gomega.NewWithT(t)
	all := conformance.Requirements()
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	g.Expect(call(t, "", "requirements", "-o", "name")).To(gomega.Equal(outcome{strings.Join(ids, "\n") + "\n", "", exitHolds}))

	text := call(t, "", "requirements")
	g.Expect(text.code).To(gomega.Equal(exitHolds))
	for _, line := range strings.Split(text.stdout, "\n") {
		g.Expect(len([]rune(line))).To(gomega.BeNumerically("<=", 80), line)
	}
	g.Expect(text.stdout).To(gomega.ContainSubstring(exceeding + "  core\n  A Job of which more pods have failed than backoffLimit must fail.\n"))

	wide := strings.Split(strings.TrimSpace(call(t, "", "requirements", "-o", "wide").stdout), "\n")
	g.Expect(wide).To(gomega.HaveLen(1 + len(all)))
	g.Expect(wide[0]).To(gomega.MatchRegexp(`^ID +LEVEL +FEATURE +STRENGTH +SINCE +CLAUSES +SENTENCE$`))

	var list []listedRequirement
	g.Expect(json.Unmarshal([]byte(call(t, "", "requirements", "-o", "json").stdout), &list)).To(gomega.Succeed())
	g.Expect(list).To(gomega.HaveLen(len(all)))
	g.Expect(list[0].Sentence).To(gomega.Equal(all[0].Sentence))
}

func TestRequirementsFilter(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(call(t, "", "requirements", "--area", "backoff-limit", "-o", "name").stdout).To(gomega.ContainSubstring(exceeding + "\n"))
	for _, id := range strings.Fields(call(t, "", "requirements", "--area", "implementation", "--level", "core", "-o", "name").stdout) {
		g.Expect(id).To(gomega.HavePrefix("job/implementation/"))
	}
	for args, want := range map[string]string{
		"--area backof-limit":     "jobsim: --area backof-limit selects no requirement; did you mean backoff-limit?\n",
		"--level corr":            "jobsim: --level corr selects no requirement; did you mean core?\n",
		"--features telepathy":    "jobsim: invalid argument \"telepathy\" for \"--features\" flag: \"telepathy\" is no feature; expected all, none, or some of indexed,",
		"--level core --area foo": "jobsim: --area foo selects no requirement; expected one of evaluation, ",
	} {
		got := call(t, "", append([]string{"requirements"}, strings.Fields(args)...)...)
		g.Expect(got.code).To(gomega.Equal(exitUsage))
		g.Expect(got.stdout).To(gomega.BeEmpty())
		if !strings.HasPrefix(got.stderr, want) {
			t.Errorf("%s: got %q, expected %q", args, got.stderr, want)
		}
	}
	g.Expect(call(t, "", "__complete", "requirements", "--area", "back").stdout).To(gomega.ContainSubstring("backoff-limit\n"))
}

func TestRequirementsShow(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "requirements", "show", exceeding)
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stdout).To(gomega.HavePrefix(exceeding + "\n\n  A Job of which more pods have failed than backoffLimit must fail.\n\n" +
		"Strength    MUST\nLevel       core\nSince       always\nClauses     BL-1, "))
	for _, want := range []string{"\nSource      API reference", "\nObserved    ", "\nTime bound  the reaction time, 10s", "\nScenarios   never-backoff"} {
		g.Expect(got.stdout).To(gomega.ContainSubstring(want))
	}
	for _, line := range strings.Split(got.stdout, "\n") {
		g.Expect(len([]rune(line))).To(gomega.BeNumerically("<=", 80), line)
	}
	byClause := call(t, "", "requirements", "show", "bl-1")
	g.Expect(byClause.stdout).To(gomega.HavePrefix("job/backoff-limit/"), "first those that are about it")
	g.Expect(byClause.stdout).To(gomega.ContainSubstring(got.stdout))
}

func TestRequirementsShowWhatThereIsNot(t *testing.T) {
	g := gomega.NewWithT(t)
	for arg, want := range map[string]string{
		"job/backoff-limit/exceeding-fails-the-jobs": "; did you mean " + exceeding + "?\n",
		"exceeding-fails": "; did you mean " + exceeding + "?\n",
		"WAS-1":           "no requirement checks WAS-1: \\w+|expected the ID of a requirement",
		"":                "expected the ID of a requirement, as jobsim requirements lists them, or a clause such as BL-1\n",
	} {
		got := call(t, "", "requirements", "show", arg)
		g.Expect(got.code).To(gomega.Equal(exitUsage))
		g.Expect(got.stderr).To(gomega.MatchRegexp(strings.ReplaceAll(want, "?", `\?`)))
	}
	g.Expect(call(t, "", "requirements", "BL-1").stderr).To(gomega.Equal(
		`jobsim: expected no argument, found "BL-1"; did you mean jobsim requirements show BL-1?` + "\nSee 'jobsim requirements --help'.\n"))
	g.Expect(call(t, "", "requirements", "show").stderr).To(gomega.HavePrefix("jobsim: expected one ID or one clause, found 0 arguments"))
}
