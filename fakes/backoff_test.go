package fakes

import (
	"math"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"pgregory.net/rapid"
)

func TestBackoffDelay(t *testing.T) { // BO-1
	g := NewWithT(t)
	for n, want := range map[int32]int{
		-1: 0, 0: 0, 1: 10, 2: 20, 3: 40, 4: 80, 5: 160, 6: 320, 7: 600, 8: 600, math.MaxInt32: 600,
	} {
		g.Expect(backoffDelay(UpstreamLimits(), n)).To(Equal(time.Duration(want)*time.Second), "n=%d", n)
	}
}

func TestNextBackoff(t *testing.T) {
	times := func(seconds ...int) []time.Time {
		var list []time.Time
		for _, s := range seconds {
			list = append(list, at(s))
		}
		return list
	}
	old := Backoff{Failures: 2, LastFailure: at(20)}
	for _, c := range []struct {
		clause            string
		old               Backoff
		succeeded, failed []time.Time
		want              Backoff
	}{
		{"nothing new", old, nil, nil, old},
		{"BO-2 every pod counts", Backoff{}, nil, times(5, 9, 7), Backoff{3, at(9)}},
		{"BO-2 on top of earlier ones", old, nil, times(30), Backoff{3, at(30)}},
		{"BO-4 a success resets", old, times(40), nil, Backoff{}},
		{"BO-4 failures before the success are forgotten", old, times(40), times(39), Backoff{}},
		{"BO-4 and those at the same time", old, times(40), times(40), Backoff{}},
		{"BO-4 later ones count", old, times(35, 40), times(36, 41, 45), Backoff{2, at(45)}},
	} {
		t.Run(c.clause, func(t *testing.T) {
			NewWithT(t).Expect(nextBackoff(c.old, c.succeeded, c.failed)).To(Equal(c.want))
		})
	}
}

func TestNextBackoffDoesNotCareAboutOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moments := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Time {
			return at(rapid.IntRange(0, 20).Draw(t, "seconds"))
		}), 0, 6)
		succeeded, failed := moments.Draw(t, "succeeded"), moments.Draw(t, "failed")
		old := Backoff{Failures: rapid.Int32Range(0, 3).Draw(t, "old"), LastFailure: at(3)}
		want := nextBackoff(old, succeeded, failed)
		got := nextBackoff(old, rapid.Permutation(succeeded).Draw(t, "s"), rapid.Permutation(failed).Draw(t, "f"))
		if got != want {
			t.Fatalf("expected %+v in any order, got %+v", want, got)
		}
	})
}

func TestBackoffLeftIncludesTheBoundary(t *testing.T) { // BO-5
	g := NewWithT(t)
	d := Reference()
	b := Backoff{Failures: 1, LastFailure: at(100)}
	g.Expect(backoffLeft(&d, b, at(103))).To(Equal(7 * time.Second))
	g.Expect(backoffLeft(&d, b, at(110))).To(BeZero())
	g.Expect(backoffLeft(&d, b, at(200))).To(BeZero())
	g.Expect(backoffLeft(&d, Backoff{}, at(0))).To(BeZero())
}
