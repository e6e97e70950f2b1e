package fakes

import (
	"cmp"
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// brokenLargeJobs are wrong about Jobs of more pods than one sync may deal with, and about those that cannot have theirs.
// Those without any bound stand in brokenParallelism and brokenTracking.
var brokenLargeJobs = []Broken{
	{
		Name:    "only-creations-capped",
		Mistake: "It bounds how many pods it creates in one sync, and not how many it deletes when parallelism is lowered.",
		Clauses: []string{"PAR-11"},
		Break: func(d *Decisions) {
			capped(d, 1<<30, func(s *jobSync) bool { return s.counts.Active > parallelism(s.job) })
		},
	},
	{
		Name:    "suspension-capped",
		Mistake: "It deletes no more than 500 pods at once when a Job is suspended, and lets the others work on meanwhile.",
		Clauses: []string{"PAR-11"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(_ context.Context, s *jobSync) {
				if s.suspended {
					s.active = s.active[:min(len(s.active), s.d.Limits.PodsPerSync)]
				}
			})
		},
	},
	{
		Name:    "failed-job-deletes-in-parts",
		Mistake: "It deletes no more than 500 pods at once when a Job has failed, and says only then that it has.",
		Clauses: []string{"PAR-11"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(_ context.Context, s *jobSync) {
				if s.verdict != nil {
					s.active = s.active[:min(len(s.active), s.d.Limits.PodsPerSync)]
				}
			})
		},
	},
	{
		Name:    "slow-start-goes-on",
		Mistake: "It creates pods in batches of 1, 2, 4 and so on, and goes on with the next after one in which creations were refused.",
		Clauses: []string{"POD-9"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				changed := *s.d
				var refused error
				changed.IgnoresCreateError = func(err error) bool {
					if !namespaceTerminating(err) {
						s.r.events.Event(s.job, corev1.EventTypeWarning, "FailedCreate", "Error creating: "+err.Error())
						refused = fmt.Errorf("creating a pod: %w", err)
					}
					return true
				}
				s.d = &changed
				err := step(ctx, s)
				s.manageErr = cmp.Or(s.manageErr, refused)
				return err
			})
		},
	},
	{
		Name:    "slow-start-once",
		Mistake: "It starts slowly once, and keeps the size that the batches have reached for the next sync.",
		Clauses: []string{"POD-9"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				changed, key := *s.d, string(s.job.UID)+"/batch"
				changed.NextBatch = func(l Limits, previous int) int {
					if reached, ok := s.r.notes[key].(int); ok && previous == 0 {
						previous = reached
					}
					s.r.notes[key] = nextBatch(l, previous)
					return s.r.notes[key].(int)
				}
				s.d = &changed
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "finished-with-a-rest",
		Mistake: "It finishes a Job of which it has accounted the first 500 pods, and leaves the others with their finalizers.",
		Clauses: []string{"TRK-4"},
		Break: func(d *Decisions) {
			beforeStep(d, "settle", func(_ context.Context, s *jobSync) { s.capped = false })
		},
	},
}

// capped has another bound for what one sync creates or deletes, if that holds of it.
func capped(d *Decisions, n int, when func(*jobSync) bool) {
	aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
		if when(s) {
			changed := *s.d
			changed.Limits.PodsPerSync = n
			s.d = &changed
		}
		return step(ctx, s)
	})
}
