package fakes

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenOffByOne are limits of which one value lies on the wrong side.
var brokenOffByOne = []Broken{
	{
		Name:    "backoff-limit-off-by-one",
		Mistake: "It fails the Job when the number of failures reaches backoffLimit instead of exceeding it.",
		Clauses: []string{"BL-1", "NEV-2"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return failed >= max(1, backoffLimit(job)) }
		},
	},
	{
		Name:    "one-retry-too-many",
		Mistake: "It allows one failed pod more than backoffLimit does.",
		Clauses: []string{"NEV-2", "BL-1", "BL-5"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return failed > backoffLimit(job)+1 }
		},
	},
	{
		Name:    "restarts-must-exceed-limit",
		Mistake: "It lets containers be restarted once more than backoffLimit says, as failed pods may.",
		Clauses: []string{"ONF-3", "ONF-5"},
		Bug:     "kubernetes/kubernetes#95433",
		Break: func(d *Decisions) {
			d.RestartsExceeded = func(job *batchv1.Job, restarts int32) bool {
				return underOnFailure(job) && restarts > backoffLimit(job)
			}
		},
	},
	{
		Name:    "one-restart-too-few",
		Mistake: "It fails the Job one restart before backoffLimit is reached.",
		Clauses: []string{"ONF-5", "ONF-3"},
		Break: func(d *Decisions) {
			d.RestartsExceeded = func(job *batchv1.Job, restarts int32) bool {
				return underOnFailure(job) && restarts >= max(1, backoffLimit(job)-1)
			}
		},
	},
	{
		Name:    "one-completion-short",
		Mistake: "It is content with one success less than spec.completions.",
		Clauses: []string{"COMP-1", "PAR-1"},
		Break:   func(d *Decisions) { countCompletionsAs(d, func(n int32) int32 { return max(1, n-1) }) },
	},
	{
		Name:    "one-completion-too-many",
		Mistake: "It wants one success more than spec.completions.",
		Clauses: []string{"COMP-1", "COMP-9"},
		Break:   func(d *Decisions) { countCompletionsAs(d, func(n int32) int32 { return n + 1 }) },
	},
	{
		Name:    "parallelism-off-by-one",
		Mistake: "It runs one pod more than parallelism as long as there is work for it.",
		Clauses: []string{"PAR-1", "PAR-2"},
		Break: func(d *Decisions) {
			d.PodsWanted = func(job *batchv1.Job, c Counts) int32 {
				changed := *job
				changed.Spec.Parallelism = new(parallelism(job) + 1)
				return podsWanted(&changed, c)
			}
		},
	},
	{
		Name:    "deadline-one-second-late",
		Mistake: "It gives the Job one second more than activeDeadlineSeconds.",
		Clauses: []string{"ADS-1"},
		Break:   func(d *Decisions) { shiftDeadline(d, time.Second) },
	},
	{
		Name:    "deadline-one-second-early",
		Mistake: "It ends the Job one second before activeDeadlineSeconds are over.",
		Clauses: []string{"ADS-1"},
		Break:   func(d *Decisions) { shiftDeadline(d, -time.Second) },
	},
	{
		Name:    "backoff-one-second-late",
		Mistake: "It waits until the back-off delay is over by a second instead of just over.",
		Clauses: []string{"BO-5", "BO-15"},
		Break: func(d *Decisions) {
			d.BackoffDelay = func(l Limits, n int32) time.Duration {
				if n <= 0 {
					return 0
				}
				return backoffDelay(l, n) + time.Second
			}
		},
	},
	{
		Name:    "backoff-starts-doubled",
		Mistake: "It doubles the back-off delay before the first wait, so that it begins with 20 s.",
		Clauses: []string{"BO-15", "BO-1"},
		Break: func(d *Decisions) {
			d.BackoffDelay = func(l Limits, n int32) time.Duration {
				if n <= 0 {
					return 0
				}
				return backoffDelay(l, n+1)
			}
		},
	},
}

func underOnFailure(job *batchv1.Job) bool {
	return job.Spec.Template.Spec.RestartPolicy == corev1.RestartPolicyOnFailure
}

// countCompletionsAs has a Job with n completions treated as if it had another number of them.
func countCompletionsAs(d *Decisions, number func(n int32) int32) {
	adjusted := func(job *batchv1.Job) *batchv1.Job {
		changed := *job
		if job.Spec.Completions != nil {
			changed.Spec.Completions = new(number(*job.Spec.Completions))
		}
		return &changed
	}
	d.Completed = func(job *batchv1.Job, c Counts) bool { return completed(adjusted(job), c) }
	d.PodsWanted = func(job *batchv1.Job, c Counts) int32 { return podsWanted(adjusted(job), c) }
}

func shiftDeadline(d *Decisions, by time.Duration) {
	d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
		left, running := deadlineLeft(job, suspended, now)
		return left + by, running
	}
}
