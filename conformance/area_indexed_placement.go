package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// indexedPlacement is which indexes get a pod, and which pods have no place in an Indexed Job (IDX-4 to IDX-7, PAR-8).
var indexedPlacement = []Requirement{
	{
		ID: "job/indexed/completed-index-stays-done", Clauses: []string{"IDX-6", "POD-13"}, Level: Extended, Strength: Must, Feature: Indexed,
		Sentence: "No pod must be created for an index that has succeeded.",
		Observed: "At each accepted creation the index is neither in completedIndexes of all versions of the Job that the implementation " +
			"may know of, nor that of a tracked pod that it must know to have succeeded.",
		Source: "kube-controller-manager, firstPendingIndexes", Scenarios: []string{"indexed-workers"}, check: func() any { return onNewPod(onlyPending) },
	},
	{
		ID: "job/indexed/one-pod-per-index", Clauses: []string{"IDX-6", "POD-13"}, Level: Extended, Strength: Must, Feature: Indexed,
		Sentence: "No pod must be created for an index that has an active pod.",
		Observed: "At each accepted creation the implementation does not know of another active pod with that index.",
		Source:   "kube-controller-manager, firstPendingIndexes", Scenarios: []string{"indexed-workers"}, check: func() any { return onNewPod(onlyIdle) },
	},
	{
		ID: "job/indexed/terminating-pod-keeps-its-index", Clauses: []string{"PRP-4", "IDX-6"}, Level: Extended, Strength: Must, Feature: Indexed, Since: 28,
		Sentence: "Under podReplacementPolicy Failed no pod must be created for an index whose pod is terminating.",
		Observed: "At each accepted creation the implementation does not know of a pod with that index that has not ended.",
		Source:   "Kubernetes unit test \"indexed job with some pods deleted, podReplacementPolicy Failed\"",
		check:    func() any { return onNewPod(onlyEnded) },
	},
	{
		ID: "job/indexed/lowest-first", Clauses: []string{"IDX-7"}, Level: UpstreamExact, Strength: Up, Feature: Indexed,
		Sentence: "The lowest indexes that may get a pod must get one first.",
		Observed: "At the end of an instant at which a pod was created for an index there is no lower one that never had a pod, in runs " +
			"without slow calls, if nothing was refused and the implementation did not crash.",
		Source: "Kubernetes unit test of syncJob, \"indexed job some running and completed pods\"", Scenarios: []string{"indexed-workers"},
		check: func() any { return &lowestFirst{} },
	},
	{
		ID: "job/indexed/duplicates-go", Clauses: []string{"IDX-4", "PAR-8"}, Level: UpstreamExact, Strength: Up, Feature: Indexed, Bound: ReactionBound,
		Sentence: "Of several active pods of an index all but one must be deleted, however many pods the Job may have.",
		Observed: "Within the reaction time, as long as the Job is not decided.",
		Source:   "Kubernetes unit test of syncJob, \"indexed job repeated indexes\"", check: promptAfterPod(isDuplicateVictim, duplicateLives),
	},
	{
		ID: "job/indexed/most-advanced-duplicate-stays", Clauses: []string{"IDX-4", "PAR-6"}, Level: UpstreamExact, Strength: Up, Feature: Indexed,
		Sentence: "Of several active pods of an index the one that has got farthest must stay.",
		Observed: "When one of them is deleted, none that comes before it in the order of victims, as the cache shows both, is left without " +
			"an attempt to delete it.",
		Source: "kube-controller-manager, appendDuplicatedIndexPodsForRemoval", check: func() any { return &victimChoice{before: upstreamBefore, duplicates: true} },
	},
	{
		ID: "job/indexed/pods-without-an-index-go", Clauses: []string{"IDX-5", "PAR-8"}, Level: UpstreamExact, Strength: Up, Feature: Indexed, Bound: ReactionBound,
		Sentence: "An active pod without a valid index must be deleted, however many pods the Job may have.",
		Observed: "Within the reaction time, as long as the Job is not decided.",
		Source:   "Kubernetes unit test of syncJob, \"indexed job some pods without index\"",
		check:    promptAfterPod(isUnplacedVictim(unreadable), unplacedLives(unreadable)),
	},
	{
		ID: "job/indexed/pods-without-an-index-do-not-count", Clauses: []string{"IDX-5"}, Level: UpstreamExact, Strength: Up, Feature: Indexed,
		Sentence: "A pod without a valid index must not count.",
		Observed: "No UID enters an uncounted list of a pod that has no valid index in all that the implementation may know.",
		Source:   "Kubernetes unit test of syncJob, \"indexed job some pods without index\"", check: func() any { return onJob(unplacedUnlisted(unreadable)) },
	},
	{
		ID: "job/indexed/pods-without-an-index-are-released", Clauses: []string{"IDX-5"}, Level: UpstreamExact, Strength: Up, Feature: Indexed, Bound: ReactionBound,
		Sentence: "A pod without a valid index that has ended must lose the tracking finalizer.",
		Observed: "Within the reaction time.",
		Source:   "Kubernetes unit test of syncJob, \"indexed job some pods without index\"",
		check:    promptAfterPod(isUnplacedRelease(unreadable), unplacedTracked(unreadable)),
	},
	{
		ID: "job/indexed/misplaced-pods-do-not-count", Clauses: []string{"IDX-4", "PAR-8", "BL-4"}, Level: UpstreamExact, Strength: Up, Feature: Indexed,
		Sentence: "A pod that is deleted because it has no place in the Job, or not its place alone, must not count.",
		Observed: "Its UID does not appear in status.uncountedTerminatedPods.",
		Source:   "Kubernetes unit test of syncJob, \"indexed job repeated indexes\"", check: func() any { return &victimsDoNotCount{of: misplaced} },
	},
}

