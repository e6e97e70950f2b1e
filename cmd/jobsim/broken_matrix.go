package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/conformance/matrix"
	"github.com/jobsim/jobsim/fakes"
)

// showMatrix evaluates broken implementations and shows what catches them.
func (p *program) showMatrix(ctx context.Context, list []fakes.Broken, o *brokenOptions) error {
	var mutants []matrix.Mutant
	for _, b := range list {
		mutants = append(mutants, matrix.Mutant{
			Name: b.Name, Clauses: b.Clauses, ManagedBy: b.ManagedBy, Implementation: b.Implementation(), Beside: b.Beside, Neighbour: b.Neighbour(),
		})
	}
	ctx, stop := p.untilInterrupted(ctx)
	defer stop()
	progress := newProgress(p.stderr)
	rows, err := matrix.Evaluate(ctx, mutants, matrix.Checks{All: o.checks.value}, func(done, total int) {
		progress.show(conformance.Progress{Stage: "broken implementations", Done: done, Total: total})
	})
	progress.clear()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	escaped := 0
	for i := range rows {
		if rows[i].Caught() == nil {
			escaped++
		}
	}
	switch o.output.value {
	case "json":
		err = matrixAsJSON(&b, rows)
	case "name":
		matrixAsNames(&b, rows)
	default:
		matrixAsText(&b, rows)
		fmt.Fprintf(&b, "%d of %d are caught by a requirement that they are meant for\n", len(rows)-escaped, len(rows))
	}
	if err != nil {
		return err
	}
	if _, err := p.stdout.Write(b.Bytes()); err != nil {
		return err
	}
	switch {
	case len(rows) < len(mutants):
		fmt.Fprintf(p.stderr, "jobsim: stopped after %d of %d\n", len(rows), len(mutants))
		return exitCode(exitInconclusive)
	case escaped > 0:
		return exitCode(exitFails)
	}
	return nil
}

func matrixAsText(b *bytes.Buffer, rows []matrix.Row) {
	for _, row := range rows {
		fmt.Fprintf(b, "%s  %s  %d ms\n", row.Name, strings.Join(row.Clauses[:1], ""), row.Elapsed.Milliseconds())
		for _, k := range row.Kills {
			mark := " "
			if slices.Contains(row.Meant, k.Requirement) {
				mark = "*"
			}
			fmt.Fprintf(b, "  %s %s  %s, run %d\n", mark, k.Requirement, k.Run, k.Runs)
		}
		switch {
		case len(row.Kills) == 0 && row.Scenarios > 0:
			fmt.Fprintf(b, "    no requirement; %d scenarios do not show what is expected\n", row.Scenarios)
		case len(row.Kills) == 0:
			fmt.Fprintf(b, "    nothing\n")
		}
		b.WriteByte('\n')
	}
}

// matrixAsNames lists those that escape from what they are meant for.
func matrixAsNames(b *bytes.Buffer, rows []matrix.Row) {
	for i := range rows {
		if rows[i].Caught() == nil {
			fmt.Fprintln(b, rows[i].Name)
		}
	}
}

// caughtRow is the shape of -o json.
type caughtRow struct {
	Name         string       `json:"name"`
	Clauses      []string     `json:"clauses"`
	Meant        []string     `json:"meant"`
	Kills        []caughtKill `json:"kills"`
	Scenarios    int          `json:"scenarios"`
	Milliseconds int64        `json:"milliseconds"`
}

type caughtKill struct {
	Requirement string `json:"requirement"`
	Run         string `json:"run"`
	Runs        int    `json:"runs"`
}

func matrixAsJSON(b *bytes.Buffer, rows []matrix.Row) error {
	list := []caughtRow{}
	for _, row := range rows {
		out := caughtRow{row.Name, row.Clauses, row.Meant, []caughtKill{}, row.Scenarios, row.Elapsed.Milliseconds()}
		for _, k := range row.Kills {
			out.Kills = append(out.Kills, caughtKill{k.Requirement, k.Run, k.Runs})
		}
		list = append(list, out)
	}
	encoder := json.NewEncoder(b)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}
