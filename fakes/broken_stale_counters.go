package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
)

// brokenStaleCounters decide by what an earlier sync has stored, and forget the pods that have ended since or are not counted yet.
var brokenStaleCounters = []Broken{
	{
		Name:    "listed-successes-left-out",
		Mistake: "It leaves the pods in uncountedTerminatedPods out of the successes that it decides by.",
		Clauses: []string{"PAR-2", "COMP-1"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				if s.indexes == nil {
					s.counts.Succeeded -= int32(len(s.uncounted().Succeeded))
				}
			})
		},
	},
	{
		Name:    "listed-failures-left-out",
		Mistake: "It leaves the pods in uncountedTerminatedPods out of the failures that it decides by.",
		Clauses: []string{"BL-1"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) { s.counts.Failed -= int32(len(s.uncounted().Failed)) })
		},
	},
	{
		Name:    "wanted-by-stored-successes",
		Mistake: "It reckons how many pods are wanted by status.succeeded as it was stored.",
		Clauses: []string{"PAR-1"},
		Break: func(d *Decisions) {
			d.PodsWanted = func(job *batchv1.Job, c Counts) int32 {
				c.Succeeded = job.Status.Succeeded
				return podsWanted(job, c)
			}
		},
	},
	{
		Name:    "limit-by-stored-failures",
		Mistake: "It compares backoffLimit with status.failed as it was stored.",
		Clauses: []string{"BL-1"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, _ int32) bool { return failuresExceeded(job, job.Status.Failed) }
		},
	},
	{
		Name:    "max-failed-indexes-by-stored-ones",
		Mistake: "It compares maxFailedIndexes with the failed indexes that are stored.",
		Clauses: []string{"BPI-4"},
		Break: func(d *Decisions) {
			d.TooManyIndexesFailed = func(job *batchv1.Job, _ int32) bool {
				if job.Status.FailedIndexes == nil {
					return false
				}
				return tooManyIndexesFailed(job, ParseIndexes(*job.Status.FailedIndexes, completions(job)).Count())
			}
		},
	},
	{
		Name:    "success-policy-by-stored-indexes",
		Mistake: "It asks the success policy only about indexes that are stored as completed.",
		Clauses: []string{"SP-1"},
		Break: func(d *Decisions) {
			test := d.Test("success policy").Decide
			d.Test("success policy").Decide = func(d *Decisions, o Observation) *Verdict {
				if o.Indexes == nil {
					return nil
				}
				x := *o.Indexes
				x.Completed = x.Stored
				o.Indexes = &x
				return test(d, o)
			}
		},
	},
}