// perhapsOf reports whether the implementation may take the pod for one of an index.
func (p *podState) perhapsOf(index int) bool {
	return p.perhaps(func(pod *corev1.Pod) bool { return indexOf(pod) == index })
}

// surelyOf reports whether it must do so.
func (p *podState) surelyOf(index int) bool {
	return !p.perhaps(func(pod *corev1.Pod) bool { return indexOf(pod) != index })
}

func onlyPending(x *examiner, j *jobState, pod *corev1.Pod) {
	index := indexOf(pod)
	if !indexed(j.obj) || index == noIndex {
		return
	}
	x.exercised()
	if j.surely(func(version *batchv1.Job) bool {
		completed, _ := parseIndexes(version.Status.CompletedIndexes)
		return completed.has(index)
	}) {
		x.violated("pod %s is created for index %d of Job %s, and completedIndexes is %q", pod.Name, index, j.obj.Name, j.obj.Status.CompletedIndexes)
		return
	}
	if j.perhaps(func(version *batchv1.Job) bool {
		failed, _ := parseIndexes(valueOr(version.Status.FailedIndexes, ""))
		return failed.has(index)
	}) {
		return // it stays what it is (STAT-10)
	}
	for _, p := range j.pods {
		if p.job == j && p.surelyOf(index) && p.surelyCounts(j) && !p.countsFailed() && p.surelyThere(isSucceeded) && p.surelyThere(p.carries) {
			x.violated("pod %s is created for index %d of Job %s, and pod %s has succeeded for it", pod.Name, index, j.obj.Name, p.obj.Name)
			return
		}
	}
}

// onlyIdle and onlyEnded are that the index of a new pod has no other pod that is at work, or that has not ended.
func onlyIdle(x *examiner, j *jobState, pod *corev1.Pod) {
	besideNone(x, j, pod, isActive, "is active")
}

func onlyEnded(x *examiner, j *jobState, pod *corev1.Pod) {
	if j.surely(replacesOnlyFailed) {
		besideNone(x, j, pod, isUnfinished, "has not ended")
	}
}

func besideNone(x *examiner, j *jobState, pod *corev1.Pod, at func(*corev1.Pod) bool, state string) {
	index := indexOf(pod)
	if !indexed(j.obj) || index == noIndex {
		return
	}
	x.exercised()
	for _, p := range j.pods {
		if p.obj != pod && p.job == j && p.surelyOf(index) && p.surelyStill(at) && p.surelyStill(j.selects) {
			x.violated("pod %s is created for index %d of Job %s, of which pod %s %s", pod.Name, index, j.obj.Name, p.obj.Name, state)
			return
		}
	}
}

// lowestFirst checks IDX-7 for indexes that have never had a pod.
type lowestFirst struct {
	created []*podState
	refused bool
}

func (c *lowestFirst) pod(x *examiner, p *podState) {
	if j := p.maker; j != nil && p.created.entry == x.entry && x.byImplementation() && indexed(j.obj) && indexOf(p.obj) != noIndex {
		c.created = append(c.created, p)
	}
}

func (c *lowestFirst) call(_ *examiner, e *trace.Entry) { c.refused = c.refused || failedCall(e) }

// instance takes a crash for a refusal: pods that are created side by side may be cut off in any order.
func (c *lowestFirst) instance(_ *examiner, e *trace.Entry) {
	c.refused = c.refused || e.Verb == "crash" || e.Verb == "stop"
}

