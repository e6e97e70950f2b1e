package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/trace"
)

// countedPods is about which pods count, and how often.
var countedPods = []Requirement{
	{
		ID: "job/completions/counted-once", Clauses: []string{"COMP-12"}, Level: Core, Strength: Must,
		Sentence: "Each pod must add at most one to succeeded and failed over the life of the Job.",
		Observed: "No UID comes back to status.uncountedTerminatedPods, and succeeded, failed and the UIDs listed there are " +
			"together at most as many as the pods that have ended or been deleted (or, once the Job fails, that there have been).",
		Source:    "KEP-2307; Kubernetes unit test TestTrackJobStatusAndRemoveFinalizers",
		Scenarios: []string{"controller-crash-loop", "api-errors"},
		check:     func() any { return &onceCounted{} },
	},
	{
		ID: "job/completions/success-is-not-lost", Clauses: []string{"COMP-13"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A tracked pod that has succeeded must count, even if it is deleted right after.",
		Observed: "Its UID is in status.uncountedTerminatedPods before the implementation removes its finalizer, and within " +
			"the reaction time; and not in the list of failures if it is known to have succeeded.",
		Source: "KEP-2307", Scenarios: []string{"pi"},
		check: func() any { return &successKept{promptly{owed: successCounts}} },
	},
	{
		ID: "job/completions/phase-decides", Clauses: []string{"COMP-15"}, Level: Core, Strength: Must,
		Sentence: "Only its phase must decide whether a pod counts as succeeded, whatever its containers have done.",
		Observed: "A UID that appears in status.uncountedTerminatedPods as succeeded is that of a pod in phase Succeeded; one that " +
			"appears as failed is that of a pod in phase Failed, or deleted, or of a Job that fails.",
		Source: "kube-controller-manager, syncJob", Scenarios: []string{"pi", "never-backoff"},
		check: func() any { return onJob(phaseDecides) },
	},
	{
		ID: "job/completions/too-many-succeeded-event", Clauses: []string{"COMP-11", "EV-2"}, Level: UpstreamExact, Strength: Up,
		Sentence: "When more pods have succeeded than completions, the Warning TooManySucceededPods must come before the event Completed.",
		Observed: "The events of the Job in the order of their creation.",
		Source:   "kube-controller-manager, recordJobFinished",
		check:    func() any { return &tooManyEvent{} },
	},
	{
		ID: "job/completions/surplus-successes-show", Clauses: []string{"COMP-11"}, Level: UpstreamExact, Strength: Up,
		Sentence: "When more pods have succeeded than completions, status.succeeded must show them all.",
		Observed: "When Complete=True is stored for a Job that has listed more pods as succeeded than completions, succeeded is not less " +
			"than these pods.",
		Source: "kube-controller-manager, recordJobFinished",
		check:  func() any { return onJob(surplusShows) },
	},
}

// onceCounted checks COMP-12.
type onceCounted struct {
	jobs perJob[ended]
	of   perPod[*jobState]       // whose they were when they ended or were deleted
	left map[types.UID]*jobState // UIDs that have left the lists
}

// ended is what onceCounted remembers of a Job.
type ended struct {
	over    int  // pods that have ended or been deleted
	meddled bool // somebody else has written the counters
}

func (c *onceCounted) pod(_ *examiner, p *podState) {
	if (p.ended.come() || p.deleted.come()) && p.job != nil {
		if of := c.of.of(p); *of != p.job {
			*of = p.job
			c.jobs.of(p.job).over++
		}
	}
}

func (c *onceCounted) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil {
		return
	}
	old, now := &j.before.Status, &j.obj.Status
	was, is := uncountedIn(j.before), uncountedIn(j.obj)
	if old.Succeeded == now.Succeeded && old.Failed == now.Failed && was == 0 && is == 0 {
		return
	}
	if !x.byImplementation() {
		c.jobs.of(j).meddled = c.jobs.of(j).meddled || old.Succeeded != now.Succeeded || old.Failed != now.Failed
		return
	}
	x.exercised()
	for uid := range each(uidLists(j.obj)) {
		if c.left[uid] == j && !x.adoptedAgain(uid) {
			x.violated("pod %s of Job %s has left the uncounted list, and is listed again", x.podName(uid), j.obj.Name)
		}
	}
	if c.left == nil && was > 0 {
		c.left = map[types.UID]*jobState{}
	}
	for uid := range each(uidLists(j.before)) {
		c.left[uid] = j
	}
	for uid := range each(uidLists(j.obj)) {
		delete(c.left, uid)
	}
	of := c.jobs.of(j)
	pods := of.over
	if isTrue(j.obj, batchv1.JobFailureTarget) {
		pods = len(j.pods)
	}
	if n := int(now.Succeeded) + int(now.Failed) + is; n > pods && !of.meddled && !j.swappedPods() {
		x.violated("Job %s counts %d succeeded, %d failed and lists %d more, and only %d of its pods have ended or been deleted",
			j.obj.Name, now.Succeeded, now.Failed, is, pods)
	}
}

// podName is the name of the pod with a UID, for people.
func (v *view) podName(uid types.UID) string {
	if p := v.podByUID[uid]; p != nil {
		return p.obj.Name
	}
	return string(uid)
}

