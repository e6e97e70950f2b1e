package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// releases are requirements on when the finalizer may be taken from a pod.
var releases = []Requirement{
	{
		ID: "job/tracking/listed-before-released", Clauses: []string{"TRK-1", "COMP-13", "EXT-3"}, Level: Core, Strength: Must, Since: 26,
		Sentence: "A pod that counts must stand in an uncounted list in the store before its finalizer is removed.",
		Observed: "When an implementation takes the finalizer from a pod that it must know to have succeeded or failed, the pod " +
			"stands in a list of its Job; except Jobs that are finished, being deleted or gone, and pods that ended after a success " +
			"had been decided.",
		Source: "KEP-2307", Scenarios: []string{"pi", "controller-crash-loop"},
		check: func() any { return listedBeforeReleased{} },
	},
	{
		ID: "job/tracking/no-release-after-a-refused-write", Clauses: []string{"TRK-6", "TRK-1"}, Level: Core, Strength: Must, Since: 22,
		Sentence: "When the status write that lists pods fails, their finalizers must stay.",
		Observed: "Between a refused status write and the next accepted one no pod that counts and is not listed loses its finalizer.",
		Source:   "upstream test \"status update error\"", Scenarios: []string{"api-errors"},
		check: func() any { return &refusedWrites{} },
	},
	{
		ID: "job/tracking/released-before-counted", Clauses: []string{"TRK-1", "CTRL-1"}, Level: Core, Strength: Must, Since: 26,
		Sentence: "A pod must lose its finalizer before it leaves the uncounted lists.",
		Observed: "A UID that leaves a list belongs to a pod without the finalizer, or to one that is gone.",
		Source:   "KEP-2307", Scenarios: []string{"pi", "controller-crash-loop"},
		check: func() any { return onJob(releasedBeforeCounted) },
	},
	{
		ID: "job/tracking/one-refusal-stops-no-others", Clauses: []string{"TRK-5"}, Level: UpstreamExact, Strength: Up, Since: 22,
		Sentence: "When a finalizer cannot be removed, those of all other listed pods must be removed all the same.",
		Observed: "In an evaluation in which the removal of a finalizer is refused, every other pod that its Job lists, and that carries one, is patched.",
		Source:   "upstream test \"pod patch errors with partial success\"", Scenarios: []string{"api-errors"},
		check: func() any { return &releasesTogether{} },
	},
	{
		ID: "job/tracking/refused-releases-are-tried-again", Clauses: []string{"TRK-5"}, Level: Core, Strength: Must, Since: 22,
		Bound: ReactionBound,
		Sentence: "When the finalizer of a pod cannot be removed, the pod must stay listed until it is, and the pods of which it " +
			"could be removed must be counted all the same.",
		Observed: "After a refused patch the UID does not leave its list while the pod has the finalizer; no pod without one stays " +
			"listed for longer than the times for reaction and retry, even if patches go on failing.",
		Source: "upstream test \"pod patch errors with partial success\"", Scenarios: []string{"api-errors"},
		check: func() any { return &refusedReleases{} },
	},
	{
		ID: "job/tracking/running-pods-keep-the-finalizer", Clauses: []string{"TRK-3", "PAR-9"}, Level: Core, Strength: Must, Since: 26,
		Bound:    ReactionBound,
		Sentence: "The tracking finalizer must not be taken from a pod that has not ended, unless the Job is decided or being deleted, or the pod is.",
		Observed: "Of a pod that is active when an implementation takes its finalizer, and whose Job goes on, the deletion is asked for " +
			"within the reaction time.",
		Source: "KEP-2307", Scenarios: []string{"parallelism-change", "suspend-resume"},
		check: func() any { return &earlyReleases{} },
	},
	{
		ID: "job/tracking/no-second-release", Clauses: []string{"TRK-10"}, Level: UpstreamExact, Strength: Up, Since: 22,
		Sentence: "After the removal of a finalizer the implementation must ignore what its cache still shows of the pod.",
		Observed: "No instance patches a pod to no effect after it has taken the finalizer from it; except pods that it may have taken for " +
			"ones without a controller, of which the orphan cleaner remembers nothing.",
		Source: "upstream test TestFinalizersRemovedExpectations", Scenarios: []string{"stale-watch"},
		check: func() any { return &secondReleases{} },
	},
}

