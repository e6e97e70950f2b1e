package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// elasticIndexed is about Indexed Jobs that users make larger and smaller while they run (EIJ).
var elasticIndexed = []Requirement{
	{
		ID: "job/elastic-indexed/growing-adds-indexes", Clauses: []string{"EIJ-1"}, Level: Extended, Strength: Must, Feature: ElasticIndexed, Since: 27, Bound: ReactionBound,
		Sentence: "When completions and parallelism of an Indexed Job are raised, the new indexes must run.",
		Observed: "A Job that has grown does not lack pods for longer than the reaction time, not counting the longest back-off delay " +
			"that failures can mean.",
		Source: "Kubernetes integration test TestElasticIndexedJob", Scenarios: []string{"elastic-training"}, check: promptAfterPod(isOfNewIndex, lacks(grownLacks)),
	},
	{
		ID: "job/elastic-indexed/shrinking-deletes-pods", Clauses: []string{"EIJ-2"}, Level: Extended, Strength: Must, Feature: ElasticIndexed, Since: 27, Bound: ReactionBound,
		Sentence: "When completions are lowered, the active pods of the indexes that are no more must be deleted.",
		Observed: "Within the reaction time of the edit no pod is active whose index is not below completions.",
		Source:   "Kubernetes integration test TestElasticIndexedJob", Scenarios: []string{"elastic-shrink"},
		check: promptAfterPod(isUnplacedVictim(beyond), unplacedLives(beyond)),
	},
	{
		ID: "job/elastic-indexed/removed-pods-do-not-count", Clauses: []string{"EIJ-2", "BL-4"}, Level: Extended, Strength: Must, Feature: ElasticIndexed, Since: 27,
		Sentence: "A pod that is deleted because its index is no more must not count as failed.",
		Observed: "Its UID does not appear in status.uncountedTerminatedPods after the implementation has deleted it while it was active.",
		Source:   "Kubernetes integration test TestElasticIndexedJob", Scenarios: []string{"elastic-shrink"}, check: func() any { return &removedUncounted{} },
	},
	{
		ID: "job/elastic-indexed/completed-indexes-shrink", Clauses: []string{"EIJ-2", "STAT-4"}, Level: Extended, Strength: Must, Feature: ElasticIndexed, Since: 27, Bound: ReactionBound,
		Sentence: "Completed indexes that are no more must leave completedIndexes, and succeeded must fall with them.",
		Observed: "Within the reaction time of the edit completedIndexes has nothing above completions, and succeeded is not more than " +
			"the number of its indexes.",
		Source: "Kubernetes integration test TestElasticIndexedJob", Scenarios: []string{"elastic-shrink"}, check: promptAfter(dropsCompleted, keepsCompleted),
	},
	{
		ID: "job/elastic-indexed/returning-index-runs-again", Clauses: []string{"EIJ-3"}, Level: Extended, Strength: Must, Feature: ElasticIndexed, Since: 27,
		Sentence: "An index that had succeeded, was removed and comes back must run again.",
		Observed: "As job/indexed/completed-indexes-are-real, for indexes that have stood in completedIndexes and have left it.",
		Source:   "Kubernetes integration test TestElasticIndexedJob, \"index finishes successfully, scale down, scale up\"", Scenarios: []string{"elastic-shrink"},
		check: func() any { return &returningIndexes{} },
	},
	{
		ID: "job/elastic-indexed/nothing-left-completes", Clauses: []string{"EIJ-4"}, Level: Extended, Strength: Must, Feature: ElasticIndexed, Since: 27, Bound: ReactionBound,
		Sentence: "An Indexed Job whose completions are lowered to those that it has, or to zero, must succeed.",
		Observed: "From the moment at which its indexes have all succeeded and no pod is active, SuccessCriteriaMet=True is stored within the " +
			"reaction time, for Jobs that were made smaller.",
		Source: "Kubernetes integration test TestElasticIndexedJob", check: promptAfter(shrunkSucceeds, shrunkIsDone),
	},
	{
		ID: "job/elastic-indexed/earlier-failures-count", Clauses: []string{"EIJ-5"}, Level: Extended, Strength: Must, Feature: ElasticIndexed, Since: 27, Bound: ReactionBound,
		Sentence: "Failures of indexes that are no more must go on to count against backoffLimit.",
		Observed: "As job/backoff-limit/exceeding-fails-the-job, for Jobs of which pods beyond completions have counted as failed.",
		Source:   "KEP-3715", check: exceedingFails(removedHaveFailed),
	},
	{
		ID: "job/elastic-indexed/complete-waits-for-removed-pods", Clauses: []string{"EIJ-6", "FIN-4"}, Level: Extended, Strength: Must, Feature: ElasticIndexed, Since: 31,
		Sentence: "A Job that is done because it was made smaller must not be Complete before the removed pods have gone.",
		Observed: "When Complete=True is stored for a Job that was made smaller, the implementation does not know of a pod of it that has " +
			"not ended.",
		Source: "Kubernetes integration test TestDelayTerminalPhaseCondition", check: func() any { return onJob(shrunkWaits) },
	},
	{
		ID: "job/elastic-indexed/failures-beyond-do-not-count", Clauses: []string{"EIJ-7"}, Level: UpstreamExact, Strength: Up, Feature: ElasticIndexed, Since: 27,
		Sentence: "A failed pod that was not counted before its index was removed must not count.",
		Observed: "No UID enters an uncounted list of a pod whose index is beyond the completions that the implementation may know of.",
		Source:   "Kubernetes unit test \"indexed job failed pods outside current completions index range\"",
		check:    func() any { return onJob(unplacedUnlisted(beyond)) },
	},
	{
		ID: "job/elastic-indexed/failures-beyond-are-released", Clauses: []string{"EIJ-7"}, Level: UpstreamExact, Strength: Up, Feature: ElasticIndexed, Since: 27, Bound: ReactionBound,
		Sentence: "A pod that has ended and whose index is no more must lose the tracking finalizer.",
		Observed: "Within the reaction time.",
		Source:   "Kubernetes unit test \"indexed job failed pods outside current completions index range\"",
		check:    promptAfterPod(isUnplacedRelease(beyond), unplacedTracked(beyond)),
	},
}

