package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenRefusedWrites write a status that the API server refuses, over and over.
var brokenRefusedWrites = []Broken{
	{
		Name:    "active-decremented-twice",
		Mistake: "It takes each deleted pod off status.active twice, which can make the number negative.",
		Clauses: []string{"STV-1", "STAT-12"},
		Break: func(d *Decisions) {
			d.Removal = append(d.Removal, PodCall{Name: "take off", Do: func(_ context.Context, s *jobSync, _ *corev1.Pod) error {
				s.counts.Active--
				return nil
			}})
		},
	},
	{
		Name:    "uid-listed-twice",
		Mistake: "It lists a pod again that an earlier sync has listed and not freed.",
		Clauses: []string{"STV-2", "STAT-6"},
		Break: func(d *Decisions) {
			afterStep(d, "account", func(_ context.Context, s *jobSync) {
				u := s.uncounted()
				for _, pod := range s.release {
					if _, listed := s.listed[pod.UID]; listed {
						u.Succeeded, s.dirty = append(u.Succeeded, pod.UID), true
					}
				}
			})
		},
	},
	{
		Name:    "failed-and-complete",
		Mistake: "It declares a failed Job Complete as well.",
		Clauses: []string{"STV-3", "FIN-1"},
		Break: func(d *Decisions) {
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				recordTerminal(job, v, now)
				if !v.Success {
					v.Success = true
					recordTerminal(job, v, now)
				}
			}
		},
	},
	{
		Name:    "failure-target-beside-success",
		Mistake: "It adds FailureTarget to a Job that has met its criteria when it has failed pods too.",
		Clauses: []string{"STV-4", "FIN-11"},
		Break: func(d *Decisions) {
			d.RecordInterim = func(status *batchv1.JobStatus, v Verdict, now time.Time) bool {
				changed := recordInterim(status, v, now)
				if v.Success && status.Failed > 0 && !v.Stored {
					v.Success = false
					changed = recordInterim(status, v, now) || changed
				}
				return changed
			}
		},
	},
	{
		Name:    "failed-without-failure-target",
		Mistake: "It writes Failed without FailureTarget, as controllers did before 1.31.",
		Clauses: []string{"STV-5", "FIN-2"},
		Break: func(d *Decisions) {
			d.RecordInterim = func(status *batchv1.JobStatus, v Verdict, now time.Time) bool {
				return v.Success && recordInterim(status, v, now)
			}
		},
	},
	{
		Name:    "complete-without-success-criteria-met",
		Mistake: "It writes Complete without SuccessCriteriaMet, as controllers did before 1.31.",
		Clauses: []string{"STV-5", "FIN-3"},
		Break: func(d *Decisions) {
			d.RecordInterim = func(status *batchv1.JobStatus, v Verdict, now time.Time) bool {
				return !v.Success && recordInterim(status, v, now)
			}
		},
	},
	{
		Name:    "failure-target-replaced-by-failed",
		Mistake: "It removes FailureTarget when it writes Failed.",
		Clauses: []string{"STV-6", "STV-5", "FIN-2"},
		Break: func(d *Decisions) {
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				withoutCondition(&job.Status, batchv1.JobFailureTarget)
				recordTerminal(job, v, now)
			}
		},
	},
	{
		Name:    "decision-withdrawn",
		Mistake: "It takes FailureTarget back when the limit is raised while pods still drain.",
		Clauses: []string{"STV-6", "SYNC-2", "BL-9"},
		Break: func(d *Decisions) {
			withoutTest(d, "failure already decided")
			afterStep(d, "decide", func(_ context.Context, s *jobSync) {
				if s.verdict == nil && conditionTrue(&s.job.Status, batchv1.JobFailureTarget) != nil {
					withoutCondition(&s.job.Status, batchv1.JobFailureTarget)
					s.dirty = true
				}
			})
		},
	},
	{
		Name:    "finishes-while-terminating",
		Mistake: "It writes the terminal condition while it reports terminating pods.",
		Clauses: []string{"STV-8", "FIN-4"},
		Break: func(d *Decisions) {
			d.MayFinish = func(status *batchv1.JobStatus, _ int32) bool { return mayFinish(status, 0) }
		},
	},
	{
		Name:    "finishes-with-uncounted-pods",
		Mistake: "It writes the terminal condition while pods are listed that are not counted.",
		Clauses: []string{"STV-8", "FIN-4"},
		Break: func(d *Decisions) {
			d.MayFinish = func(_ *batchv1.JobStatus, terminating int32) bool { return terminating <= 0 }
			aroundStep(d, "free", func(ctx context.Context, s *jobSync, step doing) error {
				err := step(ctx, s)
				if s.verdict != nil {
					return nil
				}
				return err
			})
		},
	},
	{
		Name:    "start-time-never-set",
		Mistake: "It never sets startTime.",
		Clauses: []string{"STV-9", "TIME-1"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) { s.job.Status.StartTime = nil })
		},
	},
	{
		Name:    "finishes-without-start-time",
		Mistake: "It does not set startTime when it finishes a Job that was suspended from the beginning.",
		Clauses: []string{"STV-9", "BL-10"},
		Break: func(d *Decisions) {
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				start := job.Status.StartTime
				recordTerminal(job, v, now)
				job.Status.StartTime = start
			}
		},
	},
	{
		Name:    "completion-time-on-failure",
		Mistake: "It sets completionTime of a failed Job.",
		Clauses: []string{"STV-10", "FIN-15"},
		Break: func(d *Decisions) {
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				recordTerminal(job, v, now)
				job.Status.CompletionTime = timestamp(now)
			}
		},
	},
	{
		Name:    "completion-time-with-success-criteria",
		Mistake: "It sets completionTime together with SuccessCriteriaMet, before the Job is Complete.",
		Clauses: []string{"STV-10", "TIME-5"},
		Break: func(d *Decisions) {
			d.RecordInterim = func(status *batchv1.JobStatus, v Verdict, now time.Time) bool {
				changed := recordInterim(status, v, now)
				if changed && v.Success {
					status.CompletionTime = timestamp(now)
				}
				return changed
			}
		},
	},
	{
		Name:    "completion-time-missing",
		Mistake: "It does not set completionTime of a Complete Job.",
		Clauses: []string{"STV-10", "TIME-5"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) { s.job.Status.CompletionTime = nil })
		},
	},
	{
		Name:    "completion-time-refreshed",
		Mistake: "It writes the completionTime of a Complete Job anew at each sync.",
		Clauses: []string{"STV-11", "TIME-5", "SYNC-7"},
		Break: func(d *Decisions) {
			d.IsFinished = func(job *batchv1.Job) bool { return conditionTrue(&job.Status, batchv1.JobFailed) != nil }
			afterStep(d, "settle", func(_ context.Context, s *jobSync) { s.mem.finished = false })
		},
	},
	{
		Name:    "start-time-refreshed",
		Mistake: "It sets startTime to the present in each sync.",
		Clauses: []string{"STV-12", "TIME-4"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if s.job.Status.StartTime != nil {
					s.job.Status.StartTime = timestamp(s.r.now())
				}
			})
		},
	},
	{
		Name:    "counters-reset-on-resume",
		Mistake: "It sets the counters back to zero when the Job is resumed.",
		Clauses: []string{"STV-13", "SUS-4"},
		Break: func(d *Decisions) {
			d.RecordResumed = func(status *batchv1.JobStatus, now time.Time) bool {
				changed := recordResumed(status, now)
				if changed {
					status.Succeeded, status.Failed = 0, 0
				}
				return changed
			}
		},
	},
	{
		Name:    "ready-includes-terminating",
		Mistake: "It counts terminating pods as ready as long as they are.",
		Clauses: []string{"STV-14", "STAT-2"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				for i := range s.pods {
					if isTerminating(s.pods[i].Pod) && isReady(s.pods[i].Pod) {
						s.counts.Ready++
					}
				}
			})
		},
	},
	{
		Name:    "completed-indexes-without-indexes",
		Mistake: "It writes completedIndexes for a Job that has no indexes.",
		Clauses: []string{"STV-15"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if s.job.Status.Succeeded > 0 {
					s.job.Status.CompletedIndexes = "0"
				}
			})
		},
	},
	{
		Name:    "failed-indexes-without-indexes",
		Mistake: "It writes failedIndexes for a Job that has no backoffLimitPerIndex once a pod has failed.",
		Clauses: []string{"STV-16"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if s.counts.Failed > 0 {
					s.job.Status.FailedIndexes = new("")
				}
			})
		},
	},
}
