package conformance

import (
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// counted is whether an annotation of a pod is a count.
func counted(pod *corev1.Pod, key string) bool {
	n, err := strconv.ParseInt(pod.Annotations[key], 10, 32)
	return err == nil && n >= 0
}

// totalOf is how many pods of the index had failed before, counted or ignored.
func totalOf(pod *corev1.Pod) int { return failuresOf(pod) + ignoredOf(pod) }

func failureCountThere(x *examiner, j *jobState, pod *corev1.Pod) {
	if !perIndex(j.obj) {
		return
	}
	x.exercised()
	if !counted(pod, batchv1.JobIndexFailureCountAnnotation) {
		x.violated("pod %s of Job %s has the failure count %q: expected a number in the annotation %s", pod.Name, j.obj.Name,
			pod.Annotations[batchv1.JobIndexFailureCountAnnotation], batchv1.JobIndexFailureCountAnnotation)
		return
	}
	if text, ok := pod.Annotations[batchv1.JobIndexIgnoredFailureCountAnnotation]; ok && ignoredOf(pod) == 0 {
		x.violated("pod %s of Job %s has the count %q of ignored failures: expected no annotation, for there are none", pod.Name, j.obj.Name, text)
	}
	index, most := indexOf(pod), 0
	for _, p := range j.pods {
		if p.obj != pod {
			p.perhaps(func(version *corev1.Pod) bool {
				switch {
				case indexOf(version) != index || !isFailedOrStopping(version):
				case ignores(j.obj, version): // its successor has it in the other annotation
					most = max(most, failuresOf(version))
				default:
					most = max(most, failuresOf(version)+1)
				}
				return false
			})
		}
	}
	if got := failuresOf(pod); got > most {
		x.violated("pod %s of index %d of Job %s has the failure count %d: expected no more than %d", pod.Name, index, j.obj.Name, got, most)
	}
}

// failureCountGoesOn is that a count is handed on.
func failureCountGoesOn(filter jobFilter) onNewPod {
	return func(x *examiner, j *jobState, pod *corev1.Pod) {
		if !perIndex(j.obj) || !filter(x, j) {
			return
		}
		for _, p := range j.knownFailures(pod) {
			if x.exercised(); totalOf(pod) <= totalOf(p.obj) {
				x.violated("pod %s of index %d of Job %s has the failure count %d, and pod %s has failed before it with the failure count %d",
					pod.Name, indexOf(pod), j.obj.Name, totalOf(pod), p.obj.Name, totalOf(p.obj))
			}
		}
	}
}

// knownFailures are the pods of the index of a new one that the implementation must know to have failed and to be tracked.
func (j *jobState) knownFailures(pod *corev1.Pod) (found []*podState) {
	index := indexOf(pod)
	failed := func(version *corev1.Pod) bool { return failedAs(version, j.perhaps(replacesOnlyFailed)) }
	for _, p := range j.pods {
		if p.obj != pod && p.job == j && p.surelyOf(index) && p.surelyThere(p.carries) && p.surelyThere(failed) {
			found = append(found, p)
		}
	}
	return found
}

func unreadableIsZero(x *examiner, j *jobState, pod *corev1.Pod) {
	if !perIndex(j.obj) {
		return
	}
	failures := j.knownFailures(pod)
	if len(failures) != 1 || failures[0].perhaps(func(version *corev1.Pod) bool { return counted(version, batchv1.JobIndexFailureCountAnnotation) }) ||
		ignores(j.obj, failures[0].obj) {
		return
	}
	if x.exercised(); failuresOf(pod) != 1 {
		x.violated("pod %s has the failure count %d, and it replaces pod %s, whose count is %q: expected 1", pod.Name, failuresOf(pod),
			failures[0].obj.Name, failures[0].obj.Annotations[batchv1.JobIndexFailureCountAnnotation])
	}
}

// keptUntilReplaced checks BPI-7.
type keptUntilReplaced struct{}

func (keptUntilReplaced) pod(x *examiner, p *podState) {
	if j := p.job; released(x, p) && j != nil && perIndex(j.obj) && p.settled() && p.surely(hasPhase(corev1.PodFailed)) {
		if x.exercised(); p.mustStay(j) {
			x.violated("pod %s of index %d of Job %s has failed, and loses its finalizer before it has a successor", p.obj.Name, indexOf(p.obj), j.obj.Name)
		}
	}
}

func (keptUntilReplaced) job(x *examiner, j *jobState) {
	if !byPerIndex(x, j) {
		return
	}
	_, failed := newlyListed(j)
	for _, uid := range failed {
		if p := x.podByUID[uid]; p != nil && p.job == j {
			if x.exercised(); p.mustStay(j) {
				x.violated("pod %s of index %d of Job %s has failed, and is listed before it has a successor", p.obj.Name, indexOf(p.obj), j.obj.Name)
			}
		}
	}
}

// mustStay reports whether nothing that the implementation may know allows it to be done with a failed pod.
func (p *podState) mustStay(j *jobState) bool {
	index := indexOf(p.obj)
	ends := func(version *batchv1.Job) bool {
		completed, _ := parseIndexes(version.Status.CompletedIndexes)
		failed, _ := parseIndexes(valueOr(version.Status.FailedIndexes, ""))
		return completed.has(index) || failed.has(index) || isDecided(version) || version.DeletionTimestamp != nil
	}
	if j.gone || j.decided() || j.mayFail() || j.perhapsSuccessRuleMet() || !p.surelyCounts(j) || !p.surelyOf(index) || j.perhaps(ends) || ends(j.obj) {
		return false
	}
	return !j.anyPod(func(other *podState) bool {
		return other != p && other.perhapsOf(index) &&
			(other.number > p.number || !other.surelyThere(terminal) || other.perhaps(isSucceeded) || totalOf(other.obj) >= totalOf(p.obj))
	}) && !j.mayHaveFailed(index, anyPodState)
}

func waitsPerIndex(x *examiner, j *jobState, pod *corev1.Pod) {
	if !perIndex(j.obj) || x.skewed() {
		return
	}
	for _, p := range j.knownFailures(pod) {
		ended := never
		p.perhaps(func(version *corev1.Pod) bool { ended = min(ended, finishTime(version)); return false })
		delay := delayAfter(totalOf(p.obj)+1, upstreamMost)
		if x.exercised(); x.now < ended+delay {
			x.violated("pod %s is created for index %d of Job %s at %v; pod %s failed at %v after %d others, so there is a delay of %v", pod.Name,
				indexOf(pod), j.obj.Name, x.now, p.obj.Name, ended, totalOf(p.obj), delay)
		}
	}
}

// ownDelayOver is owed to an index that waits although there is a place for each that may have a pod.
func ownDelayOver(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !perIndex(j.obj) || suspended(j.obj) || x.skewed() || j.mayFail() || x.namespaceGoes || j.swappedPods() {
		return 0, "", false
	}
	free := j.indexTruth().free
	if free == 0 || j.vacancies() < free {
		return 0, "", false
	}
	due := map[int]time.Duration{}
	for _, p := range j.pods {
		if index := indexOf(p.obj); hasPlace(j.obj, p.obj) && p.failed() && !j.taken(index) {
			due[index] = max(due[index], finishTime(p.obj)+delayAfter(totalOf(p.obj)+1, upstreamMost), p.ended.at, p.deleted.at)
		}
	}
	since = never
	for _, at := range due {
		since = min(since, at)
	}
	if since == never {
		return 0, "", false
	}
	return max(since, j.specAt, j.createdPodAt), j.say("there is a place for each index of Job ", j.obj.Name, " that may have a pod, and one whose delay is over gets none"), true
}
