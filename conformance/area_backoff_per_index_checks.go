package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// byPerIndex reports whether what is looked at is a write of the implementation to a Job with limits for each index.
func byPerIndex(x *examiner, j *jobState) bool { return byIndexes(x, j) && perIndex(j.obj) }

// addedFailed are the indexes that a write has put into failedIndexes.
func addedFailed(j *jobState) (added []int) {
	was, _ := parseIndexes(valueOr(j.before.Status.FailedIndexes, ""))
	for _, r := range j.indexes.failed {
		for index := r.first; index <= min(r.last, j.mostEver); index++ {
			if !was.has(index) {
				added = append(added, index)
			}
		}
	}
	return added
}

// failsIndex tells whether a write has just failed an index of which there is such a pod.
func failsIndex(filter func(*podState) bool) jobFilter {
	return func(x *examiner, j *jobState) bool {
		if !byPerIndex(x, j) {
			return false
		}
		for _, index := range addedFailed(j) {
			if j.anyPod(func(p *podState) bool { return indexOf(p.obj) == index && filter(p) }) {
				return true
			}
		}
		return false
	}
}

func anyPodState(*podState) bool { return true }

func deletedByOthers(p *podState) bool {
	return p.deleted.come() && !p.deleted.byImplementation() && (!p.ended.come() || p.ended.entry.Seq > p.deleted.entry.Seq)
}

// indexNotFailed is owed to an index of which a pod has failed that used up the limit.
func indexNotFailed(filter func(*podState) bool) owes {
	return func(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if !j.runs() || !perIndex(j.obj) || j.newFailed == 0 {
			return 0, "", false
		}
		for _, p := range j.pods {
			if p.job != j || p.account != unlisted || !p.tracked() || !p.failed() || !hasPlace(j.obj, p.obj) || !endsIndex(j.obj, p.obj) || !filter(p) {
				continue
			}
			if index := indexOf(p.obj); !j.indexes.failed.has(index) && !j.indexes.completed.has(index) && !j.mayHaveSucceeded(index) {
				return max(p.ended.at, p.deleted.at, j.specAt), j.say("pod ", p.obj.Name, " of Job ", j.obj.Name, " has failed after ", itoa(failuresOf(p.obj)),
					" others with backoffLimitPerIndex ", itoa(indexLimit(j.obj)), ", and its index has not"), true
			}
		}
		return 0, "", false
	}
}

func failedAreReal(x *examiner, j *jobState) {
	if !byPerIndex(x, j) {
		return
	}
	for _, index := range addedFailed(j) {
		if x.exercised(); !j.mayHaveFailed(index, anyPodState) {
			x.violated("index %d of Job %s enters failedIndexes, and no pod of it has failed after %d others", index, j.obj.Name, indexLimit(j.obj))
		} else if j.shrunk && !j.mayHaveFailed(index, func(p *podState) bool { return p.perhaps(p.carries) }) {
			x.violated("index %d of Job %s had been removed and is failed again, and no pod of it has failed that was not counted before", index, j.obj.Name)
		}
	}
}

// mayHaveFailed reports whether the implementation may know of a pod that failed an index for good.
func (j *jobState) mayHaveFailed(index int, filter func(*podState) bool) bool {
	ends := func(pod *corev1.Pod) bool {
		return indexOf(pod) == index && isFailedOrStopping(pod) && endsIndex(j.obj, pod)
	}
	return j.anyPod(func(p *podState) bool { return filter(p) && p.perhaps(ends) })
}

func killedAreNotFailed(x *examiner, j *jobState) {
	if !byPerIndex(x, j) || !isTrue(j.obj, batchv1.JobFailureTarget) || uncountedIn(j.obj) >= maxUncounted {
		return
	}
	killed := func(p *podState) bool { return j.killedWithDecision(p) }
	if j.anyPod(func(p *podState) bool { return killed(p) && !j.indexes.failed.has(indexOf(p.obj)) }) {
		x.exercised()
	}
	for _, index := range addedFailed(j) {
		if !j.mayHaveFailed(index, func(p *podState) bool { return !killed(p) }) {
			x.violated("index %d of Job %s enters failedIndexes, and its pod was deleted because the Job fails", index, j.obj.Name)
		}
	}
}

// killedWithDecision reports whether a pod was deleted because the Job fails, in the evaluation that stored so, and nothing has
// kept the implementation from being done with it since. A later evaluation finds such a pod still tracked, and takes it
// for a failure of its index.
func (j *jobState) killedWithDecision(p *podState) bool {
	x := j.view
	return p.deleted.byImplementation() && p.deleted.entry.Instance == x.instance && !x.wasRefusedSince(p.deleted.at) &&
		j.decidedAt-p.deleted.at <= x.slowness()
}

// failedStays checks that failed indexes do not come back.
type failedStays struct{}

