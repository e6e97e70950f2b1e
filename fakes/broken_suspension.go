package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenSuspension mistake what suspending and resuming a Job mean.
var brokenSuspension = []Broken{
	{
		Name:    "suspended-job-starts",
		Mistake: "It creates the first pods before it looks whether the Job is suspended.",
		Clauses: []string{"SUS-1", "TIME-2"},
		Break: func(d *Decisions) {
			d.IsSuspended = func(job *batchv1.Job) bool {
				return isSuspended(job) && job.Status.Ready != nil
			}
		},
	},
	{
		Name:    "suspension-only-stops-creation",
		Mistake: "It lets the pods of a suspended Job run on.",
		Clauses: []string{"SUS-2"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				if s.suspended && s.verdict == nil {
					s.active = nil
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "suspension-counts-as-failure",
		Mistake: "It counts the pods that it deletes to suspend a Job as failed.",
		Clauses: []string{"SUS-3", "BL-4", "PAR-9"},
		Break: func(d *Decisions) {
			drop := d.Removal[0].Do
			d.Removal[0].Do = func(ctx context.Context, s *jobSync, pod *corev1.Pod) error {
				if s.suspended {
					return nil
				}
				return drop(ctx, s, pod)
			}
		},
	},
	{
		Name:    "suspended-condition-missing",
		Mistake: "It suspends a Job without saying so in a condition.",
		Clauses: []string{"SUS-1", "SUS-8"},
		Break: func(d *Decisions) {
			d.RecordSuspended = func(*batchv1.JobStatus, time.Time) bool { return false }
		},
	},
	{
		Name:    "suspended-condition-removed-on-resume",
		Mistake: "It removes the Suspended entry when the Job is resumed instead of turning it False.",
		Clauses: []string{"SUS-5"},
		Break: func(d *Decisions) {
			d.RecordResumed = func(status *batchv1.JobStatus, now time.Time) bool {
				changed := recordResumed(status, now)
				withoutCondition(status, batchv1.JobSuspended)
				return changed
			}
		},
	},
	{
		Name:    "suspended-false-from-the-start",
		Mistake: "It writes Suspended=False on a Job that was never suspended.",
		Clauses: []string{"SUS-7"},
		Break: func(d *Decisions) {
			d.RecordResumed = func(status *batchv1.JobStatus, now time.Time) bool {
				if lastSuspended(status) != nil {
					return recordResumed(status, now)
				}
				start := status.StartTime
				recordSuspended(status, now)
				recordResumed(status, now)
				status.StartTime = start
				return true
			}
		},
	},
	{
		Name:    "suspended-job-does-not-count",
		Mistake: "It stops counting pods while the Job is suspended.",
		Clauses: []string{"SUS-10"},
		Break: func(d *Decisions) {
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
				if isSuspended(job) && decided == nil {
					return Uncounted
				}
				return countAs(d, job, pod, decided)
			}
		},
	},
	{
		Name:    "failing-job-suspended",
		Mistake: "It suspends a Job whose failure is already decided.",
		Clauses: []string{"SUS-11", "SYNC-2"},
		Break: func(d *Decisions) {
			for _, test := range []string{"failure already decided", "backoff limit", "deadline"} {
				unless(d, test, func(_ *Decisions, o Observation) bool { return o.Suspended })
			}
		},
	},
	{
		Name:    "dying-job-suspended",
		Mistake: "It suspends a Job that is being deleted.",
		Clauses: []string{"SUS-14", "SYNC-8"},
		Break: func(d *Decisions) {
			d.MayManage = func(job *batchv1.Job, expectationsMet bool) bool {
				return expectationsMet && (job.DeletionTimestamp == nil || isSuspended(job))
			}
		},
	},
}
