package adapter

import (
	"runtime"
	"sync/atomic"
)

// Strand is the goroutine that a run is on, with the coroutines that it switches to. It is lost when code of an
// implementation does not return: then the run goes on from its main loop, on another strand, or ends.
type Strand struct {
	lost   atomic.Bool
	signal chan struct{}
	turns  atomic.Uint64 // of going away and coming back: odd while the strand is away
}

// NewStrand returns a strand that is not lost.
func NewStrand() *Strand { return &Strand{signal: make(chan struct{})} }

// Lose gives the strand up. Nothing of it may touch the run any more.
func (s *Strand) Lose() {
	if s.lost.CompareAndSwap(false, true) {
		close(s.signal)
	}
}

// Lost reports whether the strand has been given up.
func (s *Strand) Lost() bool { return s.lost.Load() }

// Signal is closed when the strand is given up.
func (s *Strand) Signal() <-chan struct{} { return s.signal }

// Away lets go of the run while wait waits for goroutines of the implementation. If the strand is given up meanwhile, it
// does not return: the goroutine exits.
func (s *Strand) Away(wait func()) {
	turn := s.turns.Add(1)
	wait()
	if !s.turns.CompareAndSwap(turn, turn+1) {
		runtime.Goexit()
	}
}

// Turns changes whenever the strand goes away or comes back. It is odd while the strand is away.
func (s *Strand) Turns() uint64 { return s.turns.Load() }

// LoseAway gives the strand up if it has been away since Turns returned turn. The run is the caller's then.
func (s *Strand) LoseAway(turn uint64) bool {
	if turn%2 == 0 || !s.turns.CompareAndSwap(turn, turn+2) {
		return false
	}
	s.Lose()
	return true
}
