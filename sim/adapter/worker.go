package adapter

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// worker runs the implementation's code on a goroutine of its own, so that code that never returns can be left behind
// and a crash can end it anywhere. While it runs, the simulator waits: only one of the two goroutines is ever active,
// so neither needs locks.
type worker struct {
	jobs chan func()
	done chan outcome
	// place says whose code the goroutine is in, for whoever waits too long.
	place atomic.Int32
	// calls counts the API calls that were entered: a goroutine that makes calls is not stuck.
	calls atomic.Uint64
}

const (
	idle int32 = iota
	inImplementation
	inSimulator
	abandoned
)

// outcome is how a job ended: it returned, or it panicked, or its goroutine has exited because the instance has ended.
type outcome struct {
	exited   bool
	panicked any
	stack    []byte
}

func newWorker() *worker {
	w := &worker{jobs: make(chan func()), done: make(chan outcome, 1)}
	go w.loop()
	return w
}

func (w *worker) loop() {
	defer func() {
		// Reached by a panic, by runtime.Goexit from within a request, and when the jobs end.
		if r := recover(); r != nil {
			w.done <- outcome{exited: true, panicked: r, stack: debug.Stack()}
			return
		}
		w.done <- outcome{exited: true}
	}()
	for job := range w.jobs {
		job()
		w.done <- outcome{}
	}
}

// stuckTicks is how many looks at a worker without progress make it stuck.
const stuckTicks = 5

// run runs a job and waits for it. It gives the goroutine up once it has computed for longer than limit, in real time,
// without an API call: this decides only whether the run ends, never what it contains.
//
// The ticker ticks stuckTicks times in the limit; it is made once for an instance.
func (w *worker) run(job func(), tick *time.Ticker, limit time.Duration) (outcome, error) {
	w.place.Store(inImplementation)
	w.jobs <- job
	still, before := 0, w.calls.Load()
	for {
		select {
		case o := <-w.done:
			w.place.Store(idle)
			return o, nil
		case <-tick.C:
			if now := w.calls.Load(); now != before || w.place.Load() != inImplementation {
				still, before = 0, now
				continue
			}
			if still++; still > stuckTicks && w.place.CompareAndSwap(inImplementation, abandoned) {
				return outcome{}, fmt.Errorf("it has computed for %v of real time without an API call and without returning; "+
					"does it wait for a channel or a lock? (Clock.Sleep lets virtual time pass; "+
					"a program with goroutines of its own is driven by adapter.Concurrent)", limit)
			}
		}
	}
}

// enter marks the start of a request. It does not return when the goroutine has been given up.
func (w *worker) enter() {
	if !w.place.CompareAndSwap(inImplementation, inSimulator) {
		runtime.Goexit()
	}
	w.calls.Add(1)
}

// leave marks the end of a request.
func (w *worker) leave() { w.place.Store(inImplementation) }

// stop lets an idle worker end.
func (w *worker) stop() { close(w.jobs) }
