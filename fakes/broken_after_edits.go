package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenAfterEdits were right until somebody suspended, resumed or edited the Job.
var brokenAfterEdits = []Broken{
	{
		Name:    "deadline-timer-lost-on-resume",
		Mistake: "It sets no timer for the deadline of a Job that has been suspended once.",
		Clauses: []string{"ADS-4", "ADS-5"},
		Break: func(d *Decisions) {
			aroundStep(d, "decide", func(ctx context.Context, s *jobSync, step doing) error {
				for _, c := range s.job.Status.Conditions {
					if c.Type == batchv1.JobSuspended {
						return withoutNewTimer(ctx, s, step)
					}
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "deadline-timer-set-once",
		Mistake: "It sets the timer for a deadline once, and not again when the Job has been resumed or given more time.",
		Clauses: []string{"ADS-4", "ADS-5"},
		Break: func(d *Decisions) {
			aroundStep(d, "decide", func(ctx context.Context, s *jobSync, step doing) error {
				err := withoutNewTimer(ctx, s, step)
				if left, running := s.d.DeadlineLeft(s.job, s.suspended, s.since); running {
					at := latch(s, "deadline timer", s.r.now().Add(left))
					if at.After(s.r.now()) {
						s.r.wakeAt(s.req, at.Sub(s.r.now()))
					}
				}
				return err
			})
		},
	},
	{
		Name:    "delay-timer-lost-by-an-edit",
		Mistake: "It sets no timer for the back-off delay in the sync that an edit of the Job has caused.",
		Clauses: []string{"NEV-1", "BO-12"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				if s.job.Generation > 1 && backoffLeft(s.d, s.backoff, s.r.now()) > 0 {
					return withoutNewTimer(ctx, s, step)
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "removed-failed-index-remembered",
		Mistake: "It takes an index for failed that had failed before it was removed, and has come back.",
		Clauses: []string{"BPI-1", "EIJ-3"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				if !failsPerIndex(s.job) {
					return
				}
				key := string(s.job.UID) + "/ever failed"
				ever, _ := s.r.notes[key].(IndexSet)
				ever = ever.Union(s.indexes.Failed)
				s.r.notes[key] = ever
				s.indexes.Failed = below(ever, completions(s.job))
			})
		},
	},
	{
		Name:    "resume-forgets-the-delay",
		Mistake: "It forgets the back-off when a Job is resumed.",
		Clauses: []string{"BO-1"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				if s.suspended {
					s.backoff, s.mem.backoff = Backoff{}, Backoff{}
				}
			})
		},
	},
	{
		Name:    "untracked-terminating-pods-take-no-place",
		Mistake: "It lets new pods start beside terminating ones that do not carry the finalizer any more, under podReplacementPolicy Failed.",
		Clauses: []string{"PRP-3", "SUS-12"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				tracked := int32(0)
				for i := range s.pods {
					if s.pods[i].tracked && s.d.IsTerminating(s.pods[i].Pod) {
						tracked++
					}
				}
				changed := *s.d
				changed.PodsMissing = func(job *batchv1.Job, wanted int32, c Counts) int32 {
					c.Terminating = tracked
					return podsMissing(job, wanted, c)
				}
				s.d = &changed
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "terminal-pods-of-suspended-job-wait",
		Mistake: "It does not let a suspended Job succeed by a pod that has ended after it was told to stop.",
		Clauses: []string{"COMP-14"},
		Break: func(d *Decisions) {
			d.Completed = func(job *batchv1.Job, c Counts) bool {
				return completed(job, c) && !(isSuspended(job) && replacesOnlyFailed(job))
			}
		},
	},
	{
		Name:    "tolerations-latched",
		Mistake: "It goes on with the tolerations that the template had first.",
		Clauses: []string{"MSD-4"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				first := latch(s, "tolerations", s.job.Spec.Template.Spec.Tolerations)
				changed := *s.d
				changed.NewPod = func(dd *Decisions, job *batchv1.Job) *corev1.Pod {
					pod := newPod(dd, job)
					pod.Spec.Tolerations = first
					return pod
				}
				s.d = &changed
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "affinity-latched",
		Mistake: "It goes on with the affinity that the template had first.",
		Clauses: []string{"MSD-4"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				first := latch(s, "affinity", s.job.Spec.Template.Spec.Affinity)
				changed := *s.d
				changed.NewPod = func(dd *Decisions, job *batchv1.Job) *corev1.Pod {
					pod := newPod(dd, job)
					pod.Spec.Affinity = first
					return pod
				}
				s.d = &changed
				return step(ctx, s)
			})
		},
	},
}
