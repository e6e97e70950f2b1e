package conformance

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// sampleReport has one row for each verdict; every text in it comes from text, which is given a name for it.
func sampleReport(text func(string) string) *Report {
	r := &Report{
		APIVersion: ReportAPIVersion, Kind: ReportKind,
		Implementation: text("implementation"), Suite: text("suite"), Seed: 7, Cases: 1000,
		Identity: Identity{Organization: text("organization"), Project: text("project"), Version: text("version"),
			URL: text("url"), Contact: []string{text("contact")}},
		Profile: Profile{Kubernetes: "1.37", Levels: []Level{Core}, Features: []Feature{Feature(text("feature"))},
			Finalizer: text("finalizer"), Reaction: "10s", Retry: "1m0s"},
		Focus: text("focus"), Only: text("only"), Verdict: NotConformant, Why: text("why"),
		Scenarios: []ScenarioRow{
			{Name: "pi", Title: "A Job that computes pi", Verdict: Conformant, Hash: "abc"},
			{Name: text("name"), Title: text("title"), Verdict: NotConformant, Why: []string{text("unmet")}, Hash: "def",
				Reproduce: text("scenario command")},
		},
	}
	for i, v := range []Verdict{Conformant, NotConformant, Inconclusive, NotClaimed, HarnessError} {
		row := RequirementRow{
			ID: fmt.Sprintf("job/area-%d/%s", i/2, text("id")), Level: Core, Strength: Must, Clauses: []string{"BL-1"},
			Sentence: text("sentence"), Source: text("source"), Verdict: v, Exercised: i,
		}
		switch v {
		case Conformant:
		case NotConformant:
			row.Violation = &ViolationRow{
				At: "12s", Text: text("seen"), Run: text("run"), Entries: []string{text("entry")},
				Timeline: "0s   10s\n" + text("timeline"), Scenario: "kind: Scenario\n" + text("scenario"), Replay: "j1-AAAA",
				Hash: "123", Shrunk: 12, Reproduce: text("command"),
			}
		default:
			row.Why = text("because")
		}
		r.Counts.Add(v)
		r.Requirements = append(r.Requirements, row)
	}
	return r
}

// plain is a text without surprises.
func plain(name string) string { return "the " + name }

// written is the report in a format.
func written(t *testing.T, r *Report, f Format) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(b.String(), "\n") || strings.HasSuffix(b.String(), "\n\n") {
		t.Errorf("%s: expected one line end at the end", f)
	}
	return b.String()
}

// everyFormat is those that a report can have.
var everyFormat = []Format{FormatJSON, FormatYAML, FormatMarkdown, FormatJUnit, FormatHTML}
