package conformance

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// waitFilter restricts a requirement to some delays.
type waitFilter func(x *examiner, j *jobState, w wait) bool

func anyWait(*examiner, *jobState, wait) bool { return true }

// waited is that no pod is created before a delay is over, as upstream has it.
func waited(filter waitFilter) func() any { return func() any { return notBefore(filter) } }

// exactWait is that pods are created neither before a delay is over nor later.
type exactWait struct {
	onPod
	punctual
}

func notBefore(filter waitFilter) onPod {
	return func(x *examiner, p *podState) {
		j := p.job
		if j == nil || p.before != nil || !x.byImplementation() || x.skewed() || len(j.failures) == 0 || j.swappedPods() {
			return
		}
		w := j.shortestWait(x.view, eachPod, upstreamMost)
		if w.n == 0 || !filter(x, j, w) {
			return
		}
		if x.exercised(); x.now < w.until {
			x.violated("pod %s is created at %v; %d pods of Job %s have failed since the last success, the last one at %v at the earliest, "+
				"so there is a delay of %v until %v", p.obj.Name, x.now, w.n, j.obj.Name, w.until-delayAfter(w.n, upstreamMost), delayAfter(w.n, upstreamMost), w.until)
		}
	}
}

// waitsToReplace is that a failed pod is not replaced before the documented delay is over. A pod that would have been
// created anyway is none of its business.
func waitsToReplace(x *examiner, p *podState) {
	j := p.job
	if j == nil || p.before != nil || !x.byImplementation() || x.skewed() || len(j.failures) == 0 || j.swappedPods() {
		return
	}
	w := j.shortestWait(x.view, eachRound, documentedMost)
	if w.n == 0 {
		return
	}
	last := w.failures[len(w.failures)-1]
	waiting, soonest := 0, never
	for _, f := range w.failures {
		if f.round != last.round {
			continue
		}
		if _, byItself := containersEnded(f.obj); !byItself || f.obj.Status.Phase != corev1.PodFailed {
			return // when a pod that was deleted or lost has finished is a matter of taste
		}
		waiting++
		soonest = min(soonest, f.soonest, regularEnded(f.obj))
	}
	most := parallel(j.obj)
	if j.leastActive(p)+1 <= most-waiting {
		return
	}
	until := min(w.until, soonest+delayAfter(w.n, documentedMost))
	if x.exercised(); x.now < until {
		x.violated("pod %s is created at %v in place of pod %s, which failed at %v; after %d failures in a row there is a delay of %v",
			p.obj.Name, x.now, last.obj.Name, soonest, w.n, delayAfter(w.n, documentedMost))
	}
}

// afterSuccess tells whether the Job has had a success before the failures.
func afterSuccess(_ *examiner, j *jobState, _ wait) bool { return j.lastSuccess() != nil }

// severalAtOnce tells whether pods have failed together.
func severalAtOnce(_ *examiner, _ *jobState, w wait) bool { return eachRound(w.failures) < w.n }

// raisedMeanwhile tells whether parallelism was raised after the last failure.
func raisedMeanwhile(_ *examiner, j *jobState, w wait) bool {
	return j.parallelismRaised > w.failures[len(w.failures)-1].failing.at
}

// deletedWhileRunning tells whether the last failure is a pod that somebody deleted.
func deletedWhileRunning(_ *examiner, j *jobState, w wait) bool {
	last := w.failures[len(w.failures)-1]
	return last.deleted.come() && !last.deleted.byImplementation() && !replacesOnlyFailed(j.obj)
}

// punctual is that pods are created as soon as the delay is over, as upstream has it.
type punctual struct {
	filter waitFilter
	// released is for Jobs of which a success has ended the delay; otherwise the filter says for which.
	released bool
	since    []time.Duration
	pods     []int // how many pods the Jobs had had by then
}

// batch is how long upstream lets pod events wait (SYNC-6).
const batch = time.Second

func (c *punctual) tick(x *examiner, until time.Duration) {
	for len(c.since) < len(x.jobs) {
		c.since, c.pods = append(c.since, -1), append(c.pods, 0)
	}
	for i, j := range x.jobs {
		if len(j.failures) == 0 || j.missing() == 0 || x.skewed() || x.run.Scenario.Latency > 0 {
			c.since[i] = -1
			continue
		}
		if c.since[i] < 0 || c.pods[i] != len(j.pods) { // one that was created can be missing again at once
			c.since[i], c.pods[i] = x.now, len(j.pods)
		}
		w := j.longestWait()
		due := max(w.until, c.since[i]+batch)
		switch {
		case !c.undisturbed(x, j), c.released != (w.n == 0), c.released && j.lastSuccess() == nil, !c.released && !c.filter(x, j, w):
			continue
		case c.released:
			due = max(due, j.lastSuccess().ended.at+batch)
		}
		if at, running := deadlineAt(j.obj); running && at <= due+batch || until < due {
			continue
		}
		x.exercised()
		switch {
		case until-due < batch:
		case c.released:
			x.violated("a pod of Job %s succeeded at %v, after its last failure; a pod is missing, and nothing is created until %v",
				j.obj.Name, j.lastSuccess().ended.at, describeTime(until))
		default:
			x.violated("the back-off delay of Job %s, after %d failures, was over at %v; a pod is missing, and nothing is created until %v",
				j.obj.Name, w.n, due, describeTime(until))
		}
	}
}

