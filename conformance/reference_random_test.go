package conformance

import (
	"context"
	"testing"

	"github.com/jobsim/jobsim/fakes"
)

// TestReferenceKeepsEverythingInRandomCases runs random cases in which Jobs use all features. The situations and scenarios
// that an evaluation has in addition are left out: what random cases alone give an occasion for is what they are worth.
func TestReferenceKeepsEverythingInRandomCases(t *testing.T) {
	const perSeed = 400
	claims := DefaultClaims()
	x := newExaminer(Requirements(), &claims)
	occasions := make([]int, len(Requirements()))
	for seed := range uint64(3) {
		o, err := newOptions([]Option{WithSeed(seed + 21), WithAllFeatures()})
		if err != nil {
			t.Fatal(err)
		}
		e := newEvaluator(context.Background(), fakes.ReferenceImplementation(), o)
		for number := 1; number <= perSeed; number++ {
			c := e.newCase(number)
			r, err := e.simulate(c.scenario, c.how...)
			if err != nil {
				t.Fatal(err)
			}
			f := x.examine(r)
			for i, n := range f.Exercised {
				occasions[i] += min(n, 1)
			}
			for _, v := range f.Broken() {
				t.Errorf("seed %d, case %d: %s at %v: %s (entries %v)", seed+21, number, v.Requirement.ID, v.At, v.Text, v.Entries)
			}
		}
	}
	tried := 0
	for i, q := range Requirements() {
		if occasions[i] > 0 {
			tried++
		} else {
			t.Logf("%s: no occasion", q.ID)
		}
	}
	if t.Logf("%d of %d requirements had an occasion", tried, len(occasions)); 100*tried < 85*len(occasions) {
		t.Errorf("expected that random cases give an occasion for 85 of 100 requirements")
	}
}
