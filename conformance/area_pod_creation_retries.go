package conformance

import (
	"net/http"
	"time"

	"github.com/jobsim/jobsim/sim/trace"
)

// programRetries checks POD-11 of programs, whose evaluations leave no entries of their own: one of which a creation was
// refused has failed. How long it may take until the next one can be told only as long as the caches show everything:
// evaluations that give up before leave no trace, and make the delay longer (CTRL-4).
type programRetries struct{ rows perJob[failures] }

// failures are the evaluations of a Job that have failed one after the other.
type failures struct {
	at     time.Duration // of the last evaluation
	failed bool          // that one
	n      int
	lost   bool // there may have been more
	// refused is a creation that was refused in the last one, and due when there must be another evaluation.
	refused *trace.Entry
	due     time.Duration
}

func (c *programRetries) call(x *examiner, e *trace.Entry) {
	if x.sync > 0 || x.run.Scenario.Latency > 0 || e.Resource == "events" {
		return
	}
	failed := failedCall(e) && !(e.Status != nil && e.Status.Code == http.StatusNotFound)
	if !x.evaluates() {
		for i := 0; failed && i < len(x.jobs); i++ { // nobody can tell which evaluation has failed
			*c.rows.of(x.jobs[i]) = failures{at: x.now, failed: true, lost: true}
		}
		return
	}
	f := c.rows.of(x.evaluation.job)
	if f.n == 0 || f.at != x.now {
		if f.refused != nil {
			x.exercised()
		}
		if !f.failed {
			f.n, f.lost = 0, false
		}
		f.at, f.failed, f.refused = x.now, false, nil
	}
	if !failed {
		return
	}
	if !f.failed {
		f.n, f.failed = f.n+1, true
	}
	if creates(e) && !fromTerminatingNamespace(e) && !x.patient() && !f.lost {
		f.refused, f.due = e, x.now+min(time.Minute, time.Second<<min(f.n-1, 6))
	}
}

func (c *programRetries) instance(*examiner, *trace.Entry) { c.rows.all = c.rows.all[:0] }

func (c *programRetries) tick(x *examiner, until time.Duration) {
	if x.sync > 0 || len(c.rows.all) == 0 {
		return
	}
	told := func(w watchState) bool { return w.open && !w.refused }
	if x.behind() || !told(x.jobsWatch) || !told(x.podsWatch) || x.behindAt > 0 && x.now-x.behindAt <= x.claims.Bounds.Reaction {
		c.lose()
		return
	}
	for i, j := range x.jobs {
		if i == len(c.rows.all) {
			return
		}
		f := &c.rows.all[i]
		if f.refused == nil || f.due >= until {
			continue
		}
		if since, _, owed := lacksTarget(x, j); owed && since <= f.refused.At {
			x.violatedBy([]*trace.Entry{f.refused}, "Job %s is not evaluated again by %v after %d failures in a row, and has too few pods",
				j.obj.Name, f.due, f.n)
		}
		f.refused = nil
	}
}

// lose forgets how many evaluations have failed, until one has not.
func (c *programRetries) lose() {
	for i := range c.rows.all {
		f := &c.rows.all[i]
		f.lost, f.refused = f.failed, nil
	}
}
