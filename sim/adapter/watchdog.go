package adapter

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// stuckLooks is how many looks at a call without progress make it stuck.
const stuckLooks = 5

// watchdog looks at an instance from time to time, in real time, and gives a call of its code up once that has computed
// for longer than the limit without an API call. This decides only whether the run ends, or goes on without an instance
// that has ended anyway; never what the run contains.
type watchdog struct {
	// instance is nil when there is nothing left to watch: a timer that has been stopped may be kept for a while, and
	// must not keep a run.
	instance atomic.Pointer[reconcileInstance]
	mu       sync.Mutex // the first look may come before timer is set
	timer    *time.Timer
	every    time.Duration
	seen     progress
	still    int
}

// call is a call of the implementation's code that is being watched.
type call struct {
	what   fmt.Stringer
	strand *Strand
	depth  int // of how many calls, one within the other, it is the innermost
}

// watch starts the watchdog, which stuckLooks times in the limit has a look.
func (i *reconcileInstance) watch() {
	if i.watchdog != nil {
		return
	}
	every := max(i.world.Limits().Stuck/stuckLooks, 1)
	d := &watchdog{every: every}
	d.instance.Store(i)
	i.watchdog = d
	d.mu.Lock()
	defer d.mu.Unlock()
	d.timer = time.AfterFunc(every, d.look)
}

// unwatch stops the watchdog once the instance has ended and none of its code is being called any more.
func (i *reconcileInstance) unwatch() {
	if i.watchdog != nil && i.dead && i.running == 0 {
		i.watchdog.instance.Store(nil)
		i.watchdog.timer.Stop()
	}
}

func (d *watchdog) look() {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.instance.Load()
	if i == nil {
		return
	}
	c, now, alone := i.turnstile.waits()
	if !alone || now != d.seen {
		d.still, d.seen = 0, now
	} else if d.still++; d.still > stuckLooks && i.turnstile.giveUp(now) {
		i.giveUp(c)
		return
	}
	d.timer.Reset(d.every)
}

// giveUp goes on without a call that does not return, and without everything that waits for it.
func (i *reconcileInstance) giveUp(c call) {
	i.running--
	if !i.over() {
		text := fmt.Sprintf("it has computed for %v of real time without an API call and without returning; "+
			"does it wait for a channel or a lock? (Clock.Sleep lets virtual time pass; "+
			"a program with goroutines of its own is driven by adapter.Concurrent)", i.world.Limits().Stuck)
		i.record("stuck", fmt.Sprintf("%s: %s", c.what, text))
		i.failure = &Failure{Kind: "stuck", Text: fmt.Sprintf("%s does not return: %s", c.what, text)}
	}
	c.strand.Lose()
}
