package event

import (
	"context"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/onsi/gomega"
)

// drive lets virtual time pass until a time, as the manager of an implementation does: timers fire when they are due.
func drive(q *Queue, c *Clock, until time.Duration) {
	for {
		at, ok := c.Next()
		if !ok || at > until {
			break
		}
		q.AdvanceTo(at)
		for _, f := range c.Fire() {
			f()
		}
	}
	q.AdvanceTo(until)
}

func newClock() (*Queue, *Clock) {
	q := NewQueue(Fixed{})
	return q, NewClock(q, nil)
}

// received is the instant that was sent on a channel, or -1.
func received(c <-chan time.Time) time.Duration {
	select {
	case at := <-c:
		return at.Sub(Epoch)
	default:
		return -1
	}
}

func TestClockWithoutTimersCostsNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	q.AdvanceTo(300 * time.Hour)
	g.Expect(c.Now()).To(gomega.Equal(Epoch.Add(300 * time.Hour)))
	g.Expect(c.Since(Epoch)).To(gomega.Equal(300 * time.Hour))
	g.Expect(c.Until(Epoch.Add(301 * time.Hour))).To(gomega.Equal(time.Hour))
	_, pending := c.Next()
	g.Expect(pending).To(gomega.BeFalse())
	g.Expect(c.Fire()).To(gomega.BeEmpty())
	g.Expect(c.mock).To(gomega.BeNil(), "the library's mock, whose steps sleep, is not even made")
}

func TestSleepLetsTheWorldGoOn(t *testing.T) {
	q := NewQueue(Fixed{})
	c := NewClock(q, func(d time.Duration) { q.AdvanceTo(q.Now() + d) })
	c.Sleep(time.Minute)
	gomega.NewWithT(t).Expect(c.Now()).To(gomega.Equal(Epoch.Add(time.Minute)))
}

func TestAfterFuncsOfOneInstantGoInTheOrderOfTheirMaking(t *testing.T) {
	for range 20 {
		g := gomega.NewWithT(t)
		q, c := newClock()
		var ran []int
		for i := range 30 {
			// Later ones are due earlier, so that the order of waits and of making differ.
			c.AfterFunc(time.Duration(3-i%3)*time.Second, func() { ran = append(ran, i) })
		}
		drive(q, c, time.Minute)
		var want []int
		for _, late := range []int{2, 1, 0} {
			for i := late; i < 30; i += 3 {
				want = append(want, i)
			}
		}
		g.Expect(ran).To(gomega.Equal(want))
	}
}

func TestAfterFuncsThatAreLateGoInTheOrderOfTheirInstants(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	var ran []string
	c.AfterFunc(2*time.Second, func() { ran = append(ran, "second") })
	c.AfterFunc(time.Second, func() { ran = append(ran, "first") })
	q.AdvanceTo(time.Minute) // an API call took long
	for _, f := range c.Fire() {
		f()
	}
	g.Expect(ran).To(gomega.Equal([]string{"first", "second"}))
}

func TestAfterFuncOfNoTimeIsDueNow(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	q.AdvanceTo(time.Second)
	ran := false
	c.AfterFunc(-time.Second, func() { ran = true })
	at, ok := c.Next()
	g.Expect(ok).To(gomega.BeTrue())
	g.Expect(at).To(gomega.Equal(time.Second), "never in the past")
	g.Expect(ran).To(gomega.BeFalse(), "it has a turn of its own")
	drive(q, c, time.Second)
	g.Expect(ran).To(gomega.BeTrue())
}

func TestStepMovesNowAndKeepsWaits(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		t.Run(step.String(), func(t *testing.T) {
			g := gomega.NewWithT(t)
			q, c := newClock()
			timer := c.Timer(10 * time.Second)
			q.AdvanceTo(2 * time.Second)
			c.Step(step)
			g.Expect(c.Now()).To(gomega.Equal(Epoch.Add(2*time.Second + step)))
			at, _ := c.Next()
			g.Expect(at).To(gomega.Equal(10*time.Second), "timers keep their waits")
			late := c.Timer(5 * time.Second)
			drive(q, c, 7*time.Second)
			g.Expect(received(late.C)).To(gomega.Equal(7*time.Second + step))
			drive(q, c, 10*time.Second)
			g.Expect(received(timer.C)).To(gomega.Equal(10*time.Second+step), "the tick shows the time as the clock does")
		})
	}
}

