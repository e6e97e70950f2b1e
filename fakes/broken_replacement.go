package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenReplacement mistake podReplacementPolicy.
var brokenReplacement = []Broken{
	{
		Name:    "replaces-beside-terminating-pods",
		Mistake: "It creates replacements while the old pods still run, although the Job asks it to wait for Failed.",
		Clauses: []string{"PRP-3", "PRP-2", "SUS-12"},
		Bug:     "kubernetes/kubernetes#115844",
		Break: func(d *Decisions) {
			d.PodsMissing = func(_ *batchv1.Job, wanted int32, c Counts) int32 { return wanted - c.Active }
		},
	},
	{
		Name:    "terminating-counts-before-it-ends",
		Mistake: "It counts a terminating pod as failed although the Job asks it to wait for the phase Failed.",
		Clauses: []string{"PRP-2", "BL-12"},
		Break: func(d *Decisions) {
			d.IsFailed = func(_ *batchv1.Job, pod *corev1.Pod) bool {
				return pod.Status.Phase == corev1.PodFailed ||
					pod.DeletionTimestamp != nil && pod.Status.Phase != corev1.PodSucceeded
			}
		},
	},
	{
		Name:    "backoff-always-from-deletion",
		Mistake: "It measures the delay from the request to delete a pod even if the Job waits for the end of the pod.",
		Clauses: []string{"PRP-5"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				for i := range s.pods {
					pod := s.pods[i].Pod
					if pod.DeletionTimestamp == nil {
						continue
					}
					asked := latch(s, "asked to stop/"+string(pod.UID), s.r.now())
					if s.backoff.Failures > s.mem.backoff.Failures && s.d.IsFailed(s.job, pod) {
						s.backoff.LastFailure = asked
					}
				}
			})
		},
	},
}
