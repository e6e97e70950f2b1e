package conformance

import (
	"math"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// withinLimit is that no pod is made for a Job that must fail.
func withinLimit(x *examiner, j *jobState, pod *corev1.Pod) {
	if len(j.failures) > 0 {
		x.exercised()
	}
	if j.surely(func(version *batchv1.Job) bool { return j.leastFailed(version) > j.mostLimit() }) {
		x.violated("pod %s is created for Job %s, of which %d pods have failed with backoffLimit %d", pod.Name, j.obj.Name,
			j.leastFailed(j.obj), j.mostLimit())
	}
}

// withinMaximum is that no pod is made for a Job that must fail because of its indexes.
func withinMaximum(x *examiner, j *jobState, pod *corev1.Pod) {
	if !perIndex(j.obj) || j.obj.Spec.MaxFailedIndexes == nil {
		return
	}
	if j.indexes.failed.count() > 0 {
		x.exercised()
	}
	if j.surely(func(version *batchv1.Job) bool {
		return j.leastFailedIndexes(version) > int(valueOr(version.Spec.MaxFailedIndexes, math.MaxInt32))
	}) {
		x.violated("pod %s is created for Job %s, of which %d indexes have failed with maxFailedIndexes %d", pod.Name, j.obj.Name,
			j.leastFailedIndexes(j.obj), *j.obj.Spec.MaxFailedIndexes)
	}
}
