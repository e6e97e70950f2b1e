package conformance

import (
	"strings"
	"time"

	"github.com/jobsim/jobsim/sim/trace"
)

// owes tells whether something is owed to the Job as things stand, since when at the earliest (a time to come if it is
// going to be), and what it is, for people (see say). It is asked once everything at an instant has happened.
type owes func(x *examiner, j *jobState) (since time.Duration, what string, ok bool)

// promptly checks that what the implementation owes to a Job does not stay undone for longer than the reaction time.
type promptly struct {
	owed owes
	open []openDebt
}

// openDebt is what is owed to the Job of the same number.
type openDebt struct {
	since time.Duration
	entry *trace.Entry // after which it was first owed
	due   bool         // not in the future any more
}

// prompt makes a check of a predicate, for the check field of a requirement. That something is owed for a while is its
// occasion; a good implementation that acts at the very instant gives none. For what it does at once there are
// promptAfter and promptAfterPod, which see an occasion in a change of a Job or a pod, by what has just been done, and
// promptWhenever, which sees one in each change after which something is owed.
func prompt(owed owes) func() any {
	return func() any { return &promptly{owed: owed} }
}

// promptAfter is prompt for what a good implementation does at once, so that it is never seen to be owed: the changes
// of a Job that make it owed are the occasions.
func promptAfter(occasion jobFilter,
	owed owes,
) func() any {
	return func() any { return &promptlyAfter{promptly{owed: owed}, occasion} }
}

type promptlyAfter struct {
	promptly
	occasion jobFilter
}

func (c *promptlyAfter) job(x *examiner, j *jobState) {
	if c.occasion(x, j) {
		x.exercised()
	}
}

// promptlyAfterPod is a promptly that sees an occasion also in a change of a pod, because the implementation may have done
// at the same instant what it owes.
type promptlyAfterPod struct {
	promptly
	occasion func(x *examiner, p *podState) bool
}

func (c *promptlyAfterPod) pod(x *examiner, p *podState) {
	if c.occasion(x, p) {
		x.exercised()
	}
}

// promptAfterPod makes a check of a predicate and of what is an occasion for it.
func promptAfterPod(occasion func(x *examiner, p *podState) bool,
	owed owes,
) func() any {
	return func() any { return &promptlyAfterPod{promptly{owed: owed}, occasion} }
}

func (c *promptly) tick(x *examiner, until time.Duration) {
	if n := len(x.jobs); len(c.open) < n {
		c.open = x.debts.grow(c.open, n)
	}
	for i, j := range x.jobs {
		debt := &c.open[i]
		since, _, ok := c.owed(x, j)
		if !ok || j.cannotStore() {
			*debt = openDebt{}
			continue
		}
		if debt.entry == nil {
			*debt = openDebt{since: x.now, entry: x.entry}
		}
		from := max(since, debt.since)
		if !debt.due && from <= until {
			debt.due = true
			x.exercised()
		}
		if x.overdue(from, until) {
			x.violatedBy([]*trace.Entry{debt.entry}, "%s (since %v; nothing until %v, and %v are allowed)",
				c.what(x, j), from, describeTime(until), x.claims.Bounds.Reaction)
		}
	}
}

// what says for people what is owed.
func (c *promptly) what(x *examiner, j *jobState) string {
	x.telling = true
	_, what, _ := c.owed(x, j)
	x.telling = false
	return what
}

// say joins words that are for people. Predicates are asked often and answer in words only if somebody listens.
func (j *jobState) say(words ...string) string {
	if !j.view.telling {
		return ""
	}
	return strings.Join(words, "")
}

func describeTime(at time.Duration) string {
	if at == never {
		return "the end"
	}
	return at.String()
}

// promptWhenever is prompt for what a quick implementation does at the very instant at which it becomes owed: each
// change of the Job or of a pod after which it is owed is an occasion.
func promptWhenever(owed owes) func() any {
	return func() any { return &promptlyWhenever{promptly{owed: owed}} }
}

type promptlyWhenever struct{ promptly }

func (c *promptlyWhenever) job(x *examiner, j *jobState) {
	if since, _, ok := c.owed(x, j); ok && since <= x.now {
		x.exercised()
	}
}

func (c *promptlyWhenever) pod(x *examiner, p *podState) {
	if p.job != nil {
		c.job(x, p.job)
	}
}
