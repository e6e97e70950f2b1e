package fakes

import (
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// refuse tells whether the Job is not acted on at all, and says why with an event: each time for a completion mode that
// nobody knows (CTRL-11, EV-5), once for features that this implementation does not have yet.
func (r *Reconciler) refuse(job *batchv1.Job, mem *memory) bool {
	mode := completionMode(job)
	if mode != batchv1.NonIndexedCompletion && mode != batchv1.IndexedCompletion {
		r.events.Event(job, corev1.EventTypeWarning, "UnknownCompletionMode",
			"Skipped Job sync because completion mode is unknown")
		return true
	}
	missing := unsupportedFields(job)
	if len(missing) == 0 {
		return false
	}
	if !mem.refused {
		mem.refused = true
		r.events.Event(job, corev1.EventTypeWarning, "UnsupportedFeature",
			fmt.Sprintf("Skipped Job sync because of unsupported fields: %s", strings.Join(missing, ", ")))
	}
	return true
}

// unsupportedFields names what the Job asks for beyond the core behaviours.
func unsupportedFields(job *batchv1.Job) []string {
	var missing []string
	if completionMode(job) == batchv1.IndexedCompletion {
		missing = append(missing, "completionMode Indexed")
	}
	if job.Spec.BackoffLimitPerIndex != nil {
		missing = append(missing, "backoffLimitPerIndex")
	}
	if job.Spec.PodFailurePolicy != nil {
		missing = append(missing, "podFailurePolicy")
	}
	if job.Spec.SuccessPolicy != nil {
		missing = append(missing, "successPolicy")
	}
	return missing
}

// completionMode reads the field that the API server always fills in (DEF-5).
func completionMode(job *batchv1.Job) batchv1.CompletionMode {
	if job.Spec.CompletionMode == nil {
		return batchv1.NonIndexedCompletion
	}
	return *job.Spec.CompletionMode
}