func (c *lowestFirst) tick(x *examiner, _ time.Duration) {
	for _, p := range c.created {
		j := p.maker
		if c.refused || x.run.Scenario.Latency > 0 || j.swappedPods() || j.specAt == x.now && j.obj.Generation > 1 {
			continue
		}
		if index := indexOf(p.obj); index > 0 {
			x.exercised()
			had := make([]bool, index)
			for _, other := range j.pods {
				if i := indexOf(other.obj); i >= 0 && i < index {
					had[i] = true
				}
			}
			if free := slices.Index(had, false); free >= 0 && !hasMovedPods(x, j) {
				x.violatedBy([]*trace.Entry{p.created.entry}, "pod %s is created for index %d of Job %s, and index %d has had none",
					p.obj.Name, index, j.obj.Name, free)
			}
		}
	}
	c.created, c.refused = c.created[:0], false
}

// isDuplicateVictim tells whether the implementation has just deleted one of several active pods of an index.
func isDuplicateVictim(x *examiner, p *podState) bool {
	return x.victim(p) == misplaced && hasPlace(p.job.obj, p.obj)
}

func duplicateLives(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !indexed(j.obj) || j.active < 2 {
		return 0, "", false
	}
	first := map[int]*podState{}
	for _, p := range j.pods {
		index := indexOf(p.obj)
		if p.job != j || !p.active() || !hasPlace(j.obj, p.obj) {
			continue
		}
		if other := first[index]; other != nil {
			return 0, j.say("pods ", other.obj.Name, " and ", p.obj.Name, " of Job ", j.obj.Name, " are both active for index ", itoa(index)), true
		}
		first[index] = p
	}
	return 0, "", false
}

// unplaced restricts a requirement to some pods that have no place in an Indexed Job.
type unplaced func(*batchv1.Job, *corev1.Pod) bool

// unreadable pods have no valid index at all, and beyond are those whose index the Job has no more.
func unreadable(job *batchv1.Job, pod *corev1.Pod) bool {
	return indexed(job) && indexOf(pod) == noIndex
}

func beyond(job *batchv1.Job, pod *corev1.Pod) bool {
	return indexed(job) && indexOf(pod) != noIndex && indexOf(pod) >= completionsOf(job)
}

func isUnplacedVictim(of unplaced) func(*examiner, *podState) bool {
	return func(x *examiner, p *podState) bool { return x.victim(p) == misplaced && of(p.job.obj, p.obj) }
}

func unplacedLives(of unplaced) owes {
	return func(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if !j.runs() || !indexed(j.obj) || j.active == 0 {
			return 0, "", false
		}
		for _, p := range j.pods {
			if p.job == j && p.active() && of(j.obj, p.obj) {
				return j.specAt, j.say("pod ", p.obj.Name, " has no place in Job ", j.obj.Name, " with completions ", itoa(completionsOf(j.obj)),
					" and index ", p.obj.Annotations[batchv1.JobCompletionIndexAnnotation], ", and it is active"), true
			}
		}
		return 0, "", false
	}
}

func unplacedUnlisted(of unplaced) onJob {
	return func(x *examiner, j *jobState) {
		if !byIndexes(x, j) {
			return
		}
		for _, p := range j.pods {
			if p.job == j && of(j.obj, p.obj) && (p.ended.come() || p.deleted.come()) {
				x.exercised()
			}
		}
		succeeded, failed := newlyListed(j)
		for uid := range each(succeeded, failed) {
			if p := x.podByUID[uid]; p != nil && of(j.obj, p.obj) && !p.perhapsCounts(j) {
				x.violated("pod %s has no place in Job %s, and is listed as if it counted", p.obj.Name, j.obj.Name)
			}
		}
	}
}

func isUnplacedRelease(of unplaced) func(*examiner, *podState) bool {
	return func(x *examiner, p *podState) bool {
		return released(x, p) && p.job != nil && terminal(p.obj) && of(p.job.obj, p.obj)
	}
}

func unplacedTracked(of unplaced) owes {
	return func(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if !j.runs() || !indexed(j.obj) || j.tracked == 0 {
			return 0, "", false
		}
		for _, p := range j.pods {
			if p.job == j && p.tracked() && p.account == unlisted && terminal(p.obj) && of(j.obj, p.obj) {
				return max(p.ended.at, j.specAt), j.say("pod ", p.obj.Name, " has ended, has no place in Job ", j.obj.Name, ", and carries the finalizer"), true
			}
		}
		return 0, "", false
	}
}
