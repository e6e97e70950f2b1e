package conformance

import (
	"time"

	"github.com/jobsim/jobsim/sim/trace"
)

// A check has one or more of these methods. Each is called once for every occasion, after the view has taken it.
type (
	// jobCheck looks at each change of a Job: its creation (before is nil), every stored write, its removal (gone).
	jobCheck interface {
		job(x *examiner, j *jobState)
	}
	// podCheck looks at each change of a pod in the same way.
	podCheck interface {
		pod(x *examiner, p *podState)
	}
	// callCheck looks at each API request of the implementation, accepted or not, after what it changed was looked at.
	callCheck interface {
		call(x *examiner, e *trace.Entry)
	}
	// containerCheck looks at what happens to containers.
	containerCheck interface {
		container(x *examiner, p *podState, e *trace.Entry)
	}
	// instanceCheck looks at the life of instances: start, crash, stop, and, for reconcile functions, sync and error.
	instanceCheck interface {
		instance(x *examiner, e *trace.Entry)
	}
	// deliveryCheck looks at what reaches the caches of the implementation.
	deliveryCheck interface {
		delivery(x *examiner, e *trace.Entry)
	}
	// tickCheck is asked before time moves on to until: whatever was to happen at x.now has happened.
	tickCheck interface {
		tick(x *examiner, until time.Duration)
	}
	// endCheck is asked at the end of the run.
	endCheck interface {
		end(x *examiner)
	}
)

// onJob, onPod, onCall and onEnd are checks without a memory.
type (
	onJob  func(x *examiner, j *jobState)
	onPod  func(x *examiner, p *podState)
	onCall func(x *examiner, e *trace.Entry)
	onEnd  func(x *examiner)
)

func (f onJob) job(x *examiner, j *jobState)      { f(x, j) }
func (f onPod) pod(x *examiner, p *podState)      { f(x, p) }
func (f onCall) call(x *examiner, e *trace.Entry) { f(x, e) }
func (f onEnd) end(x *examiner)                   { f(x) }