func TestTimeouts(t *testing.T) {
	t.Run("ends after its time", func(t *testing.T) {
		g := gomega.NewWithT(t)
		q, c := newClock()
		ctx, cancel := c.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		deadline, ok := ctx.Deadline()
		g.Expect(ok).To(gomega.BeTrue())
		g.Expect(deadline).To(gomega.Equal(Epoch.Add(5 * time.Second)))
		drive(q, c, 5*time.Second-1)
		g.Expect(ctx.Err()).NotTo(gomega.HaveOccurred())
		drive(q, c, 5*time.Second)
		g.Expect(ctx.Err()).To(gomega.MatchError(context.DeadlineExceeded))
		g.Expect(ctx.Done()).To(gomega.BeClosed())
	})
	t.Run("is cancelled before", func(t *testing.T) {
		g := gomega.NewWithT(t)
		q, c := newClock()
		ctx, cancel := c.WithTimeout(context.Background(), 5*time.Second)
		cancel()
		g.Expect(ctx.Err()).To(gomega.MatchError(context.Canceled))
		_, pending := c.Next()
		g.Expect(pending).To(gomega.BeFalse(), "its timer is gone")
		drive(q, c, time.Minute)
		g.Expect(ctx.Err()).To(gomega.MatchError(context.Canceled))
	})
	t.Run("a deadline that has passed", func(t *testing.T) {
		g := gomega.NewWithT(t)
		q, c := newClock()
		q.AdvanceTo(time.Minute)
		ctx, cancel := c.WithDeadline(context.Background(), Epoch.Add(time.Second))
		defer cancel()
		g.Expect(ctx.Err()).To(gomega.MatchError(context.DeadlineExceeded))
	})
	t.Run("ends with its parent, whose deadline is earlier", func(t *testing.T) {
		g := gomega.NewWithT(t)
		q, c := newClock()
		parent, cancelParent := c.WithDeadline(context.Background(), Epoch.Add(time.Second))
		defer cancelParent()
		ctx, cancel := c.WithTimeout(parent, time.Hour)
		defer cancel()
		deadline, _ := ctx.Deadline()
		g.Expect(deadline).To(gomega.Equal(Epoch.Add(time.Second)))
		drive(q, c, time.Second)
		g.Expect(ctx.Err()).To(gomega.MatchError(context.DeadlineExceeded))
	})
	t.Run("a context made from it", func(t *testing.T) {
		g := gomega.NewWithT(t)
		q, c := newClock()
		parent, cancelParent := c.WithTimeout(context.Background(), time.Second)
		defer cancelParent()
		ctx, cancel := context.WithCancel(parent)
		defer cancel()
		drive(q, c, time.Second)
		g.Expect(ctx.Err()).To(gomega.HaveOccurred(), "without a goroutine having to run")
		g.Expect(context.Cause(ctx)).To(gomega.MatchError(context.DeadlineExceeded))
	})
}

// What mockTimers looks at are private fields of a library.
func TestMockHasTheFieldsThatAreLookedAt(t *testing.T) {
	g := gomega.NewWithT(t)
	m := clock.NewMock()
	timed := timersOf(m)
	now := Epoch.Add(time.Hour)
	timed.setNow(now)
	g.Expect(m.Now()).To(gomega.Equal(now))

	timer := m.Timer(2 * time.Second)
	ticker := m.Ticker(time.Second)
	m.AfterFunc(3*time.Second, func() {})
	g.Expect(timed.timers.Len()).To(gomega.Equal(3))
	due, ok := timed.next()
	g.Expect(ok).To(gomega.BeTrue())
	g.Expect(due).To(gomega.Equal(now.Add(time.Second)))
	var timers, tickers, funcs int
	for i := range timed.timers.Len() {
		switch at := timed.at(i); {
		case at.period != nil:
			tickers++
			g.Expect(*at.period).To(gomega.Equal(time.Second))
			g.Expect((<-chan time.Time)(at.c)).To(gomega.BeIdenticalTo(ticker.C))
		case at.fn != nil:
			funcs++
		default:
			timers++
			g.Expect((<-chan time.Time)(at.c)).To(gomega.BeIdenticalTo(timer.C))
			g.Expect(*at.stopped).To(gomega.BeFalse())
		}
	}
	g.Expect([]int{timers, tickers, funcs}).To(gomega.Equal([]int{1, 1, 1}))
}

func TestAnotherVersionOfTheLibraryIsTold(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(func() { newerMock() }).To(gomega.PanicWith(gomega.ContainSubstring("has no field mu of type sync.Mutex")))
}
