package differential

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// newPod is a pod made from a Job's template, as a controller makes it. What ServiceAccount and Priority admission look
// up in other objects is given, so that neither has anything to do.
func newPod(s source) *corev1.Pod {
	job := validJob(s)
	for range pick(s, 0, 1, 1, 2, 4) {
		pick(s, mutateTemplate, mutateTemplate, mutateTemplate, mutateWarned)(s, job)
	}
	template := &job.Spec.Template
	pod := &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: template.ObjectMeta, Spec: template.Spec}
	pod.Name, pod.GenerateName, pod.Namespace = pick(s, "pod", "a", "a.b", "-bad"), "", namespace
	pod.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(
		&metav1.ObjectMeta{Name: "job", UID: "u"}, batchv1.SchemeGroupVersion.WithKind("Job"))}
	pod.Finalizers = append(pod.Finalizers, batchv1.JobTrackingFinalizer)
	pod.ResourceVersion = ""
	spec := &pod.Spec
	spec.ServiceAccountName, spec.DeprecatedServiceAccount = "default", "default"
	spec.PriorityClassName, spec.Priority = "", ptr.To[int32](0)
	spec.PreemptionPolicy = ptr.To(corev1.PreemptLowerPriority)
	return pod
}

// Warnings are not compared: the simulated server has none for pods, which are seldom made by people.
func TestCreatePod(t *testing.T) {
	tally, real := newTally(t), realPods()
	for n := range uint64(*cases) {
		raw := encode(newPod(sourceOf(*seed, n)))
		want, got := real.create(raw), newSimulated().create(raw)
		want.warnings, got.warnings = "", ""
		tally.compare(n, want, got, func() string { return manifest("create", raw) })
	}
	tally.expect(35, podRejections...)
}
