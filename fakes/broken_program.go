package fakes

import (
	"context"
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// brokenPrograms make mistakes that no program may make, whatever it is for. That goroutines outlive their program takes
// a program with goroutines: see TestMatrix.
var brokenPrograms = []Broken{
	{
		Name:    "index-added-twice",
		Mistake: "It adds an index to its cache in two places, which the cache refuses, so that it does not start.",
		Clauses: []string{"job/implementation/starts"},
		Break: func(d *Decisions) {
			d.AddIndexes = func(d *Decisions, cache client.FieldIndexer) error {
				if err := d.addIndexes(cache); err != nil {
					return err
				}
				return d.addIndexes(cache)
			}
		},
	},
	{
		Name:    "optional-field-dereferenced",
		Mistake: "It reads spec.completions without asking whether it is set, and panics at the first work queue.",
		Clauses: []string{"job/implementation/does-not-panic"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				s.r.log.V(1).Info("counted", "succeeded", s.counts.Succeeded, "of", *s.job.Spec.Completions)
			})
		},
	},
	{
		Name:    "lock-taken-twice",
		Mistake: "It notes a failure under a lock that the caller holds already, and does not come back.",
		Clauses: []string{"job/implementation/comes-back"},
		Break: func(d *Decisions) {
			aroundStep(d, "observe", func(ctx context.Context, s *jobSync, step doing) error {
				mu := latch(s, "lock", &sync.Mutex{})
				mu.Lock()
				defer mu.Unlock()
				err := step(ctx, s)
				if s.backoff.Failures > s.mem.backoff.Failures {
					mu.Lock()
					defer mu.Unlock()
				}
				return err
			})
		},
	},
}
