package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// victimRequirements is about pods that are deleted because there are too many.
var victimRequirements = []Requirement{
	{
		ID: "job/parallelism/only-surplus-is-deleted", Clauses: []string{"PAR-5", "PAR-1"}, Level: Core, Strength: Must,
		Sentence: "An active pod must not be deleted while no more are active than there should be.",
		Observed: "At each accepted deletion of an active pod by the implementation, whose Job is neither suspended nor decided " +
			"and cannot have failed, more pods may be active than wanted, as far as the implementation can know.",
		Source:    "API reference, JobSpec.parallelism",
		Scenarios: []string{"parallelism-change"},
		check:     func() any { return onPod(onlySurplusDeleted) },
	},
	{
		ID: "job/parallelism/less-advanced-first", Clauses: []string{"PAR-6"}, Level: Core, Strength: Should,
		Sentence: "Of surplus pods those that have got less far should go first: unscheduled, then pending, then not ready, then " +
			"ready.",
		Observed: "When a surplus pod is deleted, no pod that had got less far, as far as the implementation must know, is left " +
			"active without an attempt to delete it.",
		Source: "kube-controller-manager, controller.ActivePods", Scenarios: []string{"scale-down-order"},
		check: func() any { return &victimChoice{before: lessAdvanced} },
	},
}

// victimKind is why the implementation deletes an active pod.
type victimKind int

const (
	noVictim victimKind = iota
	// bySuspension: spec.suspend may be true for what it knows.
	bySuspension
	// beyondCompletions: fewer completions are missing than pods are active.
	beyondCompletions
	// misplaced: it has no index that the Job has, or is not the only one of its index (PAR-8).
	misplaced
	// beyondParallelism: any other reason that is not the end of the Job.
	beyondParallelism
)

// victim tells why the pod was deleted by the request that is being looked at. Pods of a Job that is decided, or that
// the implementation may think to have failed, are no victims: those count.
func (v *view) victim(p *podState) victimKind {
	j := p.job
	if p.deleted.entry != v.entry || !v.byImplementation() || j == nil || p.before == nil || !isActive(p.before) || !j.runs() ||
		j.perhaps(isDecided) || j.perhaps(isBeingDeleted) || j.mayFail() || j.perhapsSuccessRuleMet() || p.perhapsThere(terminal) {
		return noVictim
	}
	switch {
	case p.perhapsMisplaced(j):
		return misplaced
	case j.perhaps(suspended):
		return bySuspension
	case !workQueue(j.obj) && j.active+1 > int(*j.obj.Spec.Completions)-j.succ():
		return beyondCompletions
	}
	return beyondParallelism
}

func onlySurplusDeleted(x *examiner, p *podState) {
	kind := x.victim(p)
	if kind == noVictim || kind == bySuspension || kind == misplaced {
		return
	}
	j := p.job
	x.exercised()
	active := 0
	for _, other := range j.pods {
		known := other.deleted.byImplementation() && !other.deleted.entry.Lost && other.deleted.entry.Instance == x.instance
		if other == p || other.perhapsThere(isActive) && !known {
			active++
		}
	}
	if j.surely(func(version *batchv1.Job) bool {
		succeeded := j.mostSucceeded(version)
		return !(workQueue(version) && succeeded > 0) && active <= target(version, succeeded)
	}) {
		x.violated("active pod %s of Job %s is deleted while %d are active and %d have succeeded: %s",
			p.obj.Name, j.obj.Name, active, j.succ(), describeSize(j.obj))
	}
}

// victimsDoNotCount checks that pods deleted for one reason are never listed.
type victimsDoNotCount struct {
	of      victimKind
	victims []*podState
}

func (c *victimsDoNotCount) pod(x *examiner, p *podState) {
	if x.victim(p) == c.of {
		x.exercised()
		c.victims = append(c.victims, p)
	}
}

func (c *victimsDoNotCount) job(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || uncountedIn(j.obj) == 0 {
		return
	}
	for _, p := range c.victims {
		if p.job != j || p.listed != j.obj {
			continue
		}
		as := "succeeded"
		if p.account == listedFailed || p.account == countedFailed {
			as = "failed"
		}
		x.violatedBy([]*trace.Entry{p.deleted.entry},
			"pod %s of Job %s was active and was deleted as surplus at %v, and it is counted as %s",
			p.obj.Name, j.obj.Name, p.deleted.at, as)
	}
}

