package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
)

// featuresAsMarkdown is what the README has: two tables of what the suite has about each optional feature and about the parts
// of the core that have a name, and what a report says of them.
func featuresAsMarkdown(b *bytes.Buffer, in conformance.Minor, report *conformance.Report) error {
	rows := &markdownRows{verdicts: "verdict", report: report, minor: in}
	if report != nil {
		rows.verdicts = report.Implementation
	}
	for _, name := range scenarios.Names() {
		s, err := scenarios.Get(name)
		if err != nil {
			return err
		}
		rows.scenarios = append(rows.scenarios, clauseName.FindAllString(s.Story, -1))
	}
	rows.table(b, "feature", conformance.Features())
	fmt.Fprint(b, "\nThe rest of what has a name belongs to the core, and binds everybody:\n\n")
	rows.table(b, "part of the core", conformance.CoreParts())
	return nil
}

// clauseName is how the story of a scenario says which clauses of SEMANTICS.md it teaches.
var clauseName = regexp.MustCompile(`\b[A-Z]+-[0-9]+\b`)

// markdownRows is what the rows of a table are made of.
type markdownRows struct {
	verdicts  string
	report    *conformance.Report
	minor     conformance.Minor
	scenarios [][]string // the clauses that each teaches
}

func (m *markdownRows) table(b *bytes.Buffer, what string, list []conformance.FeatureInfo) {
	fmt.Fprintf(b, "| %s | what it is | since | requirements | scenarios | broken implementations | %s |\n|---|---|---|---|---|---|---|\n",
		what, m.verdicts)
	for _, i := range list {
		l := describeFeature(i, m.minor)
		fmt.Fprintf(b, "| `%s` | %s (`%s`) | %s | %d | %d | %d | %s |\n", l.Name, l.Title, l.Field, historyText(l), l.Requirements,
			m.taught(i), brokenAbout(i), m.verdictText(i))
	}
}

// taught counts the built-in scenarios whose story names a clause of the feature. One may take a feature to teach another,
// and one that teaches whose Jobs are left alone takes none.
func (m *markdownRows) taught(i conformance.FeatureInfo) (n int) {
	for _, clauses := range m.scenarios {
		if slices.ContainsFunc(clauses, i.About) {
			n++
		}
	}
	return n
}

// brokenAbout counts the broken implementations that are meant for a clause of the feature. That each is caught by a
// requirement on that clause is what fakes/MATRIX.md shows, and its test.
func brokenAbout(i conformance.FeatureInfo) (n int) {
	for _, b := range fakes.AllBroken() {
		if i.About(b.Clauses[0]) {
			n++
		}
	}
	return n
}

// verdictText is what a report says of the requirements of a feature; a dash if it does not speak of them.
func (m *markdownRows) verdictText(i conformance.FeatureInfo) string {
	if m.report == nil {
		return "-"
	}
	var counts conformance.Counts
	for _, r := range i.Requirements() {
		for k := range m.report.Requirements {
			if row := &m.report.Requirements[k]; row.ID == r.ID {
				counts.Add(row.Verdict)
			}
		}
	}
	return dash(countsText(counts))
}

// historyText is the first version that has a feature, and the one in which it is for everybody.
func historyText(l listedFeature) string {
	if l.GA == "" || l.GA == l.Since {
		return l.Since
	}
	return l.Since + ", GA in " + l.GA
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
