package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
)

// featuresAsMarkdown is the table of the README: what the suite has about each feature, and what a report says of it.
func featuresAsMarkdown(b *bytes.Buffer, list []listedFeature, report *conformance.Report) error {
	verdicts := "verdict"
	if report != nil {
		verdicts = report.Implementation
	}
	fmt.Fprintf(b, "| feature | what it is | since | requirements | scenarios | broken implementations | %s |\n|---|---|---|---|---|---|---|\n", verdicts)
	scenarios, err := scenariosByFeature()
	if err != nil {
		return err
	}
	broken := brokenByFeature()
	for _, l := range list {
		f := conformance.Feature(l.Name)
		fmt.Fprintf(b, "| `%s` | %s (`%s`) | %s | %d | %d | %d | %s |\n", l.Name, l.Title, l.Field, historyText(l), l.Requirements,
			scenarios[f], broken[f], verdictText(report, f))
	}
	return nil
}

// historyText is the first version that has a feature, and the one in which it is for everybody.
func historyText(l listedFeature) string {
	if l.GA == "" || l.GA == l.Since {
		return l.Since
	}
	return l.Since + ", GA in " + l.GA
}

// scenariosByFeature counts the built-in scenarios that take each feature.
func scenariosByFeature() (map[conformance.Feature]int, error) {
	count := map[conformance.Feature]int{}
	for _, name := range scenarios.Names() {
		s, err := scenarios.Get(name)
		if err != nil {
			return nil, err
		}
		for _, f := range conformance.FeaturesOf(s) {
			count[f]++
		}
	}
	return count, nil
}

// brokenByFeature counts the broken implementations that are meant for a clause of each feature. That each is caught by a
// requirement on that clause is what fakes/MATRIX.md shows, and its test.
func brokenByFeature() map[conformance.Feature]int {
	count := map[conformance.Feature]int{}
	for _, b := range fakes.AllBroken() {
		for _, f := range conformance.FeaturesAbout(b.Clauses[:1]...) {
			count[f]++
		}
	}
	return count
}

// verdictText is what a report says of a feature; a dash if it does not speak of it.
func verdictText(r *conformance.Report, f conformance.Feature) string {
	if r == nil {
		return "-"
	}
	var counts conformance.Counts
	for i := range r.Requirements {
		if r.Requirements[i].Feature == f {
			counts.Add(r.Requirements[i].Verdict)
		}
	}
	if text := countsText(counts); text != "" {
		return text
	}
	return "-"
}

// readReport reads the JSON report that a flag names.
func readReport(path string) (*conformance.Report, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, badInput("--report: %v", err)
	}
	defer file.Close()
	r, err := conformance.ReadReport(file)
	if err != nil {
		return nil, badInput("--report %s: %s", path, strings.TrimPrefix(err.Error(), "conformance: report: "))
	}
	return r, nil
}