func (failedStays) pod(x *examiner, p *podState) {
	j := p.maker
	if p.created.entry != x.entry || !x.byImplementation() || j == nil || !perIndex(j.obj) {
		return
	}
	index := indexOf(p.obj)
	if valueOr(j.obj.Status.FailedIndexes, "") != "" {
		x.exercised()
	}
	if j.surely(func(version *batchv1.Job) bool {
		failed, _ := parseIndexes(valueOr(version.Status.FailedIndexes, ""))
		return failed.has(index)
	}) {
		x.violated("pod %s is created for index %d of Job %s, and failedIndexes is %q", p.obj.Name, index, j.obj.Name, *j.obj.Status.FailedIndexes)
	}
}

func (failedStays) job(x *examiner, j *jobState) {
	if !byPerIndex(x, j) {
		return
	}
	was, _ := parseIndexes(valueOr(j.before.Status.FailedIndexes, ""))
	n := j.fewestCompletions()
	if was.countBelow(n) == 0 {
		return
	}
	if x.exercised(); j.indexes.failed.countIn(was.below(n)) < was.countBelow(n) {
		x.violated("failedIndexes of Job %s was %q, and is %q: a failed index stays failed", j.obj.Name, *j.before.Status.FailedIndexes,
			valueOr(j.obj.Status.FailedIndexes, ""))
	}
}

func failsForReason(x *examiner, j *jobState) {
	c := decision(x, j, batchv1.JobFailureTarget)
	if c == nil {
		if byPerIndex(x, j) && len(addedFailed(j)) > 0 && !j.decided() {
			x.exercised() // it goes on
		}
		return
	}
	if c.Reason != batchv1.JobReasonFailedIndexes && c.Reason != batchv1.JobReasonMaxFailedIndexesExceeded {
		return
	}
	if x.exercised(); !j.perhapsTooManyIndexesFailed() {
		x.violated("Job %s fails with %s; its failed indexes are %q, the completed ones %q, and completions is %d", j.obj.Name, c.Reason,
			valueOr(j.obj.Status.FailedIndexes, ""), j.obj.Status.CompletedIndexes, completionsOf(j.obj))
	}
}

// failsFor tells whether it was just decided that such a Job fails by its indexes.
func failsFor(reason string, filter jobFilter) jobFilter {
	return func(x *examiner, j *jobState) bool {
		c := decision(x, j, batchv1.JobFailureTarget)
		return c != nil && c.Reason == reason && filter(x, j)
	}
}

func indexesEnded(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !perIndex(j.obj) {
		return 0, "", false
	}
	t := j.indexTruth()
	if t.failed == 0 || t.failed+t.succeeded < completionsOf(j.obj) {
		return 0, "", false
	}
	return j.specAt, j.say("all indexes of Job ", j.obj.Name, " have ended, ", itoa(t.failed), " of them have failed, and it does not fail"), true
}

func failedIsNoSuccess(x *examiner, j *jobState) {
	if !byPerIndex(x, j) || j.obj.Spec.SuccessPolicy != nil {
		return
	}
	if decision(x, j, batchv1.JobFailureTarget) != nil && j.indexTruth().failed > 0 {
		x.exercised()
	}
	if decision(x, j, batchv1.JobSuccessCriteriaMet) == nil {
		return
	}
	if least := j.leastFailedIndexes(j.obj); least > 0 && j.surely(func(version *batchv1.Job) bool {
		return j.mostIndexes(version).count() < completionsOf(version)
	}) {
		x.violated("Job %s succeeds, and %d of its indexes have failed", j.obj.Name, least)
	}
}

// maxEdited tells whether maxFailedIndexes was edited.
func maxEdited(_ *examiner, j *jobState) bool { return j.maxEdited }

func tooManyFailed(filter jobFilter) owes {
	return func(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if !j.runs() || !perIndex(j.obj) || j.obj.Spec.MaxFailedIndexes == nil || !filter(x, j) {
			return 0, "", false
		}
		failed, most := j.indexTruth().failed, int(*j.obj.Spec.MaxFailedIndexes)
		if failed <= most {
			return 0, "", false
		}
		return j.specAt, j.say(itoa(failed), " indexes of Job ", j.obj.Name, " have failed, maxFailedIndexes is ", itoa(most), ", and it does not fail"), true
	}
}

func failedIndexesThere(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() {
		return
	}
	failed := j.obj.Status.FailedIndexes
	switch {
	case perIndex(j.obj):
		if x.exercised(); failed == nil {
			x.violated("Job %s has backoffLimitPerIndex, and its status has no failedIndexes", j.obj.Name)
		}
	case failed != nil:
		x.violated("Job %s has no backoffLimitPerIndex, and its status has failedIndexes %q", j.obj.Name, *failed)
	}
}

func failedFormat(x *examiner, j *jobState) {
	if !byPerIndex(x, j) || valueOr(j.obj.Status.FailedIndexes, "") == valueOr(j.before.Status.FailedIndexes, "") {
		return
	}
	x.exercised()
	wellWritten(x, j, "failedIndexes", *j.obj.Status.FailedIndexes)
	if index, both := j.indexes.failed.common(j.indexes.completed); both {
		x.violated("index %d of Job %s is in failedIndexes and in completedIndexes", index, j.obj.Name)
	}
}
