// Package matrix tells which requirements of the suite catch which broken implementations. It is how the suite itself is
// tested: a requirement that no mistake breaks may check nothing, and a mistake that breaks no requirement may be made
// by anybody.
package matrix

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim/adapter"
)

// Mutant is a broken implementation.
type Mutant struct {
	Name string
	// Clauses of SEMANTICS.md that it breaks, the one that it is meant for first.
	// Instead of the first there may be the ID of a requirement that cites none.
	Clauses []string
	// ManagedBy is the name of an external controller; empty for the built-in one.
	ManagedBy      string
	Implementation adapter.Implementation
	// Beside is the name of another controller in the cluster, Neighbour; empty if its mistake takes none.
	Beside    string
	Neighbour adapter.Implementation
}

// Row is what came of one of them.
type Row struct {
	Mutant
	// Meant are the requirements that should catch it: those that check its first clause.
	Meant []string
	// Kills are the requirements that do.
	Kills []Kill
	// Verdict is the sum, and Scenarios how many built-in scenarios show the mistake.
	Verdict   conformance.Verdict
	Scenarios int
	// Elapsed is how long it took on this machine.
	Elapsed time.Duration
}

// Kill is a requirement that catches a mutant.
type Kill struct {
	Requirement string
	// Run is the first run that shows it, and Runs its number: first the built-in scenarios and the situations, each of
	// which counts as one with its random runs, then the random cases.
	Run  string
	Runs int
}

// Caught is the first of the requirements that the mutant is meant for and that catch it, or nil.
func (r *Row) Caught() *Kill {
	for i := range r.Kills {
		if slices.Contains(r.Meant, r.Kills[i].Requirement) {
			return &r.Kills[i]
		}
	}
	return nil
}

// Checks says how many random cases a mutant gets. One that nothing catches in so many may be caught by more.
type Checks struct {
	// All is for all requirements.
	All int
	// Meant is for those that a mutant is meant for, if none of them has caught it by then.
	Meant int
}

// Evaluate evaluates mutants at every level, several at a time, and returns a row for each, in their order. If ctx ends,
// the rest is left out.
func Evaluate(ctx context.Context, mutants []Mutant, checks Checks, tell func(done, total int)) ([]Row, error) {
	rows := make([]Row, len(mutants))
	errs := make([]error, len(mutants))
	var mu sync.Mutex
	var workers sync.WaitGroup
	next, done := 0, 0
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= len(mutants) || ctx.Err() != nil {
					return
				}
				rows[i], errs[i] = evaluate(ctx, mutants[i], checks)
				mu.Lock()
				done++
				if tell != nil {
					tell(done, len(mutants))
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(rows, func(r Row) bool { return r.Verdict == "" }), nil
}

func evaluate(ctx context.Context, m Mutant, checks Checks) (Row, error) {
	row := Row{Mutant: m, Meant: meant(m)}
	began := time.Now()
	report, err := row.evaluate(ctx, conformance.WithChecks(checks.All))
	if err != nil {
		return row, err
	}
	verdict := report.Verdict
	for _, s := range report.Scenarios {
		if s.Verdict == conformance.NotConformant {
			row.Scenarios++
		}
	}
	if row.Caught() == nil && len(row.Meant) > 0 && checks.Meant > checks.All {
		_, err := row.evaluate(ctx, conformance.WithChecks(checks.Meant), conformance.WithFocus(m.Clauses[0]))
		if err != nil {
			return row, err
		}
	}
	if ctx.Err() == nil { // half a row would be a wrong one
		row.Verdict, row.Elapsed = verdict, time.Since(began)
	}
	return row, nil
}

// evaluate adds what catches the mutant and was not known yet.
func (r *Row) evaluate(ctx context.Context, options ...conformance.Option) (*conformance.Report, error) {
	options = append(options, conformance.WithUpstreamExact(), conformance.WithShrinking(0))
	if r.ManagedBy != "" {
		options = append(options, conformance.WithManagedBy(r.ManagedBy))
	}
	if r.Beside != "" {
		options = append(options, conformance.WithNeighbour(r.Beside, r.Neighbour))
	}
	if len(conformance.FeaturesAbout(r.Clauses...)) > 0 {
		options = append(options, conformance.WithAllFeatures())
	}
	report, err := conformance.Evaluate(ctx, r.Implementation, options...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Name, err)
	}
	for _, row := range report.Requirements {
		known := slices.ContainsFunc(r.Kills, func(k Kill) bool { return k.Requirement == row.ID })
		if row.Violation != nil && !known {
			r.Kills = append(r.Kills, Kill{Requirement: row.ID, Run: row.Violation.Run, Runs: numberOf(row.Violation.Run)})
		}
	}
	return report, nil
}

// numberOf is the number of a run: scenarios come first, then situations, then random cases.
func numberOf(run string) int {
	kind, name, _ := strings.Cut(run, " ")
	names, made := scenarios.Names(), situations.All()
	switch kind {
	case "scenario":
		return 1 + slices.Index(names, name)
	case "situation":
		return len(names) + 1 + slices.IndexFunc(made, func(s situations.Situation) bool { return s.Scenario.Name == name })
	}
	n, err := strconv.Atoi(name)
	if err != nil {
		panic("a run is a scenario, a situation or a case: " + run)
	}
	return len(names) + len(made) + n
}

// meant are the requirements that should catch a mutant.
func meant(m Mutant) []string {
	var ids []string
	for _, r := range conformance.Requirements() {
		if slices.Contains(r.Clauses, m.Clauses[0]) || r.ID == m.Clauses[0] {
			ids = append(ids, r.ID)
		}
	}
	return ids
}
