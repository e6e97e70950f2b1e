package conformance

import (
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func trackedFromTheStart(x *examiner, j *jobState, pod *corev1.Pod) {
	x.exercised()
	claimed, n := x.claims.Finalizer, 0
	for _, f := range pod.Finalizers {
		if f == claimed {
			n++
		}
	}
	switch {
	case n == 1:
	case n > 1:
		x.violated("pod %s of Job %s is created with the finalizer %s standing %d times in its list: expected once",
			pod.Name, j.obj.Name, claimed, n)
	case len(pod.Finalizers) == 0:
		x.violated("pod %s of Job %s is created without a finalizer: expected %s", pod.Name, j.obj.Name, claimed)
	case slices.Contains(pod.Finalizers, batchv1.JobTrackingFinalizer):
		x.violated("pod %s of Job %s is created with the finalizer %s, which is that of the built-in controller: expected %s, which is claimed",
			pod.Name, j.obj.Name, batchv1.JobTrackingFinalizer, claimed)
	default:
		x.violated("pod %s of Job %s is created with the finalizer %s: expected %s, which is claimed",
			pod.Name, j.obj.Name, strings.Join(pod.Finalizers, " and "), claimed)
	}
}

func noOtherFinalizer(x *examiner, j *jobState, pod *corev1.Pod) {
	x.exercised()
	other := ""
	if j.surely(func(version *batchv1.Job) bool {
		i := slices.IndexFunc(pod.Finalizers, func(f string) bool {
			return f != x.claims.Finalizer && !slices.Contains(version.Spec.Template.Finalizers, f)
		})
		if i < 0 {
			return false
		}
		other = pod.Finalizers[i]
		return true
	}) {
		x.violated("pod %s of Job %s is created with the finalizer %s, which is neither in the template nor the one that is claimed, %s",
			pod.Name, j.obj.Name, other, x.claims.Finalizer)
	}
}
