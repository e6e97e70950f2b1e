package matrix

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
)

// mutants are one that is caught by what it is meant for, one that is caught by something else, and one that is not even
// broken.
func mutants() []Mutant {
	d := fakes.Reference()
	d.FailuresExceeded = func(*batchv1.Job, int32) bool { return false }
	patient := fakes.Implementation("patient", d)
	return []Mutant{
		{Name: "patient", Clauses: []string{"BL-1"}, Implementation: patient},
		{Name: "misplaced", Clauses: []string{"TIME-1"}, Implementation: patient},
		{Name: "flawless", Clauses: []string{"BL-1"}, Implementation: fakes.ReferenceImplementation()},
	}
}

func TestEvaluate(t *testing.T) {
	done := 0
	rows, err := Evaluate(t.Context(), mutants(), Checks{All: 10}, func(n, total int) {
		if done++; n != done || total != 3 {
			t.Errorf("told %d of %d", n, total)
		}
	})
	if err != nil || len(rows) != 3 || done != 3 {
		t.Fatalf("%v, %d rows, told %d times", err, len(rows), done)
	}
	k := rows[0].Caught()
	if k == nil || !strings.HasPrefix(k.Requirement, "job/backoff-limit/") || k.Runs < 1 || k.Runs > len(scenarios.Names()) {
		t.Errorf("patient is caught by %+v of %v", k, rows[0].Meant)
	}
	if rows[1].Caught() != nil || len(rows[1].Kills) == 0 {
		t.Errorf("misplaced is caught by %+v of %v", rows[1].Caught(), rows[1].Kills)
	}
	if rows[2].Caught() != nil || len(rows[2].Kills) != 0 || rows[2].Scenarios != 0 {
		t.Errorf("flawless is caught: %+v", rows[2])
	}
}

// TestEvaluateLooksOnForWhatIsMeant needs more cases than those for all: in the built-in scenarios nothing is wrong.
func TestEvaluateLooksOnForWhatIsMeant(t *testing.T) {
	d := fakes.Reference()
	d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return false }
	patient := Mutant{Name: "patient", Clauses: []string{"COMP-1"}, Implementation: fakes.Implementation("patient", d)}
	few, err := Evaluate(t.Context(), []Mutant{patient}, Checks{All: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	more, err := Evaluate(t.Context(), []Mutant{patient}, Checks{All: 1, Meant: 40}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range few[0].Kills {
		if more[0].Kills[slices.Index(few[0].Kills, k)] != k {
			t.Errorf("%v is not known any more", k)
		}
	}
	for _, k := range more[0].Kills[len(few[0].Kills):] {
		if !slices.Contains(conformance.Lookup(k.Requirement).Clauses, "COMP-1") {
			t.Errorf("%s has nothing to do with what was looked for", k.Requirement)
		}
	}
}

func TestDocument(t *testing.T) {
	var pages [2]bytes.Buffer
	for i := range pages {
		rows, err := Evaluate(t.Context(), mutants(), Checks{All: 10}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := Document(&pages[i], rows, "By a test."); err != nil {
			t.Fatal(err)
		}
	}
	text := pages[0].String()
	if text != pages[1].String() {
		t.Error("the same mutants give two pages")
	}
	for _, want := range []string{
		"# Who catches whom\n\nBy a test.\n\n1 of 3 broken implementations are caught",
		"## Broken implementations that no requirement catches\n\n- flawless (BL-1)\n",
		"that they are not meant for\n\n- misplaced (TIME-1)\n",
		"\n- job/implementation/starts\n",
		"| patient | BL-1 | job/backoff-limit/",
		"| misplaced | TIME-1 | - | - |",
		"| job/backoff-limit/exceeding-fails-the-job | 2 | patient, misplaced |\n",
		"| job/implementation/starts | 0 |  |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

// TestEndedContextLeavesOut finds no half rows.
func TestEndedContextLeavesOut(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rows, err := Evaluate(ctx, mutants(), Checks{All: 10}, nil)
	if err != nil || len(rows) != 0 {
		t.Errorf("%v: %d rows of an evaluation that was stopped", err, len(rows))
	}
}

func TestMeant(t *testing.T) {
	about := meant(Mutant{Clauses: []string{"BL-1", "TIME-1"}})
	for _, id := range about {
		if !slices.Contains(conformance.Lookup(id).Clauses, "BL-1") {
			t.Errorf("%s does not check BL-1", id)
		}
	}
	if none := meant(Mutant{Clauses: []string{"no-such-clause"}}); len(about) == 0 || !reflect.DeepEqual(none, []string(nil)) {
		t.Errorf("%v and %v", about, none)
	}
}
