package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// Prediction is what must come of a Job.
type Prediction struct {
	// Condition is Complete or Failed; empty if the Job never finishes.
	Condition batchv1.JobConditionType
	// Reasons are those that it may have.
	Reasons []string
	// Hindered are further reasons that it may have in a run in which the implementation could not see everything at once:
	// pods that it has killed before it has said why may count then (CTRL-8).
	Hindered []string
	// Earliest and Latest are when it becomes true, in virtual time since the start of the run.
	Earliest, Latest time.Duration
	// Succeeded and Failed are the counters at the end, and Pods is how many pods have been created.
	Succeeded, Failed, Pods Range
	// AllCounted tells that each pod that was created stands in one of the counters.
	AllCounted bool
	// Or is the other end that there may be, if it depends on the reaction time which of two it is; nil otherwise.
	Or *Prediction
}

func (p Prediction) latest() time.Duration {
	if p.Or != nil {
		return max(p.Latest, p.Or.latest())
	}
	return p.Latest
}

// Range is a number that is known only roughly.
type Range struct{ Least, Most int }

// Holds reports whether a number is in the range.
func (r Range) Holds(n int) bool { return r.Least <= n && n <= r.Most }

func (r Range) String() string {
	if r.Least == r.Most {
		return fmt.Sprint(r.Least)
	}
	return fmt.Sprintf("%d to %d", r.Least, r.Most)
}

// Outcome is what has come of a Job.
type Outcome struct {
	// Condition is Complete or Failed, or empty; Reason is its reason, and At when it became true.
	Condition batchv1.JobConditionType
	Reason    string
	At        time.Duration
	// Succeeded and Failed are the counters at the end, and Pods is how many pods have been created.
	Succeeded, Failed, Pods int
	// Calm tells that in the run nothing was left to chance.
	Calm bool
}

// Allows reports whether an outcome is one that was predicted.
func (p Prediction) Allows(o Outcome) bool { return p.allows(o) || p.Or != nil && p.Or.Allows(o) }

func (p Prediction) allows(o Outcome) bool {
	if o.Condition != p.Condition || !p.Succeeded.Holds(o.Succeeded) || !p.Failed.Holds(o.Failed) ||
		!p.Pods.Holds(o.Pods) || p.AllCounted && o.Succeeded+o.Failed != o.Pods {
		return false
	}
	return p.Condition == "" || o.At >= p.Earliest && o.At <= p.Latest &&
		(slices.Contains(p.Reasons, o.Reason) || !o.Calm && slices.Contains(p.Hindered, o.Reason))
}

func (o Outcome) String() string {
	counters := fmt.Sprintf("with succeeded %d, failed %d and %s", o.Succeeded, o.Failed, pods(fmt.Sprint(o.Pods)))
	if o.Condition == "" {
		return "no end of the Job, " + counters
	}
	return fmt.Sprintf("%s (%s) at %v %s", o.Condition, o.Reason, o.At, counters)
}

func (p Prediction) String() string {
	counters := fmt.Sprintf("with succeeded %v, failed %v and %s", p.Succeeded, p.Failed, pods(p.Pods.String()))
	if p.AllCounted && (p.Succeeded.Least < p.Succeeded.Most || p.Failed.Least < p.Failed.Most) {
		counters += ", each counted once"
	}
	if p.Condition == "" {
		return "no end of the Job, " + counters
	}
	text := fmt.Sprintf("%s (%s) between %v and %v %s",
		p.Condition, strings.Join(p.Reasons, " or "), p.Earliest, p.Latest, counters)
	if p.Or != nil {
		text += "; or " + p.Or.String()
	}
	return text
}

func pods(n string) string {
	if n == "1" {
		return "1 pod"
	}
	return n + " pods"
}
