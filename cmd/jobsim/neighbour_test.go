package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// TestRunWithANeighbour shows the scenario in which nobody is there, with somebody there.
func TestRunWithANeighbour(t *testing.T) {
	g := gomega.NewWithT(t)
	alone := call(t, "", "run", "managed-by-nobody", "-o", "trace")
	g.Expect(alone.code).To(gomega.Equal(exitHolds))
	const theirs = `"actor":"example.com/other","verb":"create","resource":"pods","namespace":"default","name":"waits-`
	g.Expect(alone.stdout).NotTo(gomega.ContainSubstring(theirs))
	together := call(t, "", "run", "managed-by-nobody", "-o", "trace", "--neighbour", "example.com/other")
	g.Expect(together.code).To(gomega.Equal(exitFails), "the scenario says that nobody is there")
	g.Expect(together.stdout).To(gomega.ContainSubstring(theirs))
	g.Expect(together.stdout).To(gomega.MatchRegexp(`"actor":"controller","instance":1,"verb":"create","resource":"pods",.*"name":"runs-`))

	self := call(t, "", "run", "pi", "--neighbour", "kubernetes.io/job-controller")
	g.Expect(self.code).To(gomega.Equal(exitUsage))
	g.Expect(self.stderr).To(gomega.HavePrefix("jobsim: --neighbour kubernetes.io/job-controller: expected another controller"))
}

// TestWhomRequirementsBind says what it takes to be held to some of them.
func TestWhomRequirementsBind(t *testing.T) {
	g := gomega.NewWithT(t)
	show := func(id string) string { return call(t, "", "requirements", "show", id).stdout }
	g.Expect(show("job/managed-by/leaves-others-pods-alone")).To(gomega.ContainSubstring(
		"\nBinds       those beside whom another controller works: --neighbour\n"))
	g.Expect(show("job/managed-by/leaves-unnamed-alone")).To(gomega.ContainSubstring("\nBinds       those who say a name of their own: --managed-by\n"))
	g.Expect(show("job/managed-by/acts-on-its-own")).NotTo(gomega.ContainSubstring("Binds"))
}

// TestFirstFindingIsTold: the command to see it again may be long, but what was seen is told before it.
func TestFirstFindingIsTold(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "conformance", "--implementation", "broken:managed-by-ignored", "--managed-by", "example.com/controller",
		"--finalizer", "example.com/job-tracking", "--neighbour", "kubernetes.io/job-controller", "--checks", "0")
	g.Expect(strings.Join(strings.Fields(got.stdout), " ")).To(gomega.MatchRegexp(
		`is managed by kubernetes\.io/job-controller, and the implementation asks to \w+ its \w+`))
}

// TestReplayWithANeighbour repeats a random run with the line that it prints.
func TestReplayWithANeighbour(t *testing.T) {
	g := gomega.NewWithT(t)
	first := call(t, "", "run", "managed-by-nobody", "--seed", "4", "--neighbour", "example.com/other")
	line := regexp.MustCompile(`(?m)^replay: jobsim (run .*)$`).FindStringSubmatch(first.stdout)
	g.Expect(line).NotTo(gomega.BeNil())
	g.Expect(line[1]).To(gomega.ContainSubstring(" --neighbour example.com/other "))
	g.Expect(call(t, "", strings.Fields(line[1])...).stdout).To(gomega.Equal(first.stdout))
}
