package fakes

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// brokenEdgeValues take a zero, or a field left out, for something else.
var brokenEdgeValues = []Broken{
	{
		Name:    "backoff-limit-zero-fails-at-start",
		Mistake: "It fails a Job whose backoffLimit is 0 before anything has failed.",
		Clauses: []string{"BL-5"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool {
				return failuresExceeded(job, failed) || backoffLimit(job) == 0
			}
		},
	},
	{
		Name:    "backoff-limit-zero-means-default",
		Mistake: "It takes a backoffLimit of 0 for one that was left out, and retries six times.",
		Clauses: []string{"BL-5"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool {
				if backoffLimit(job) == 0 {
					return failed > 6
				}
				return failuresExceeded(job, failed)
			}
		},
	},
	{
		Name:    "restart-limit-zero-fails-at-start",
		Mistake: "It fails an OnFailure Job whose backoffLimit is 0 before its first container has run.",
		Clauses: []string{"ONF-3"},
		Bug:     "kubernetes/kubernetes#67848",
		Break: func(d *Decisions) {
			d.RestartsExceeded = func(job *batchv1.Job, restarts int32) bool {
				return underOnFailure(job) && restarts >= backoffLimit(job)
			}
		},
	},
	{
		Name:    "zero-deadline-means-none",
		Mistake: "It takes an activeDeadlineSeconds of 0 for no deadline.",
		Clauses: []string{"ADS-9"},
		Break: func(d *Decisions) {
			d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
				if job.Spec.ActiveDeadlineSeconds == nil || *job.Spec.ActiveDeadlineSeconds == 0 {
					return 0, false
				}
				return deadlineLeft(job, suspended, now)
			}
		},
	},
	{
		Name:    "zero-completions-hang",
		Mistake: "It waits for a success although no completions are wanted.",
		Clauses: []string{"COMP-2"},
		Break: func(d *Decisions) {
			d.Completed = func(job *batchv1.Job, c Counts) bool { return completed(job, c) && c.Succeeded > 0 }
		},
	},
	{
		Name:    "zero-completions-run-one-pod",
		Mistake: "It takes a completions of 0 for the default of 1.",
		Clauses: []string{"COMP-2"},
		Break:   func(d *Decisions) { countCompletionsAs(d, func(n int32) int32 { return max(1, n) }) },
	},
	{
		Name:    "empty-work-queue-completes",
		Mistake: "It completes a work queue with parallelism 0 because there is nothing to do.",
		Clauses: []string{"COMP-8"},
		Break: func(d *Decisions) {
			d.Completed = func(job *batchv1.Job, c Counts) bool {
				return completed(job, c) || job.Spec.Completions == nil && parallelism(job) == 0 && c.Active == 0
			}
		},
	},
	{
		Name:    "parallelism-zero-means-one",
		Mistake: "It takes a parallelism of 0 for the default of 1.",
		Clauses: []string{"PAR-3", "PAR-1"},
		Break: func(d *Decisions) {
			d.PodsWanted = func(job *batchv1.Job, c Counts) int32 {
				changed := *job
				changed.Spec.Parallelism = new(max(1, parallelism(job)))
				return podsWanted(&changed, c)
			}
		},
	},
	{
		Name:    "parallelism-zero-is-suspension",
		Mistake: "It treats a Job whose parallelism is 0 as suspended.",
		Clauses: []string{"PAR-3"},
		Break: func(d *Decisions) {
			d.IsSuspended = func(job *batchv1.Job) bool { return isSuspended(job) || parallelism(job) == 0 }
		},
	},
}
