package conformance

import (
	"fmt"
	"time"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

// examiner lets checks read traces, one after the other. What it needs for that it makes once: of one run most of the
// time would go into building it.
type examiner struct {
	*view
	// examining is the number of the requirement whose check is at work.
	examining int
	findings  *Findings
	// debts is memory for checks of the kind promptly.
	debts arena[openDebt]

	checks       []freshCheck
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

// Examine reads the trace of a run once and checks it against requirements.
func Examine(r *sim.Result, requirements []*Requirement, claims *Claims) *Findings {
	return newExaminer(requirements, claims).examine(r)
}

func newExaminer(requirements []*Requirement, claims *Claims) *examiner {
	x := &examiner{view: newView(claims), findings: &Findings{
		Requirements: requirements,
		Exercised:    make([]int, len(requirements)), Violations: make([]*Violation, len(requirements)),
	}}
	for i, q := range requirements {
		check := q.check()
		x.checks = append(x.checks, keepFresh(check))
		x.register(i, check)
	}
	return x
}

// examine checks a run. The findings hold until the next run.
func (x *examiner) examine(r *sim.Result) *Findings {
	x.restart(r)
	x.read(r.Trace)
	x.finish()
	return x.findings
}

// restart forgets the run before.
func (x *examiner) restart(r *sim.Result) {
	x.view.restart(r)
	x.debts.free()
	clear(x.findings.Exercised)
	clear(x.findings.Violations)
	for i := range x.checks {
		x.checks[i].restart()
	}
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
			if x.examines(h.number) {
				h.check.job(x, change.job)
			}
		}
	}
	if change.pod != nil {
		for _, h := range x.onPods {
			if x.examines(h.number) {
				h.check.pod(x, change.pod)
			}
		}
	}
	if e.Kind == trace.Container {
		if p := x.pod(e.Namespace, e.Name); p != nil {
			for _, h := range x.onContainers {
				if x.examines(h.number) {
					h.check.container(x, p, e)
				}
			}
		}
	}
	if isImplementation(e) {
		for _, h := range x.onCalls {
			if x.examines(h.number) {
				h.check.call(x, e)
			}
		}
	}
	x.showInstance(e)
}

// showInstance calls the checks that look at how the implementation lives and learns.
func (x *examiner) showInstance(e *trace.Entry) {
	switch e.Kind {
	case trace.Instance:
		for _, h := range x.onInstances {
			if x.examines(h.number) {
				h.check.instance(x, e)
			}
		}
	case trace.Delivery:
		for _, h := range x.onDeliveries {
			if x.examines(h.number) {
				h.check.delivery(x, e)
			}
		}
	}
}

// examines begins to look on behalf of a requirement, unless it is broken already: only its first violation counts, and
// whoever breaks it thousands of times should not cost as much.
func (x *examiner) examines(number int) bool {
	x.examining = number
	return x.findings.Violations[number] == nil
}

// passTo lets time go on.
func (x *examiner) passTo(until time.Duration) {
	x.pass(until)
	for _, h := range x.onTicks {
		if x.examines(h.number) {
			h.check.tick(x, until)
		}
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
		if x.examines(h.number) {
			h.check.end(x)
		}
	}
}
