package sim

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
)

// pendingTrigger is something that waits for the run to get somewhere.
type pendingTrigger struct {
	trigger *Trigger
	fire    func()
	fired   bool
}

// when has something happen at its time.
func (r *run) when(w When, class event.Class, do func()) {
	if w.After == nil {
		r.queue.At(w.At, class, do)
		return
	}
	r.triggers = append(r.triggers, &pendingTrigger{
		trigger: w.After,
		fire:    func() { r.queue.After(w.At, class, do) },
	})
}

// checkTriggers fires what has waited for the change.
func (r *run) checkTriggers(c apiserver.Change) {
	for _, t := range r.triggers {
		if t.fired || !r.reached(t.trigger) {
			continue
		}
		t.fired = true
		outer := r.queue.Cause
		r.queue.Cause = c.Seq
		t.fire()
		r.queue.Cause = outer
	}
}

// reached reports whether the stored objects are as a trigger asks.
func (r *run) reached(t *Trigger) bool {
	k := r.jobKey(t.Job)
	obj, err := r.user().Get(k)
	if err != nil {
		return false
	}
	job := obj.(*batchv1.Job)
	if t.Condition != "" && !hasCondition(job, t.Condition, "") {
		return false
	}
	for name, want := range t.Status {
		if have, _ := counter(&job.Status, name); have < want {
			return false
		}
	}
	if t.Pod > 0 {
		pod := r.jobs.pod(k.Name, t.Pod)
		return pod != nil && (t.Phase == "" || pod.Status.Phase == t.Phase)
	}
	return true
}

// hasCondition reports whether a condition is True, with a reason if one is given.
func hasCondition(job *batchv1.Job, condition batchv1.JobConditionType, reason string) bool {
	for _, c := range job.Status.Conditions {
		if c.Type == condition && c.Status == corev1.ConditionTrue && (reason == "" || c.Reason == reason) {
			return true
		}
	}
	return false
}

// counter reads a counter of a Job's status by its field name; false if there is none of that name.
func counter(s *batchv1.JobStatus, name string) (int32, bool) {
	value := func(p *int32) int32 {
		if p == nil {
			return 0
		}
		return *p
	}
	switch name {
	case "active":
		return s.Active, true
	case "succeeded":
		return s.Succeeded, true
	case "failed":
		return s.Failed, true
	case "ready":
		return value(s.Ready), true
	case "terminating":
		return value(s.Terminating), true
	}
	return 0, false
}
