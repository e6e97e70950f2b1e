package conformance

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// What the implementation may or must know of the indexes of an Indexed Job. An index is known by the annotations of pods
// and by the status, both of which it may see late.

// surelyCounts reports whether the implementation must know that the Job counts the pod, whatever size it sees; perhapsCounts
// whether it may think so.
func (p *podState) surelyCounts(j *jobState) bool {
	return !indexed(j.obj) || j.surely(func(version *batchv1.Job) bool {
		return !p.perhaps(func(pod *corev1.Pod) bool { return !hasPlace(version, pod) })
	})
}

func (p *podState) perhapsCounts(j *jobState) bool {
	return !indexed(j.obj) || j.perhaps(func(version *batchv1.Job) bool {
		return p.perhaps(func(pod *corev1.Pod) bool { return hasPlace(version, pod) })
	})
}

// perhapsMisplaced reports whether the implementation may have to take the pod away whatever the number of pods (PAR-8):
// because of its index, or because there may be another active pod of it.
func (p *podState) perhapsMisplaced(j *jobState) bool {
	if !indexed(j.obj) {
		return false
	}
	if !p.surelyCounts(j) {
		return true
	}
	index := indexOf(p.obj)
	return j.anyPod(func(other *podState) bool {
		given := other.reindexed && indexOf(other.obj) == index // what is read of it may be of two versions
		return other != p && (given || other.perhapsThere(func(pod *corev1.Pod) bool { return indexOf(pod) == index && isActive(pod) }))
	})
}

// leastIndexes and mostIndexes are the indexes that the implementation must know, and may think, to have succeeded, with a
// version of the Job.
func (j *jobState) leastIndexes(version *batchv1.Job) indexSet {
	return j.indexesWith(version, func(p *podState) bool {
		return p.job == j && !p.countsFailed() && p.surelyThere(isSucceeded) && p.surelyThere(p.carries)
	})
}

func (j *jobState) mostIndexes(version *batchv1.Job) indexSet {
	return j.indexesWith(version, func(p *podState) bool {
		return (isNews(version, p) || !p.countsFailed()) && p.perhapsThere(isSucceeded) && p.perhapsThere(p.carries)
	})
}

// countsFailed reports whether the pod counts as failed, and so for no index, whatever its phase has become (TRK-8).
func (p *podState) countsFailed() bool {
	return p.account == listedFailed || p.account == countedFailed
}

// indexesWith are the indexes that a version has as completed, and those of pods of which something holds.
func (j *jobState) indexesWith(version *batchv1.Job, holds func(*podState) bool) indexSet {
	completed, _ := parseIndexes(version.Status.CompletedIndexes)
	failed, _ := parseIndexes(valueOr(version.Status.FailedIndexes, ""))
	var more []int
	for _, p := range j.pods {
		if index := indexOf(p.obj); hasPlace(version, p.obj) && !completed.has(index) && !failed.has(index) && holds(p) {
			more = append(more, index)
		}
	}
	return completed.below(completionsOf(version)).with(distinct(more))
}

// leastWantedIndexes is leastWanted for an Indexed Job.
func (j *jobState) leastWantedIndexes() int {
	least := parallel(j.obj)
	j.known(func(version *batchv1.Job) {
		wanted := min(parallel(version), max(0, completionsOf(version)-j.mostIndexes(version).count()))
		if suspended(version) {
			wanted = 0
		}
		least = min(least, wanted)
	})
	return least
}

// perhapsTooManyIndexesFailed reports whether, for all that the implementation can know, the Job fails by its indexes
// (BPI-3, BPI-4).
func (j *jobState) perhapsTooManyIndexesFailed() bool {
	return perIndex(j.obj) && j.perhaps(func(version *batchv1.Job) bool {
		failed := j.mostFailedIndexes(version)
		return version.Spec.MaxFailedIndexes != nil && failed > int(*version.Spec.MaxFailedIndexes) ||
			failed > 0 && failed+j.mostIndexes(version).count() >= completionsOf(version)
	})
}

// mostFailedIndexes is the largest number of indexes that the implementation may take for failed, with a version of the Job.
func (j *jobState) mostFailedIndexes(version *batchv1.Job) int {
	failed, _ := parseIndexes(valueOr(version.Status.FailedIndexes, ""))
	completed, _ := parseIndexes(version.Status.CompletedIndexes)
	ends := func(pod *corev1.Pod) bool { return isFailedOrStopping(pod) && endsIndex(version, pod) }
	var more []int
	for _, p := range j.pods {
		index := indexOf(p.obj)
		if hasPlace(version, p.obj) && !failed.has(index) && !completed.has(index) && !p.ownKill() && p.perhapsThere(p.carries) &&
			p.perhapsThere(ends) {
			more = append(more, index)
		}
	}
	return failed.countBelow(completionsOf(version)) + len(distinct(more))
}

// leastFailedIndexes is the smallest number that it must know of.
func (j *jobState) leastFailedIndexes(version *batchv1.Job) int {
	failed, _ := parseIndexes(valueOr(version.Status.FailedIndexes, ""))
	completed, _ := parseIndexes(version.Status.CompletedIndexes)
	ends := func(pod *corev1.Pod) bool {
		return failedAs(pod, replacesOnlyFailed(version)) && endsIndex(version, pod)
	}
	var more []int
	for _, p := range j.pods {
		index := indexOf(p.obj)
		if p.job == j && p.surelyCounts(j) && !failed.has(index) && !completed.has(index) && !p.deleted.byImplementation() &&
			p.surelyThere(p.carries) && p.surelyThere(ends) && !j.mayHaveSucceeded(index) {
			more = append(more, index)
		}
	}
	return failed.countBelow(completionsOf(version)) + len(distinct(more))
}

// mayHaveSucceeded reports whether an index may count as completed because of a pod that is not stored yet.
func (j *jobState) mayHaveSucceeded(index int) bool {
	return j.anyPod(func(p *podState) bool {
		return p.perhaps(func(pod *corev1.Pod) bool { return indexOf(pod) == index && isSucceeded(pod) })
	})
}
