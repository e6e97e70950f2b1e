package sim

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/internal/bubble"
	"github.com/jobsim/jobsim/sim/trace"
)

// looks is how many looks without progress make a program stuck.
const looks = 5

// superviseBubble lets a run happen in a bubble of its own, and watches from outside whether it gets on: in the bubble
// there is no other time than virtual time. What is left of a run that is given up stays behind, and touches nothing any
// more.
func (r *run) superviseBubble() {
	var id atomic.Uint64
	strand := r.strand
	ended, over := make(chan func(), 1), make(chan error, 1)
	go func() {
		over <- bubble.Run(func(number uint64) {
			id.Store(number)
			r.drive(strand, ended, r.inBubble)
		})
	}()
	ticker := time.NewTicker(max(r.options.limits.Stuck/looks, 1))
	defer ticker.Stop()
	dog := watchdog{strand: strand}
	for {
		select {
		case err := <-over:
			r.noteLeak(err)
			(<-ended)()
			return
		case <-ticker.C:
			if found, stuck := dog.look(id.Load()); stuck {
				r.giveUp(found)
				return
			}
		}
	}
}

// inBubble is a run from beginning to end. The program is stopped even if the simulator or its chooser panics, since its
// goroutines would stay.
func (r *run) inBubble() {
	defer func() {
		if !r.strand.Lost() {
			r.stop()
		}
	}()
	r.prepare()
	r.loop()
}

// noteLeak keeps the goroutines that a bubble has left behind.
func (r *run) noteLeak(err error) {
	var leak *bubble.Leak
	if errors.As(err, &leak) {
		for _, g := range leak.Goroutines {
			r.leaked = append(r.leaked, g.String())
		}
	}
}

// watchdog looks at a run in a bubble from time to time, in real time. This decides only whether the run ends, never
// what the run contains.
type watchdog struct {
	strand *adapter.Strand
	seen   uint64
	still  int
}

// look takes the run from a strand that has waited for the program for too long, and returns the goroutines of the
// bubble.
func (d *watchdog) look(id uint64) (found []bubble.Goroutine, stuck bool) {
	turn := d.strand.Turns()
	if turn != d.seen || turn%2 == 0 {
		d.seen, d.still = turn, 0
		return nil, false
	}
	if d.still++; d.still < looks {
		return nil, false
	}
	found = bubble.Goroutines(id)
	return found, d.strand.LoseAway(turn)
}

// giveUp ends a run whose program does not come to rest. At the end of a run it only has not ended when it should.
func (r *run) giveUp(found []bubble.Goroutine) {
	var busy, all []string
	for _, g := range found {
		if all = append(all, g.String()); !g.Durable {
			busy = append(busy, g.String())
		}
	}
	if len(busy) == 0 { // they act in turns, each of them quick
		busy = all
	}
	if r.ending != "" {
		r.leaked = busy
		return
	}
	text := fmt.Sprintf("the program has not come to rest for %v of real time, so virtual time cannot pass. "+
		"It computes, or waits for what is outside of its bubble (a socket, a channel that was made before the run) or for a "+
		"sync.Mutex: %s", r.options.limits.Stuck, strings.Join(busy, "\n\t"))
	r.ending = Stuck
	r.failure = &adapter.Failure{Kind: "stuck", Text: text}
	r.world.Record(trace.Entry{Kind: trace.Instance, Verb: "stuck", Text: text})
	if r.starting {
		r.failure = fmt.Errorf("%s could not be started: %w", r.impl.Name(), r.failure)
	}
}