// victimChoice checks which pods were chosen to be deleted.
type victimChoice struct {
	// before tells whether of two pods, as the implementation must know them, the first had to be deleted before the
	// second; exercised whether the choice between them means something.
	before func(x *examiner, first, second *podState) (must, exercised bool)
	// duplicates looks at the choice between active pods of one index, and nothing else does.
	duplicates bool
	wrong      []wrongVictim
	tried      map[*podState]bool
}

// wrongVictim is a pod that was deleted and one that should have been deleted instead.
type wrongVictim struct {
	job             *jobState
	deleted, spared *podState
	was             string // what deleted was like
	at              time.Duration
	sync            int
	entry           *trace.Entry
}

func (c *victimChoice) pod(x *examiner, p *podState) {
	if kind := x.victim(p); kind == noVictim || kind == bySuspension || (kind == misplaced) != c.duplicates {
		return
	}
	for _, other := range p.job.pods {
		if other == p || other.job != p.job || !other.surelyThere(isActive) {
			continue
		}
		if c.duplicates && !(p.surelyCounts(p.job) && other.surelyCounts(p.job) && other.surelyOf(indexOf(p.obj)) && p.surelyOf(indexOf(p.obj))) {
			continue
		}
		must, exercised := c.before(x, other, p)
		if exercised {
			x.exercised()
		}
		if must && (c.duplicates || !other.perhapsMisplaced(p.job)) {
			c.wrong = append(c.wrong, wrongVictim{p.job, p, other, describePod(p.before), x.now, x.sync, x.entry})
		}
	}
}

func (c *victimChoice) instance(_ *examiner, e *trace.Entry) {
	if e.Verb == "crash" || e.Verb == "stop" {
		c.wrong = nil // it may not have come to the rest of its choice
	}
}

func (c *victimChoice) call(x *examiner, e *trace.Entry) {
	if e.Resource != podsResource || e.Verb == "create" || e.Verb == "get" || len(c.wrong) == 0 && e.OK() && !e.Lost {
		return
	}
	if p := x.pod(e.Namespace, e.Name); p != nil {
		if c.tried == nil {
			c.tried = map[*podState]bool{}
		}
		c.tried[p] = true
	}
}

func (c *victimChoice) tick(x *examiner, until time.Duration) {
	kept := c.wrong[:0]
	for _, w := range c.wrong {
		switch {
		case x.slowness() > 0 && (w.sync == x.sync || until-w.at <= x.slowness()):
			kept = append(kept, w) // the rest of the choice may be on its way
		case w.spared.deleted.come() || c.tried[w.spared] || w.spared.gone:
		default:
			x.violatedBy([]*trace.Entry{w.entry}, "of the active pods of Job %s, %s (%s) was deleted at %v, and %s (%s) was left",
				w.job.obj.Name, w.deleted.obj.Name, w.was, w.at,
				w.spared.obj.Name, describePod(w.spared.obj))
		}
	}
	if c.wrong = kept; len(kept) == 0 {
		c.tried = nil
	}
}

func describePod(pod *corev1.Pod) string {
	switch {
	case pod.Spec.NodeName == "":
		return "unscheduled"
	case pod.Status.Phase == corev1.PodRunning && ready(pod):
		return "ready"
	case pod.Status.Phase == corev1.PodRunning:
		return "running, not ready"
	}
	return string(pod.Status.Phase)
}

// lessAdvanced compares how far two pods have got by all that the implementation can know.
func lessAdvanced(x *examiner, first, second *podState) (must, exercised bool) {
	most, least := 0, 10
	first.perhaps(func(pod *corev1.Pod) bool { most = max(most, advance(pod)); return false })
	second.perhaps(func(pod *corev1.Pod) bool { least = min(least, advance(pod)); return false })
	return most < least && first.settled(), most != least
}

// advance is how far a pod has got: the first three criteria of PAR-6.
func advance(pod *corev1.Pod) int {
	switch {
	case pod.Spec.NodeName == "":
		return 0
	case pod.Status.Phase == corev1.PodUnknown:
		return 2
	case pod.Status.Phase != corev1.PodRunning:
		return 1
	case !ready(pod):
		return 3
	}
	return 4
}
