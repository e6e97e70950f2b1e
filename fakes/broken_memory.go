package fakes

import (
	"context"

	corev1 "k8s.io/api/core/v1"
)

// brokenMemory remember what they should read anew, or keep in memory what must be stored.
var brokenMemory = []Broken{
	{
		Name:    "backoff-limit-latched",
		Mistake: "It goes by the backoffLimit that it read first, whatever is edited later.",
		Clauses: []string{"BL-9"},
		Break: func(d *Decisions) {
			beforeStep(d, "claim", func(_ context.Context, s *jobSync) {
				s.job.Spec.BackoffLimit = latch(s, "backoffLimit", s.job.Spec.BackoffLimit)
			})
		},
	},
	{
		Name:    "deadline-latched",
		Mistake: "It goes by the activeDeadlineSeconds that it read first, whatever is edited later.",
		Clauses: []string{"ADS-10"},
		Bug:     "kubernetes/kubernetes#90553",
		Break: func(d *Decisions) {
			beforeStep(d, "claim", func(_ context.Context, s *jobSync) {
				s.job.Spec.ActiveDeadlineSeconds = latch(s, "deadline", s.job.Spec.ActiveDeadlineSeconds)
			})
		},
	},
	{
		Name:    "parallelism-latched",
		Mistake: "It goes by the parallelism that it read first, whatever is edited later.",
		Clauses: []string{"PAR-4", "PAR-5", "PAR-1"},
		Break: func(d *Decisions) {
			beforeStep(d, "claim", func(_ context.Context, s *jobSync) {
				s.job.Spec.Parallelism = latch(s, "parallelism", s.job.Spec.Parallelism)
			})
		},
	},
	{
		Name:    "template-latched",
		Mistake: "It makes all pods from the template that it read first.",
		Clauses: []string{"POD-1", "MSD-4"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(_ context.Context, s *jobSync) {
				s.job.Spec.Template = latch(s, "template", s.job.Spec.Template)
			})
		},
	},
	{
		Name:    "replacement-policy-latched",
		Mistake: "It goes by the podReplacementPolicy that it read first, whatever is edited later.",
		Clauses: []string{"PRP-6"},
		Break: func(d *Decisions) {
			beforeStep(d, "claim", func(_ context.Context, s *jobSync) {
				s.job.Spec.PodReplacementPolicy = latch(s, "policy", s.job.Spec.PodReplacementPolicy)
			})
		},
	},
	{
		Name:    "failures-forgotten-at-restart",
		Mistake: "It counts failures in memory, so that a restart of the controller gives all retries back.",
		Clauses: []string{"BL-2", "CTRL-1"},
		Bug:     "hashicorp/nomad#20462",
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				s.counts.Failed -= latch(s, "failed", s.job.Status.Failed)
			})
		},
	},
	{
		Name:    "successes-forgotten-at-restart",
		Mistake: "It counts successes in memory, so that a restart of the controller repeats finished work.",
		Clauses: []string{"COMP-9", "CTRL-1"},
		Bug:     "hashicorp/nomad#4299",
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				s.counts.Succeeded -= latch(s, "succeeded", s.job.Status.Succeeded)
			})
		},
	},
	{
		Name:    "failures-forgotten-on-resume",
		Mistake: "It forgives all failures from before a suspension.",
		Clauses: []string{"BL-2", "SUS-4"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				key := string(s.job.UID) + "/forgiven"
				if s.suspended {
					s.r.notes[key] = s.job.Status.Failed
				}
				if forgiven, ok := s.r.notes[key].(int32); ok {
					s.counts.Failed -= forgiven
				}
			})
		},
	},
	{
		Name:    "work-repeated-on-resume",
		Mistake: "It starts from scratch when the Job is resumed, as if nothing had succeeded before.",
		Clauses: []string{"SUS-4"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				key := string(s.job.UID) + "/repeated"
				if s.suspended {
					s.r.notes[key] = s.job.Status.Succeeded
				}
				if repeated, ok := s.r.notes[key].(int32); ok {
					s.counts.Succeeded -= repeated
				}
			})
		},
	},
	{
		Name:    "backoff-kept-by-name",
		Mistake: "It remembers the back-off by the name of the Job, so that a recreated Job inherits it.",
		Clauses: []string{"BO-10", "DEL-5"},
		Bug:     "volcano-sh/volcano#5773",
		Break: func(d *Decisions) {
			beforeStep(d, "observe", func(_ context.Context, s *jobSync) {
				if known, ok := s.r.notes[s.req.String()].(Backoff); ok && s.mem.backoff.Failures == 0 {
					s.mem.backoff = known
				}
			})
			afterStep(d, "observe", func(_ context.Context, s *jobSync) { s.r.notes[s.req.String()] = s.backoff })
		},
	},
	{
		Name:    "expectations-kept-by-name",
		Mistake: "It remembers by the name of the Job which pod events it waits for, so that a recreated Job waits for them.",
		Clauses: []string{"DEL-5"},
		Bug:     "kubeflow/trainer#322",
		Break: func(d *Decisions) {
			beforeStep(d, "claim", func(_ context.Context, s *jobSync) {
				known, ok := s.r.notes[s.req.String()].(*expectations)
				if ok && known != &s.mem.expected && !known.met(s.r.now(), s.d.Limits.ExpectationsTimeout) {
					s.expectationsMet = false
					return
				}
				s.r.notes[s.req.String()] = &s.mem.expected
			})
		},
	},
	{
		Name:    "pods-owned-by-name",
		Mistake: "It takes pods of an earlier Job of the same name for its own.",
		Clauses: []string{"DEL-5", "SEL-5"},
		Bug:     "volcano-sh/volcano#5986",
		Break: func(d *Decisions) {
			d.Sweeps = func(why StrayReason, _ *corev1.Pod) bool { return why != jobGone }
			afterStep(d, "claim", func(ctx context.Context, s *jobSync) {
				for _, pod := range namespacePods(ctx, s, s.d.carriesFinalizer) {
					if owner := jobOwner(pod); owner != nil && owner.Name == s.job.Name && owner.UID != s.job.UID {
						s.pods = append(s.pods, ownedPod{Pod: pod, tracked: true})
					}
				}
			})
		},
	},
}
