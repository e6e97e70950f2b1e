package conformance

import (
	"fmt"
	"time"

	"github.com/jobsim/jobsim/sim"
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

// examiner lets checks read one trace.
type examiner struct {
	*view
	// examining is the number of the requirement whose check is at work.
	examining int
	findings  *Findings

	onJobs       []hook[jobCheck]
	onPods       []hook[podCheck]
	onCalls      []hook[callCheck]
	onContainers []hook[containerCheck]
	onInstances  []hook[instanceCheck]
	onDeliveries []hook[deliveryCheck]
	onTicks      []hook[tickCheck]
	onEnds       []hook[endCheck]
}

// hook is a check and the number of its requirement.
type hook[C any] struct {
	number int
	check  C
}

// Findings are what the examination of one run has shown.
type Findings struct {
	// Requirements are what was examined.
	Requirements []*Requirement
	// Exercised tells for each how often the run gave an occasion to break it; one that had none is not kept, it is
	// untested.
	Exercised []int
	// Violations holds for each the first violation, or nil.
	Violations []*Violation
}

// Broken returns the violations that there are.
func (f *Findings) Broken() []*Violation {
	var broken []*Violation
	for _, v := range f.Violations {
		if v != nil {
			broken = append(broken, v)
		}
	}
	return broken
}

// Examine reads the trace of a run once and checks it against requirements.
func Examine(r *sim.Result, requirements []*Requirement, claims *Claims) *Findings {
	return newExaminer(r, requirements, claims).examine()
}

func newExaminer(r *sim.Result, requirements []*Requirement, claims *Claims) *examiner {
	return &examiner{view: newView(r, claims), findings: &Findings{
		Requirements: requirements,
		Exercised:    make([]int, len(requirements)), Violations: make([]*Violation, len(requirements)),
	}}
}

func (x *examiner) examine() *Findings {
	for i, q := range x.findings.Requirements {
		x.examining = i
		x.register(i, q.check())
	}
	x.read(x.run.Trace)
	x.finish()
	return x.findings
}

func (x *examiner) register(number int, check any) {
	known := false
	add := func(ok bool) { known = known || ok }
	add(register(&x.onJobs, number, check))
	add(register(&x.onPods, number, check))
	add(register(&x.onCalls, number, check))
	add(register(&x.onContainers, number, check))
	add(register(&x.onInstances, number, check))
	add(register(&x.onDeliveries, number, check))
	add(register(&x.onTicks, number, check))
	add(register(&x.onEnds, number, check))
	if !known {
		panic(fmt.Sprintf("conformance: the check of %s is a %T, which looks at nothing",
			x.findings.Requirements[number].ID, check))
	}
}

func register[C any](hooks *[]hook[C], number int, check any) bool {
	c, ok := check.(C)
	if ok {
		*hooks = append(*hooks, hook[C]{number, c})
	}
	return ok
}

func (x *examiner) read(t *trace.Trace) {
	for i := range t.Entries {
		e := &t.Entries[i]
		if e.At > x.now {
			x.passTo(e.At)
		}
		x.show(e, x.take(e))
	}
}

// show calls the checks for which an entry is an occasion.
func (x *examiner) show(e *trace.Entry, change seenChange) {
	if change.job != nil {
		for _, h := range x.onJobs {
			x.examining = h.number
			h.check.job(x, change.job)
		}
	}
	if change.pod != nil {
		for _, h := range x.onPods {
			x.examining = h.number
			h.check.pod(x, change.pod)
		}
	}
	if e.Kind == trace.Container {
		if p := x.pod(e.Namespace, e.Name); p != nil {
			for _, h := range x.onContainers {
				x.examining = h.number
				h.check.container(x, p, e)
			}
		}
	}
	if isImplementation(e) {
		for _, h := range x.onCalls {
			x.examining = h.number
			h.check.call(x, e)
		}
	}
	x.showInstance(e)
}

// showInstance calls the checks that look at how the implementation lives and learns.
func (x *examiner) showInstance(e *trace.Entry) {
	switch e.Kind {
	case trace.Instance:
		for _, h := range x.onInstances {
			x.examining = h.number
			h.check.instance(x, e)
		}
	case trace.Delivery:
		for _, h := range x.onDeliveries {
			x.examining = h.number
			h.check.delivery(x, e)
		}
	}
}

// passTo lets time go on.
func (x *examiner) passTo(until time.Duration) {
	x.pass(until)
	for _, h := range x.onTicks {
		x.examining = h.number
		h.check.tick(x, until)
	}
	x.now = until
}

// never is later than anything.
const never = time.Duration(1<<63 - 1)

// finish lets what is left of the run's time pass. After a quiet end that is for ever: nothing would happen any more.
func (x *examiner) finish() {
	switch x.run.Ending {
	case sim.Quiet:
		x.passTo(never)
	case sim.Finished, sim.TimeIsUp:
		x.passTo(max(x.now, x.run.End))
	}
	for _, h := range x.onEnds {
		x.examining = h.number
		h.check.end(x)
	}
}

// exercised notes that the run has given the requirement an occasion to be broken.
func (x *examiner) exercised() { x.findings.Exercised[x.examining]++ }

// violated notes that the requirement is broken at the entry that is being looked at. Only the first violation of a
// requirement in a run is kept: what follows is often its consequence.
func (x *examiner) violated(format string, args ...any) { x.violatedBy(nil, format, args...) }

// violatedBy names further entries that show it.
func (x *examiner) violatedBy(entries []*trace.Entry, format string, args ...any) {
	if x.findings.Violations[x.examining] != nil {
		return
	}
	at := x.now
	if at == never { // seen at the end of a run after which nothing would have happened any more
		at = x.run.End
	}
	v := &Violation{Requirement: x.findings.Requirements[x.examining], At: at, Text: fmt.Sprintf(format, args...)}
	for _, e := range append(entries, x.entry) {
		if e != nil {
			v.Entries = append(v.Entries, e.Seq)
		}
	}
	x.findings.Violations[x.examining] = v
	x.findings.Exercised[x.examining] = max(1, x.findings.Exercised[x.examining])
}

// require notes an occasion and, unless the promise is kept, a violation.
func (x *examiner) require(kept bool, format string, args ...any) {
	x.exercised()
	if !kept {
		x.violated(format, args...)
	}
}
