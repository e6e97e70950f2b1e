package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// indexedJobs is about Jobs that complete indexes instead of pods (IDX): what their status says is here, what their pods
// are like in area_indexed_pods.go, and which indexes get pods and lose them in area_indexed_placement.go.
var indexedJobs = slices.Concat([]Requirement{
	{
		ID: "job/indexed/success-needs-every-index", Clauses: []string{"IDX-1", "COMP-1"}, Level: Extended, Strength: Must, Feature: Indexed,
		Sentence: "An Indexed Job must not succeed before each of its indexes has succeeded.",
		Observed: "When SuccessCriteriaMet=True appears, and no rule of a success policy can be met, every index below spec.completions is in " +
			"status.completedIndexes or has a tracked pod that has succeeded; when the Job is Complete all are in completedIndexes.",
		Source: "Kubernetes conformance test \"should create pods for an Indexed job with completion indexes and specified hostname\"", Scenarios: []string{"indexed-workers", "elastic-training"},
		check: func() any { return onJob(successNeedsIndexes) },
	},
	{
		ID: "job/indexed/completed-indexes-are-real", Clauses: []string{"IDX-1"}, Level: Extended, Strength: Must, Feature: Indexed,
		Sentence: "An index must not enter status.completedIndexes unless a pod of that index has succeeded and was not counted before.",
		Observed: "Each index that a write adds is that of a pod in phase Succeeded with the tracking finalizer, in a version that the " +
			"implementation may have seen.",
		Source: "Kubernetes unit test TestCalculateSucceededIndexes", Scenarios: []string{"indexed-workers"},
		check: func() any { return onJob(completedAreReal(anyJob)) },
	},
	{
		ID: "job/indexed/index-is-the-annotation", Clauses: []string{"IDX-8"}, Level: Extended, Strength: Must, Feature: Indexed,
		Sentence: "The index of a pod must be that of its annotation, and not that of its name or its label.",
		Observed: "As job/indexed/completed-indexes-are-real, for Jobs with pods of which the annotation was changed.",
		Source:   "kube-controller-manager, getCompletionIndex",
		check:    func() any { return onJob(completedAreReal(hasMovedPods)) },
	},
	{
		ID: "job/indexed/successes-are-stored", Clauses: []string{"IDX-1"}, Level: Extended, Strength: Must, Feature: Indexed, Bound: ReactionBound,
		Sentence: "The index of a tracked pod that has succeeded must come into status.completedIndexes.",
		Observed: "Within the reaction time, as long as the Job is not decided.",
		Source:   "Kubernetes integration test TestIndexedJob", Scenarios: []string{"indexed-workers"},
		check: promptWhenever(unstoredSuccess),
	},
	{
		ID: "job/indexed/succeeded-counts-indexes", Clauses: []string{"IDX-2", "STAT-4"}, Level: Extended, Strength: Must, Feature: Indexed,
		Sentence: "The field status.succeeded must be the number of completed indexes: a second success of an index changes nothing.",
		Observed: "In each status write of the implementation succeeded is the number of indexes in completedIndexes.",
		Source:   "Kubernetes unit test of syncJob, \"indexed job repeated completed index\"", Scenarios: []string{"indexed-workers"},
		check: func() any { return onJob(succeededCountsIndexes) },
	},
	{
		ID: "job/indexed/completed-indexes-format", Clauses: []string{"STAT-10", "STV-15"}, Level: Extended, Strength: Must, Feature: Indexed,
		Sentence: "The field status.completedIndexes must be written in the one way the API has: rising, three and more in a row as from-to, and all below completions.",
		Observed: "Each text that the implementation writes is what the API would make of its indexes, and no index is above all " +
			"completions that it may know of.",
		Source: "API reference, JobStatus.completedIndexes", Scenarios: []string{"indexed-workers"},
		check: func() any { return onJob(completedFormat) },
	},
	{
		ID: "job/indexed/failures-share-one-limit", Clauses: []string{"IDX-3", "BL-1"}, Level: Extended, Strength: Must, Feature: Indexed, Bound: ReactionBound,
		Sentence: "Without backoffLimitPerIndex the failures of all indexes must count against one backoffLimit.",
		Observed: "As job/backoff-limit/exceeding-fails-the-job, for Indexed Jobs of which pods of several indexes have failed.",
		Source:   "Kubernetes integration test TestIndexedJob", Scenarios: []string{"indexed-shared-limit"}, check: exceedingFails(failedInSeveral),
	},
	{
		ID: "job/indexed/failed-index-is-retried", Clauses: []string{"IDX-3"}, Level: Extended, Strength: Must, Feature: Indexed, Bound: ReactionBound,
		Sentence: "An index whose pod has failed must get another pod, within backoffLimit.",
		Observed: "While pods are missing and the only indexes that may get one are such whose pods have failed, a pod is created within the " +
			"reaction time, not counting the longest back-off delay that the failures can mean.",
		Source: "Kubernetes integration test TestIndexedJob", Scenarios: []string{"indexed-workers"}, check: promptAfterPod(isRetryOfIndex, lacks(retriesMissing)),
	},
	{
		ID: "job/indexed/successes-are-in-no-list", Clauses: []string{"TRK-2"}, Level: UpstreamExact, Strength: Up, Feature: Indexed, Since: 22,
		Sentence: "The success of an index must be stored in completedIndexes alone, and its pod must not stand in an uncounted list.",
		Observed: "status.uncountedTerminatedPods.succeeded of an Indexed Job is empty in each status write, and a pod that has " +
			"succeeded for an index of the Job does not lose its finalizer before the index is stored.",
		Source: "Kubernetes unit test of syncJob, \"indexed job new successful pods\"", Scenarios: []string{"indexed-workers"},
		check: func() any { return indexBeforeFinalizer{} },
	},
}, indexedPods, indexedPlacement)

