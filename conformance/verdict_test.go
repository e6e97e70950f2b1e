package conformance

import (
	"context"
	"errors"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/adapter"
)

// doing makes an implementation that calls a function for each sync of the reference, and then syncs.
func doing(name string, before func(n int) error) adapter.Implementation {
	return adapter.Reconciler(name, func(env *adapter.Env) (reconcile.Reconciler, error) {
		r, err := fakes.NewReference(env)
		return &meddler{Reconciler: r, before: before}, err
	})
}

// meddler is the reference with something in front of each sync.
type meddler struct {
	*fakes.Reconciler
	n      int
	before func(n int) error
}

func (m *meddler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	m.n++
	if err := m.before(m.n); err != nil {
		return reconcile.Result{}, err
	}
	return m.Reconciler.Reconcile(ctx, req)
}

func evaluate(t *testing.T, impl adapter.Implementation, opts ...Option) *Report {
	t.Helper()
	r, err := Evaluate(t.Context(), impl, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *Report) row(t *testing.T, id string) *RequirementRow {
	t.Helper()
	for i := range r.Requirements {
		if r.Requirements[i].ID == id {
			return &r.Requirements[i]
		}
	}
	t.Fatalf("the report has no row %s", id)
	return nil
}

func TestConformantIsSaidOfTheReference(t *testing.T) {
	r := evaluate(t, fakes.ReferenceImplementation(), WithChecks(50), WithFocus("job/implementation/*"))
	if r.Verdict != Conformant || r.Why != "" || r.Counts != (Counts{Conformant: 5}) || r.Cases != 50 {
		t.Errorf("verdict %s (%s), counts %+v, %d cases", r.Verdict, r.Why, r.Counts, r.Cases)
	}
}

func TestPanicIsOneClearVerdict(t *testing.T) {
	third := doing("panics", func(n int) error {
		if n == 3 {
			panic("index out of range [3]")
		}
		return nil
	})
	r := evaluate(t, third, WithChecks(20), WithFocus("job/implementation/*"))
	row := r.row(t, "job/implementation/does-not-panic")
	if r.Verdict != NotConformant || row.Verdict != NotConformant || !strings.Contains(row.Violation.Text, "index out of range [3]") {
		t.Errorf("verdict %s, row %+v", r.Verdict, row)
	}
	if other := r.row(t, "job/implementation/comes-back"); other.Verdict != Conformant {
		t.Errorf("the other requirements must still be judged: %+v", other)
	}
}

func TestLeakedGoroutinesAreOneClearVerdict(t *testing.T) {
	leaks := adapter.Concurrent("leaks", func(ctx context.Context, _ *rest.Config) error {
		go func() { select {} }() // heeds no context
		<-ctx.Done()
		return ctx.Err()
	})
	r := evaluate(t, leaks, WithChecks(1), WithFocus("job/implementation/*"))
	row := r.row(t, "job/implementation/stops")
	if row.Verdict != NotConformant || !strings.Contains(row.Violation.Text, "TestLeakedGoroutinesAreOneClearVerdict") {
		t.Errorf("verdict %s, row %+v", r.Verdict, row)
	}
	if other := r.row(t, "job/implementation/starts"); other.Verdict != Conformant {
		t.Errorf("the other requirements must still be judged: %+v", other)
	}
}

// A program that waits outside of its bubble keeps virtual time from passing: the run is given up, and says what for.
func TestProgramsThatWaitOutsideOfTheBubble(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	waits := adapter.Concurrent("waits", func(context.Context, *rest.Config) error {
		<-never
		return nil
	})
	r := evaluate(t, waits, WithChecks(5), WithFocus("job/implementation/*"))
	row := r.row(t, "job/implementation/comes-back")
	if row.Verdict != NotConformant || !strings.Contains(row.Violation.Text, "TestProgramsThatWaitOutsideOfTheBubble") {
		t.Errorf("verdict %s, row %+v", r.Verdict, row)
	}
}

func TestBlockingIsOneClearVerdictAndSoonOver(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	blocks := doing("blocks", func(int) error { <-never; return nil })
	r := evaluate(t, blocks, WithChecks(500), WithFocus("job/implementation/*"))
	row := r.row(t, "job/implementation/comes-back")
	if r.Verdict != NotConformant || row.Verdict != NotConformant {
		t.Errorf("verdict %s, row %+v", r.Verdict, row)
	}
	if r.Cases > 3 || !strings.Contains(r.Why, "given up") {
		t.Errorf("%d cases, %q: expected the rest to be left undone, and the report to say so", r.Cases, r.Why)
	}
}

func TestHotLoopIsOneClearVerdict(t *testing.T) {
	always := adapter.Reconciler("spins", func(*adapter.Env) (reconcile.Reconciler, error) {
		return reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
			return reconcile.Result{RequeueAfter: 1}, nil
		}), nil
	})
	r := evaluate(t, always, WithChecks(0), WithFocus("comes-to-rest"))
	if row := r.row(t, "job/implementation/comes-to-rest"); row.Verdict != NotConformant {
		t.Errorf("row %+v", row)
	}
}

func TestStartFailureIsOneClearVerdict(t *testing.T) {
	broken := adapter.Reconciler("no-start", func(*adapter.Env) (reconcile.Reconciler, error) {
		return nil, errors.New("no such index")
	})
	r := evaluate(t, broken, WithChecks(5), WithFocus("job/implementation/starts"))
	if row := r.row(t, "job/implementation/starts"); row.Verdict != NotConformant || !strings.Contains(row.Violation.Text, "no such index") {
		t.Errorf("row %+v", row)
	}
}

