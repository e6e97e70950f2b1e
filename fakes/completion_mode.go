package fakes

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// refuse tells whether the Job is not acted on at all, and says so with an event: its completion mode is one that nobody
// knows (CTRL-11, EV-5).
func (r *Reconciler) refuse(job *batchv1.Job) bool {
	mode := completionMode(job)
	if mode == batchv1.NonIndexedCompletion || mode == batchv1.IndexedCompletion {
		return false
	}
	r.events.Event(job, corev1.EventTypeWarning, "UnknownCompletionMode",
		"Skipped Job sync because completion mode is unknown")
	return true
}

// completionMode reads the field that the API server always fills in (DEF-5).
func completionMode(job *batchv1.Job) batchv1.CompletionMode {
	if job.Spec.CompletionMode == nil {
		return batchv1.NonIndexedCompletion
	}
	return *job.Spec.CompletionMode
}