// byIndexes reports whether what is looked at is a write of the implementation to an Indexed Job.
func byIndexes(x *examiner, j *jobState) bool {
	return !j.gone && j.before != nil && x.byImplementation() && indexed(j.obj)
}

// fewestCompletions is the smallest spec.completions that the implementation may know of, and mostCompletions the largest.
func (j *jobState) fewestCompletions() int {
	n := completionsOf(j.obj)
	j.known(func(version *batchv1.Job) { n = min(n, completionsOf(version)) })
	return n
}

func (j *jobState) mostCompletions() int {
	n := completionsOf(j.obj)
	j.known(func(version *batchv1.Job) { n = max(n, completionsOf(version)) })
	return n
}

func successNeedsIndexes(x *examiner, j *jobState) {
	if !byIndexes(x, j) || j.perhapsSuccessRuleMet() {
		return
	}
	n := j.fewestCompletions()
	if decision(x, j, batchv1.JobSuccessCriteriaMet) != nil {
		if x.exercised(); j.surely(func(version *batchv1.Job) bool { return j.mostIndexes(version).countBelow(n) < n }) {
			x.violated("Job %s succeeds with completions %d, and the indexes that can have succeeded are %q", j.obj.Name, n,
				j.mostIndexes(j.obj).String())
		}
		return
	}
	if becameFinished(x, j) && isTrue(j.obj, batchv1.JobComplete) && j.obj.Spec.SuccessPolicy == nil && j.specAt < j.decidedAt {
		if x.exercised(); j.indexes.completed.countBelow(n) < n {
			x.violated("Job %s is Complete with completions %d and completedIndexes %q", j.obj.Name, n, j.obj.Status.CompletedIndexes)
		}
	}
}

// completedAreReal is that no index is called completed without a pod.
func completedAreReal(filter jobFilter) onJob {
	return func(x *examiner, j *jobState) {
		if !byIndexes(x, j) || j.obj.Status.CompletedIndexes == j.before.Status.CompletedIndexes || !filter(x, j) {
			return
		}
		x.exercised()
		was, _ := parseIndexes(j.before.Status.CompletedIndexes)
		for _, r := range j.indexes.completed {
			for index := r.first; index <= min(r.last, j.mostCompletions()); index++ {
				if !was.has(index) && !j.maySucceed(index) {
					x.violated("index %d of Job %s enters completedIndexes, and no pod with that index in its annotation has succeeded "+
						"and waits to be counted", index, j.obj.Name)
					return
				}
			}
		}
	}
}

// maySucceed reports whether the implementation may know of a pod that has succeeded for an index.
func (j *jobState) maySucceed(index int) bool {
	return j.anyPod(func(p *podState) bool {
		return p.perhapsThere(p.carries) && p.perhapsThere(isSucceeded) && p.perhapsOf(index)
	})
}

// hasMovedPods tells whether the Job has had pods with another index in the annotation than in the label.
func hasMovedPods(_ *examiner, j *jobState) bool {
	return j.anyPod(func(p *podState) bool {
		label, ok := p.obj.Labels[batchv1.JobCompletionIndexAnnotation]
		return ok && label != p.obj.Annotations[batchv1.JobCompletionIndexAnnotation]
	})
}

func unstoredSuccess(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !indexed(j.obj) || j.newSucceeded == 0 {
		return 0, "", false
	}
	for _, p := range j.pods {
		if p.job == j && p.account == unlisted && p.tracked() && isSucceeded(p.obj) && hasPlace(j.obj, p.obj) {
			return max(p.ended.at, j.specAt), j.say("pod ", p.obj.Name, " of Job ", j.obj.Name, " has succeeded, and completedIndexes is ",
				j.obj.Status.CompletedIndexes), true
		}
	}
	return 0, "", false
}

