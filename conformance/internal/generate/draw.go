package generate

import (
	"github.com/jobsim/jobsim/sim/event"
)

// draw asks a chooser in the ways that this package needs.
type draw struct{ chooser event.Chooser }

// below draws a number from 0 to n-1.
func (d draw) below(label string, n int) int {
	if n < 2 {
		return 0
	}
	return d.chooser.Choose(label, n)
}

// chance is true in so many of 100 cases.
func (d draw) chance(label string, percent int) bool { return d.below(label, 100) >= 100-percent }

// weighted draws the number of an alternative by its weight.
func (d draw) weighted(label string, weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	v := d.below(label, sum)
	for i, w := range weights {
		if v < w {
			return i
		}
		v -= w
	}
	return 0
}

// pick draws one of a list, which may name a value several times to make it likelier. The first is the simplest.
func pick[T any](d draw, label string, list ...T) T { return list[d.below(label, len(list))] }
