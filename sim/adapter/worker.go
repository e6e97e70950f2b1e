package adapter

import (
	"fmt"
	"runtime/debug"
	"time"
)

// worker runs the implementation's code on a goroutine of its own, so that code that never returns can be left behind
// and a crash can end it anywhere. While it runs, the simulator waits.
type worker struct {
	jobs chan func()
	done chan outcome
}

// outcome is how a job ended: it returned, or it panicked, or its goroutine has exited, as it does when the instance
// has ended.
type outcome struct {
	exited   bool
	panicked any
	stack    []byte
}

func newWorker() *worker {
	// Room for two outcomes, since nobody takes those of a worker that was given up: that of its job, and its exit.
	w := &worker{jobs: make(chan func()), done: make(chan outcome, 2)}
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
func (w *worker) run(job func(), t *turnstile, tick *time.Ticker, limit time.Duration) (outcome, error) {
	call := t.stepOut()
	w.jobs <- job
	_, before := t.waits(call)
	still := 0
	for {
		select {
		case o := <-w.done:
			t.stepBack()
			return o, nil
		case <-tick.C:
			if alone, now := t.waits(call); !alone || now != before {
				still, before = 0, now
				continue
			}
			if still++; still > stuckTicks && t.giveUp(call) {
				w.stop()
				return outcome{}, fmt.Errorf("it has computed for %v of real time without an API call and without returning; "+
					"does it wait for a channel or a lock? (Clock.Sleep lets virtual time pass; "+
					"a program with goroutines of its own is driven by adapter.Concurrent)", limit)
			}
		}
	}
}

// stop lets a worker end once it is idle.
func (w *worker) stop() { close(w.jobs) }