// TestDifferingFromItselfIsInconclusive: state that outlives an instance makes the second run another one.
func TestDifferingFromItselfIsInconclusive(t *testing.T) {
	runs := 0
	moody := adapter.Reconciler("moody", func(env *adapter.Env) (reconcile.Reconciler, error) {
		runs++
		d := fakes.Reference()
		odd := runs%2 == 1
		d.FailuresExceeded = func(*batchv1.Job, int32) bool { return odd }
		return fakes.New(env, d)
	})
	r := evaluate(t, moody, WithChecks(5))
	if r.Verdict != Inconclusive || !strings.Contains(r.Why, "differs from itself") || !strings.Contains(r.Why, "entry") {
		t.Errorf("verdict %s: %s", r.Verdict, r.Why)
	}
	if r.Counts.NotConformant > 0 {
		t.Errorf("%d requirements are called broken by an implementation that differs from itself", r.Counts.NotConformant)
	}
}

func TestCheckThatPanicsIsAHarnessError(t *testing.T) {
	bad := &Requirement{ID: "job/test/panics", Level: Core, Strength: Must, check: func() any {
		return onPod(func(_ *examiner, p *podState) {
			if p.obj.Status.Phase == corev1.PodSucceeded {
				panic("a mistake of ours")
			}
		})
	}}
	good := Lookup("job/implementation/starts")
	r := evaluate(t, fakes.ReferenceImplementation(), WithChecks(0),
		func(o *options) { o.requirements = []*Requirement{bad, good} })
	if r.Verdict != HarnessError || r.row(t, bad.ID).Verdict != HarnessError {
		t.Errorf("verdict %s, row %+v", r.Verdict, r.row(t, bad.ID))
	}
	if row := r.row(t, good.ID); row.Verdict != Conformant || row.Exercised == 0 {
		t.Errorf("the other requirement must still be judged: %+v", row)
	}
}

func TestUnexercisedIsInconclusiveNeverAPass(t *testing.T) {
	idle := &Requirement{ID: "job/test/idle", Level: Core, Strength: Must, check: func() any { return onEnd(func(*examiner) {}) }}
	r := evaluate(t, fakes.ReferenceImplementation(), WithChecks(3),
		func(o *options) { o.requirements = []*Requirement{idle} })
	if r.Verdict != Inconclusive || r.row(t, idle.ID).Verdict != Inconclusive || r.Why == "" {
		t.Errorf("verdict %s (%s), row %+v", r.Verdict, r.Why, r.row(t, idle.ID))
	}
}

func TestUnclaimedIsSaidSo(t *testing.T) {
	exact := &Requirement{ID: "job/test/exact", Level: UpstreamExact, Strength: Up, check: func() any { return onEnd(func(x *examiner) { x.exercised() }) }}
	later := &Requirement{ID: "job/test/later", Level: Core, Strength: Must, Since: 31, check: exact.check}
	opts := func(o *options) { o.requirements = []*Requirement{exact, later, Lookup("job/implementation/starts")} }
	r := evaluate(t, fakes.ReferenceImplementation(), WithChecks(0), opts, WithKubernetes(30))
	for _, id := range []string{exact.ID, later.ID} {
		if row := r.row(t, id); row.Verdict != NotClaimed || row.Why == "" {
			t.Errorf("%s: %+v", id, row)
		}
	}
	r = evaluate(t, fakes.ReferenceImplementation(), WithChecks(0), opts, WithUpstreamExact())
	if r.row(t, exact.ID).Verdict != Conformant || r.row(t, later.ID).Verdict != Conformant {
		t.Errorf("claimed now: %+v, %+v", r.row(t, exact.ID), r.row(t, later.ID))
	}
}

func TestSumOfVerdicts(t *testing.T) {
	for _, c := range []struct {
		of   []Verdict
		want Verdict
		code int
	}{
		{[]Verdict{Conformant, NotClaimed}, Conformant, 0},
		{[]Verdict{Conformant, Inconclusive}, Inconclusive, 3},
		{[]Verdict{Inconclusive, NotConformant, Conformant}, NotConformant, 1},
		{[]Verdict{NotConformant, HarnessError}, HarnessError, 4},
		{nil, Inconclusive, 3},
	} {
		if got := sum(c.of); got != c.want || got.ExitCode() != c.code {
			t.Errorf("%v: %s, exit code %d; expected %s, %d", c.of, got, got.ExitCode(), c.want, c.code)
		}
	}
}

func TestBadOptionsAreErrorsThatSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		option Option
		want   string
	}{
		{WithFocus("no-such-thing"), "selects no requirement"},
		{WithFocus("job/[a"), "syntax error in pattern"},
		{WithFeatures("Indexed"), "there is no such feature"},
		{WithChecks(-1), "expected zero or more"},
		{WithKubernetes(3), "expected a minor from 1.26"},
		{WithBounds(Bounds{}), "expected a second at least"},
		{WithFinalizer(""), "no finalizer"},
		{WithFinalizer("orphan"), `finalizer "orphan": expected a name with a domain such as example.com/job-tracking: there is no domain`},
		{WithFinalizer("Example.com/a b"), `finalizer "Example.com/a b": expected a name with a domain`},
	} {
		_, err := Evaluate(t.Context(), fakes.ReferenceImplementation(), c.option)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("expected an error with %q, got %v", c.want, err)
		}
	}
}

func TestStoppedEvaluationSaysWhatItKnows(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Evaluate(ctx, fakes.ReferenceImplementation(), WithChecks(100_000), WithProgress(func(p Progress) {
		if p.Stage == "cases" && p.Done == 7 {
			cancel()
		}
	}))
	if err != nil || r.Verdict != Inconclusive || r.Cases != 7 || !strings.Contains(r.Why, "stopped") {
		t.Errorf("error %v, verdict %s (%s) after %d cases", err, r.Verdict, r.Why, r.Cases)
	}
}
