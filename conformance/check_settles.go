package conformance

import (
	"time"

	"github.com/jobsim/jobsim/sim/trace"
)

// settling checks that a number which the implementation keeps agrees with the truth whenever nothing has happened to
// the pods of the Job for longer than the implementation may take to react.
type settling struct {
	what string
	// read returns the number in truth and the number kept; ok is false for Jobs of which nothing is asked now.
	read func(x *examiner, j *jobState) (truth, kept int, ok bool)
	// within is how long it may take; zero means Bounds.Reaction.
	within time.Duration
	// progress, if there is one, starts the time anew when it changes: the work goes on.
	progress func(*jobState) progress
	open     []difference
}

// progress is what changes whenever some of the work is done.
type progress [5]int

// difference is what has been read of the Job of the same number.
type difference struct {
	truth, kept int
	progress    progress
	since       time.Duration // since when both have been so
	entry       *trace.Entry
	known       bool
}

// settles makes a check of a number of status that must be the number in truth.
func settles(what string, read func(x *examiner, j *jobState) (truth, kept int, ok bool)) func() any {
	return func() any { return &settling{what: what, read: read} }
}

func (c *settling) tick(x *examiner, until time.Duration) {
	for len(c.open) < len(x.jobs) {
		c.open = append(c.open, difference{})
	}
	for i, j := range x.jobs {
		d := &c.open[i]
		truth, kept, ok := c.read(x, j)
		if !ok || j.cannotStore() {
			*d = difference{}
			continue
		}
		var done progress
		if c.progress != nil {
			done = c.progress(j)
		}
		agreed := d.known && d.truth == d.kept
		if !d.known || d.truth != truth || agreed && truth != kept || d.progress != done {
			if truth != d.truth || truth != kept {
				x.exercised()
			}
			*d = difference{since: x.now, entry: x.entry, known: true, progress: done}
		}
		d.truth, d.kept = truth, kept
		if truth != kept && c.late(x, max(d.since, j.podsAt), until) {
			x.violatedBy([]*trace.Entry{d.entry}, "%s of Job %s is %d, and should be %d (since %v; nothing until %v, and %v are allowed)",
				c.what, j.obj.Name, kept, truth, max(d.since, j.podsAt), describeTime(until), c.allowed(x))
		}
	}
}

func (c *settling) allowed(x *examiner) time.Duration {
	if c.within > 0 {
		return c.within
	}
	return x.claims.Bounds.Reaction
}

func (c *settling) late(x *examiner, since, until time.Duration) bool {
	return until-max(since, x.hindered) > c.allowed(x)+x.slowness()
}