func surplusShows(x *examiner, j *jobState) {
	if !becameFinished(x, j) || !isTrue(j.obj, batchv1.JobComplete) || workQueue(j.obj) || indexed(j.obj) {
		return
	}
	n := j.listedAs(listedSucceeded, countedSucceeded)
	if n <= int(*j.obj.Spec.Completions) {
		return
	}
	if x.exercised(); int(j.obj.Status.Succeeded) < n {
		x.violated("Job %s is Complete with status.succeeded %d, and %d of its pods were listed as succeeded",
			j.obj.Name, j.obj.Status.Succeeded, n)
	}
}

// successKept checks COMP-13.
type successKept struct{ promptly }

func successCounts(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || j.finished() || j.obj.DeletionTimestamp != nil || j.newSucceeded == 0 {
		return 0, "", false
	}
	for _, p := range j.pods {
		if p.account == unlisted && p.tracked() && isSucceeded(p.obj) && p.deleted.come() && hasPlace(j.obj, p.obj) {
			return max(p.ended.at, p.deleted.at), j.say("pod ", p.obj.Name, " has succeeded and was deleted then, and it is not counted"), true
		}
	}
	return 0, "", false
}

func (c *successKept) pod(x *examiner, p *podState) {
	if p.deleted.entry == x.entry && p.tracked() && isSucceeded(p.obj) {
		x.exercised()
	}
}

func (c *successKept) job(x *examiner, j *jobState) {
	if !accounts(x, j) || isTrue(j.obj, batchv1.JobFailureTarget) {
		return
	}
	_, failed := newlyListed(j)
	for _, uid := range failed {
		if p := x.podByUID[uid]; p != nil && p.job == j && p.surelyThere(isSucceeded) {
			x.violated("pod %s of Job %s has succeeded, and is listed as failed", p.obj.Name, j.obj.Name)
		}
	}
}

// The write that takes the last finalizer of a deleted pod is no change of the pod: it goes with it.
func (c *successKept) call(x *examiner, e *trace.Entry) {
	if e.Resource != podsResource {
		return
	}
	p := x.pod(e.Namespace, e.Name)
	if p == nil || p.untracked.entry != e || p.account != unlisted {
		return
	}
	j := p.job
	if j != nil && !j.gone && !j.finished() && j.obj.DeletionTimestamp == nil && p.surelyThere(isSucceeded) &&
		p.surelyCounts(j) && !p.perhaps(j.deselects) { // which would let it go uncounted (SEL-2)
		x.violated("pod %s of Job %s has succeeded, and loses its finalizer without being counted or listed", p.obj.Name, j.obj.Name)
	}
}

func phaseDecides(x *examiner, j *jobState) {
	u := j.obj.Status.UncountedTerminatedPods
	if j.gone || j.before == nil || u == nil || !x.byImplementation() {
		return
	}
	for _, uid := range u.Succeeded {
		if p := x.podByUID[uid]; p != nil && p.listed == j.obj {
			if x.exercised(); !p.gone && !p.perhapsThere(isSucceeded) {
				x.violated("pod %s of Job %s is listed as succeeded, and its phase is %s",
					p.obj.Name, j.obj.Name, p.obj.Status.Phase)
			}
		}
	}
	for _, uid := range u.Failed {
		if p := x.podByUID[uid]; p != nil && p.listed == j.obj {
			if x.exercised(); !p.gone && !p.perhapsThere(hasPhase(corev1.PodFailed)) && !p.deleted.come() && !j.mayFail() {
				x.violated("pod %s of Job %s is listed as failed, and its phase is %s and nobody has deleted it",
					p.obj.Name, j.obj.Name, p.obj.Status.Phase)
			}
		}
	}
}

// tooManyEvent checks the events of a Job with more successes than completions (COMP-11).
type tooManyEvent struct {
	warned []types.UID
	// completions are those of the version that became Complete; somebody may have changed them since.
	completions perJob[int32]
}

func (c *tooManyEvent) job(x *examiner, j *jobState) {
	if becameFinished(x, j) && isTrue(j.obj, batchv1.JobComplete) && !workQueue(j.obj) {
		*c.completions.of(j) = *j.obj.Spec.Completions
	}
}

func (c *tooManyEvent) call(x *examiner, e *trace.Entry) {
	ev, ok := e.Object.(*corev1.Event)
	if !ok || e.Verb != "create" || !e.OK() {
		return
	}
	if ev.Reason == "TooManySucceededPods" {
		c.warned = append(c.warned, ev.InvolvedObject.UID)
		return
	}
	j := x.jobByUID[ev.InvolvedObject.UID]
	if ev.Reason != "Completed" || j == nil || workQueue(j.obj) || j.obj.Status.Succeeded <= *c.completions.of(j) {
		return
	}
	warned := false
	for _, uid := range c.warned {
		warned = warned || uid == j.obj.UID
	}
	if x.exercised(); !warned {
		x.violated("Job %s has %d successes with completions %d, and event Completed comes without TooManySucceededPods before",
			j.obj.Name, j.obj.Status.Succeeded, *c.completions.of(j))
	}
}
