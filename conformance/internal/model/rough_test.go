package model_test

import (
	"net/http"
	"sort"
	"testing"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/conformance/internal/model"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// everything is all kinds of cases with all features.
var everything = func() generate.Options {
	o := predictable
	o.Only = ""
	return o
}()

// conflicted reports whether a call of the implementation met a conflict, after which it may take its time.
func conflicted(r *sim.Result) bool {
	for i := range r.Trace.Entries {
		if e := &r.Trace.Entries[i]; e.Instance > 0 && e.Status != nil && e.Status.Code == http.StatusConflict {
			return true
		}
	}
	return false
}

func TestThePredictionComesTrueWithEverything(t *testing.T) {
	told := 0
	for seed := range uint64(2 * *cases) {
		seed += 1_000_000
		s := generate.Scenario(event.NewSeeded(seed), everything)
		p, ok := model.Predict(s, reaction)
		if !ok {
			continue
		}
		for _, options := range [][]sim.Option{nil, {sim.WithSeed(seed)}} {
			r, err := sim.Run(s, fakes.ReferenceImplementation(), options...)
			if err != nil {
				t.Fatal(err)
			}
			if conflicted(r) {
				continue
			}
			if seen := outcome(r, len(options) == 0); !p.Allows(seen) {
				text, _ := scenarios.Write(s)
				if told++; told > 5 {
					t.Fatal("and more")
				}
				t.Errorf("seed %d: predicted %v; seen %v\n%s", seed, p, seen, text)
			}
		}
	}
}

// TestWhatIsDeclined counts the cases for which there is no prediction, by reason.
func TestWhatIsDeclined(t *testing.T) {
	declined := map[string]int{}
	exact, rough := 0, 0
	for seed := range uint64(3000) {
		s := generate.Scenario(event.NewSeeded(seed), everything)
		why := model.Declined(s, reaction)
		if why != "" {
			declined[why]++
			continue
		}
		if p, _ := model.Predict(s, reaction); p.Exact() {
			exact++
		} else {
			rough++
		}
	}
	var reasons []string
	for why := range declined {
		reasons = append(reasons, why)
	}
	sort.Slice(reasons, func(i, j int) bool { return declined[reasons[i]] > declined[reasons[j]] })
	t.Logf("of 3000 cases %d are predicted exactly and %d roughly", exact, rough)
	for _, why := range reasons {
		t.Logf("%5d %s", declined[why], why)
	}
	if without := 3000 - declined["faults"]; 100*(exact+rough) < 80*without {
		t.Errorf("expected a prediction for 80 of 100 of the %d cases without faults", without)
	}
}

// caughtRoughly are broken implementations that no exact prediction catches in thousands of cases, and a rough one does.
var caughtRoughly = []string{
	"completes-by-pods", "fail-index-only-counts", "failures-forgotten-on-resume",
	"ignored-failures-exceed-the-limit", "killed-pods-counted-when-they-end",
}

// catches runs predicted cases with an implementation until one does not end as predicted.
func catches(t *testing.T, name string, cases uint64, wanted func(model.Prediction) bool) (text string, caught bool) {
	broken, ok := fakes.GetBroken(name)
	if !ok {
		t.Fatalf("there is no broken implementation %s", name)
	}
	for seed := range cases {
		s := generate.Scenario(event.NewSeeded(seed), everything)
		p, ok := model.Predict(s, reaction)
		if !ok || !wanted(p) {
			continue
		}
		r, err := sim.Run(s, broken.Implementation(), sim.WithLimits(sim.Limits{Events: 5000}))
		if err != nil {
			t.Fatal(err)
		}
		ended := r.Failure == nil && (r.Ending == sim.Quiet || r.Ending == sim.Finished)
		if seen := outcome(r, true); ended && !conflicted(r) && !p.Allows(seen) {
			return p.String() + "; seen " + seen.String(), true
		}
	}
	return "", false
}

func TestRoughPredictionsCatch(t *testing.T) {
	for _, name := range caughtRoughly {
		t.Run(name, func(t *testing.T) {
			text, caught := catches(t, name, 4000, func(p model.Prediction) bool { return !p.Exact() })
			if t.Log(text); !caught {
				t.Error("expected a case that does not end as predicted")
			}
			if text, caught := catches(t, name, 2000, model.Prediction.Exact); caught {
				t.Errorf("expected that no exact prediction catches it: %s", text)
			}
		})
	}
}
