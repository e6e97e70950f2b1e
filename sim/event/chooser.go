package event

import "fmt"

// Chooser settles every choice that the scenario leaves open: which of several events of one instant goes first, how
// late a watch event arrives, whether the world moves between two calls. It is the one source of nondeterminism of a
// run, so a run is a function of the scenario, the implementation and the sequence of choices.
type Chooser interface {
	// Choose picks one of n alternatives, n at least 2, and returns its number, from 0 to n-1. Alternative 0 is always
	// the calm one. The label says what is chosen; it never influences a recorded sequence.
	Choose(label string, n int) int
}

// Fixed always takes alternative 0: the calm, prompt cluster used for teaching.
type Fixed struct{}

// Choose returns 0.
func (Fixed) Choose(string, int) int { return 0 }

// Seeded chooses at random, and the same for the same seed.
type Seeded struct{ state uint64 }

// NewSeeded returns a chooser for a seed.
func NewSeeded(seed uint64) *Seeded { return &Seeded{state: seed} }

// Choose draws one of n alternatives. The bias towards low numbers is below n/2^64.
func (s *Seeded) Choose(_ string, n int) int {
	s.state += 0x9e3779b97f4a7c15
	return int(Mix(s.state) % uint64(n))
}

// Mix scrambles a number (the finalizer of SplitMix64). Equal inputs give equal outputs on every machine.
func Mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Recorded remembers the choices of another chooser.
type Recorded struct {
	From    Chooser
	Choices []int
}

// Choose asks the underlying chooser and keeps the answer.
func (r *Recorded) Choose(label string, n int) int {
	c := r.From.Choose(label, n)
	r.Choices = append(r.Choices, c)
	return c
}

// Replay makes the choices of an earlier run, then the calm ones.
type Replay struct {
	Choices []int
	next    int
	err     error
}

// Choose returns the next recorded choice. A choice that is not on offer means that the run has taken another way
// than the recorded one; Err then tells, and the rest of the run is calm.
func (r *Replay) Choose(label string, n int) int {
	if r.next >= len(r.Choices) || r.err != nil {
		return 0
	}
	c := r.Choices[r.next]
	r.next++
	if c < 0 || c >= n {
		r.err = fmt.Errorf("choice %d (%s) was alternative %d, but only %d are on offer: "+
			"the token is of another scenario, implementation or version", r.next, label, c, n)
		return 0
	}
	return c
}

// Err tells whether the run has left the recorded way: at a choice that was not on offer, or by ending with recorded
// choices left over.
func (r *Replay) Err() error {
	if r.err == nil && r.next < len(r.Choices) {
		return fmt.Errorf("%d of %d recorded choices were never asked for: "+
			"the token is of another scenario, implementation or version", len(r.Choices)-r.next, len(r.Choices))
	}
	return r.err
}
