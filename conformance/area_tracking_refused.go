package conformance

import (
	"net/http"
	"time"

	"k8s.io/apimachinery/pkg/types"

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
