package conformance

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
)

// asPredictedIn examines one run for job/outcome/as-predicted alone.
func asPredictedIn(t *testing.T, s *sim.Scenario, impl adapter.Implementation, opts ...sim.Option) (*Violation, bool) {
	t.Helper()
	r, err := sim.Run(s, impl, opts...)
	if err != nil {
		t.Fatal(err)
	}
	claims := DefaultClaims()
	f := Examine(r, []*Requirement{Lookup("job/outcome/as-predicted")}, &claims)
	return f.Violations[0], f.Exercised[0] > 0
}

func TestScenariosAsPredicted(t *testing.T) {
	for _, name := range Lookup("job/outcome/as-predicted").Scenarios {
		s, err := scenarios.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		if v, exercised := asPredictedIn(t, s, fakes.ReferenceImplementation()); v != nil || !exercised {
			t.Errorf("%s: expected it to be predicted, and to end so, got %v, %v", name, exercised, v)
		}
	}
}

func TestGeneratedCasesAsPredicted(t *testing.T) {
	predicted, plain := 0, 0
	for seed := range uint64(1000) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{})
		if generate.KindOf(s) != generate.Faulty {
			plain++
		}
		for i, options := range [][]sim.Option{nil, {sim.WithSeed(seed + 1)}} {
			v, exercised := asPredictedIn(t, s, fakes.ReferenceImplementation(), options...)
			if v != nil {
				t.Errorf("seed %d: %s", seed, v.Text)
			}
			if i == 0 && exercised {
				predicted++
			}
		}
	}
	if t.Logf("%d of %d", predicted, plain); 2*predicted < plain {
		t.Errorf("expected half of the %d cases without faults to be predicted, found %d", plain, predicted)
	}
}

func TestNotAsPredicted(t *testing.T) {
	d := fakes.Reference()
	d.Completed = func(_ *batchv1.Job, c fakes.Counts) bool { return c.Succeeded > 0 }
	s, err := scenarios.Get("parallel-completions")
	if err != nil {
		t.Fatal(err)
	}
	v, _ := asPredictedIn(t, s, fakes.Implementation("hasty", d))
	const want = "Job thumbnails: predicted Complete (CompletionsReached) between "
	if v == nil || !strings.HasPrefix(v.Text, want) || !strings.Contains(v.Text, "; seen Complete (CompletionsReached) at ") {
		t.Errorf("expected a violation that begins with %q, got %v", want, v)
	}
	if v != nil && v.At > time.Hour {
		t.Errorf("expected it at the end of the run, got it at %v", v.At)
	}
}
