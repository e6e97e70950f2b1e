package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// brokenConditions say the wrong thing about the end of a Job, or say it at the wrong time. The API server takes it.
var brokenConditions = []Broken{
	{
		Name:    "backoff-limit-reason-wrong",
		Mistake: "It gives DeadlineExceeded as the reason when too many pods have failed.",
		Clauses: []string{"BL-6"},
		Break: func(d *Decisions) {
			renameVerdict(d, messageBackoffLimit, batchv1.JobReasonDeadlineExceeded, messageBackoffLimit)
		},
	},
	{
		Name:    "backoff-limit-message-wrong",
		Mistake: "It words the message about too many failures in its own way.",
		Clauses: []string{"BL-6"},
		Break: func(d *Decisions) {
			renameVerdict(d, messageBackoffLimit, batchv1.JobReasonBackoffLimitExceeded, "Too many pods failed")
		},
	},
	{
		Name:    "deadline-reason-wrong",
		Mistake: "It gives BackoffLimitExceeded as the reason when the deadline has passed.",
		Clauses: []string{"ADS-1"},
		Break: func(d *Decisions) {
			renameVerdict(d, messageDeadline, batchv1.JobReasonBackoffLimitExceeded, messageDeadline)
		},
	},
	{
		Name:    "pod-deadline-fails-job",
		Mistake: "It fails the Job with DeadlineExceeded when a pod has passed a deadline of its own.",
		Clauses: []string{"ADS-11"},
		Break: func(d *Decisions) {
			afterStep(d, "decide", func(_ context.Context, s *jobSync) {
				for i := range s.pods {
					pod := s.pods[i].Pod
					if s.verdict == nil && pod.Status.Phase == corev1.PodFailed && pod.Status.Reason == "DeadlineExceeded" {
						s.verdict = &Verdict{Reason: batchv1.JobReasonDeadlineExceeded, Message: messageDeadline}
					}
				}
			})
		},
	},
	{
		Name:    "failed-with-another-reason",
		Mistake: "It words Failed in another way than FailureTarget.",
		Clauses: []string{"FIN-2", "BL-6"},
		Break: func(d *Decisions) {
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				if !v.Success {
					v.Reason, v.Message = "JobFailed", "Job failed"
				}
				recordTerminal(job, v, now)
			}
		},
	},
	{
		Name:    "complete-without-reason",
		Mistake: "It leaves reason and message of Complete empty.",
		Clauses: []string{"FIN-3"},
		Break: func(d *Decisions) {
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				if v.Success {
					v.Reason, v.Message = "", ""
				}
				recordTerminal(job, v, now)
			}
		},
	},
	{
		Name:    "terminating-dropped-at-finish",
		Mistake: "It finishes the Job while pods are terminating, and reports none.",
		Clauses: []string{"FIN-4", "STAT-3", "FIN-10", "EXT-6"},
		Break: func(d *Decisions) {
			d.MayFinish = func(status *batchv1.JobStatus, _ int32) bool { return mayFinish(status, 0) }
			beforeWrite(d, func(s *jobSync) {
				if isFinished(s.job) {
					s.job.Status.Terminating = new(int32(0))
				}
			})
		},
	},
	{
		Name:    "both-conditions-in-one-write",
		Mistake: "It stores the decision only together with the terminal condition.",
		Clauses: []string{"FIN-5", "FIN-6"},
		Break: func(d *Decisions) {
			d.RecordInterim = func(*batchv1.JobStatus, Verdict, time.Time) bool { return false }
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				recordInterim(&job.Status, v, now)
				recordTerminal(job, v, now)
			}
		},
	},
	{
		Name:    "condition-before-deletions",
		Mistake: "It stores the decision before it deletes the active pods.",
		Clauses: []string{"FIN-6", "SYNC-4"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				if s.verdict != nil && s.d.RecordInterim(&s.job.Status, *s.verdict, s.since) {
					if err := s.d.WriteStatus(ctx, s); err != nil {
						return err
					}
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "finishes-in-the-deciding-sync",
		Mistake: "It does not wait for the pods that it has deleted in the very sync that finishes the Job.",
		Clauses: []string{"FIN-8", "FIN-4"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				terminating := s.counts.Terminating
				err := step(ctx, s)
				if s.verdict != nil {
					s.counts.Terminating, s.job.Status.Terminating = terminating, new(terminating)
				}
				return err
			})
		},
	},
	{
		Name:    "replaces-while-draining",
		Mistake: "It replaces pods while it waits for those of a failed Job to stop.",
		Clauses: []string{"FIN-9"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				verdict := s.verdict
				if verdict != nil && verdict.Stored && !verdict.Success {
					s.verdict = nil
				}
				err := step(ctx, s)
				if s.verdict == nil && verdict != nil && verdict.Stored {
					s.verdict = verdict
				}
				return err
			})
		},
	},
	{
		Name:    "drain-times-out",
		Mistake: "It waits five minutes for terminating pods, then finishes the Job and forgets them.",
		Clauses: []string{"FIN-10", "EXT-6"},
		Break: func(d *Decisions) {
			beforeStep(d, "settle", func(_ context.Context, s *jobSync) {
				if s.verdict == nil || s.counts.Terminating == 0 {
					return
				}
				left := latch(s, "drain", s.r.now()).Add(5 * time.Minute).Sub(s.r.now())
				if left > 0 {
					s.r.wakeAt(s.req, left)
					return
				}
				s.counts.Terminating, s.job.Status.Terminating = 0, new(int32(0))
			})
		},
	},
	{
		Name:    "condition-times-bumped",
		Mistake: "It moves the times of conditions at each write, although nothing about them has changed.",
		Clauses: []string{"FIN-13"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				conditions := s.job.DeepCopy().Status.Conditions
				for i := range conditions {
					conditions[i].LastTransitionTime = metav1.NewTime(s.r.now())
					conditions[i].LastProbeTime = metav1.NewTime(s.r.now())
				}
				s.job.Status.Conditions = conditions
			})
		},
	},
	{
		Name:    "condition-times-stuck",
		Mistake: "It turns Suspended to False without moving the times of the entry.",
		Clauses: []string{"FIN-13"},
		Break: func(d *Decisions) {
			d.RecordResumed = func(status *batchv1.JobStatus, now time.Time) bool {
				old := lastSuspended(status)
				changed := recordResumed(status, now)
				if changed {
					entry := lastSuspended(status)
					entry.LastTransitionTime, entry.LastProbeTime = old.LastTransitionTime, old.LastProbeTime
				}
				return changed
			}
		},
	},
	{
		Name:    "finish-time-of-the-decision",
		Mistake: "It dates Failed and Complete back to the decision, however long pods have drained since.",
		Clauses: []string{"FIN-15", "TIME-5"},
		Break: func(d *Decisions) {
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				recordTerminal(job, v, now)
				conditions := job.DeepCopy().Status.Conditions
				last := len(conditions) - 1
				for i := range conditions[:last] {
					if c := &conditions[i]; c.Type == batchv1.JobFailureTarget || c.Type == batchv1.JobSuccessCriteriaMet {
						conditions[last].LastTransitionTime = c.LastTransitionTime
					}
				}
				job.Status.Conditions = conditions
			}
		},
	},
	{
		Name:    "finishes-in-a-later-sync-always",
		Mistake: "It writes the terminal condition in another sync than the decision even if no pod is left.",
		Clauses: []string{"FIN-8"},
		Break: func(d *Decisions) {
			beforeStep(d, "settle", func(_ context.Context, s *jobSync) {
				if s.verdict != nil && !s.verdict.Stored {
					s.verdict = nil
					s.r.wakeAt(s.req, time.Second)
				}
			})
		},
	},
	{
		Name:    "conditions-appended",
		Mistake: "It adds another Suspended entry at each change instead of updating the one that is there.",
		Clauses: []string{"FIN-13", "SUS-5"},
		Break: func(d *Decisions) {
			d.RecordResumed = func(status *batchv1.JobStatus, now time.Time) bool {
				old := status.Conditions
				if last := lastSuspended(status); last == nil || last.Status == corev1.ConditionFalse || !recordResumed(status, now) {
					return false
				}
				status.Conditions = append(old[:len(old):len(old)], *lastSuspended(status))
				return true
			}
		},
	},
	{
		Name:    "other-conditions-dropped-at-finish",
		Mistake: "It throws all other conditions away when it writes a terminal one.",
		Clauses: []string{"STAT-11"},
		Break: func(d *Decisions) {
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				interim := batchv1.JobFailureTarget
				if v.Success {
					interim = batchv1.JobSuccessCriteriaMet
				}
				if c := conditionTrue(&job.Status, interim); c != nil {
					job.Status.Conditions = []batchv1.JobCondition{*c}
				}
				recordTerminal(job, v, now)
			}
		},
	},
}

// renameVerdict rewords the verdict that has the given message, where it is found.
func renameVerdict(d *Decisions, message, reason, reworded string) {
	afterStep(d, "decide", func(_ context.Context, s *jobSync) {
		if s.verdict != nil && s.verdict.Message == message {
			changed := *s.verdict
			changed.Reason, changed.Message = reason, reworded
			s.verdict = &changed
		}
	})
}

// lastSuspended is the entry that tells whether the Job is suspended; nil if there is none.
func lastSuspended(status *batchv1.JobStatus) *batchv1.JobCondition {
	for i := len(status.Conditions) - 1; i >= 0; i-- {
		if c := &status.Conditions[i]; c.Type == batchv1.JobSuspended {
			return c
		}
	}
	return nil
}
