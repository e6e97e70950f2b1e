package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/jobsim/jobsim/scenarios"
)

func TestScenariosLists(t *testing.T) {
	g := gomega.NewWithT(t)
	names := call(t, "", "scenarios", "-o", "name")
	g.Expect(names).To(gomega.Equal(outcome{strings.Join(scenarios.Names(), "\n") + "\n", "", exitHolds}))

	table := call(t, "", "scenarios")
	g.Expect(table.code).To(gomega.Equal(exitHolds))
	lines := strings.Split(strings.TrimSuffix(table.stdout, "\n"), "\n")
	g.Expect(lines).To(gomega.HaveLen(len(scenarios.Names())))
	g.Expect(lines[0]).To(gomega.MatchRegexp(`^pi +A Job that computes pi$`))

	var list []listed
	g.Expect(json.Unmarshal([]byte(call(t, "", "scenarios", "-o", "json").stdout), &list)).To(gomega.Succeed())
	g.Expect(list).To(gomega.HaveLen(len(lines)))
	for i, s := range list {
		g.Expect(lines[i]).To(gomega.HavePrefix(s.Name))
		g.Expect(lines[i]).To(gomega.HaveSuffix(s.Title))
		g.Expect(s.Title).NotTo(gomega.BeEmpty())
	}
}

func TestScenariosShow(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, name := range scenarios.Names() {
		g.Expect(call(t, "", "scenarios", "show", name)).To(gomega.Equal(outcome{string(scenarios.Source(name)), "", exitHolds}))
	}
	g.Expect(call(t, "", "scenarios", "show", "onfailure-exausted")).To(gomega.Equal(outcome{
		"", "onfailure-exausted: expected a built-in scenario; did you mean onfailure-exhausted?\n", exitUsage}))
}

// TestShownScenarioRuns saves a built-in scenario as a file of one's own, as the help suggests.
func TestShownScenarioRuns(t *testing.T) {
	g := gomega.NewWithT(t)
	t.Chdir(t.TempDir())
	file(t, "mine.yaml", call(t, "", "scenarios", "show", "never-backoff").stdout)
	g.Expect(call(t, "", "run", "mine.yaml")).To(gomega.Equal(call(t, "", "run", "never-backoff")))
}
