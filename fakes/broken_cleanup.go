package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenCleanup delete what should stay, or leave behind what should go.
var brokenCleanup = []Broken{
	{
		Name:    "failed-pods-deleted",
		Mistake: "It deletes failed pods, and with them their logs, as soon as they are counted.",
		Clauses: []string{"NEV-3", "DEL-6"},
		Bug:     "volcano-sh/volcano#1651",
		Break: func(d *Decisions) {
			afterStep(d, "settle", func(ctx context.Context, s *jobSync) {
				for _, pod := range s.release {
					if pod.Status.Phase == corev1.PodFailed {
						_ = deletePod(ctx, s, pod)
					}
				}
			})
		},
	},
	{
		Name:    "pods-deleted-at-finish",
		Mistake: "It deletes all pods of a Job that has finished.",
		Clauses: []string{"DEL-6", "NEV-3"},
		Break: func(d *Decisions) {
			afterStep(d, "settle", func(ctx context.Context, s *jobSync) {
				if !s.mem.finished {
					return
				}
				for _, pod := range everyPod(ctx, s) {
					_ = deletePod(ctx, s, pod)
				}
			})
		},
	},
	{
		Name:    "finished-job-deleted",
		Mistake: "It deletes a Job that has finished although nobody asked for that.",
		Clauses: []string{"DEL-6"},
		Break: func(d *Decisions) {
			afterStep(d, "settle", func(ctx context.Context, s *jobSync) {
				if s.mem.finished {
					_ = s.r.client.Delete(ctx, s.job)
				}
			})
		},
	},
	{
		Name:    "orphaned-pods-deleted",
		Mistake: "It stops the pods of a Job that is being deleted, although they are to be left behind.",
		Clauses: []string{"DEL-2", "SYNC-8"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(ctx context.Context, s *jobSync) {
				if s.job.DeletionTimestamp == nil {
					return
				}
				for _, pod := range s.active {
					_ = deletePod(ctx, s, pod)
				}
			})
		},
	},
	{
		Name:    "dying-job-cannot-fail",
		Mistake: "It does not look any more whether a Job fails that is being deleted.",
		Clauses: []string{"DEL-4"},
		Break: func(d *Decisions) {
			unless(d, "backoff limit", func(_ *Decisions, o Observation) bool { return o.Job.DeletionTimestamp != nil })
		},
	},
	{
		Name:    "pods-survive-failure",
		Mistake: "It leaves the pods of a failed Job running.",
		Clauses: []string{"BL-7", "FIN-9", "ADS-3"},
		Bug:     "volcano-sh/volcano#1718",
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				if s.verdict != nil {
					s.active = nil
					s.counts.Active, s.counts.Ready, s.counts.Terminating = 0, 0, 0
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "deadline-lets-pods-finish",
		Mistake: "It waits at the deadline until the running pods have ended by themselves.",
		Clauses: []string{"ADS-3", "ADS-1"},
		Break: func(d *Decisions) {
			unless(d, "deadline", func(_ *Decisions, o Observation) bool { return o.Counts.Active > 0 })
			afterStep(d, "decide", func(_ context.Context, s *jobSync) {
				if at, ok := s.r.timers[s.req]; ok && !at.After(s.r.now()) {
					delete(s.r.timers, s.req) // the end of a pod is noticed anyway
				}
			})
		},
	},
	{
		Name:    "late-pods-survive-decision",
		Mistake: "It deletes the pods of a decided Job only in the sync that decides, not those that show up later.",
		Clauses: []string{"FIN-9"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				if s.verdict != nil && s.verdict.Stored {
					s.active, s.counts.Active, s.counts.Ready = nil, 0, 0
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "finished-job-leaves-finalizers",
		Mistake: "It finishes the Job although finalizers could not be removed, and never comes back to them.",
		Clauses: []string{"FIN-16", "TRK-9"},
		Bug:     "kubernetes/kubernetes#109429",
		Break: func(d *Decisions) {
			d.Sweeps = func(why StrayReason, _ *corev1.Pod) bool { return why != jobFinished }
			aroundStep(d, "free", func(ctx context.Context, s *jobSync, _ doing) error {
				for _, pod := range s.release {
					s.mem.released[pod.UID] = struct{}{}
					_ = dropFinalizer(ctx, s, pod)
					delete(s.held, pod.UID)
				}
				return nil
			})
		},
	},
	{
		Name:    "late-pods-of-finished-job-keep-finalizer",
		Mistake: "It does not take the finalizer from pods that surface when their Job has finished.",
		Clauses: []string{"TRK-9", "FIN-16"},
		Break: func(d *Decisions) {
			d.Sweeps = func(why StrayReason, _ *corev1.Pod) bool { return why != jobFinished }
		},
	},
	{
		Name:    "orphans-keep-finalizer",
		Mistake: "It does not take the finalizer from pods that have no controller.",
		Clauses: []string{"TRK-9", "DEL-2", "SEL-7"},
		Break: func(d *Decisions) {
			d.Sweeps = func(why StrayReason, _ *corev1.Pod) bool { return why != noController }
		},
	},
	{
		Name:    "pods-of-deleted-job-keep-finalizer",
		Mistake: "It does not take the finalizer from pods whose Job is gone, so that they can never be deleted.",
		Clauses: []string{"DEL-2", "TRK-9"},
		Break: func(d *Decisions) {
			d.Sweeps = func(why StrayReason, _ *corev1.Pod) bool { return why != jobGone }
		},
	},
	{
		Name:    "dying-job-holds-its-pods",
		Mistake: "It keeps the finalizer on running pods while their Job is being deleted.",
		Clauses: []string{"DEL-3", "TRK-3"},
		Break: func(d *Decisions) {
			d.MayRelease = func(_ *batchv1.Job, tally Tally, decided *Verdict) bool {
				return tally != Uncounted || decided != nil
			}
		},
	},
	{
		Name:    "replaces-pods-of-dying-job",
		Mistake: "It creates pods for a Job that is being deleted.",
		Clauses: []string{"SYNC-8"},
		Bug:     "volcano-sh/volcano#3357",
		Break: func(d *Decisions) {
			d.MayManage = func(_ *batchv1.Job, expectationsMet bool) bool { return expectationsMet }
		},
	},
	{
		Name:    "pending-pods-time-out",
		Mistake: "It gives up pods that have been Pending for five minutes.",
		Clauses: []string{"EXT-9"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(ctx context.Context, s *jobSync) {
				for _, pod := range s.active {
					left := pod.CreationTimestamp.Add(5 * time.Minute).Sub(s.r.now())
					if pod.Status.Phase != corev1.PodPending || s.verdict != nil {
						continue
					}
					if left > 0 {
						s.r.wakeAt(s.req, left)
					} else {
						_ = deletePod(ctx, s, pod)
					}
				}
			})
		},
	},
	{
		Name:    "unreachable-pods-replaced-at-once",
		Mistake: "It replaces a Running pod that stops being ready, as it does when its node is lost.",
		Clauses: []string{"EXT-5"},
		Break: func(d *Decisions) {
			d.IsActive = func(pod *corev1.Pod) bool {
				c := podCondition(pod, corev1.PodReady)
				started := pod.Status.StartTime
				lost := c != nil && c.Status == corev1.ConditionFalse && started != nil && pod.Status.Phase == corev1.PodRunning &&
					c.LastTransitionTime.Sub(started.Time) > 30*time.Second
				return isActive(pod) && !lost
			}
		},
	},
	{
		Name:    "finished-job-revived",
		Mistake: "It does not take Failed for final, and goes on when the limit is raised.",
		Clauses: []string{"SYNC-7", "STV-6"},
		Break: func(d *Decisions) {
			d.IsFinished = func(job *batchv1.Job) bool { return conditionTrue(&job.Status, batchv1.JobComplete) != nil }
			withoutTest(d, "failure already decided")
			afterStep(d, "settle", func(_ context.Context, s *jobSync) { s.mem.finished = false })
		},
	},
	{
		Name:    "completed-job-scaled",
		Mistake: "It adjusts the number of pods of a Complete Job to an edit of its parallelism.",
		Clauses: []string{"SYNC-7"},
		Break: func(d *Decisions) {
			d.IsFinished = func(job *batchv1.Job) bool { return conditionTrue(&job.Status, batchv1.JobFailed) != nil }
			afterStep(d, "settle", func(_ context.Context, s *jobSync) { s.mem.finished = false })
			unlessDone(d, func(ctx context.Context, s *jobSync) bool {
				old := latch(s, "parallelism", parallelism(s.job))
				if conditionTrue(&s.job.Status, batchv1.JobComplete) == nil {
					return false
				}
				s.r.notes[string(s.job.UID)+"/parallelism"] = parallelism(s.job)
				if missing := int(parallelism(s.job) - old); missing > 0 {
					s.create(ctx, missing)
				}
				return true
			})
		},
	},
}
