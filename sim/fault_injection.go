package sim

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// openWatch is a watch of the present instance.
type openWatch struct {
	resource apiserver.Resource
	watch    *apiserver.Watch
	relist   func()
}

// activeCrash is a crash that waits for its call.
type activeCrash struct {
	fault *Crash
	seen  int
	hit   bool // this very call is the one
	done  bool
}

func (c *activeCrash) hits(call typed.Call) bool {
	if c.done || !c.fault.Match.fits(call) {
		return false
	}
	c.seen++
	if c.seen < c.fault.Call {
		return false
	}
	c.done, c.hit = true, true
	return true
}

// activeError is an error that calls may meet.
type activeError struct {
	fault *CallError
	from  time.Duration
	seen  int
	given int
}

func (e *activeError) hits(call typed.Call, now time.Duration) bool {
	if now < e.from || e.fault.For > 0 && now >= e.from+e.fault.For || !e.fault.Match.fits(call) {
		return false
	}
	if e.seen++; e.seen <= e.fault.Skip || e.fault.Times > 0 && e.given >= e.fault.Times {
		return false
	}
	e.given++
	return true
}

// err is what the caller is told. A scenario that does not name an object leaves the name to the call.
func (e *activeError) err(call typed.Call) error {
	status := *e.fault.Status.DeepCopy()
	if status.Details != nil && status.Details.Name == "" {
		status.Details.Name = call.Name
		status.Message = strings.Replace(status.Message, `""`, strconv.Quote(call.Name), 1)
	}
	return &apierrors.StatusError{ErrStatus: status}
}

func (e *activeError) describe(call typed.Call) string {
	effect := ""
	if e.fault.Effect {
		effect = ", although it takes effect"
	}
	return fmt.Sprintf("%s %s is answered with %d %s%s", call.Verb, call.Resource, e.fault.Status.Code,
		e.fault.Status.Reason, effect)
}

// activeDelay makes watch events late.
type activeDelay struct {
	fault *WatchFault
	from  time.Duration
}

func (d *activeDelay) applies(r apiserver.Resource, at time.Duration) bool {
	return (d.fault.Resource == "" || d.fault.Resource == r) && at >= d.from &&
		(d.fault.For == 0 || at < d.from+d.fault.For)
}

func (m CallMatch) fits(c typed.Call) bool {
	if m.Verb != "" && m.Verb != c.Verb || m.Resource != "" && m.Resource != c.Resource ||
		m.Subresource != "" && m.Subresource != c.Subresource {
		return false
	}
	if m.Name == "" {
		return true
	}
	ok, err := path.Match(m.Name, c.Name)
	return err == nil && ok
}

// scheduleFaults arms what waits for calls and puts the rest on the queue.
func (r *run) scheduleFaults() {
	for i := range r.scenario.Faults {
		f := &r.scenario.Faults[i]
		if f.Crash != nil && f.Crash.Call > 0 {
			r.crashes = append(r.crashes, &activeCrash{fault: f.Crash})
			continue
		}
		if f.Error != nil && f.After == nil && f.At == 0 {
			r.errors = append(r.errors, &activeError{fault: f.Error}) // in force before the first event
			continue
		}
		r.when(f.When, event.Fault, func() { r.inject(f) })
	}
}

// inject makes a fault happen now.
func (r *run) inject(f *Fault) {
	now := r.queue.Now()
	switch {
	case f.Crash != nil:
		r.crash("", f.Crash.Down)
	case f.Error != nil:
		r.errors = append(r.errors, &activeError{fault: f.Error, from: now})
	case f.Watch != nil:
		r.disturbWatches(f.Watch, now)
	case f.Node != nil:
		r.disturbNode(f.Node)
	case f.Clock != nil:
		r.faulty("the controller's clock is set %+v off", *f.Clock)
		r.skew += *f.Clock
		if s, ok := r.instance.(adapter.ClockStepper); ok {
			s.StepClock(*f.Clock)
		}
	}
}

func (r *run) faulty(format string, args ...any) {
	r.Record(trace.Entry{Kind: trace.Fault, Actor: "fault", Text: fmt.Sprintf(format, args...)})
}

func (r *run) disturbWatches(f *WatchFault, now time.Duration) {
	what := string(f.Resource)
	if what == "" {
		what = "everything"
	}
	if f.Delay > 0 {
		r.faulty("watches of %s are %v late", what, f.Delay)
		r.delays = append(r.delays, &activeDelay{fault: f, from: now})
		return
	}
	if f.Stall {
		r.faulty("watches of %s fall silent", what)
	} else {
		r.faulty("watches of %s break", what)
	}
	for _, open := range r.watching {
		if f.Resource != "" && f.Resource != open.resource {
			continue
		}
		switch {
		case f.Break:
			open.relist()
		case f.Stall:
			open.watch.Stall()
			if f.For > 0 {
				r.queue.After(f.For, event.Fault, open.watch.Resume)
			}
		}
	}
}

func (r *run) disturbNode(f *NodeFault) {
	var err error
	switch {
	case f.Deleted:
		err = r.cluster.DeleteNode(f.Name)
	case f.Lost:
		if err = r.cluster.LoseNode(f.Name); err == nil && f.For > 0 {
			r.queue.After(f.For, event.Fault, func() { _ = r.cluster.ReturnNode(f.Name) })
		}
	}
	if err != nil {
		r.faulty("%v", err)
	}
}
