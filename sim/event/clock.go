package event

import (
	"cmp"
	"context"
	"slices"
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
	made  int // how many AfterFuncs were made: their order among those of one instant
	due   []afterFunc
}

var _ clock.Clock = (*Clock)(nil)

// afterFunc is a function that is due.
type afterFunc struct {
	at    time.Time
	order int
	run   func()
}

// NewClock returns a clock over a queue. Sleep is called for Clock.Sleep and must let the world go on for the given
// time before it returns.
func NewClock(queue *Queue, sleep func(time.Duration)) *Clock {
	return &Clock{queue: queue, sleep: sleep}
}

// Step moves what Now shows, forward or back, as when somebody sets the clock of a machine. Timers keep their waits.
func (c *Clock) Step(d time.Duration) {
	c.skew += d
	if c.mock != nil {
		c.timed.shift(d)
		c.catchUp()
	}
}

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
func (c *Clock) After(d time.Duration) <-chan time.Time { return c.Timer(d).C }

// AfterFunc runs f after d of virtual time, on a turn of its own: functions due at one instant run one after another
// in the order in which they were made.
func (c *Clock) AfterFunc(d time.Duration, f func()) *clock.Timer {
	c.made++
	order := c.made
	return c.synced().AfterFunc(d, func() { c.due = append(c.due, afterFunc{order: order, run: f}) })
}

// Tick returns a channel that receives the time every d, and nil if d is not positive, as time.Tick does.
func (c *Clock) Tick(d time.Duration) <-chan time.Time {
	if d <= 0 {
		return nil
	}
	return c.Ticker(d).C
}

// Ticker returns a ticker with period d. Like time.NewTicker, it panics if d is not positive.
func (c *Clock) Ticker(d time.Duration) *clock.Ticker {
	if d <= 0 {
		panic("event: Clock.Ticker was given a period of " + d.String() + ": expected a positive one")
	}
	return c.synced().Ticker(d)
}

// Timer returns a timer that fires after d. One that is due already has fired.
func (c *Clock) Timer(d time.Duration) (t *clock.Timer) {
	mock := c.synced()
	c.timed.alone(func() { t = mock.Timer(d) })
	return t
}

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
// Contexts made from it end with it. Their Err is Canceled, while context.Cause tells DeadlineExceeded: package context
// lets nobody else's deadlines through.
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

// catchUp shows the mock the present: a Reset of one of its timers counts from what it shows.
func (c *Clock) catchUp() { c.timed.setNow(c.Now()) }

// synced returns the mock, which from its making on shows the present.
func (c *Clock) synced() *clock.Mock {
	if c.mock == nil {
		c.mock = clock.NewMock()
		c.timed = timersOf(c.mock)
		c.timed.setNow(c.Now())
		c.queue.moved = append(c.queue.moved, c.catchUp)
	}
	return c.mock
}

// Next is when the earliest timer is due, as virtual time, and false when nobody has a timer.
func (c *Clock) Next() (time.Duration, bool) {
	if c.mock == nil {
		return 0, false
	}
	due, ok := c.timed.next()
	if !ok {
		return 0, false
	}
	return max(due.Add(-c.skew).Sub(Epoch), c.queue.Now()), true
}

// Fire fires every timer that is due by now: channels are filled, and the AfterFuncs that are due are returned, the
// earliest first and those of one instant in the order in which they were made, to be run by the caller.
func (c *Clock) Fire() []func() {
	if c.mock == nil {
		return nil
	}
	now := c.Now()
	c.due = nil
	for _, f := range c.timed.fire(now) {
		f.run() // appends to due
		c.due[len(c.due)-1].at = f.at
	}
	slices.SortFunc(c.due, func(a, b afterFunc) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.order, b.order))
	})
	run := make([]func(), len(c.due))
	for i, f := range c.due {
		run[i] = f.run
	}
	return run
}
