package adapter

import (
	"context"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/jobsim/jobsim/sim/event"
)

// instanceClock is the clock of an instance as its code may use it from any goroutine. Sleep, which lets the world go
// on, finds its own way in.
type instanceClock struct {
	*event.Clock
	instance *reconcileInstance
}

var _ clock.Clock = (*instanceClock)(nil)

// read reads the clock where nobody else changes it. When the implementation's code is not being called the simulator
// itself asks, by way of a rate limiter for instance.
func read[T any](c *instanceClock, from func() T) (value T) {
	if !c.instance.visit(func() { value = from() }) {
		value = from()
	}
	return value
}

func (c *instanceClock) Now() time.Time { return read(c, c.Clock.Now) }

func (c *instanceClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

func (c *instanceClock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

func (c *instanceClock) After(d time.Duration) <-chan time.Time {
	return read(c, func() <-chan time.Time { return c.Clock.After(d) })
}

func (c *instanceClock) AfterFunc(d time.Duration, f func()) *clock.Timer {
	return read(c, func() *clock.Timer { return c.Clock.AfterFunc(d, f) })
}

func (c *instanceClock) Tick(d time.Duration) <-chan time.Time {
	return read(c, func() <-chan time.Time { return c.Clock.Tick(d) })
}

func (c *instanceClock) Ticker(d time.Duration) *clock.Ticker {
	return read(c, func() *clock.Ticker { return c.Clock.Ticker(d) })
}

func (c *instanceClock) Timer(d time.Duration) *clock.Timer {
	return read(c, func() *clock.Timer { return c.Clock.Timer(d) })
}

// WithDeadline returns a context that ends at a virtual instant.
func (c *instanceClock) WithDeadline(parent context.Context, t time.Time) (context.Context, context.CancelFunc) {
	return c.WithTimeout(parent, c.Until(t))
}

// WithTimeout returns a context that ends after d of virtual time.
func (c *instanceClock) WithTimeout(parent context.Context, d time.Duration) (ctx context.Context, cancel context.CancelFunc) {
	make := func() { ctx, cancel = c.Clock.WithTimeout(parent, d) }
	if !c.instance.visit(make) {
		make()
	}
	return ctx, cancel
}
