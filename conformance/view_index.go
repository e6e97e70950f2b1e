package conformance

import (
	"slices"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// noIndex is the index of a pod of which none can be read, and of all pods of Jobs that are not Indexed.
const noIndex = -1

// indexed reports whether a Job counts indexes instead of pods.
func indexed(job *batchv1.Job) bool {
	return valueOr(job.Spec.CompletionMode, batchv1.NonIndexedCompletion) == batchv1.IndexedCompletion
}

// perIndex reports whether each index of a Job has a limit of its own (BPI).
func perIndex(job *batchv1.Job) bool { return indexed(job) && job.Spec.BackoffLimitPerIndex != nil }

// indexLimit is backoffLimitPerIndex, which never changes.
func indexLimit(job *batchv1.Job) int { return int(*job.Spec.BackoffLimitPerIndex) }

// indexOf is IDX-8: the annotation tells the index of a pod, not its name or its label.
func indexOf(pod *corev1.Pod) int {
	if n, err := strconv.ParseInt(pod.Annotations[batchv1.JobCompletionIndexAnnotation], 10, 32); err == nil && n >= 0 {
		return int(n)
	}
	return noIndex
}

// annotated reads a count from an annotation of a pod; what cannot be read is 0 (BPI-11).
func annotated(pod *corev1.Pod, key string) int {
	if n, err := strconv.ParseInt(pod.Annotations[key], 10, 32); err == nil && n >= 0 {
		return int(n)
	}
	return 0
}

// failuresOf is how many pods of its index had failed, and counted, before the pod was made (POD-8).
func failuresOf(pod *corev1.Pod) int {
	return annotated(pod, batchv1.JobIndexFailureCountAnnotation)
}

// ignoredOf is how many had failed and were ignored.
func ignoredOf(pod *corev1.Pod) int {
	return annotated(pod, batchv1.JobIndexIgnoredFailureCountAnnotation)
}

// endsIndex reports whether the failure of a pod is the end of its index: those before used up the limit and this one counts,
// or the pod failure policy says so (BPI-1, PFP-7).
func endsIndex(job *batchv1.Job, pod *corev1.Pod) bool {
	switch askPolicy(job, pod).action {
	case batchv1.PodFailurePolicyActionFailIndex:
		return true
	case batchv1.PodFailurePolicyActionIgnore:
		return false
	}
	return failuresOf(pod) >= indexLimit(job)
}

// hasPlace reports whether a Job counts a pod at all: an Indexed Job must know for which index (IDX-5, EIJ-7).
func hasPlace(job *batchv1.Job, pod *corev1.Pod) bool {
	if !indexed(job) {
		return true
	}
	index := indexOf(pod)
	return index != noIndex && index < completionsOf(job)
}

// indexes are what the status of an Indexed Job says of its indexes, and what is so in truth.
type indexes struct {
	completed, failed         indexSet
	completedText, failedText string // what they were read from
	truth                     indexTruth
}

// indexTruth is what there is of indexes. It is found out when it is asked for first after a change.
type indexTruth struct {
	known bool
	// succeeded and failed are how many indexes have succeeded, and how many are given up, stored or not.
	succeeded, failed int
	// free are how many may get a pod: nothing runs for them, and they are neither succeeded nor given up (IDX-6).
	free int
	// waiting are the failed pods that may wait for their successor before they are counted (BPI-7).
	waiting []*podState
}

// noteIndexes reads the indexes of a Job that was stored.
func (j *jobState) noteIndexes() {
	if !indexed(j.obj) {
		return
	}
	i, s := &j.indexes, &j.obj.Status
	i.truth.known = false
	failed := valueOr(s.FailedIndexes, "")
	if s.CompletedIndexes == i.completedText && failed == i.failedText &&
		(j.before == nil || completionsOf(j.before) == completionsOf(j.obj)) {
		return
	}
	i.completed, _ = parseIndexes(s.CompletedIndexes)
	i.failed, _ = parseIndexes(failed)
	i.completedText, i.failedText = s.CompletedIndexes, failed
	for _, p := range j.pods {
		p.noteSettled()
	}
	j.recount()
}

// noteSettled notes that a pod which has succeeded is accounted for, because its index is completed or given up: no list
// names it (TRK-2).
func (p *podState) noteSettled() {
	j := p.job
	if j == nil || !indexed(j.obj) || p.account != unlisted || !isSucceeded(p.obj) || !p.carries(p.obj) || !hasPlace(j.obj, p.obj) {
		return
	}
	if index := indexOf(p.obj); j.indexes.completed.has(index) || j.indexes.failed.has(index) {
		p.leave()
		p.account, p.accountOf, p.listed = countedSucceeded, j, j.obj
		p.join()
	}
}

// indexTruth looks at the pods of an Indexed Job.
func (j *jobState) indexTruth() *indexTruth {
	i, t := &j.indexes, &j.indexes.truth
	if t.known {
		return t
	}
	var succeeded, failed, running []int
	settled := func(index int) bool { return i.completed.has(index) || i.failed.has(index) }
	for _, p := range j.pods {
		if p.job != j || p.gone || !hasPlace(j.obj, p.obj) || settled(indexOf(p.obj)) {
			continue
		}
		switch index := indexOf(p.obj); {
		case p.active(), p.terminating() && replacesOnlyFailed(j.obj):
			running = append(running, index)
		case !p.tracked():
		case isSucceeded(p.obj) && !p.countsFailed():
			succeeded = append(succeeded, index)
		case p.failed() && perIndex(j.obj) && endsIndex(j.obj, p.obj):
			failed = append(failed, index)
		}
	}
	n := completionsOf(j.obj)
	succeeded = distinct(succeeded)
	failed = slices.DeleteFunc(distinct(failed), func(index int) bool { return slices.Contains(succeeded, index) })
	*t = indexTruth{known: true, succeeded: i.completed.countBelow(n) + len(succeeded), failed: i.failed.countBelow(n) + len(failed)}
	t.free = n - i.completed.countBelow(n) - i.failed.countBelow(n) - len(distinct(slices.Concat(succeeded, failed, running)))
	for _, p := range j.pods {
		if p.counts() && p.awaits(succeeded, failed) {
			t.waiting = append(t.waiting, p)
		}
	}
	return t
}

// awaits reports whether a failed pod may stay as it is until it has a successor. Of several pods of an index upstream
// keeps one only; nobody is held to that.
func (p *podState) awaits(succeeded, failed []int) bool {
	j := p.job
	if j == nil || !perIndex(j.obj) || j.decided() || j.obj.DeletionTimestamp != nil || p.account != unlisted || !p.tracked() || !p.failed() ||
		!hasPlace(j.obj, p.obj) {
		return false
	}
	index := indexOf(p.obj)
	return !j.indexes.completed.has(index) && !j.indexes.failed.has(index) && !slices.Contains(succeeded, index) &&
		!slices.Contains(failed, index) && !j.anyPod(func(o *podState) bool { return o.job == j && o.active() && indexOf(o.obj) == index })
}

// waits reports whether the pod is one of those.
func (p *podState) waits() bool {
	return p.job != nil && perIndex(p.job.obj) && slices.Contains(p.job.indexTruth().waiting, p)
}

// distinct sorts indexes and leaves out what comes twice.
func distinct(list []int) []int {
	slices.Sort(list)
	return slices.Compact(list)
}

// completionsOf is spec.completions; 0 for a work queue.
func completionsOf(job *batchv1.Job) int { return int(valueOr(job.Spec.Completions, 0)) }

// vacancies is how many pods a Job lacks in truth, of those that it may create.
func (j *jobState) vacancies() int {
	n := target(j.obj, j.succ()) - j.occupied()
	if j.perhapsSuccessRuleMet() {
		return 0
	}
	if indexed(j.obj) {
		n = min(n, j.indexTruth().free)
	}
	return max(0, n)
}
