package core

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// templatePod is a pod as a Job controller makes it from a template that the API server has defaulted.
func templatePod() *corev1.Pod {
	spec := corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyNever,
		Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
	}
	DefaultPodSpec(&spec)
	controller := true
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "crash-loop-x7k2p", GenerateName: "crash-loop-", Namespace: "default", UID: "0c6d",
			Labels: map[string]string{
				"batch.kubernetes.io/controller-uid": "4c1c8f8e-31a5-4f5e-9f6c-b28a4bb7e1f0",
				"batch.kubernetes.io/job-name":       "crash-loop",
				"controller-uid":                     "4c1c8f8e-31a5-4f5e-9f6c-b28a4bb7e1f0",
				"job-name":                           "crash-loop",
			},
			Finalizers: []string{"batch.kubernetes.io/job-tracking"},
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "batch/v1", Kind: "Job", Name: "crash-loop", UID: "4c1c8f8e", Controller: &controller,
			}},
		},
		Spec: spec,
	}
}

// BenchmarkPodCreate is the hot path: 100,000 a second are wanted of the whole server.
func BenchmarkPodCreate(b *testing.B) {
	template := templatePod()
	b.ReportAllocs()
	for b.Loop() {
		pod := *template
		DefaultPod(&pod)
		if errs := ValidatePodCreate(&pod); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}

func BenchmarkDefaultPod(b *testing.B) {
	template := templatePod()
	b.ReportAllocs()
	for b.Loop() {
		pod := *template
		DefaultPod(&pod)
	}
}

func BenchmarkPodStatusUpdate(b *testing.B) {
	old := templatePod()
	DefaultPod(old)
	old.ResourceVersion = "1"
	old.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
	b.ReportAllocs()
	for b.Loop() {
		pod := *old
		pod.Status.Phase = corev1.PodSucceeded
		PreparePodForStatusUpdate(&pod, old)
		if errs := ValidatePodStatusUpdate(&pod, old); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}

// BenchmarkFinalizerRemoval is the write that ends every pod of a Job.
func BenchmarkFinalizerRemoval(b *testing.B) {
	old := templatePod()
	DefaultPod(old)
	old.ResourceVersion = "1"
	b.ReportAllocs()
	for b.Loop() {
		pod := *old
		pod.Finalizers = nil
		DefaultPodFields(&pod)
		PreparePodForUpdate(&pod, old)
		if errs := ValidatePodUpdate(&pod, old); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}