// undisturbed tells whether nothing has kept the implementation from seeing and counting since the failures.
func (c *punctual) undisturbed(x *examiner, j *jobState) bool {
	first := j.failures[0].failing.at
	return !j.swappedPods() && x.hindered < first && x.runsSince < first && j.specAt < first
}

// swappedPods reports whether pods have come to the Job from elsewhere, have gone, or have come back. What has ended
// then counts for the back-off or does not, as it was claimed or released before it was looked at (SEL-2, SEL-4). A pod
// that somebody gives another index leaves the Job in the same way (IDX-5).
func (j *jobState) swappedPods() bool {
	return j.anyPod(func(p *podState) bool { return p.maker != j || p.swapped || p.reindexed })
}

// finishDiffers tells whether the last failure was noticed when or after it happened, so that the two can be told apart.
func finishDiffers(_ *examiner, _ *jobState, w wait) bool {
	last := w.failures[len(w.failures)-1]
	return last.failing.at >= last.latest
}

// resetBySuccess is that a success makes the implementation forget earlier failures.
func resetBySuccess(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	s := j.lastSuccess()
	if s == nil || len(j.failures) == 0 || j.failures[0].failing.entry.Seq > s.ended.entry.Seq || j.missing() == 0 || x.skewed() || j.swappedPods() {
		return 0, "", false
	}
	w := j.longestWait()
	if w.n == 0 || len(w.failures) == len(j.failures) || s.lost() {
		return 0, "", false
	}
	if at, running := deadlineAt(j.obj); running && at <= w.until {
		return 0, "", false
	}
	return w.until, j.say("Job ", j.obj.Name, " has had a success, and ", itoa(w.n), " failures since; the delay was over at ", w.until.String(),
		", and no pod is created"), true
}

// releasedBySuccess is that a success ends a wait that is going on.
func releasedBySuccess(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	s := j.lastSuccess()
	if s == nil || len(j.failures) == 0 || j.missing() == 0 || x.skewed() || pastDeadline(j.obj, x.now) {
		return 0, "", false
	}
	if w := j.longestWait(); w.n > 0 || s.lost() {
		return 0, "", false
	}
	return 0, j.say("a pod of Job ", j.obj.Name, " has succeeded after the last failure, a pod is missing, and none is created"), true
}

// lost reports whether a success may be none to the implementation: the pod lost its finalizer before it was counted, so
// that nobody may have seen how it ended (PAR-10), or it had counted as failed before it ended (TRK-8).
func (p *podState) lost() bool {
	return p.account == unlisted && p.untracked.come() || p.countsFailed()
}

func isCreationAfterSuccess(x *examiner, p *podState) bool {
	j := p.job
	return j != nil && p.before == nil && x.byImplementation() && len(j.failures) > 0 && j.lastSuccess() != nil && j.longestWait().n == 0
}

// notLongerAfterRestart is that a restart may cut a wait short, and does not make it longer.
func notLongerAfterRestart(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if len(j.failures) == 0 || j.missing() == 0 || x.skewed() || j.swappedPods() {
		return 0, "", false
	}
	w := j.longestWait()
	if w.n == 0 || w.failures[len(w.failures)-1].failing.at > x.runsSince {
		return 0, "", false
	}
	if at, running := deadlineAt(j.obj); running && at <= w.until {
		return 0, "", false
	}
	return w.until, j.say("the implementation was restarted, the back-off delay of Job ", j.obj.Name, " is over, and no pod is created"), true
}

func isCreationAfterRestart(x *examiner, p *podState) bool {
	j := p.job
	return j != nil && p.before == nil && x.byImplementation() && len(j.failures) > 0 && j.failures[len(j.failures)-1].failing.at <= x.runsSince
}

// activeWhileWaiting is that status.active is not lowered because creations wait.
func activeWhileWaiting(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() || len(j.failures) == 0 || j.missing() == 0 {
		return
	}
	active := j.leastActive(nil)
	if active == 0 {
		return
	}
	if x.exercised(); int(j.obj.Status.Active) < active {
		x.violated("Job %s shows active %d while it waits to replace a failed pod; %d of its pods are active",
			j.obj.Name, j.obj.Status.Active, active)
	}
}
