package fakes

import (
	"context"
	"slices"
	"strings"
)

// brokenIndexSets are wrong about lists of indexes as the status has them.
var brokenIndexSets = []Broken{
	{
		Name:    "range-ends-left-out",
		Mistake: "It takes a range in completedIndexes to end before its last index, so that it reads 3-5 as 3 and 4.",
		Clauses: []string{"IDX-1"},
		Break: func(d *Decisions) {
			beforeStep(d, "observe", func(_ context.Context, s *jobSync) {
				var parts []string
				for _, part := range strings.Split(s.job.Status.CompletedIndexes, ",") {
					if run, ok := parseRun(part); ok && run.Last > run.First {
						part = IndexSet{{run.First, run.Last - 1}}.String()
					}
					parts = append(parts, part)
				}
				s.job.Status.CompletedIndexes = strings.Join(parts, ",")
			})
		},
	},
	{
		Name:    "neighbouring-ranges-not-joined",
		Mistake: "It writes the last index of a range by itself, as if it had been added without a look at what is before it.",
		Clauses: []string{"STAT-10"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				set := ParseIndexes(s.job.Status.CompletedIndexes, 1<<30)
				var parts []string
				for _, run := range set {
					if run.Last-run.First >= 3 {
						parts = append(parts, IndexSet{{run.First, run.Last - 1}}.String(), IndexSet{{run.Last, run.Last}}.String())
					} else {
						parts = append(parts, IndexSet{run}.String())
					}
				}
				s.job.Status.CompletedIndexes = strings.Join(parts, ",")
			})
		},
	},
	{
		Name:    "gaps-of-one-closed",
		Mistake: "It joins ranges of completed indexes between which one index is missing.",
		Clauses: []string{"IDX-1"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				if !isIndexed(s.job) || s.indexes == nil {
					return
				}
				set := slices.Clone(s.indexes.Completed)
				for i := range set {
					if i+1 < len(set) && set[i+1].First == set[i].Last+2 && set[i].First < set[i].Last {
						set[i].Last++
					}
				}
				s.indexes.Completed = setOf(set)
				s.counts.Succeeded = s.indexes.Completed.Count()
			})
		},
	},
}