// isOfNewIndex tells whether a pod was just created for an index that the Job did not have at the start.
func isOfNewIndex(x *examiner, p *podState) bool {
	j := p.maker
	return j != nil && p.created.entry == x.entry && x.byImplementation() && indexed(j.obj) && j.grown && hasPlace(j.obj, p.obj) &&
		indexOf(p.obj) >= j.initial
}

func grownLacks(j *jobState) (string, bool) {
	return j.say("Job ", j.obj.Name, " has grown to completions ", itoa(completionsOf(j.obj)), ", and has ", itoa(j.active), " active pods"),
		indexed(j.obj) && j.grown
}

// removedUncounted remembers the pods that were deleted because their index was gone.
type removedUncounted struct{ removed []*podState }

func (c *removedUncounted) pod(x *examiner, p *podState) {
	if x.victim(p) == misplaced && beyond(p.job.obj, p.obj) && !p.perhapsCounts(p.job) {
		x.exercised()
		c.removed = append(c.removed, p)
	}
}

func (c *removedUncounted) job(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() {
		return
	}
	for _, p := range c.removed {
		if p.job == j && p.listed == j.obj && p.countsFailed() && beyond(j.obj, p.obj) {
			x.violated("pod %s of index %d was deleted at %v because Job %s has completions %d, and it counts as failed", p.obj.Name,
				indexOf(p.obj), p.deleted.at, j.obj.Name, completionsOf(j.obj))
		}
	}
}

