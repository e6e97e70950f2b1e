package fakes

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenCounters report wrong numbers, or break what others wrote.
var brokenCounters = []Broken{
	{
		Name:    "active-includes-terminating",
		Mistake: "It counts pods that were told to stop in status.active.",
		Clauses: []string{"STAT-1"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if s.verdict == nil {
					s.job.Status.Active = s.counts.Active + s.counts.Terminating
				}
			})
		},
	},
	{
		Name:    "active-counts-running-only",
		Mistake: "It leaves Pending pods out of status.active.",
		Clauses: []string{"STAT-1", "BO-11"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				var running int32
				for _, pod := range s.active {
					if pod.Status.Phase == corev1.PodRunning {
						running++
					}
				}
				s.job.Status.Active = min(s.job.Status.Active, running)
			})
		},
	},
	{
		Name:    "terminating-pods-are-active",
		Mistake: "It takes a pod that was told to stop for one that works.",
		Clauses: []string{"STAT-1", "PAR-1"},
		Break:   func(d *Decisions) { d.IsActive = func(pod *corev1.Pod) bool { return !isTerminal(pod) } },
	},
	{
		Name:    "ready-means-running",
		Mistake: "It counts each Running pod as ready.",
		Clauses: []string{"STAT-2"},
		Break: func(d *Decisions) {
			d.IsReady = func(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodRunning }
		},
	},
	{
		Name:    "ready-missing",
		Mistake: "It does not report how many pods are ready.",
		Clauses: []string{"STAT-2"},
		Break:   func(d *Decisions) { beforeWrite(d, func(s *jobSync) { s.job.Status.Ready = nil }) },
	},
	{
		Name:    "terminating-missing",
		Mistake: "It does not report how many pods are terminating.",
		Clauses: []string{"STAT-3"},
		Break:   func(d *Decisions) { beforeWrite(d, func(s *jobSync) { s.job.Status.Terminating = nil }) },
	},
	{
		Name:    "terminating-counts-tracked-only",
		Mistake: "It leaves pods without the tracking finalizer out of status.terminating.",
		Clauses: []string{"STAT-3"},
		Break: func(d *Decisions) {
			d.IsTerminating = func(pod *corev1.Pod) bool { return isTerminating(pod) && d.carriesFinalizer(pod) }
		},
	},
	{
		Name:    "terminating-never-counts-down",
		Mistake: "It does not write the status when only the number of terminating pods has changed.",
		Clauses: []string{"STAT-3"},
		Bug:     "kubernetes/kubernetes#121342",
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				was, dirty, decided := s.job.Status.DeepCopy(), s.dirty, s.verdict != nil
				err := step(ctx, s)
				if now := &s.job.Status; !dirty && !decided && s.verdict == nil && now.Active == was.Active &&
					was.Ready != nil && *now.Ready == *was.Ready && len(now.Conditions) == len(was.Conditions) {
					s.dirty = false
				}
				return err
			})
		},
	},
	{
		Name:    "terminating-lags-deletions",
		Mistake: "It counts the terminating pods before it deletes some, and reports that number.",
		Clauses: []string{"FIN-8", "STAT-3"},
		Bug:     "kubernetes/kubernetes#125089",
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				terminating := s.counts.Terminating
				err := step(ctx, s)
				s.counts.Terminating = terminating
				s.job.Status.Terminating = &terminating
				return err
			})
		},
	},
	{
		Name:    "ready-lags-deletions",
		Mistake: "It reports pods as ready that it has just deleted.",
		Clauses: []string{"STAT-12", "STAT-2", "STV-14"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				ready := s.counts.Ready
				err := step(ctx, s)
				s.job.Status.Ready = &ready
				return err
			})
		},
	},
	{
		Name:    "uncounted-left-nil",
		Mistake: "It leaves uncountedTerminatedPods out while the lists are empty.",
		Clauses: []string{"STAT-6"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if u := s.uncounted(); len(u.Succeeded)+len(u.Failed) == 0 {
					s.job.Status.UncountedTerminatedPods = nil
				}
			})
		},
	},
	{
		Name:    "reacts-half-a-minute-late",
		Mistake: "It waits half a minute before it looks at what happened to pods.",
		Clauses: []string{"STAT-8", "SYNC-6"},
		Break:   func(d *Decisions) { d.Limits.Batch *= 30 },
	},
	{
		Name:    "one-sync-per-event",
		Mistake: "It syncs at each pod event, so that the number of status writes grows with the pods.",
		Clauses: []string{"SYNC-6"},
		Bug:     "kubernetes/kubernetes#118470",
		Break:   func(d *Decisions) { d.Limits.Batch = 0 },
	},
	{
		Name:    "foreign-conditions-dropped",
		Mistake: "It writes only the conditions that it knows, and drops those of others.",
		Clauses: []string{"STAT-11"},
		Break: func(d *Decisions) {
			known := []batchv1.JobConditionType{
				batchv1.JobSuspended, batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet, batchv1.JobFailed,
				batchv1.JobComplete,
			}
			beforeWrite(d, func(s *jobSync) {
				s.job.Status.Conditions = slices.DeleteFunc(slices.Clone(s.job.Status.Conditions),
					func(c batchv1.JobCondition) bool { return !slices.Contains(known, c.Type) })
			})
		},
	},
	{
		Name:    "annotations-dropped-by-status-write",
		Mistake: "It drops the annotations of the Job when it writes the status.",
		Clauses: []string{"STAT-11"},
		Break:   func(d *Decisions) { beforeWrite(d, func(s *jobSync) { s.job.Annotations = nil }) },
	},
}
