package fakes_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/conformance/example"
	exampleinformers "github.com/jobsim/jobsim/conformance/example/informers"
	"github.com/jobsim/jobsim/conformance/matrix"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim/adapter"
)

var (
	update = flag.Bool("update", false, "write MATRIX.md anew")
	all    = flag.Bool("all", false, "evaluate all broken implementations, not an eighth of them")
)

// matrixChecks: the scenarios and the situations catch nearly all; whoever is left has to be caught by random cases.
var matrixChecks = matrix.Checks{Meant: conformance.DefaultChecks}

const matrixIntro = `
Every broken implementation of this package was evaluated at every level of the suite, with the built-in scenarios and the
situations; one that was not caught by what it is meant for got the random cases of a default evaluation as well. This
page is written by ` + "`go test ./fakes -run Matrix -update -timeout 30m`" + `, and a test keeps it true, an eighth at a time. ` + "`jobsim broken --matrix`" + ` shows
everything that catches each, in 1000 cases, with times. The last one, example-outlives-its-context, is no fake but the
controller of conformance/example/informers with goroutines that heed no context, since the fakes have none.
`

// parts is in how many parts MATRIX.md is looked at: the whole takes eighteen CPU minutes. Which part it is changes with
// the suite, so that all have their turn.
const parts = 8

// TestMatrix keeps MATRIX.md true: every broken implementation is caught by a requirement that it is meant for, and its row
// says by which.
func TestMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("it evaluates an eighth of the broken implementations, which takes minutes")
	}
	mutants := allMutants()
	whole := *update || *all
	if !whole {
		mutants = onePart(mutants)
	}
	rows, err := matrix.Evaluate(t.Context(), mutants, matrixChecks, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if rows[i].Caught() == nil {
			t.Errorf("broken:%s (%s) is not caught by a requirement that it is meant for", rows[i].Name, rows[i].Clauses[0])
		}
	}
	var page bytes.Buffer
	if err := matrix.Document(&page, rows, matrixIntro); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("MATRIX.md", page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile("MATRIX.md")
	if err != nil {
		t.Fatal(err)
	}
	if whole {
		if line, was, is := difference(old, page.Bytes()); line > 0 {
			t.Errorf("MATRIX.md:%d says\n%s\nbut now it is\n%s\n%s", line, was, is, howToUpdate)
		}
		return
	}
	for _, m := range mutants {
		if was, is := rowOf(old, m.Name), rowOf(page.Bytes(), m.Name); !bytes.Equal(was, is) {
			t.Errorf("MATRIX.md says\n%s\nbut now it is\n%s\n%s", was, is, howToUpdate)
		}
	}
}

const howToUpdate = "To write it anew: go test ./fakes -run Matrix -update -timeout 30m"

// TestMatrixHasEverybody looks at who has a row, whichever part is evaluated.
func TestMatrixHasEverybody(t *testing.T) {
	page, err := os.ReadFile("MATRIX.md")
	if err != nil {
		t.Fatal(err)
	}
	mutants := allMutants()
	for _, m := range mutants {
		if rowOf(page, m.Name) == nil {
			t.Errorf("MATRIX.md has no row for %s\n%s", m.Name, howToUpdate)
		}
	}
	_, table, _ := bytes.Cut(page, []byte("\n## Broken implementations\n"))
	table, _, _ = bytes.Cut(table, []byte("\n## "))
	if rows := bytes.Count(table, []byte("\n| ")) - 1; rows != len(mutants) { // one line is the head
		t.Errorf("MATRIX.md has %d rows for %d broken implementations\n%s", rows, len(mutants), howToUpdate)
	}
	for _, want := range []string{
		fmt.Sprintf("\n%d of %d broken implementations", len(mutants), len(mutants)), fmt.Sprintf(" of %d requirements\n", len(conformance.Requirements())),
	} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("MATRIX.md does not say %q\n%s", want, howToUpdate)
		}
	}
}

func allMutants() []matrix.Mutant {
	var mutants []matrix.Mutant
	for _, b := range fakes.AllBroken() {
		mutants = append(mutants, matrix.Mutant{
			Name: b.Name, Clauses: b.Clauses, ManagedBy: b.ManagedBy, Implementation: b.Implementation(), Beside: b.Beside, Neighbour: b.Neighbour(),
		})
	}
	return append(mutants, outliving())
}

// onePart is an eighth of the mutants, another one whenever the suite has grown.
func onePart(mutants []matrix.Mutant) (part []matrix.Mutant) {
	size := len(mutants) + len(conformance.Requirements()) + len(scenarios.Names()) + len(situations.All())
	for i, m := range mutants {
		if i%parts == size%parts {
			part = append(part, m)
		}
	}
	return part
}

// rowOf is a broken implementation's row of the table, or nil.
func rowOf(page []byte, name string) []byte {
	for line := range bytes.Lines(page) {
		if bytes.HasPrefix(line, []byte("| "+name+" | ")) {
			return line
		}
	}
	return nil
}

// outliving is a mutant that only a program with goroutines can be.
func outliving() matrix.Mutant {
	const name = "example-outlives-its-context"
	return matrix.Mutant{
		Name: name, Clauses: []string{"job/implementation/stops"}, Implementation: adapter.Concurrent(name, outlivesItsContext),
	}
}

// outlivesItsContext is the example controller on informers, whose reconciler waits for deadlines in goroutines that heed no
// context. The reference has none that could.
func outlivesItsContext(ctx context.Context, config *rest.Config) error {
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	c, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	inner := example.NewWithClients(c, c)
	factory := informers.NewSharedInformerFactory(clientset, 0)
	controller, err := exampleinformers.New(factory, reconcile.Func(func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
		var job batchv1.Job
		if c.Get(ctx, req.NamespacedName, &job) == nil && job.Spec.ActiveDeadlineSeconds != nil {
			go time.Sleep(time.Duration(*job.Spec.ActiveDeadlineSeconds) * time.Second)
		}
		return inner.Reconcile(ctx, req)
	}))
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	defer factory.Shutdown()
	return controller.Run(ctx, 1)
}

// difference finds the first line in which two texts differ; 0 if there is none.
func difference(a, b []byte) (line int, inA, inB []byte) {
	as, bs := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range max(len(as), len(bs)) {
		switch {
		case i >= len(as):
			return i + 1, nil, bs[i]
		case i >= len(bs):
			return i + 1, as[i], nil
		case !bytes.Equal(as[i], bs[i]):
			return i + 1, as[i], bs[i]
		}
	}
	return 0, nil, nil
}
