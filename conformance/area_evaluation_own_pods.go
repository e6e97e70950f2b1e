package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// ownPodsFirst checks that an evaluation waits for the events of what an earlier one has done (SYNC-9).
type ownPodsFirst struct {
	open  []ownPod
	freed *podState // whose finalizer was the last to go, and in which evaluation
	in    evaluation
}

// ownPod is a pod that the present instance has created or deleted, as long as its cache does not show it.
type ownPod struct {
	pod     *podState
	by      evaluation
	at      time.Duration
	deleted bool
}

func (c *ownPodsFirst) instance(x *examiner, e *trace.Entry) {
	switch e.Verb {
	case "start":
		*c = ownPodsFirst{}
	case "sync":
		for _, o := range c.open {
			if o.pod.job != nil && o.pod.job == x.syncedJob() {
				x.exercised()
				return
			}
		}
	}
}

// tick takes time that goes on as an occasion, since nothing says when a program looks at a Job.
func (c *ownPodsFirst) tick(x *examiner, _ time.Duration) {
	if x.sync == 0 && len(c.open) > 0 {
		x.exercised()
	}
}

func (c *ownPodsFirst) delivery(_ *examiner, e *trace.Entry) {
	if e.Resource != podsResource {
		return
	}
	if e.Verb == "RELIST" {
		c.open = c.open[:0]
		return
	}
	pod, ok := e.Object.(*corev1.Pod)
	kept := c.open[:0]
	for _, o := range c.open {
		if ok && o.pod.obj.UID == pod.UID && (!o.deleted || pod.DeletionTimestamp != nil || e.Verb == "DELETED") {
			continue
		}
		kept = append(kept, o)
	}
	c.open = kept
}

func (c *ownPodsFirst) pod(x *examiner, p *podState) {
	if !x.byImplementation() || !x.evaluates() || p.job == nil {
		return
	}
	victim := p == c.freed && c.in == x.evaluation
	switch {
	case p.created.entry == x.entry:
		c.check(x, p.job, "pod %s is created for Job %s, although the cache does not show yet what became of pod %s, %s at %v",
			p.obj.Name)
		if !x.entry.Lost {
			c.open = append(c.open, ownPod{p, x.evaluation, x.now, false})
		}
	case p.untracked.entry == x.entry:
		c.freed, c.in = p, x.evaluation
	case p.deleted.entry == x.entry && victim:
		c.check(x, p.job, "surplus pod %s of Job %s is deleted, although the cache does not show yet what became of pod %s, %s at %v",
			p.obj.Name)
		if !x.entry.Lost {
			c.open = append(c.open, ownPod{p, x.evaluation, x.now, true})
		}
	}
}

func (c *ownPodsFirst) job(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.wasDecided() || !isTrue(j.obj, batchv1.JobFailureTarget) {
		return
	}
	c.check(x, j, "reason %s is recorded for Job %s, although the cache does not show yet what became of pod %s, %s at %v",
		condition(j.obj, batchv1.JobFailureTarget).Reason)
}

// check complains if something that an earlier evaluation of the Job has done is not visible yet.
func (c *ownPodsFirst) check(x *examiner, j *jobState, text, what string) {
	for _, o := range c.open {
		if o.pod.job != j || o.by == x.evaluation || x.now-o.at >= expectationsTimeout || o.by.began < x.podsWatch.relist {
			continue
		}
		done := "created"
		if o.deleted {
			done = "deleted"
		}
		x.violated(text, what, j.obj.Name, o.pod.obj.Name, done, o.at)
		return
	}
}
