package scenarios

import "github.com/jobsim/jobsim/sim"

func writeExpectation(e *sim.Expectation) expectFields {
	f := expectFields{
		Job: e.Job, Never: e.Never, Condition: string(e.Condition), Reason: e.Reason, Status: e.Status,
		Completed: e.CompletedIndexes, FailedIdx: e.FailedIndexes,
		Pods: e.Pods, Starts: e.Starts, Restarts: e.Restarts, Event: e.Event, Deleted: e.Deleted,
	}
	if e.At != nil && !e.Never {
		f.At = durationField(*e.At)
		if e.Within != defaultWithin {
			f.Within = durationField(e.Within)
		}
	}
	return f
}
