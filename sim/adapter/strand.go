package adapter

import "sync/atomic"

// Strand is the goroutine that a run is on, with the coroutines that it switches to. It is lost when code of an
// implementation does not return: then the run goes on from its main loop, on another strand.
type Strand struct {
	lost   atomic.Bool
	signal chan struct{}
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