// released reports whether the entry that is being looked at takes the finalizer from the pod by the implementation.
func released(x *examiner, p *podState) bool {
	return p.untracked.entry == x.entry && p.untracked.byImplementation()
}

// mustBeListed reports whether the pod counts, as the implementation must know, so that it has to stand in a list.
func mustBeListed(x *examiner, p *podState) bool {
	j := p.job
	if j == nil || j.gone || j.obj.DeletionTimestamp != nil || j.finished() ||
		isTrue(j.obj, batchv1.JobSuccessCriteriaMet) || p.seen == nil || !p.settled() || p.ignored() {
		return false
	}
	if !p.surelyCounts(j) {
		return false
	}
	replacesAll := j.surely(func(job *batchv1.Job) bool { return !replacesOnlyFailed(job) })
	return p.surely(func(pod *corev1.Pod) bool { return terminal(pod) || replacesAll && pod.DeletionTimestamp != nil })
}

// listedBeforeReleased remembers the pods that were known to have ended when the success of their Job was decided.
type listedBeforeReleased map[*podState]bool

func (c listedBeforeReleased) job(x *examiner, j *jobState) {
	if !becameDecided(x, j) || !isTrue(j.obj, batchv1.JobSuccessCriteriaMet) {
		return
	}
	for _, p := range j.pods {
		if p.job == j && p.tracked() && p.seen != nil && p.settled() && p.surely(terminal) && p.surelyCounts(j) && !p.ignored() {
			c[p] = true
		}
	}
}

func (c listedBeforeReleased) pod(x *examiner, p *podState) {
	if !released(x, p) {
		return
	}
	known := c[p] && p.job != nil && !p.job.gone && p.job.obj.DeletionTimestamp == nil && !p.job.finished() && p.surelyCounts(p.job)
	if known || mustBeListed(x, p) {
		if x.exercised(); p.account == unlisted {
			x.violated("pod %s was %s%s and stood in no uncounted list of Job %s when it lost its finalizer",
				p.obj.Name, p.obj.Status.Phase, describeDeletion(p), p.job.obj.Name)
		}
	}
}

// refusedWrites remembers of which Jobs the last status write was refused.
type refusedWrites struct{ refused perJob[*trace.Entry] }

func (c *refusedWrites) call(x *examiner, e *trace.Entry) {
	if e.Resource != jobsResource || e.Subresource != "status" {
		return
	}
	j := x.jobNamed(e.Namespace, e.Name)
	if j == nil {
		return
	}
	if e.Status == nil {
		if len(c.refused.all) > 0 {
			*c.refused.of(j) = nil
		}
		return
	}
	*c.refused.of(j) = e
	if j.newSucceeded+j.newFailed > 0 {
		x.exercised()
	}
}

func (c *refusedWrites) pod(x *examiner, p *podState) {
	if len(c.refused.all) == 0 || p.job == nil {
		return
	}
	if refused := *c.refused.of(p.job); refused != nil && released(x, p) && mustBeListed(x, p) && p.account == unlisted {
		x.violatedBy([]*trace.Entry{refused}, "pod %s lost its finalizer after a status write of Job %s was refused, and it stood in "+
			"no list", p.obj.Name, p.job.obj.Name)
	}
}

func releasedBeforeCounted(x *examiner, j *jobState) {
	if !accounts(x, j) || j.before == nil {
		return
	}
	s, f := uidLists(j.obj)
	wasS, wasF := uidLists(j.before)
	for uid := range each(without(wasS, s), without(wasF, f)) {
		x.exercised()
		if p := x.podByUID[uid]; p != nil && p.job == j && p.tracked() && !p.denied {
			x.violatedBy([]*trace.Entry{p.ended.entry}, "pod %s has left the uncounted lists of Job %s, and carries the finalizer still",
				p.obj.Name, j.obj.Name)
		}
	}
}