// dropsCompleted tells whether a write has taken indexes out of completedIndexes.
func dropsCompleted(x *examiner, j *jobState) bool {
	if !byIndexes(x, j) || !j.shrunk {
		return false
	}
	was, _ := parseIndexes(j.before.Status.CompletedIndexes)
	return was.most() >= completionsOf(j.obj)
}

func keepsCompleted(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !indexed(j.obj) || !j.shrunk || j.succeededCannotFall() {
		return 0, "", false
	}
	succeeded := int(j.obj.Status.Succeeded)
	if j.indexes.completed.most() < completionsOf(j.obj) && succeeded <= j.indexes.completed.count() {
		return 0, "", false
	}
	return j.specAt, j.say("completions of Job ", j.obj.Name, " is ", itoa(completionsOf(j.obj)), ", completedIndexes is \"",
		j.obj.Status.CompletedIndexes, "\", and succeeded is ", itoa(succeeded)), true
}

// succeededCannotFall reports whether the API server refuses a smaller succeeded, because parallelism is another number than
// completions (STV-13).
func (j *jobState) succeededCannotFall() bool { return parallel(j.obj) != completionsOf(j.obj) }

// cannotStore reports whether the API server refuses every status of the Job for that reason, until as many indexes have
// succeeded anew (EIJ-2).
func (j *jobState) cannotStore() bool {
	return j.shrunk && indexed(j.obj) && j.succeededCannotFall() && int(j.obj.Status.Succeeded) > j.succ()
}

// returningIndexes remembers the indexes that have left completedIndexes.
type returningIndexes struct{ left perJob[indexSet] }

func (c *returningIndexes) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !indexed(j.obj) || j.obj.Status.CompletedIndexes == j.before.Status.CompletedIndexes {
		return
	}
	left := c.left.of(j)
	was, _ := parseIndexes(j.before.Status.CompletedIndexes)
	var gone []int
	for _, r := range was {
		for index := r.first; index <= min(r.last, j.mostEver); index++ {
			if !j.indexes.completed.has(index) {
				gone = append(gone, index)
			}
		}
	}
	if *left = left.with(gone); len(*left) == 0 || !x.byImplementation() {
		return
	}
	for _, r := range j.indexes.completed {
		for index := r.first; index <= min(r.last, j.mostEver); index++ {
			if !left.has(index) || was.has(index) {
				continue
			}
			if x.exercised(); !j.maySucceed(index) {
				x.violated("index %d of Job %s had left completedIndexes with its removal, and is completed again without a new success",
					index, j.obj.Name)
			}
		}
	}
}

// shrunkSucceeds tells whether it was just decided that a Job which was made smaller has succeeded.
func shrunkSucceeds(x *examiner, j *jobState) bool {
	return indexed(j.obj) && j.shrunk && decision(x, j, batchv1.JobSuccessCriteriaMet) != nil
}

func shrunkIsDone(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !indexed(j.obj) || !j.shrunk || j.active > 0 || j.succ() < completionsOf(j.obj) || j.succeededCannotFall() {
		return 0, "", false
	}
	return j.specAt, j.say("Job ", j.obj.Name, " has been made smaller, all its indexes have succeeded, and it does not succeed"), true
}

// removedHaveFailed tells whether failures count of indexes that the Job has no more.
func removedHaveFailed(_ *examiner, j *jobState) bool {
	return indexed(j.obj) && j.shrunk && j.anyPod(func(p *podState) bool {
		return p.accountOf == j && p.countsFailed() && beyond(j.obj, p.obj)
	})
}

func shrunkWaits(x *examiner, j *jobState) {
	if !indexed(j.obj) || !j.shrunk || !becameFinished(x, j) || !isTrue(j.obj, batchv1.JobComplete) {
		return
	}
	x.exercised()
	for _, p := range j.pods {
		if p.job == j && p.terminating() && p.surelyThere(isUnfinished) {
			x.violated("Job %s is Complete, and its removed pod %s has not stopped", j.obj.Name, p.obj.Name)
		}
	}
}
