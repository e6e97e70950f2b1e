package adapter

import (
	"runtime"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestTurnstile(t *testing.T) {
	g := NewWithT(t)
	ts := newTurnstile()
	g.Expect(ts.enter()).To(Equal(notCalled))
	strand := NewStrand()
	none := ts.stepOutWatched(named("outer"), strand)
	g.Expect(none).To(Equal(call{}))
	g.Expect(ts.enter()).To(Equal(admitted))
	_, now, alone := ts.waits()
	g.Expect(alone).To(BeFalse(), "somebody is inside")
	g.Expect(now).To(Equal(progress{calls: 1, begun: 1, passes: 1}))
	g.Expect(ts.giveUp(now)).To(BeFalse())

	ts.stepOut() // whoever is inside calls a handler
	_, _, alone = ts.waits()
	g.Expect(alone).To(BeFalse(), "handlers are not watched")
	ts.stepBack()
	outer := ts.stepOutWatched(named("inner"), strand) // and other code
	c, before, alone := ts.waits()
	g.Expect(alone).To(BeTrue())
	g.Expect(c).To(Equal(call{named("inner"), strand, 2}))
	ts.stepBackTo(outer)
	g.Expect(ts.giveUp(before)).To(BeFalse(), "it has returned")
	ts.leave()
	c, _, alone = ts.waits()
	g.Expect(alone).To(BeTrue())
	g.Expect(c).To(Equal(call{named("outer"), strand, 1}))
	ts.stepBackTo(none)
	_, _, alone = ts.waits()
	g.Expect(alone).To(BeFalse())
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
	ts.stepOutWatched(named("it"), NewStrand())
	_, now, alone := ts.waits()
	g.Expect(alone).To(BeTrue())
	g.Expect(ts.giveUp(now)).To(BeTrue())
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
	w, strand := newWorker(), NewStrand()
	for range 3 {
		g.Expect(w.run(func() {}, strand)).To(Equal(outcome{}))
	}
	o := w.run(func() { panic("no") }, strand)
	g.Expect(o.exited).To(BeTrue())
	g.Expect(o.panicked).To(Equal("no"))
	g.Expect(string(o.stack)).To(ContainSubstring("turnstile_test.go"))

	w = newWorker()
	deferred := false
	g.Expect(w.run(func() {
		defer func() { deferred = true }()
		runtime.Goexit()
	}, strand)).To(Equal(outcome{exited: true}))
	g.Expect(deferred).To(BeTrue())
}

// Whoever has called code that does not return exits when it does: the run has gone on without both.
func TestCallersOfALostStrandExit(t *testing.T) {
	g := NewWithT(t)
	for name, ends := range map[string]func(){
		"return": func() {}, "panic": func() { panic("no") }, "exit": runtime.Goexit,
	} {
		strand := NewStrand()
		exited, wentOn := make(chan struct{}), false
		go func() {
			defer close(exited)
			newWorker().run(func() {
				newWorker().run(func() { strand.Lose(); ends() }, strand)
				wentOn = true
			}, strand)
			wentOn = true
		}()
		<-exited
		<-strand.Signal()
		g.Expect(strand.Lost()).To(BeTrue())
		g.Expect(wentOn).To(BeFalse(), name)
	}
}