func succeededCountsIndexes(x *examiner, j *jobState) {
	if !byIndexes(x, j) {
		return
	}
	now, was := &j.obj.Status, &j.before.Status
	if now.Succeeded == was.Succeeded && now.CompletedIndexes == was.CompletedIndexes {
		return
	}
	if x.exercised(); int(now.Succeeded) != j.indexes.completed.count() {
		x.violated("status.succeeded of Job %s is %d, and completedIndexes is %q", j.obj.Name, now.Succeeded, now.CompletedIndexes)
	}
}

func completedFormat(x *examiner, j *jobState) {
	if !byIndexes(x, j) || j.obj.Status.CompletedIndexes == j.before.Status.CompletedIndexes {
		return
	}
	x.exercised()
	wellWritten(x, j, "completedIndexes", j.obj.Status.CompletedIndexes)
}

// wellWritten complains about a list of indexes that the API would write in another way.
func wellWritten(x *examiner, j *jobState, field, text string) {
	set, ok := parseIndexes(text)
	switch {
	case !ok:
		x.violated("%s of Job %s is %q, which is no list of indexes", field, j.obj.Name, text)
	case set.String() != text:
		x.violated("%s of Job %s is %q: expected %q", field, j.obj.Name, text, set.String())
	case set.most() >= j.mostCompletions():
		x.violated("%s of Job %s is %q, and completions is %d", field, j.obj.Name, text, j.mostCompletions())
	}
}

// failedInSeveral tells whether pods of several indexes of the Job have failed, and one limit is for all.
func failedInSeveral(_ *examiner, j *jobState) bool {
	if !indexed(j.obj) || perIndex(j.obj) {
		return false
	}
	first := noIndex
	return j.anyPod(func(p *podState) bool {
		if !p.failed() || !hasPlace(j.obj, p.obj) {
			return false
		}
		if first == noIndex {
			first = indexOf(p.obj)
		}
		return indexOf(p.obj) != first
	})
}

// retriesMissing tells whether all indexes that may get a pod have had one that failed.
func retriesMissing(j *jobState) (string, bool) {
	if !indexed(j.obj) {
		return "", false
	}
	var failed []int
	for _, p := range j.pods {
		if p.failed() && hasPlace(j.obj, p.obj) && !j.taken(indexOf(p.obj)) {
			failed = append(failed, indexOf(p.obj))
		}
	}
	free := j.indexTruth().free
	return j.say("pods of all indexes of Job ", j.obj.Name, " that wait for a pod have failed, and none gets another"),
		free > 0 && len(distinct(failed)) == free
}

// taken reports whether an index may not get a pod, in truth.
func (j *jobState) taken(index int) bool {
	return j.indexes.completed.has(index) || j.indexes.failed.has(index) || j.anyPod(func(p *podState) bool {
		return p.job == j && !p.gone && indexOf(p.obj) == index && (p.active() || p.terminating() && replacesOnlyFailed(j.obj) ||
			p.tracked() && isSucceeded(p.obj) || perIndex(j.obj) && p.tracked() && p.failed() && endsIndex(j.obj, p.obj))
	})
}

// isRetryOfIndex tells whether a pod was just created for an index of which a pod has failed.
func isRetryOfIndex(x *examiner, p *podState) bool {
	j := p.maker
	return j != nil && p.created.entry == x.entry && x.byImplementation() && indexed(j.obj) && j.anyPod(func(other *podState) bool {
		return other != p && other.failed() && indexOf(other.obj) == indexOf(p.obj)
	})
}

// indexBeforeFinalizer checks TRK-2.
type indexBeforeFinalizer struct{}

func (indexBeforeFinalizer) job(x *examiner, j *jobState) {
	if !byIndexes(x, j) {
		return
	}
	if succeeded, _ := uidLists(j.obj); len(succeeded) > 0 {
		x.violated("Job %s is Indexed, and lists %d pods as succeeded", j.obj.Name, len(succeeded))
	}
}

func (indexBeforeFinalizer) pod(x *examiner, p *podState) {
	j := p.job
	if !released(x, p) || j == nil || !indexed(j.obj) || !isSucceeded(p.obj) || !mustBeListed(x, p) || p.countsFailed() {
		return
	}
	if x.exercised(); p.account == unlisted {
		x.violated("pod %s has succeeded for index %d of Job %s, and loses its finalizer before the index is stored",
			p.obj.Name, indexOf(p.obj), j.obj.Name)
	}
}
