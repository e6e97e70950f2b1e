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
	// Completed and FailedIndexes are the indexes in the status of an Indexed Job.
	Completed, FailedIndexes IndexRange
	indexed                  bool
	// rough tells that it is made of bounds.
	rough bool
	// met tells whether completed indexes satisfy the success policy, for an end by it; nil otherwise.
	met func([]int) bool
	// DeletedFrom and DeletedBy are between when the Job is deleted after its end (TTL-1); DeletedBy is zero if it is not.
	DeletedFrom, DeletedBy time.Duration
	// Or is the other end that there may be, if it depends on the reaction time which of two it is; nil otherwise.
	Or *Prediction
}

// deleted adds that the Job is deleted when its time is over (TTL-1). Stored times are whole seconds.
func (p *Prediction) deleted(ttl, reaction time.Duration) {
	p.DeletedFrom, p.DeletedBy = ttl-time.Second, ttl+reaction
	if p.Or != nil {
		p.Or.deleted(ttl, reaction)
	}
}

// Last is when the Job has finished at the latest, if it does.
func (p Prediction) Last() time.Duration {
	if p.Or != nil {
		return max(p.Latest, p.Or.Last())
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
	// Completed and FailedIndexes are those in the status of an Indexed Job.
	Completed, FailedIndexes []int
	// Deleted tells that the Job was deleted, and DeletedAfter how long after its end.
	Deleted      bool
	DeletedAfter time.Duration
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
	if p.indexed && (!p.Completed.Holds(o.Completed) || !p.FailedIndexes.Holds(o.FailedIndexes)) ||
		p.met != nil && !p.met(o.Completed) {
		return false
	}
	if p.DeletedBy > 0 && p.Condition != "" && (!o.Deleted || o.DeletedAfter < p.DeletedFrom || o.DeletedAfter > p.DeletedBy) {
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
	text := fmt.Sprintf("%s (%s) at %v %s", o.Condition, o.Reason, o.At, counters)
	if len(o.Completed)+len(o.FailedIndexes) > 0 {
		text += fmt.Sprintf(", indexes completed %v and failed %v", o.Completed, o.FailedIndexes)
	}
	if o.Deleted {
		text += fmt.Sprintf(", deleted %v later", o.DeletedAfter)
	}
	return text
}

func (p Prediction) String() string {
	counters := fmt.Sprintf("with succeeded %v, failed %v and %s", p.Succeeded, p.Failed, pods(p.Pods.String()))
	if p.AllCounted && (p.Succeeded.Least < p.Succeeded.Most || p.Failed.Least < p.Failed.Most) {
		counters += ", each counted once"
	}
	if p.Condition == "" {
		return "no end of the Job, " + counters
	}
	when := fmt.Sprintf("between %v and %v", p.Earliest, p.Latest)
	switch {
	case p.Latest >= never && p.Earliest > 0:
		when = fmt.Sprintf("after %v", p.Earliest)
	case p.Latest >= never:
		when = "at some time"
	}
	text := fmt.Sprintf("%s (%s) %s %s", p.Condition, strings.Join(p.Reasons, " or "), when, counters)
	if p.indexed {
		text += fmt.Sprintf(", of the indexes %v completed and %v failed, surely %v and %v",
			p.Completed.Perhaps, p.FailedIndexes.Perhaps, p.Completed.Surely, p.FailedIndexes.Surely)
	}
	if p.DeletedBy > 0 {
		text += fmt.Sprintf(", deleted between %v and %v later", p.DeletedFrom, p.DeletedBy)
	}
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
