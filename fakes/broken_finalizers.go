package fakes

import (
	"encoding/json"
	"path"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// secondFinalizer is a tracking finalizer that a controller with this one has no business with: upstream's, or, if that is
// its own, the one of an external controller.
func secondFinalizer(own string) string {
	if own == batchv1.JobTrackingFinalizer {
		return "other.example.com/job-tracking"
	}
	return batchv1.JobTrackingFinalizer
}

// brokenFinalizers forget that a pod can be held by more than one.
var brokenFinalizers = []Broken{
	{
		Name:    "finalizers-emptied",
		Mistake: "It empties the list of finalizers of a pod where it should take its own only.",
		Clauses: []string{"TRK-11"},
		Break: func(d *Decisions) {
			d.FinalizerPatch = func(_ *Decisions, pod *corev1.Pod) []byte {
				return metadataPatch(map[string]any{"uid": pod.UID, "finalizers": nil})
			}
		},
	},
	{
		Name:    "finalizers-taken-by-suffix",
		Mistake: "It takes every finalizer that is called job-tracking from a pod, in whatever domain, so it frees pods that others have not counted.",
		Clauses: []string{"TRK-11"},
		Break: func(d *Decisions) {
			d.FinalizerPatch = func(d *Decisions, pod *corev1.Pod) []byte {
				taken := []string{d.Finalizer}
				for _, f := range pod.Finalizers {
					if path.Base(f) == path.Base(batchv1.JobTrackingFinalizer) && f != d.Finalizer {
						taken = append(taken, f)
					}
				}
				return metadataPatch(map[string]any{"uid": pod.UID, "$deleteFromPrimitiveList/finalizers": taken})
			}
		},
	},
	{
		Name:    "second-tracking-finalizer",
		Mistake: "It puts the tracking finalizer of another controller on its pods beside its own, and does not take it away.",
		Clauses: []string{"POD-4"},
		Break: func(d *Decisions) {
			editPods(d, func(_ *batchv1.Job, pod *corev1.Pod) {
				pod.Finalizers = append(pod.Finalizers, secondFinalizer(d.Finalizer))
			})
		},
	},
	{
		Name:    "finalizer-of-the-other-controller",
		Mistake: "It keeps its pods with the tracking finalizer of another controller, and not with the one that it claims.",
		Clauses: []string{"POD-4"},
		Break:   func(d *Decisions) { d.Finalizer = secondFinalizer(d.Finalizer) },
	},
}

func metadataPatch(metadata map[string]any) []byte {
	patch, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		panic(err) // nothing in it can fail
	}
	return patch
}
