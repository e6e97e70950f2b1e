package sim

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/jobsim/jobsim/sim/adapter"
)

// supervise lets a run happen on a goroutine of its own, and on yet another one when code of the implementation does not
// return: what has called that code is lost then. Everything that waits for it belongs to the instance, which has failed
// or has ended already, so that nothing but the main loop has to go on.
func (r *run) supervise() {
	for end := r.driven(r.prepare); !end; end = r.driven(r.goOn) {
		r.strand = adapter.NewStrand()
	}
}

// goOn is the beginning of a strand that follows a lost one.
func (r *run) goOn() {
	r.queue.Cause = 0
	if r.starting {
		r.hasStarted(r.world, r.instance, r.instance.Settle())
	}
}

// driven begins a strand, and goes on with the main loop on it. It reports false if the strand is lost before the end of
// the run. A panic of the simulator, and the end of a goroutine that is not the implementation's, are the caller's.
func (r *run) driven(begin func()) bool {
	strand := r.strand
	ended := make(chan func(), 1)
	go r.drive(strand, ended, func() {
		begin()
		r.loop()
	})
	select {
	case end := <-ended:
		end()
		return true
	case <-strand.Signal():
		return false
	}
}

// drive does what is to be done on a strand, and says then how the caller must go on.
func (r *run) drive(strand *adapter.Strand, ended chan<- func(), do func()) {
	returned := false
	defer func() {
		switch p := recover(); {
		case strand.Lost(): // the run goes on without it
		case returned:
			ended <- func() {}
		case p != nil:
			text := fmt.Sprintf("%v\n%s", p, debug.Stack())
			ended <- func() { panic(text) }
		default:
			ended <- runtime.Goexit
		}
	}()
	do()
	returned = true
}
