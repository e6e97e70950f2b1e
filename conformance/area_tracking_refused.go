package conformance

import (
	"net/http"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

// refusedReleases remembers pods that could not be patched.
type refusedReleases struct {
	refused perPod[bool]
	// since is until when something else than refused patches of pods kept the implementation from acting.
	since time.Duration
	open  []time.Duration // for each Job, since when it lists a pod without the finalizer; 0 if it does not
}

func (c *refusedReleases) call(x *examiner, e *trace.Entry) {
	failed := e.Lost || e.Status != nil && e.Status.Code != http.StatusNotFound
	if !failed {
		return
	}
	if e.Resource != podsResource || e.Verb != "patch" && e.Verb != "update" {
		c.since = max(c.since, x.now+x.claims.Bounds.Retry)
		return
	}
	if p := x.pod(e.Namespace, e.Name); p != nil && (p.account == listedSucceeded || p.account == listedFailed) {
		*c.refused.of(p) = true
		x.exercised()
	}
}

func (c *refusedReleases) job(x *examiner, j *jobState) {
	if len(c.refused.all) == 0 || !accounts(x, j) || j.before == nil {
		return
	}
	s, f := uidLists(j.obj)
	wasS, wasF := uidLists(j.before)
	for uid := range each(without(wasS, s), without(wasF, f)) {
		if p := x.podByUID[uid]; p != nil && *c.refused.of(p) && p.job == j && p.tracked() {
			x.violated("the finalizer of pod %s could not be removed, and Job %s does not list the pod any more", p.obj.Name, j.obj.Name)
		}
	}
}

func (c *refusedReleases) tick(x *examiner, until time.Duration) {
	if x.down || x.behind() {
		c.since = max(c.since, until)
	}
	if len(c.refused.all) == 0 {
		return
	}
	for len(c.open) < len(x.jobs) {
		c.open = append(c.open, 0)
	}
	for i, j := range x.jobs {
		uid := freedAndListed(x, j)
		if uid == "" {
			c.open[i] = 0
			continue
		}
		c.open[i] = max(c.open[i], j.podsAt, j.changedAt)
		allowed := x.claims.Bounds.Reaction + x.claims.Bounds.Retry + x.slowness()
		if from := max(c.open[i], c.since); until-from > allowed {
			x.violated("%s has no finalizer any more, and is not counted by Job %s since %v (nothing until %v, and %v are allowed), "+
				"while other pods cannot be patched", x.describePod(uid), j.obj.Name, from, describeTime(until), allowed)
		}
	}
}

// freedAndListed returns a pod that a Job lists although it is gone or has lost its finalizer.
func freedAndListed(x *examiner, j *jobState) types.UID {
	if !j.counted() {
		return ""
	}
	succeeded, failed := uidLists(j.obj)
	for _, list := range [2][]types.UID{succeeded, failed} {
		for _, uid := range list {
			if p := x.podByUID[uid]; p == nil || !p.tracked() {
				return uid
			}
		}
	}
	return ""
}

// releasesTogether follows the removal of finalizers in one evaluation.
type releasesTogether struct{ perEvaluation[removals] }

// removals are those that one evaluation has asked for.
type removals struct {
	refused *trace.Entry // the first refusal
	job     *jobState
	asked   []*podState
}

func (c *releasesTogether) call(x *examiner, e *trace.Entry) {
	if e.Resource != podsResource || e.Verb != "patch" {
		return
	}
	if !x.evaluates() {
		if x.sync == 0 {
			c.forget() // it may belong to any of them
		}
		return
	}
	p := x.pod(e.Namespace, e.Name)
	if p == nil || p.job == nil {
		return
	}
	r := c.of(x.evaluation)
	r.asked = append(r.asked, p)
	if r.refused == nil && e.Status != nil && (p.account == listedSucceeded || p.account == listedFailed) {
		r.refused, r.job = e, p.job
	}
}

// instance looks back when the call is over.
func (c *releasesTogether) instance(x *examiner, e *trace.Entry) {
	if e.Verb == "sync" || e.Verb == "error" {
		c.lookBack(x)
	}
	c.forget()
}

// tick looks back when time goes on, since nothing says when a program has done what it wants to do.
func (c *releasesTogether) tick(x *examiner, _ time.Duration) {
	if x.sync == 0 {
		c.lookBack(x)
		c.forget()
	}
}

func (c *releasesTogether) end(x *examiner) {
	if x.run.Ending == sim.Quiet {
		c.lookBack(x)
	}
}

func (c *releasesTogether) lookBack(x *examiner) {
	for i := range c.all {
		c.all[i].lookBack(x)
	}
}

func (r *removals) lookBack(x *examiner) {
	if r.refused == nil || !r.job.counted() {
		return
	}
	for _, p := range r.job.pods {
		listed := p.account == listedSucceeded || p.account == listedFailed
		if p.job != r.job || !listed || !p.tracked() || p.seen == nil {
			continue
		}
		if x.exercised(); !slices.Contains(r.asked, p) {
			x.violatedBy([]*trace.Entry{r.refused}, "the finalizer of pod %s could not be removed, and that of pod %s, which Job %s lists too, "+
				"is not removed by the same evaluation", r.refused.Name, p.obj.Name, r.job.obj.Name)
		}
	}
}
