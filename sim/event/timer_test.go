package event

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"pgregory.net/rapid"
)

// newerMock looks for a field in something that is not the library's mock.
func newerMock() {
	var other struct{ mu *sync.Mutex }
	fieldOf(reflect.ValueOf(&other).Elem(), "mu", reflect.TypeFor[sync.Mutex]())
}

func TestTimerFiresOnce(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	timer := c.Timer(time.Second)
	after := c.After(2 * time.Second)
	drive(q, c, time.Minute)
	g.Expect(received(timer.C)).To(gomega.Equal(time.Second))
	g.Expect(received(timer.C)).To(gomega.Equal(time.Duration(-1)))
	g.Expect(received(after)).To(gomega.Equal(2 * time.Second))
	g.Expect(timer.Stop()).To(gomega.BeFalse(), "it has fired")
}

func TestTimerStopAndReset(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	timer := c.Timer(time.Second)
	g.Expect(timer.Stop()).To(gomega.BeTrue())
	drive(q, c, 5*time.Second)
	g.Expect(received(timer.C)).To(gomega.Equal(time.Duration(-1)))
	g.Expect(timer.Reset(time.Second)).To(gomega.BeFalse(), "it was stopped")
	g.Expect(timer.Reset(2*time.Second)).To(gomega.BeTrue(), "it was running")
	drive(q, c, time.Minute)
	g.Expect(received(timer.C)).To(gomega.Equal(7 * time.Second))
}

// A Reset counts from the present, also when nobody has looked at the clock since time moved.
func TestResetCountsFromNow(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	timer := c.Timer(time.Hour)
	q.After(10*time.Second, Controller, func() { timer.Reset(5 * time.Second) })
	q.Step()
	at, _ := c.Next()
	g.Expect(at).To(gomega.Equal(15 * time.Second))
	c.Step(time.Hour)
	timer.Reset(time.Second)
	at, _ = c.Next()
	g.Expect(at).To(gomega.Equal(11 * time.Second))
}

func TestResetWithAnUnreadTickDoesNotBlock(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	timer := c.Timer(time.Second)
	drive(q, c, time.Second)
	timer.Reset(time.Second) // the tick of 1s is in the channel still
	drive(q, c, 2*time.Second)
	g.Expect(received(timer.C)).To(gomega.Equal(2 * time.Second))
	g.Expect(received(timer.C)).To(gomega.Equal(time.Duration(-1)))
}

// A timer that is due at once fires while it is made. It must not take along what others have pending at this instant.
func TestTimerOfNoTimeLeavesOthersAlone(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	var ran []string
	c.AfterFunc(time.Second, func() { ran = append(ran, "func") })
	ticker := c.Ticker(time.Second)
	q.AdvanceTo(time.Second) // at which a turn of the implementation comes before its timers
	g.Expect(received(c.After(0))).To(gomega.Equal(time.Second))
	g.Expect(received(ticker.C)).To(gomega.Equal(time.Duration(-1)))
	drive(q, c, time.Second)
	g.Expect(ran).To(gomega.Equal([]string{"func"}))
	g.Expect(received(ticker.C)).To(gomega.Equal(time.Second))
}

func TestTicker(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	ticker := c.Ticker(10 * time.Second)
	tick := c.Tick(time.Minute)
	drive(q, c, 10*time.Second)
	g.Expect(received(ticker.C)).To(gomega.Equal(10 * time.Second))
	drive(q, c, 45*time.Second)
	g.Expect(received(ticker.C)).To(gomega.Equal(20*time.Second), "the oldest unread tick stays")
	g.Expect(received(ticker.C)).To(gomega.Equal(time.Duration(-1)), "the others are dropped")
	ticker.Reset(20 * time.Second)
	drive(q, c, 60*time.Second)
	g.Expect(received(ticker.C)).To(gomega.Equal(time.Duration(-1)))
	g.Expect(received(tick)).To(gomega.Equal(60 * time.Second))
	drive(q, c, 65*time.Second)
	g.Expect(received(ticker.C)).To(gomega.Equal(65 * time.Second))
	ticker.Stop()
	drive(q, c, 2*time.Minute)
	g.Expect(received(ticker.C)).To(gomega.Equal(time.Duration(-1)))
}

func TestTickerThatIsLateKeepsItsPeriod(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	c.Ticker(10 * time.Second)
	q.AdvanceTo(35 * time.Second)
	g.Expect(c.Fire()).To(gomega.BeEmpty())
	at, _ := c.Next()
	g.Expect(at).To(gomega.Equal(40 * time.Second))
}

func TestPeriodsMustBePositive(t *testing.T) {
	g := gomega.NewWithT(t)
	q, c := newClock()
	g.Expect(c.Tick(0)).To(gomega.BeNil())
	g.Expect(func() { c.Ticker(0) }).To(gomega.PanicWith(gomega.ContainSubstring("expected a positive one")))
	ticker := c.Ticker(time.Second)
	ticker.Reset(0)
	g.Expect(func() { drive(q, c, time.Second) }).To(gomega.PanicWith(gomega.ContainSubstring("Ticker.Reset")))
}

// Timers against a naive model: a map of what is due when.
func TestTimersAreDueWhenAModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, c := newClock()
		due := map[int]time.Duration{}
		fired := map[int]time.Duration{}
		type stopper interface {
			Stop() bool
			Reset(time.Duration) bool
		}
		timers := map[int]stopper{}
		pick := func(t *rapid.T) int { return rapid.IntRange(0, len(timers)-1).Draw(t, "timer") }
		wait := func(t *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(0, 5).Draw(t, "wait")) * time.Second
		}
		t.Repeat(map[string]func(*rapid.T){
			"make": func(t *rapid.T) {
				n, d := len(timers), wait(t)
				due[n] = q.Now() + d
				timers[n] = c.AfterFunc(d, func() { fired[n] = q.Now() })
			},
			"stop": func(t *rapid.T) {
				if len(timers) == 0 {
					t.Skip("no timer")
				}
				n := pick(t)
				_, want := due[n]
				delete(due, n)
				if got := timers[n].Stop(); got != want {
					t.Fatalf("Stop of timer %d: %v, expected %v", n, got, want)
				}
			},
			"reset": func(t *rapid.T) {
				if len(timers) == 0 {
					t.Skip("no timer")
				}
				n, d := pick(t), wait(t)
				_, want := due[n]
				due[n] = q.Now() + d
				if got := timers[n].Reset(d); got != want {
					t.Fatalf("Reset of timer %d: %v, expected %v", n, got, want)
				}
			},
			"step": func(t *rapid.T) { c.Step(wait(t) - 2*time.Second) },
			"pass": func(t *rapid.T) {
				until := q.Now() + wait(t)
				clear(fired)
				drive(q, c, until)
				for n, at := range due {
					if at > until {
						continue
					}
					if got, ok := fired[n]; !ok || got != at {
						t.Fatalf("timer %d was due at %v; it has fired: %v, at %v", n, at, ok, got)
					}
					delete(due, n)
					delete(fired, n)
				}
				if len(fired) > 0 {
					t.Fatalf("timers fired that were not due: %v", fired)
				}
			},
		})
	})
}
