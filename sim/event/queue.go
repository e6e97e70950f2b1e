package event

import (
	"time"

	"github.com/jobsim/jobsim/sim/internal/slab"
)

// Epoch is the instant at which virtual time starts: also where a testing/synctest bubble starts, so that runs with and
// without a bubble carry the same timestamps.
var Epoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// Queue holds what is going to happen, keyed by virtual time, then class, then order of arrival. Virtual time is a
// duration since Epoch; it moves only when an event runs or when AdvanceTo says so.
//
// A queue belongs to one goroutine at a time.
type Queue struct {
	now     time.Duration
	seq     uint64
	heap    []item
	chooser Chooser
	calm    bool
	steps   int
	// moved is called whenever virtual time has moved.
	moved  []func()
	timers slab.Slab[Timer]

	// Cause labels what is happening now. An event remembers the label under which it was scheduled and restores it
	// when it runs, so that whoever records what happens can say what made it happen. Zero means: nothing recorded.
	Cause int
}

// item is a heap entry by value; what is cancelled stays in the heap until it comes up.
type item struct {
	at    time.Duration
	key   uint64 // class in the top byte, then order of arrival
	timer *Timer
}

func (a item) before(b item) bool {
	return a.at < b.at || a.at == b.at && a.key < b.key
}

// Timer is one scheduled event.
type Timer struct {
	run   func()
	cause int
}

// Stop cancels the event. It reports whether the event was still to come.
func (t *Timer) Stop() bool {
	if t == nil || t.run == nil {
		return false
	}
	t.run = nil
	return true
}

// NewQueue returns an empty queue at virtual time zero. The chooser settles which of several events of one instant
// goes first.
func NewQueue(chooser Chooser) *Queue {
	_, calm := chooser.(Fixed)
	return &Queue{chooser: chooser, calm: calm}
}

// Now is the virtual time since Epoch.
func (q *Queue) Now() time.Duration { return q.now }

// Time is the virtual time as a date.
func (q *Queue) Time() time.Time { return Epoch.Add(q.now) }

// Steps is how many events have run.
func (q *Queue) Steps() int { return q.steps }

// Chooser is what settles open choices in this run.
func (q *Queue) Chooser() Chooser { return q.chooser }

// Calm reports whether every choice is fixed: actors may then skip asking.
func (q *Queue) Calm() bool { return q.calm }

// At schedules run at a virtual time; a time that has passed means now.
func (q *Queue) At(at time.Duration, class Class, run func()) *Timer {
	if at < q.now {
		at = q.now
	}
	q.seq++
	t := q.timers.New()
	t.run, t.cause = run, q.Cause
	q.push(item{at: at, key: uint64(class)<<56 | q.seq, timer: t})
	return t
}

// After schedules run d from now; a negative d means now.
func (q *Queue) After(d time.Duration, class Class, run func()) *Timer {
	at := q.now + d
	if d > 0 && at < q.now {
		at = 1<<63 - 1 // further than virtual time reaches
	}
	return q.At(at, class, run)
}

// Next is the time of the earliest pending event, and false when nothing is pending.
func (q *Queue) Next() (time.Duration, bool) {
	for len(q.heap) > 0 {
		if q.heap[0].timer.run != nil {
			return q.heap[0].at, true
		}
		q.pop()
	}
	return 0, false
}

// AdvanceTo moves virtual time forward without running anything. It must not pass a pending event.
func (q *Queue) AdvanceTo(at time.Duration) {
	if next, ok := q.Next(); ok && next < at {
		panic("event: AdvanceTo would pass a pending event")
	}
	q.moveTo(at)
}

func (q *Queue) moveTo(at time.Duration) {
	if at <= q.now {
		return
	}
	q.now = at
	for _, f := range q.moved {
		f()
	}
}

// Step jumps to the next event and runs it. It reports false when nothing is pending.
func (q *Queue) Step() bool {
	at, ok := q.Next()
	if !ok {
		return false
	}
	q.moveTo(at)
	next := q.pop()
	if !q.calm {
		next = q.choose(next)
	}
	run := next.timer.run
	next.timer.run = nil
	outer := q.Cause
	q.Cause = next.timer.cause
	q.steps++
	run()
	q.Cause = outer
	return true
}

// mostOpen bounds how many events of one instant are open to choice at once, so that an instant with thousands of
// events stays linear.
const mostOpen = 8

// choose lets the chooser take any of the first events of this instant.
func (q *Queue) choose(first item) item {
	var open [mostOpen]item
	open[0] = first
	n := 1
	for n < mostOpen {
		at, ok := q.Next()
		if !ok || at != first.at {
			break
		}
		open[n] = q.pop()
		n++
	}
	if n == 1 {
		return first
	}
	taken := q.chooser.Choose("order", n)
	for i, it := range open[:n] {
		if i != taken {
			q.push(it)
		}
	}
	return open[taken]
}

// PendingBefore reports whether anything of a lower class is pending. It looks at all that is pending.
func (q *Queue) PendingBefore(class Class) bool {
	for _, it := range q.heap {
		if it.timer.run != nil && Class(it.key>>56) < class {
			return true
		}
	}
	return false
}
