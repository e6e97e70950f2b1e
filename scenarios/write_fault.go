package scenarios

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/jobsim/jobsim/sim"
)

func writeFault(fault *sim.Fault) (faultFields, error) {
	var f faultFields
	byCall := fault.Crash != nil && fault.Crash.Call > 0
	if !byCall {
		f.At, f.After = writeWhen(fault.When, fault.Crash != nil)
	}
	switch {
	case fault.Crash != nil:
		f.Crash, f.Down, f.Call = implementation, duration(fault.Crash.Down), fault.Crash.Call
		if byCall {
			f.Effect = fault.Crash.After
			f.writeMatch(fault.Crash.Match)
		}
	case fault.Error != nil:
		return f, f.writeError(fault.Error)
	case fault.Watch != nil:
		f.writeWatch(fault.Watch)
	case fault.Node != nil:
		f.Node, f.Lost, f.Deleted = fault.Node.Name, fault.Node.Lost, fault.Node.Deleted
		if f.Lost {
			f.For = duration(fault.Node.For)
		}
	case fault.Clock != nil:
		change := step(*fault.Clock)
		f.Clock = &change
	default:
		return f, errors.New("expected something that goes wrong, found an empty fault")
	}
	return f, nil
}

func (f *faultFields) writeMatch(m sim.CallMatch) {
	f.Verb, f.Resource, f.Subresource, f.Name = m.Verb, string(m.Resource), m.Subresource, m.Name
}

// writeError writes of the status only what does not follow from its code.
func (f *faultFields) writeError(e *sim.CallError) error {
	code := errorCode(e.Status.Code)
	if code < 400 || code > 599 {
		return fmt.Errorf("expected an error with an HTTP status from 400 to 599, found %d", code)
	}
	f.Error, f.Effect, f.Skip, f.Times, f.For = &code, e.Effect, e.Skip, e.Times, duration(e.For)
	f.writeMatch(e.Match)
	usual := callStatus(code, e.Match)
	if e.Status.Reason != usual.Reason {
		reason := string(e.Status.Reason)
		f.Reason = &reason
	}
	if e.Status.Message != usual.Message {
		message := prose(e.Status.Message)
		f.Message = &message
	}
	if !reflect.DeepEqual(e.Status.Details, usual.Details) {
		f.Details = &statusDetails{value: e.Status.Details}
	}
	return nil
}

func (f *faultFields) writeWatch(w *sim.WatchFault) {
	f.Watch = string(w.Resource)
	if w.Resource == "" {
		f.Watch = allResources
	}
	f.Delay, f.Stall, f.Break = duration(w.Delay), w.Stall, w.Break
	if !w.Break {
		f.For = duration(w.For)
	}
}