// earlyReleases follows pods that lose the finalizer while they are active.
type earlyReleases struct{ open []earlyRelease }

// earlyRelease is a pod and when it lost its finalizer.
type earlyRelease struct {
	p     *podState
	since moment
}

func (c *earlyReleases) pod(x *examiner, p *podState) {
	if !released(x, p) || x.entry.Lost || !p.active() {
		return
	}
	if j := p.job; j == nil || j.gone || j.decided() || j.obj.DeletionTimestamp != nil {
		return
	}
	x.exercised()
	c.open = append(c.open, earlyRelease{p, p.untracked})
}

// call takes any request for the deletion of the pod, or any failing call, as a reason why the pod lives.
func (c *earlyReleases) call(x *examiner, e *trace.Entry) {
	if e.Resource != podsResource || e.Verb != "delete" && e.Status == nil {
		return
	}
	for i, open := range c.open {
		if open.p.obj.Name == e.Name && open.p.obj.Namespace == e.Namespace {
			c.open = append(c.open[:i:i], c.open[i+1:]...)
			return
		}
	}
}

// instance takes a crash as a reason as well: the next instance may choose another victim.
func (c *earlyReleases) instance(_ *examiner, e *trace.Entry) {
	if e.Verb == "crash" || e.Verb == "stop" {
		c.open = nil
	}
}

func (c *earlyReleases) tick(x *examiner, until time.Duration) {
	kept := c.open[:0]
	for _, open := range c.open {
		j := open.p.job
		if open.p.gone || open.p.deleted.come() || j == nil || j.gone || j.decided() || j.obj.DeletionTimestamp != nil {
			continue
		}
		if x.overdue(open.since.at, until) {
			x.violatedBy([]*trace.Entry{open.since.entry}, "pod %s was %s and lost its finalizer at %v, and nobody has asked for its "+
				"deletion; Job %s goes on", open.p.obj.Name, "active", open.since.at, j.obj.Name)
			continue
		}
		kept = append(kept, open)
	}
	c.open = kept
}

// secondReleases looks for patches of pods that have been released.
type secondReleases struct {
	stale []*podState
	// swept are the requests that have perhaps released a pod as an orphan.
	swept []*trace.Entry
}

func (c *secondReleases) pod(x *examiner, p *podState) {
	switch {
	case !released(x, p) || x.entry.Lost:
	case p.perhaps(uncontrolled):
		c.swept = append(c.swept, x.entry)
	default:
		c.stale = append(c.stale, p)
	}
}

func (c *secondReleases) tick(x *examiner, until time.Duration) {
	kept := c.stale[:0]
	for _, p := range c.stale {
		if p.seen == nil || !p.carries(p.seen) {
			continue
		}
		x.exercised() // time goes on, and the cache shows the finalizer still
		kept = append(kept, p)
	}
	c.stale = kept
}

func (c *secondReleases) call(x *examiner, e *trace.Entry) {
	if e.Resource != podsResource || e.Subresource != "" || e.Verb != "patch" && e.Verb != "update" || !e.Stored() {
		return
	}
	pod, ok := e.Object.(*corev1.Pod)
	if !ok {
		return
	}
	p := x.podByUID[pod.UID]
	if p == nil || !p.untracked.come() || p.deleted.byImplementation() && x.atWork(p.untracked.entry.Seq, p.untracked.at) || p.untracked.entry == e || p.untracked.entry.Instance != e.Instance ||
		p.untracked.entry.Lost || !p.untracked.byImplementation() || p.job == nil || !p.job.counted() ||
		p.perhaps(uncontrolled) || slices.Contains(c.swept, p.untracked.entry) {
		return
	}
	if p.obj.ResourceVersion == p.untracked.entry.Object.GetResourceVersion() && !p.gone {
		x.violatedBy([]*trace.Entry{p.untracked.entry}, "pod %s was patched again, to no effect: it had lost its finalizer at %v",
			p.obj.Name, p.untracked.at)
	}
}
