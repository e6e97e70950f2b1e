package scenarios

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
)

// defaultWithin is the window of an expectation that has a time but no width: a conformant implementation reacts
// within a bound, and upstream's is a second for one step (SYNC-6).
const defaultWithin = 5 * time.Second

// expectFields is an entry of expect.
type expectFields struct {
	where     `yaml:"-"`
	At        *duration        `yaml:"at,omitempty"`
	Within    *duration        `yaml:"within,omitempty"`
	Never     bool             `yaml:"never,omitempty"`
	Job       string           `yaml:"job,omitempty"`
	Condition string           `yaml:"condition,omitempty"`
	Reason    string           `yaml:"reason,omitempty"`
	Status    map[string]int32 `yaml:"status,omitempty"`
	Completed *string          `yaml:"completedIndexes,omitempty"`
	FailedIdx *string          `yaml:"failedIndexes,omitempty"`
	Pods      *int             `yaml:"pods,omitempty"`
	Starts    *int             `yaml:"starts,omitempty"`
	Restarts  *int             `yaml:"restarts,omitempty"`
	Event     string           `yaml:"event,omitempty"`
	Deleted   bool             `yaml:"deleted,omitempty"`
}

func (f *expectFields) read() sim.Expectation {
	f.check()
	e := sim.Expectation{
		Line: f.line(), Job: f.Job, Never: f.Never,
		Condition: batchv1.JobConditionType(f.Condition), Reason: f.Reason, Status: f.Status,
		CompletedIndexes: f.Completed, FailedIndexes: f.FailedIdx,
		Pods: f.Pods, Starts: f.Starts, Restarts: f.Restarts, Event: f.Event, Deleted: f.Deleted,
	}
	if f.At != nil {
		at := time.Duration(*f.At)
		e.At, e.Within = &at, defaultWithin
		if f.Within != nil {
			e.Within = time.Duration(*f.Within)
		}
	}
	return e
}

func (f *expectFields) check() {
	checkCondition(&f.where, f.Condition)
	checkStatus(&f.where, f.Status)
	checkIndexes(&f.where, "completedIndexes", f.Completed)
	checkIndexes(&f.where, "failedIndexes", f.FailedIdx)
	if f.At == nil && f.has("within") {
		f.fail("within", "expected at beside within")
	}
	if f.Never && f.At != nil {
		f.fail("at", "expected no at beside never: never is about the whole run")
	}
	if f.Reason != "" && f.Condition == "" {
		f.fail("reason", "expected condition beside reason")
	}
	for _, count := range []struct {
		field string
		value *int
	}{{"pods", f.Pods}, {"starts", f.Starts}, {"restarts", f.Restarts}} {
		if count.value != nil && *count.value < 0 {
			f.fail(count.field, "expected a number from 0, found %d", *count.value)
		}
	}
	says := f.Condition != "" || len(f.Status) > 0 || f.Completed != nil || f.FailedIdx != nil || f.Pods != nil || f.Starts != nil || f.Restarts != nil ||
		f.Event != "" || f.Deleted
	if !says {
		f.failHere("expected what must be so: condition, status, completedIndexes, failedIndexes, pods, starts, restarts, event or deleted")
	}
}
