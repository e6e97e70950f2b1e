package conformance

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func itoa(n int) string { return strconv.Itoa(n) }

// creation is a check that a pod that is missing is created promptly. Failures may delay that, so they are counted: an
// implementation may wait as long as BO-1 allows when no success has come in between.
type creation struct {
	promptlyWhenever
	failed map[*jobState]*failures
	// created is when a pod was last created: pods may end at once, so that there is never as many as there should be.
	created map[*jobState]time.Duration
	// raised are the Jobs of which parallelism was raised and the target has not been reached since.
	raised map[*jobState]bool
}

// failures are how many pods of a Job have failed, and when the last did.
type failures struct {
	n    int
	last time.Duration
}

// newCreation makes a check of when a pod is missing, and why that is remarkable.
func newCreation(missing func(c *creation, j *jobState) (what string, ok bool)) *creation {
	c := &creation{failed: map[*jobState]*failures{}, created: map[*jobState]time.Duration{}, raised: map[*jobState]bool{}}
	c.owed = func(x *examiner, j *jobState) (time.Duration, string, bool) {
		if !j.runs() || suspended(j.obj) || workQueue(j.obj) && j.succ() > 0 || x.mayFail(j) {
			return 0, "", false
		}
		if j.occupied() >= target(j.obj, j.succ()) {
			return 0, "", false
		}
		f := c.failed[j]
		if f != nil && x.skewed() {
			return 0, "", false // it waits by its own clock
		}
		what, ok := missing(c, j)
		return max(j.specAt, c.created[j], f.over()), what, ok
	}
	return c
}

// over is when the longest delay ends that the failures can mean (BO-1).
func (f *failures) over() time.Duration {
	const most = 10 * time.Minute
	if f == nil || f.n == 0 {
		return 0
	}
	delay := 10 * time.Second
	for n := 1; n < f.n && delay < most; n++ {
		delay *= 2
	}
	return f.last + min(delay, most)
}

func (c *creation) pod(x *examiner, p *podState) {
	c.note(x, p)
	c.promptlyWhenever.pod(x, p)
}

// note counts a failure, and remembers a creation.
func (c *creation) note(x *examiner, p *podState) {
	if p.created.entry == x.entry && p.job != nil {
		c.created[p.job] = x.now
	}
	ended := p.ended.entry == x.entry && p.obj.Status.Phase == corev1.PodFailed
	deleted := p.deleted.entry == x.entry && !x.byImplementation()
	adopted := p.before != nil && p.job != nil && !metav1.IsControlledBy(p.before, p.job.obj) && isFailedOrStopping(p.obj)
	if j := p.job; j != nil && (ended || deleted || adopted) {
		f := c.failed[j]
		if f == nil {
			f = &failures{}
			c.failed[j] = f
		}
		f.n, f.last = f.n+1, x.now
	}
}

func (c *creation) job(x *examiner, j *jobState) {
	if j.before != nil && !j.gone {
		switch {
		case parallel(j.obj) > parallel(j.before):
			c.raised[j] = true
		case j.occupied() >= target(j.obj, j.succ()):
			delete(c.raised, j)
		}
	}
	c.promptlyWhenever.job(x, j)
}

func targetMissed(_ *creation, j *jobState) (string, bool) {
	return "Job " + j.obj.Name + " has " + itoa(j.active) + " active pods and wants " + itoa(target(j.obj, j.succ())), true
}

func raisedTargetMissed(c *creation, j *jobState) (string, bool) {
	return "parallelism of Job " + j.obj.Name + " was raised to " + itoa(parallel(j.obj)) + ", and it has " + itoa(j.active) +
		" active pods", c.raised[j]
}

func terminatingHoldsPlace(_ *creation, j *jobState) (string, bool) {
	return "Job " + j.obj.Name + " has " + itoa(j.active) + " active and " + itoa(j.terminating) + " terminating pods and wants " +
		itoa(target(j.obj, j.succ())) + " active ones", j.terminating > 0 && !replacesOnlyFailed(j.obj)
}
