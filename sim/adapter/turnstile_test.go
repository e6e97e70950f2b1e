package adapter

import (
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestTurnstile(t *testing.T) {
	g := NewWithT(t)
	ts := newTurnstile()
	g.Expect(ts.enter()).To(Equal(notCalled))
	call := ts.stepOut()
	g.Expect(call).To(Equal(1))
	g.Expect(ts.enter()).To(Equal(admitted))
	alone, passes := ts.waits(call)
	g.Expect(alone).To(BeFalse(), "somebody is inside")
	g.Expect(passes).To(Equal(1))
	g.Expect(ts.giveUp(call)).To(BeFalse())

	inner := ts.stepOut() // whoever is inside calls the implementation
	alone, _ = ts.waits(call)
	g.Expect(alone).To(BeFalse(), "the simulator waits for the inner call")
	g.Expect(ts.giveUp(call)).To(BeFalse())
	alone, _ = ts.waits(inner)
	g.Expect(alone).To(BeTrue())
	ts.stepBack()
	ts.leave()
	ts.stepBack()
	g.Expect(ts.enter()).To(Equal(notCalled))

	ts.stepOut()
	ts.end()
	g.Expect(ts.enter()).To(Equal(tooLate))
	ts.stepBack()
	g.Expect(ts.enter()).To(Equal(notCalled))
}

func TestTurnstileGivesUp(t *testing.T) {
	g := NewWithT(t)
	ts := newTurnstile()
	call := ts.stepOut()
	g.Expect(ts.giveUp(call)).To(BeTrue())
	g.Expect(ts.enter()).To(Equal(tooLate))
	g.Expect(ts.enter()).To(Equal(tooLate))
}

func TestTurnstileLetsOneInAtATime(t *testing.T) {
	ts := newTurnstile()
	ts.stepOut()
	var group sync.WaitGroup
	inside, visits := 0, 0
	for range 20 {
		group.Go(func() {
			for range 50 {
				if ts.enter() != admitted {
					t.Error("expected to get in")
					return
				}
				if inside++; inside != 1 {
					t.Error("expected to be alone")
				}
				visits++
				inside--
				ts.leave()
			}
		})
	}
	group.Wait()
	ts.stepBack()
	NewWithT(t).Expect(visits).To(Equal(1000))
}

// A call may leave a goroutine behind that is inside: the simulator waits for it.
func TestTurnstileStepsBackWhenNobodyIsInside(t *testing.T) {
	ts := newTurnstile()
	ts.stepOut()
	left := false
	entered := make(chan struct{})
	go func() {
		ts.enter()
		close(entered)
		time.Sleep(10 * time.Millisecond) // lets the other goroutine go wrong, if it does
		left = true
		ts.leave()
	}()
	<-entered
	ts.stepBack()
	NewWithT(t).Expect(left).To(BeTrue())
}

func TestWorkerReportsHowAJobEnded(t *testing.T) {
	g := NewWithT(t)
	ts := newTurnstile()
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	w := newWorker()
	for range 3 {
		o, err := w.run(func() {}, ts, tick, time.Hour)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(o).To(Equal(outcome{}))
	}
	o, err := w.run(func() { panic("no") }, ts, tick, time.Hour)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(o.exited).To(BeTrue())
	g.Expect(o.panicked).To(Equal("no"))
	g.Expect(string(o.stack)).To(ContainSubstring("turnstile_test.go"))
}

func TestWorkerIsGivenUp(t *testing.T) {
	g := NewWithT(t)
	ts := newTurnstile()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	w := newWorker()
	never := make(chan struct{})
	_, err := w.run(func() { <-never }, ts, tick, 5*time.Millisecond)
	g.Expect(err).To(MatchError(HavePrefix("it has computed for 5ms of real time without an API call")))
	close(never)
	g.Expect(<-w.done).To(Equal(outcome{}))
	g.Expect(<-w.done).To(Equal(outcome{exited: true}), "its goroutine ends")
}
