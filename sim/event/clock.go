package event

import (
	"context"
	"sort"
	"time"

	"github.com/benbjohnson/clock"
)

// Clock shows virtual time to an implementation as a clock.Clock.
//
// Time is read from the queue. Timers are the library's own, because its Timer and Ticker are concrete types that only
// its Mock can make; the Mock is told the time only when one of its timers is due, since each of its steps sleeps a real
// millisecond. A clock without timers therefore costs nothing, however far virtual time jumps.
type Clock struct {
	queue *Queue
	sleep func(time.Duration)
	skew  time.Duration
	mock  *clock.Mock
	timed mockTimers
	made  int            // how many AfterFuncs were made: their order among those of one instant
	fired chan afterFunc // filled by the mock's goroutines
}

var _ clock.Clock = (*Clock)(nil)

type afterFunc struct {
	order int
	run   func()
}

// NewClock returns a clock over a queue. Sleep is called for Clock.Sleep and must let the world go on for the given
// time before it returns.
func NewClock(queue *Queue, sleep func(time.Duration)) *Clock {
	return &Clock{queue: queue, sleep: sleep}
}

// Step moves what Now shows, forward or back, as when somebody sets the clock of a machine. Timers keep their waits.
func (c *Clock) Step(d time.Duration) { c.skew += d }

// Now is virtual time as a date.
func (c *Clock) Now() time.Time { return c.queue.Time().Add(c.skew) }

// Since is the virtual time that has passed since t.
func (c *Clock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// Until is the virtual time to go until t.
func (c *Clock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// Sleep lets the world go on for d. Waiting on a timer's channel instead does not: a reconcile function that blocks
// on a channel keeps the world from reaching the instant it waits for, and is reported as never returning.
func (c *Clock) Sleep(d time.Duration) { c.sleep(d) }

// After returns a channel that receives the time once, after d.
func (c *Clock) After(d time.Duration) <-chan time.Time { return c.synced().After(d) }

// AfterFunc runs f after d of virtual time, on a turn of its own: functions due at one instant run one after another
// in the order in which they were made.
func (c *Clock) AfterFunc(d time.Duration, f func()) *clock.Timer {
	c.made++
	it := afterFunc{order: c.made, run: f}
	return c.synced().AfterFunc(d, func() { c.fired <- it })
}

// Tick returns a channel that receives the time every d.
func (c *Clock) Tick(d time.Duration) <-chan time.Time { return c.synced().Tick(d) }

// Ticker returns a ticker with period d.
func (c *Clock) Ticker(d time.Duration) *clock.Ticker { return c.synced().Ticker(d) }

// Timer returns a timer that fires after d.
func (c *Clock) Timer(d time.Duration) *clock.Timer { return c.synced().Timer(d) }

// WithDeadline returns a context that ends at a virtual instant.
func (c *Clock) WithDeadline(parent context.Context, d time.Time) (context.Context, context.CancelFunc) {
	return c.WithTimeout(parent, c.Until(d))
}

// WithTimeout returns a context that ends after t of virtual time.
func (c *Clock) WithTimeout(parent context.Context, t time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	if t <= 0 {
		cancel(context.DeadlineExceeded)
		return deadlineContext{ctx, c.Now().Add(t)}, func() {}
	}
	timer := c.AfterFunc(t, func() { cancel(context.DeadlineExceeded) })
	return deadlineContext{ctx, c.Now().Add(t)}, func() {
		timer.Stop()
		cancel(context.Canceled)
	}
}

// deadlineContext is the library's deadline context without its goroutine, so that it ends on the simulator's turn.
type deadlineContext struct {
	context.Context
	deadline time.Time
}

func (c deadlineContext) Deadline() (time.Time, bool) {
	if d, ok := c.Context.Deadline(); ok && d.Before(c.deadline) {
		return d, true
	}
	return c.deadline, true
}

func (c deadlineContext) Err() error {
	if context.Cause(c.Context) == context.DeadlineExceeded {
		return context.DeadlineExceeded
	}
	return c.Context.Err()
}

// synced returns the mock, brought to the present.
func (c *Clock) synced() *clock.Mock {
	if c.mock == nil {
		c.mock = clock.NewMock()
		c.timed = timersOf(c.mock)
		c.fired = make(chan afterFunc)
	}
	c.timed.setNow(c.Now())
	return c.mock
}

// Next is when the earliest timer is due, as virtual time, and false when nobody has a timer.
func (c *Clock) Next() (time.Duration, bool) {
	if c.mock == nil {
		return 0, false
	}
	c.timed.setNow(c.Now()) // a Reset counts from the time that the mock shows
	due, ok := c.timed.next()
	if !ok {
		return 0, false
	}
	return max(due.Add(-c.skew).Sub(Epoch), c.queue.Now()), true
}

// Fire fires every timer that is due by now: channels are filled, and the AfterFuncs that are due are returned in the
// order in which they were made, to be run by the caller.
func (c *Clock) Fire() []func() {
	if c.mock == nil {
		return nil
	}
	now := c.Now()
	count := c.timed.makeReady(now)
	c.mock.Set(now)
	funcs := make([]afterFunc, count)
	for i := range funcs {
		funcs[i] = <-c.fired
	}
	sort.Slice(funcs, func(i, j int) bool { return funcs[i].order < funcs[j].order })
	due := make([]func(), count)
	for i, f := range funcs {
		due[i] = f.run
	}
	return due
}
