package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
)

// brokenParallelism run too many pods, or too few.
var brokenParallelism = []Broken{
	{
		Name:    "active-pods-not-subtracted",
		Mistake: "It creates as many pods as it wants although some of them run already.",
		Clauses: []string{"PAR-2", "COMP-9"},
		Break: func(d *Decisions) {
			d.PodsMissing = func(_ *batchv1.Job, wanted int32, c Counts) int32 {
				if c.Active >= wanted {
					return 0
				}
				return wanted
			}
		},
	},
	{
		Name:    "terminating-pods-take-slots",
		Mistake: "It waits for terminating pods to end before it replaces them, although the Job does not ask for that.",
		Clauses: []string{"PAR-12", "PRP-1"},
		Break: func(d *Decisions) {
			d.PodsMissing = func(_ *batchv1.Job, wanted int32, c Counts) int32 { return wanted - c.Active - c.Terminating }
		},
	},
	{
		Name:    "failed-pods-keep-their-place",
		Mistake: "It never replaces a pod that failed.",
		Clauses: []string{"NEV-1", "NEV-2"},
		Bug:     "kubeflow/mpi-operator#651",
		Break: func(d *Decisions) {
			d.PodsMissing = func(job *batchv1.Job, wanted int32, c Counts) int32 {
				return podsMissing(job, wanted, c) - c.Failed
			}
		},
	},
	{
		Name:    "scale-down-restarts-all",
		Mistake: "It deletes all pods when there are too many, and creates the wanted number anew.",
		Clauses: []string{"PAR-5"},
		Break: func(d *Decisions) {
			d.PodsWanted = func(job *batchv1.Job, c Counts) int32 {
				if wanted := podsWanted(job, c); c.Active <= wanted {
					return wanted
				}
				return 0
			}
		},
	},
	{
		Name:    "replaces-what-it-deletes",
		Mistake: "It creates a fresh pod in the very sync that deletes surplus pods.",
		Clauses: []string{"SYNC-5", "PAR-2"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				active, decided := s.counts.Active, s.verdict != nil
				err := step(ctx, s)
				if !decided && !s.suspended && s.counts.Active < active && s.counts.Active > 0 {
					s.create(ctx, 1)
				}
				return err
			})
		},
	},
	{
		Name:    "scale-down-uncapped",
		Mistake: "It creates and deletes any number of pods in one sync.",
		Clauses: []string{"PAR-11"},
		Break:   func(d *Decisions) { d.Limits.PodsPerSync = 1 << 30 },
	},
	{
		Name:    "no-slow-start",
		Mistake: "It tries to create all missing pods at once although the first attempts fail.",
		Clauses: []string{"POD-9"},
		Break:   func(d *Decisions) { d.Limits.FirstBatch = 1 << 30 },
	},
	{
		Name:    "active-written-one-sync-late",
		Mistake: "It leaves the pods that it has just created out of status.active.",
		Clauses: []string{"POD-12"},
		Break: func(d *Decisions) {
			afterStep(d, "manage", func(_ context.Context, s *jobSync) {
				s.job.Status.Active = min(s.job.Status.Active, int32(len(s.active)))
			})
		},
	},
	{
		Name:    "deletes-before-freeing",
		Mistake: "It deletes a surplus pod before it takes the finalizer away, so that the pod can be taken for a failure.",
		Clauses: []string{"PAR-9"},
		Break: func(d *Decisions) {
			d.Removal[0], d.Removal[1] = d.Removal[1], d.Removal[0]
		},
	},
	{
		Name:    "scale-down-counts-as-failure",
		Mistake: "It deletes surplus pods as they are, so that they count as failed.",
		Clauses: []string{"PAR-5", "BL-4", "COMP-10", "PAR-9"},
		Break:   func(d *Decisions) { d.Removal = d.Removal[1:] },
	},
}
