package model

import (
	"encoding/json"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
)

// edit is a change of one of the limits of a Job.
type edit struct {
	at time.Duration
	// limit is the new backoffLimit, deadline the new deadline; nil stands for the old one.
	limit    *int
	deadline *time.Duration
}

// act takes in what users do; false if it is more than the model knows.
func (t *task) act(actions []sim.Action) bool {
	for i := range actions {
		a := &actions[i]
		if harmless(a) || afterTheEnd(a) {
			continue
		}
		if a.After != nil || a.At == 0 { // at 0 it may come before the Job
			return false
		}
		if a.Suspend != nil && !*a.Suspend {
			if t.begins == never {
				t.begins = a.At
			}
			continue
		}
		if e := editOf(a); e != nil && t.edit == nil && t.late == never {
			t.edit = e
			continue
		}
		t.late = min(t.late, a.At)
	}
	return true
}

// harmless reports whether an action cannot change what comes of a Job: an edit of labels, of annotations, of somebody
// else's condition, or of the replacement policy, on which nothing depends as long as nobody deletes a pod.
func harmless(a *sim.Action) bool {
	harmless := a.Patch != nil
	eachField(a.Patch, func(field string, _ any) {
		switch field {
		case "metadata.labels", "metadata.annotations", "status.conditions", "spec.podReplacementPolicy":
		default:
			harmless = false
		}
	})
	return harmless
}

// afterTheEnd reports whether an action waits until nothing can change any more what comes of the Job: until it has
// finished (SYNC-7) or, for edits of its spec and for the removal of pods, until it is decided (SYNC-2, FIN-9, FIN-17).
func afterTheEnd(a *sim.Action) bool {
	if a.After == nil {
		return false
	}
	switch a.After.Condition {
	case batchv1.JobComplete, batchv1.JobFailed:
		return true
	case batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet:
		return a.Scale != nil || a.Suspend != nil || editOf(a) != nil || a.Pod != nil && a.Pod.Delete != nil
	}
	return false
}

// eachField calls back for each field that a patch changes, as part.field. What it does not understand is a field too.
func eachField(p *sim.Patch, do func(field string, value any)) {
	if p == nil {
		return
	}
	var body map[string]map[string]any
	if p.Type == types.JSONPatchType || json.Unmarshal(p.Data, &body) != nil {
		do("", nil)
		return
	}
	for part, fields := range body {
		for field, value := range fields {
			do(part+"."+field, value)
		}
	}
}

// editOf is the change of a limit that an action makes, or nil.
func editOf(a *sim.Action) *edit {
	e := &edit{at: a.At}
	known := a.Patch != nil
	fields := 0
	eachField(a.Patch, func(field string, value any) {
		fields++
		number, _ := value.(float64)
		switch field {
		case "spec.backoffLimit":
			e.limit = new(int(number))
			if value == nil {
				*e.limit = 6 // DEF-4
			}
		case "spec.activeDeadlineSeconds":
			e.deadline = new(time.Duration(number) * time.Second)
			if value == nil {
				*e.deadline = never
			}
		default:
			known = false
		}
	})
	if !known || fields != 1 {
		return nil
	}
	return e
}

// predict brings users in: what they do after the end makes no difference, and a limit that they change while nothing
// can have been decided is as if it had been so from the start, but that nothing is decided before.
func (t *task) predict() (Prediction, bool) {
	p, ok := t.predictUntil(t.edit)
	if ok && t.late < never && (p.Condition == "" || p.Last() >= t.late) {
		return Prediction{}, false
	}
	return p, ok
}

func (t *task) predictUntil(e *edit) (Prediction, bool) {
	if t.begins == never {
		return Prediction{}, true // nothing ever happens (SUS-2)
	}
	h, ok := t.history()
	if !ok {
		return Prediction{}, false
	}
	if e == nil {
		return h.outcome()
	}
	if p, ok := h.outcome(); ok && p.Condition != "" && p.Last() < e.at {
		return p, true
	}
	if h.earliest() <= e.at+t.reaction {
		return Prediction{}, false // the old limit may have decided before the new one is known
	}
	return t.edited(e)
}

// earliest is when anything can be decided at the earliest, in virtual time.
func (h *history) earliest() time.Duration {
	first := after(h.deadline, -time.Second)
	if h.ending != lingers {
		first = min(first, h.decidableLo)
	}
	return after(first, h.begins.Truncate(time.Second))
}

// edited predicts for the limits after an edit.
func (t *task) edited(e *edit) (Prediction, bool) {
	now := *t
	if e.limit != nil {
		now.limit = *e.limit
		now.allowed = max(t.limit, now.limit)
	}
	if e.deadline != nil {
		now.deadline = *e.deadline
	}
	now.notBeforeHi = max(0, e.at-t.begins)
	now.notBeforeLo = max(0, now.notBeforeHi-t.reaction)
	h, ok := now.history()
	if !ok {
		return Prediction{}, false
	}
	p, ok := h.outcome()
	if ok && p.Condition != "" {
		p.Earliest = max(p.Earliest, e.at)
		if p.Or != nil {
			p.Or.Earliest = max(p.Or.Earliest, e.at)
		}
	}
	return p, ok
}
