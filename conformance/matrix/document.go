package matrix

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jobsim/jobsim/conformance"
)

// Document writes the matrix as a page of Markdown, in both directions: which requirement catches a broken
// implementation, and which broken implementations a requirement catches. The gaps come first. The same rows give the
// same bytes: there are no times in it.
func Document(w io.Writer, rows []Row, intro string) error {
	d := &document{rows: rows}
	d.line("# Who catches whom\n")
	d.line("%s\n", strings.TrimSpace(intro))
	d.summary()
	d.gaps()
	d.mutants()
	d.requirements()
	_, err := io.WriteString(w, d.b.String())
	return err
}

// document is a page under way.
type document struct {
	rows []Row
	b    strings.Builder
}

func (d *document) line(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

// idle are the requirements that catch nobody.
func (d *document) idle() []string {
	var ids []string
	for _, r := range conformance.Requirements() {
		if len(d.caughtBy(r.ID)) == 0 {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// caughtBy are the names of the mutants that a requirement catches.
func (d *document) caughtBy(id string) []string {
	var names []string
	for _, row := range d.rows {
		if slices.ContainsFunc(row.Kills, func(k Kill) bool { return k.Requirement == id }) {
			names = append(names, row.Name)
		}
	}
	return names
}

func (d *document) summary() {
	caught := 0
	for i := range d.rows {
		if d.rows[i].Caught() != nil {
			caught++
		}
	}
	all := len(conformance.Requirements())
	d.line("%d of %d broken implementations are caught by a requirement that they are meant for, and %d of %d requirements\n"+
		"catch somebody.\n", caught, len(d.rows), all-len(d.idle()), all)
}

// gaps are what is missing.
func (d *document) gaps() {
	var escaped, elsewhere []string
	for i := range d.rows {
		row := &d.rows[i]
		text := fmt.Sprintf("%s (%s)", row.Name, row.Clauses[0])
		switch {
		case row.Caught() != nil:
		case len(row.Kills) > 0:
			elsewhere = append(elsewhere, text)
		case row.Scenarios > 0:
			escaped = append(escaped, fmt.Sprintf("%s, which %d scenarios show", text, row.Scenarios))
		default:
			escaped = append(escaped, text)
		}
	}
	d.list("Broken implementations that no requirement catches", escaped)
	d.list("Broken implementations that only requirements catch that they are not meant for", elsewhere)
	d.list("Requirements that catch nobody", d.idle())
}

func (d *document) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	d.line("## %s\n", title)
	for _, item := range items {
		d.line("- %s", item)
	}
	d.line("")
}

func (d *document) mutants() {
	d.line("## Broken implementations\n")
	d.line("The requirement is the first of those about the clause that the implementation is meant for. The run is the first one\n" +
		"that shows the mistake to it. Others is how many further requirements catch it.\n")
	d.line("| broken implementation | clause | requirement | run | others |\n|---|---|---|---|---|")
	for i := range d.rows {
		row := &d.rows[i]
		if k := row.Caught(); k != nil {
			d.line("| %s | %s | %s | %s | %d |", row.Name, row.Clauses[0], k.Requirement, k.Run, len(row.Kills)-1)
		} else {
			d.line("| %s | %s | - | - | %d |", row.Name, row.Clauses[0], len(row.Kills))
		}
	}
	d.line("")
}

func (d *document) requirements() {
	d.line("## Requirements\n")
	d.line("| requirement | catches | broken implementations |\n|---|---|---|")
	for _, r := range conformance.Requirements() {
		names := d.caughtBy(r.ID)
		d.line("| %s | %d | %s |", r.ID, len(names), strings.Join(names, ", "))
	}
}
