package adapter

import (
	"fmt"
	"sync"
)

// turnstile lets one goroutine at a time into the simulator. A reconcile function may make its API calls from
// goroutines of its own, and code of the implementation may be called while other code of it waits for an answer: a
// handler when a slow call lets watch events arrive, for instance. Nobody may see the simulator while it changes.
//
// The simulator's own goroutine is inside from the start. It steps out while it waits for code of the implementation.
type turnstile struct {
	mu     sync.Mutex
	change sync.Cond
	inside bool
	// calls is how many calls of the implementation's code are under way, one within the other.
	calls int
	// watched is the innermost call that may be given up; code that runs where the simulator is may not.
	watched call
	// begun is how many calls there have been. passes is how often somebody has come in: an implementation that makes
	// API calls is not stuck.
	begun, passes int
	// ended: the instance has ended. abandoned: a call of its code was given up.
	ended, abandoned bool
}

// pass is what somebody who wants to enter is told.
type pass int

const (
	admitted  pass = iota
	notCalled      // no code of the implementation is being called
	tooLate        // the instance has ended
)

func newTurnstile() *turnstile {
	t := &turnstile{inside: true}
	t.change.L = &t.mu
	return t
}

// enter waits until nobody is inside, and goes in.
func (t *turnstile) enter() pass {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.inside && t.calls > 0 && !t.ended {
		t.change.Wait()
	}
	switch {
	case t.abandoned || t.ended && t.calls > 0:
		return tooLate
	case t.calls == 0:
		return notCalled
	}
	t.inside = true
	t.passes++
	return admitted
}

// leave lets the next one in.
func (t *turnstile) leave() {
	t.mu.Lock()
	t.inside = false
	t.change.Broadcast()
	t.mu.Unlock()
}

// stepOut is for the simulator, when it is about to call the implementation's code. It returns how many such calls are
// under way, this one included.
func (t *turnstile) stepOut() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	t.begun++
	t.inside = false
	t.change.Broadcast()
	return t.calls
}

// stepOutWatched is stepOut for a call that may be given up. It returns the one that was watched before.
func (t *turnstile) stepOutWatched(what fmt.Stringer, s *Strand) (outer call) {
	depth := t.stepOut()
	t.mu.Lock()
	defer t.mu.Unlock()
	outer, t.watched = t.watched, call{what, s, depth}
	return outer
}

// stepBackTo is stepBack at the end of a watched call.
func (t *turnstile) stepBackTo(outer call) {
	t.stepBack()
	t.mu.Lock()
	t.watched = outer
	t.mu.Unlock()
}

// stepBack is for the simulator, when the call is over. A goroutine that the call has left behind finishes its request
// first; when it comes again it is told that it is not called.
func (t *turnstile) stepBack() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls--
	t.change.Broadcast()
	for t.inside {
		t.change.Wait()
	}
	t.inside = true
}

// progress changes whenever something happens between the simulator and the implementation.
type progress struct{ calls, begun, passes int }

// waits reports whether the simulator waits for the watched call and nothing else, and how far the two have come.
func (t *turnstile) waits() (c call, now progress, alone bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.watched, progress{t.calls, t.begun, t.passes}, !t.inside && t.calls > 0 && t.calls == t.watched.depth
}

// giveUp goes on without waiting for the end of the watched call, and lets nobody in any more. It reports false if there
// has been progress.
func (t *turnstile) giveUp(seen progress) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inside || seen != (progress{t.calls, t.begun, t.passes}) {
		return false
	}
	t.calls--
	t.inside, t.ended, t.abandoned = true, true, true
	t.change.Broadcast()
	return true
}

// end lets nobody in any more.
func (t *turnstile) end() {
	t.mu.Lock()
	t.ended = true
	t.change.Broadcast()
	t.mu.Unlock()
}
