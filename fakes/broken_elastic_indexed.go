package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenElastic are wrong about Indexed Jobs that grow and shrink.
var brokenElastic = []Broken{
	{
		Name:    "completions-latched",
		Mistake: "It goes on with the completions that an Indexed Job had when it first saw it.",
		Clauses: []string{"EIJ-1", "EIJ-2"},
		Break: func(d *Decisions) {
			beforeStep(d, "claim", func(_ context.Context, s *jobSync) {
				if isIndexed(s.job) {
					s.job.Spec.Completions = new(latch(s, "completions", *s.job.Spec.Completions))
				}
			})
		},
	},
	{
		Name:    "removed-index-runs-on",
		Mistake: "It lets pods go on whose index is no more.",
		Clauses: []string{"EIJ-2"},
		Break:   func(d *Decisions) { d.Misplaced = misplacedUnless(func(index int32) bool { return index != noIndex }) },
	},
	{
		Name:    "removed-index-counts-failed",
		Mistake: "It counts a pod as failed that it deletes because its index is no more.",
		Clauses: []string{"EIJ-2", "EIJ-7", "BL-4"},
		Break: func(d *Decisions) {
			d.Misplaced = func(d *Decisions, job *batchv1.Job, active []*corev1.Pod) (remove, keep []*corev1.Pod) {
				strict := *d
				strict.InRange = inRange
				return misplaced(&strict, job, active)
			}
			d.InRange = func(_ *batchv1.Job, index int32) bool { return index != noIndex }
			d.Removal = d.Removal[1:]
		},
	},
	{
		Name:    "succeeded-kept-when-shrunk",
		Mistake: "It leaves succeeded as it is when completed indexes are removed.",
		Clauses: []string{"EIJ-2", "STAT-4"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if isIndexed(s.job) {
					most := max(latch(s, "succeeded", s.job.Status.Succeeded), s.job.Status.Succeeded)
					s.r.notes[string(s.job.UID)+"/succeeded"], s.job.Status.Succeeded = most, most
				}
			})
		},
	},
	{
		Name:    "removed-index-remembered",
		Mistake: "It takes an index for completed that had succeeded before it was removed, and has come back.",
		Clauses: []string{"EIJ-3"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				if !isIndexed(s.job) {
					return
				}
				key := string(s.job.UID) + "/ever completed"
				ever, _ := s.r.notes[key].(IndexSet)
				ever = ever.Union(s.indexes.Completed)
				s.r.notes[key] = ever
				s.indexes.Completed = below(ever, completions(s.job))
				s.counts.Succeeded = s.indexes.Completed.Count()
			})
		},
	},
	{
		Name:    "shrunk-to-nothing-waits",
		Mistake: "It waits for a success although completions was lowered to zero.",
		Clauses: []string{"EIJ-4"},
		Break: func(d *Decisions) {
			d.Completed = func(job *batchv1.Job, c Counts) bool {
				return completed(job, c) && (!isIndexed(job) || c.Succeeded > 0 || job.Generation == 1)
			}
		},
	},
	{
		Name:    "removed-failures-forgiven",
		Mistake: "It forgets the failures that have counted when the size of an Indexed Job is edited.",
		Clauses: []string{"EIJ-5"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool {
				if isIndexed(job) && job.Generation > 1 {
					failed -= job.Status.Failed
				}
				return failuresExceeded(job, failed)
			}
		},
	},
	{
		Name:    "removed-index-never-freed",
		Mistake: "It skips a failed pod whose index is no more whenever it accounts, so that the pod keeps its finalizer.",
		Clauses: []string{"EIJ-7"},
		Break: func(d *Decisions) {
			uncounted(d, func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
				return isIndexed(job) && d.IndexOf(pod) >= completions(job)
			})
		},
	},
	{
		Name:    "shrunk-complete-at-once",
		Mistake: "It completes an Indexed Job that was made smaller while the removed pods are still stopping.",
		Clauses: []string{"EIJ-6", "FIN-4"},
		Break: func(d *Decisions) {
			d.MayFinish = func(status *batchv1.JobStatus, terminating int32) bool {
				if status.CompletedIndexes != "" {
					terminating = 0
				}
				return mayFinish(status, terminating)
			}
			beforeWrite(d, func(s *jobSync) {
				if conditionTrue(&s.job.Status, batchv1.JobComplete) != nil {
					s.job.Status.Terminating = new(int32(0))
				}
			})
		},
	},
}

// misplacedUnless is PAR-8 with another idea of which indexes the Job has.
func misplacedUnless(has func(index int32) bool) func(*Decisions, *batchv1.Job, []*corev1.Pod) (remove, keep []*corev1.Pod) {
	return func(d *Decisions, job *batchv1.Job, active []*corev1.Pod) (remove, keep []*corev1.Pod) {
		changed := *d
		changed.InRange = func(_ *batchv1.Job, index int32) bool { return has(index) }
		return misplaced(&changed, job, active)
	}
}

// below is the part of a set that is below n.
func below(set IndexSet, n int32) IndexSet {
	var kept []int32
	for index := range n {
		if set.Has(index) {
			kept = append(kept, index)
		}
	}
	return indexesOf(kept)
}
