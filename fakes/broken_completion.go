package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenCompletion mistake what makes a Job complete.
var brokenCompletion = []Broken{
	{
		Name:    "completes-while-pods-run",
		Mistake: "It declares the criteria met while other pods of the Job are still active.",
		Clauses: []string{"COMP-1", "STV-8"},
		Break: func(d *Decisions) {
			keepSurplus(d)
			d.Completed = func(job *batchv1.Job, c Counts) bool {
				if job.Spec.Completions != nil {
					c.Active = 0
				}
				return completed(job, c)
			}
		},
	},
	{
		Name:    "work-queue-waits-for-all-pods",
		Mistake: "It wants as many successes of a work queue as its parallelism is.",
		Clauses: []string{"COMP-3", "COMP-7"},
		Break: func(d *Decisions) {
			d.Completed = func(job *batchv1.Job, c Counts) bool {
				return completed(job, c) && (job.Spec.Completions != nil || c.Succeeded >= parallelism(job))
			}
		},
	},
	{
		Name:    "work-queue-completes-at-first-success",
		Mistake: "It completes a work queue at its first success and stops the pods that still work.",
		Clauses: []string{"COMP-3"},
		Break: func(d *Decisions) {
			d.PodsWanted = func(job *batchv1.Job, c Counts) int32 {
				if job.Spec.Completions == nil && c.Succeeded > 0 {
					return 0
				}
				return podsWanted(job, c)
			}
		},
	},
	{
		Name:    "work-queue-keeps-replacing",
		Mistake: "It replaces pods of a work queue although one pod has found the queue empty and succeeded.",
		Clauses: []string{"COMP-4", "PAR-1"},
		Break: func(d *Decisions) {
			d.PodsWanted = func(job *batchv1.Job, c Counts) int32 {
				if job.Spec.Completions == nil {
					return parallelism(job)
				}
				return podsWanted(job, c)
			}
			// With a replacement always running the Job could never end.
			d.Completed = func(job *batchv1.Job, c Counts) bool {
				if job.Spec.Completions == nil {
					return c.Succeeded >= parallelism(job)
				}
				return completed(job, c)
			}
		},
	},
	{
		Name:    "work-queue-waits-for-replacements",
		Mistake: "It does not complete a work queue one of whose pods has failed.",
		Clauses: []string{"COMP-7"},
		Break: func(d *Decisions) {
			d.Completed = func(job *batchv1.Job, c Counts) bool {
				return completed(job, c) && (job.Spec.Completions != nil || c.Failed == 0)
			}
		},
	},
	{
		Name:    "parallelism-ignores-completions",
		Mistake: "It runs as many pods as parallelism says although fewer completions are missing.",
		Clauses: []string{"COMP-9", "PAR-1", "COMP-10"},
		Break: func(d *Decisions) {
			d.PodsWanted = func(job *batchv1.Job, c Counts) int32 {
				if job.Spec.Completions == nil || c.Succeeded >= *job.Spec.Completions {
					return podsWanted(job, c)
				}
				return parallelism(job)
			}
		},
	},
	{
		Name:    "surplus-kept",
		Mistake: "It lets pods run on although more are active than completions are missing.",
		Clauses: []string{"COMP-10"},
		Break:   keepSurplus,
	},
	{
		Name:    "surplus-counts-as-failure",
		Mistake: "It deletes pods that are more than the missing completions as if they had failed.",
		Clauses: []string{"COMP-10", "PAR-9", "BL-4"},
		Break: func(d *Decisions) {
			drop := d.Removal[0].Do
			d.Removal[0].Do = func(ctx context.Context, s *jobSync, pod *corev1.Pod) error {
				if !s.suspended && s.job.Spec.Completions != nil && s.counts.Succeeded > 0 {
					return nil
				}
				return drop(ctx, s, pod)
			}
		},
	},
	{
		Name:    "succeeded-clamped",
		Mistake: "It never shows more successes than completions, although more pods succeeded.",
		Clauses: []string{"COMP-11"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if s.job.Spec.Completions != nil {
					s.job.Status.Succeeded = min(s.job.Status.Succeeded, *s.job.Spec.Completions)
				}
			})
		},
	},
	{
		Name:    "success-lost-when-deleted",
		Mistake: "It counts a pod that succeeded as a failure if it is deleted before it was counted.",
		Clauses: []string{"COMP-13"},
		Break: func(d *Decisions) {
			d.IsSucceeded = func(pod *corev1.Pod) bool { return isSucceeded(pod) && pod.DeletionTimestamp == nil }
			d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool {
				return isFailed(job, pod) || isSucceeded(pod) && pod.DeletionTimestamp != nil
			}
		},
	},
	{
		Name:    "exit-codes-decide",
		Mistake: "It takes a pod for a success as soon as one of its containers has exited with 0.",
		Clauses: []string{"COMP-15"},
		Break: func(d *Decisions) {
			d.IsSucceeded = func(pod *corev1.Pod) bool {
				for i := range pod.Status.ContainerStatuses {
					if ended := pod.Status.ContainerStatuses[i].State.Terminated; ended != nil && ended.ExitCode == 0 {
						return true
					}
				}
				return isSucceeded(pod)
			}
		},
	},
}

// keepSurplus deletes no pod that is active within parallelism.
func keepSurplus(d *Decisions) {
	d.PodsWanted = func(job *batchv1.Job, c Counts) int32 {
		return max(podsWanted(job, c), min(c.Active, parallelism(job)))
	}
}
