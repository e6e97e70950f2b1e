package conformance

import (
	"time"

	"github.com/jobsim/jobsim/sim/trace"
)

// mostPerSync is how many pods one evaluation creates at most, and how many surplus pods it deletes (PAR-11).
const mostPerSync = 500

// podsPerSync checks that PAR-11 bounds surplus pods.
type podsPerSync struct {
	in               evaluation
	created, deleted int
}

func (c *podsPerSync) call(x *examiner, e *trace.Entry) {
	if !x.evaluates() {
		return
	}
	if c.in != x.evaluation {
		*c = podsPerSync{in: x.evaluation}
	}
	if creates(e) {
		c.created++
		c.check(x, "creates", c.created)
	}
}

func (c *podsPerSync) pod(x *examiner, p *podState) {
	if kind := x.victim(p); kind == noVictim || kind == bySuspension || !x.evaluates() {
		return
	}
	if c.in != x.evaluation {
		*c = podsPerSync{in: x.evaluation}
	}
	c.deleted++
	c.check(x, "deletes", c.deleted)
}

func (c *podsPerSync) check(x *examiner, verb string, n int) {
	if n >= mostPerSync {
		if x.exercised(); n != mostPerSync {
			x.violated("one evaluation %s more than %d pods of Job %s", verb, mostPerSync, x.evaluation.job.obj.Name)
		}
	}
}

// endsAtOnce checks that it bounds nothing else.
type endsAtOnce struct {
	in      evaluation
	deleted int
	// full is a Job of which an evaluation has deleted as many as the bound, and no more, and fullAt when.
	full   *jobState
	fullAt time.Duration
}

func (c *endsAtOnce) pod(x *examiner, p *podState) {
	j := p.job
	if p.deleted.entry != x.entry || !x.evaluates() || j == nil || p.before == nil || !isActive(p.before) {
		return
	}
	if kind := x.victim(p); kind != bySuspension && (kind != noVictim || j.obj.DeletionTimestamp != nil) {
		return
	}
	if c.in != x.evaluation {
		if c.deleted == mostPerSync {
			c.full = c.in.job
		}
		c.in, c.deleted = x.evaluation, 0
	}
	if c.deleted++; c.deleted <= mostPerSync {
		if c.full == j && p.created.at < c.fullAt {
			x.violated("pod %s of Job %s is deleted at %v, and %d others were at %v: expected all at once", p.obj.Name, j.obj.Name, x.now,
				mostPerSync, c.fullAt)
		}
	} else {
		x.exercised()
	}
	if c.deleted == mostPerSync {
		c.fullAt = x.now
	}
}
