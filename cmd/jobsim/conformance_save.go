package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/cli-runtime/pkg/printers"

	"github.com/jobsim/jobsim/conformance"
)

// saveCounterexamples writes the scenario of each violation into a file of its own, named after the requirement.
func (o *conformanceOptions) saveCounterexamples(r *conformance.Report) error {
	for i := range r.Requirements {
		row := &r.Requirements[i]
		if row.Violation == nil || row.Violation.Scenario == "" {
			continue
		}
		name := strings.ReplaceAll(strings.TrimPrefix(row.ID, "job/"), "/", "-") + ".yaml"
		path := filepath.Join(o.save.value, name)
		if err := os.WriteFile(path, o.counterexampleFile(r.Implementation, path, row), 0o666); err != nil {
			return fmt.Errorf("--save: %w", err)
		}
	}
	return nil
}

// counterexampleFile is a scenario file that says on top what it is and how to see it.
func (o *conformanceOptions) counterexampleFile(implementation, path string, row *conformance.RequirementRow) []byte {
	v := row.Violation
	once := *o
	once.scenario, once.replay = given{value: path, set: true}, given{value: v.Replay, set: true}
	line := once.again(conformance.Reproduction{
		Implementation: implementation, Requirement: row.ID, Scenario: path, Replay: v.Replay,
		UpstreamExact: o.profile.value == profileUpstreamExact,
	})
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n# %s\n", comment(row.ID), comment(row.Sentence))
	fmt.Fprintf(&b, "# %s breaks it at %s: %s\n", comment(implementation), v.At, comment(v.Text))
	fmt.Fprintf(&b, "# %s\n", comment(line))
	b.WriteString(v.Scenario)
	return b.Bytes()
}

// comment is text that fits into the rest of a line.
func comment(text string) string {
	return strings.Join(strings.Fields(printers.EscapeTerminal(text)), " ")
}
