package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/jobsim/jobsim/fakes"
)

// knownBroken is a broken implementation that the tests speak of.
const knownBroken = "one-retry-too-many"

func TestBrokenLists(t *testing.T) {
	g := gomega.NewWithT(t)
	text := call(t, "", "broken")
	g.Expect(text.code).To(gomega.Equal(exitHolds))
	for _, line := range strings.Split(text.stdout, "\n") {
		g.Expect(len([]rune(line))).To(gomega.BeNumerically("<=", 80), line)
	}
	names := strings.Fields(call(t, "", "broken", "-o", "name").stdout)
	g.Expect(names).To(gomega.HaveLen(len(fakes.AllBroken())))
	var list []listedBroken
	g.Expect(json.Unmarshal([]byte(call(t, "", "broken", "-o", "json").stdout), &list)).To(gomega.Succeed())
	g.Expect(list).To(gomega.HaveLen(len(names)))
	for i, l := range list {
		g.Expect(l.Name).To(gomega.Equal(names[i]))
		g.Expect(text.stdout).To(gomega.ContainSubstring("  " + l.Name + "  " + l.Clauses[0]))
	}
	g.Expect(call(t, "", "broken", knownBroken).stdout).To(gomega.Equal(
		"off-by-one\n  one-retry-too-many  NEV-2\n    It allows one failed pod more than backoffLimit does.\n"))
}

func TestBrokenUsage(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(call(t, "", "broken", "one-retry-to-many")).To(gomega.Equal(outcome{"", "jobsim: one-retry-to-many: " +
		"expected the name of a broken implementation; did you mean one-retry-too-many?\n", exitUsage}))
	g.Expect(call(t, "", "broken", "frobnicate")).To(gomega.Equal(outcome{"", "jobsim: frobnicate: " +
		"expected the name of a broken implementation; jobsim broken lists them\n", exitUsage}))
	g.Expect(call(t, "", "broken", "--checks", "3").stderr).To(gomega.HavePrefix("jobsim: --checks: expected --matrix with it"))
	g.Expect(call(t, "", "__complete", "broken", "one-retry").stdout).To(gomega.HavePrefix("one-retry-too-many\tIt allows"))
}

func TestBrokenCanBeRun(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "run", "never-backoff", "--implementation", "broken:"+knownBroken)
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stdout).To(gomega.ContainSubstring("expectations do not hold"))
	g.Expect(call(t, "", "run", "pi", "--implementation", knownBroken).stderr).To(gomega.HavePrefix(
		`jobsim: invalid argument "one-retry-too-many" for "--implementation" flag: expected a name that there is; ` +
			"did you mean broken:one-retry-too-many?\n"))
	g.Expect(call(t, "", "__complete", "conformance", "--implementation", "broken:one-retry").stdout).To(
		gomega.HavePrefix("broken:one-retry-too-many\tIt allows one failed pod"))
}

func TestBrokenIsNotConformant(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "conformance", "--implementation", "broken:"+knownBroken, "--checks", "5", "--focus", "backoff-limit")
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stdout).To(gomega.HavePrefix("broken:one-retry-too-many, held to core"))
	// A mistake about order only breaks what the reference keeps beyond the core.
	order := []string{"conformance", "--implementation", "broken:victims-by-deletion-cost", "--checks", "0", "--focus", "PAR-7"}
	g.Expect(call(t, "", order...).code).To(gomega.Equal(exitFails))
	g.Expect(call(t, "", append(order, "--profile", "core")...).stderr).To(gomega.ContainSubstring("it belongs to the upstream-exact level"))
	g.Expect(call(t, "", "requirements", "show", exceeding).stdout).To(gomega.MatchRegexp(`(?s)\nBroken by   .*one-retry-too-many`))
}

func TestMatrixShowsWhoCatchesWhom(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "broken", "--matrix", "--checks", "20", "backoff-limit-off-by-one")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stdout).To(gomega.MatchRegexp(`^backoff-limit-off-by-one  BL-1  \d+ ms\n`))
	g.Expect(got.stdout).To(gomega.MatchRegexp(`\n  \* job/backoff-limit/not-before-exceeded  scenario never-backoff, run \d+\n`))
	g.Expect(got.stdout).To(gomega.HaveSuffix("\n\n1 of 1 are caught by a requirement that they are meant for\n"))

	var rows []caughtRow
	data := call(t, "", "broken", "--matrix", "--checks", "20", "-o", "json", "backoff-limit-off-by-one").stdout
	g.Expect(json.Unmarshal([]byte(data), &rows)).To(gomega.Succeed())
	g.Expect(rows).To(gomega.HaveLen(1))
	g.Expect(rows[0].Kills).NotTo(gomega.BeEmpty())
}
