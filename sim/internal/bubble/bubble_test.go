package bubble_test

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/sim/internal/bubble"
)

// Package synctest does not promise that a zero testing.T will do: this tells when it does not any more.
func TestRun(t *testing.T) {
	g := NewWithT(t)
	var began, ended time.Time
	outer := time.Now()
	g.Expect(bubble.Run(func(id uint64) {
		g.Expect(id).To(Equal(bubble.ID()))
		began = time.Now()
		time.Sleep(time.Hour)
		ended = time.Now()
	})).To(Succeed(), "if a new version of Go breaks this, see the comment on Run")
	g.Expect(began).To(BeTemporally("==", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)))
	g.Expect(ended.Sub(began)).To(Equal(time.Hour))
	g.Expect(time.Now()).To(BeTemporally(">=", outer), "outside time is real")
	g.Expect(bubble.ID()).To(BeZero())
}

func TestRunSideBySide(t *testing.T) {
	g := NewWithT(t)
	var group sync.WaitGroup
	ids := make([]uint64, 20)
	for n := range ids {
		group.Go(func() {
			_ = bubble.Run(func(id uint64) {
				time.Sleep(time.Duration(n) * time.Minute)
				ids[n] = id
			})
		})
	}
	group.Wait()
	seen := map[uint64]bool{}
	for _, id := range ids {
		seen[id] = true
	}
	g.Expect(seen).To(HaveLen(20))
	g.Expect(seen).NotTo(HaveKey(uint64(0)))
}

func TestGoexitEndsTheBubble(t *testing.T) {
	g := NewWithT(t)
	g.Expect(bubble.Run(func(uint64) { runtime.Goexit() })).To(Succeed())
}

func forever() { select {} }

func TestLeak(t *testing.T) {
	g := NewWithT(t)
	err := bubble.Run(func(uint64) {
		go forever()
		go func() { time.Sleep(time.Hour) }() // the clock stops with the bubble
	})
	var leak *bubble.Leak
	g.Expect(err).To(BeAssignableToTypeOf(leak))
	leak = err.(*bubble.Leak)
	g.Expect(leak.Goroutines).To(HaveLen(2))
	g.Expect(leak.Goroutines).To(ContainElement(HaveField("String()", MatchRegexp(
		`^select \(no cases\) in \S*/bubble_test.forever \(\S*bubble_test.go:\d+\), started by \S*/bubble_test.TestLeak.func1$`))))
	g.Expect(leak.Goroutines).To(ContainElement(HaveField("String()", MatchRegexp(
		`^sleep in time.Sleep, called by \S*/bubble_test.TestLeak.func1.1 \(\S*bubble_test.go:\d+\)`))))
	g.Expect(err).To(MatchError("2 goroutines did not end"))
}

func TestIDInsideAndOutside(t *testing.T) {
	g := NewWithT(t)
	g.Expect(bubble.ID()).To(BeZero())
	synctest.Test(t, func(*testing.T) { g.Expect(bubble.ID()).NotTo(BeZero()) })
}

func TestGoroutinesTellWhoIsNotDurable(t *testing.T) {
	g := NewWithT(t)
	outer := make(chan struct{})
	id := make(chan uint64, 1)
	over := make(chan error, 1)
	go func() {
		over <- bubble.Run(func(n uint64) {
			go func() { <-outer }()
			go func() { time.Sleep(time.Minute) }()
			id <- n
		})
	}()
	n := <-id
	waiting := func() (found []string) {
		for _, gr := range bubble.Goroutines(n) {
			if !gr.Durable {
				found = append(found, gr.State)
			}
		}
		return found
	}
	for len(waiting()) != 1 || waiting()[0] != "chan receive" {
		runtime.Gosched()
	}
	g.Expect(bubble.Goroutines(n + 1000)).To(BeEmpty())
	close(outer)
	g.Expect(<-over).To(HaveOccurred(), "the sleeper is left: the clock has stopped")
}

func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = bubble.Run(func(uint64) { time.Sleep(time.Hour) })
	}
}
