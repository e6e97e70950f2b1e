package fakes

import (
	"context"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenClockBases measure from the wrong moment.
var brokenClockBases = []Broken{
	{
		Name:    "deadline-from-creation",
		Mistake: "It measures activeDeadlineSeconds from the creation of the Job instead of its start.",
		Clauses: []string{"ADS-1", "ADS-5"},
		Break: func(d *Decisions) {
			d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
				changed := *job
				if job.Status.StartTime != nil {
					changed.Status.StartTime = copyTime(job.CreationTimestamp)
				}
				return deadlineLeft(&changed, suspended, now)
			}
		},
	},
	{
		Name:    "deadline-waits-for-a-ready-pod",
		Mistake: "It lets the deadline run only while a pod of the Job is ready.",
		Clauses: []string{"ADS-2", "ADS-4"},
		Break: func(d *Decisions) {
			d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
				left, running := deadlineLeft(job, suspended, now)
				return left, running && job.Status.Ready != nil && *job.Status.Ready > 0
			}
		},
	},
	{
		Name:    "deadline-per-attempt",
		Mistake: "It gives each new pod the whole of activeDeadlineSeconds.",
		Clauses: []string{"ADS-2", "ADS-1"},
		Bug:     "argoproj/argo-workflows#3244",
		Break: func(d *Decisions) {
			aroundStep(d, "decide", func(ctx context.Context, s *jobSync, step doing) error {
				start := s.job.Status.StartTime
				defer func() { s.job.Status.StartTime = start }()
				for _, pod := range s.active {
					if start != nil && pod.CreationTimestamp.After(s.job.Status.StartTime.Time) {
						s.job.Status.StartTime = copyTime(pod.CreationTimestamp)
					}
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "deadline-runs-while-suspended",
		Mistake: "It keeps the start of a suspended Job and lets its deadline go on.",
		Clauses: []string{"ADS-5", "TIME-3"},
		Break: func(d *Decisions) {
			keepStartOnSuspend(d)
			d.DeadlineLeft = func(job *batchv1.Job, _ bool, now time.Time) (time.Duration, bool) {
				return deadlineLeft(job, false, now)
			}
		},
	},
	{
		Name:    "start-time-kept-on-resume",
		Mistake: "It resumes a Job with the start time that it had before the suspension.",
		Clauses: []string{"ADS-5", "TIME-3"},
		Bug:     "argoproj/argo-workflows#5796",
		Break: func(d *Decisions) {
			keepStartOnSuspend(d)
			d.RecordResumed = func(status *batchv1.JobStatus, now time.Time) bool {
				start := status.StartTime
				defer func() { status.StartTime = start }()
				return recordResumed(status, now)
			}
		},
	},
	{
		Name:    "start-time-kept-while-suspended",
		Mistake: "It leaves startTime in the status of a suspended Job.",
		Clauses: []string{"TIME-3", "SUS-6"},
		Break:   keepStartOnSuspend,
	},
	{
		Name:    "start-time-set-while-suspended",
		Mistake: "It sets startTime although the Job was created suspended.",
		Clauses: []string{"TIME-2"},
		Break: func(d *Decisions) {
			d.StartTime = func(job *batchv1.Job, _ bool, now time.Time) time.Time { return startTime(job, false, now) }
			keepStartOnSuspend(d)
		},
	},
	{
		Name:    "start-time-at-first-running-pod",
		Mistake: "It sets startTime when the first pod runs.",
		Clauses: []string{"TIME-1"},
		Break: func(d *Decisions) {
			aroundStep(d, "observe", func(ctx context.Context, s *jobSync, step doing) error {
				started := s.job.Status.StartTime != nil
				err := step(ctx, s)
				if started || s.suspended {
					return err
				}
				running := func(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodRunning }
				if s.dirty = slices.ContainsFunc(s.active, running); !s.dirty {
					s.job.Status.StartTime = nil
				}
				return err
			})
		},
	},
	{
		Name:    "start-time-refreshed-at-restart",
		Mistake: "It sets startTime anew when the controller has been restarted.",
		Clauses: []string{"TIME-4", "STV-12"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				if now := s.r.now(); latch(s, "first sync", now).Equal(now) && !s.suspended {
					s.job.Status.StartTime, s.dirty = timestamp(now), true
				}
			})
		},
	},
	{
		Name:    "start-time-refreshed-by-edits",
		Mistake: "It starts the clock anew whenever the spec of the Job has been edited.",
		Clauses: []string{"STV-12", "TIME-4", "ADS-12"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				last := latch(s, "generation", s.job.Generation)
				s.r.notes[string(s.job.UID)+"/generation"] = s.job.Generation
				if last != s.job.Generation && !s.suspended {
					s.job.Status.StartTime = timestamp(s.r.now())
					s.dirty = true
				}
			})
		},
	},
	{
		Name:    "missed-suspension-made-up-for",
		Mistake: "It starts the clock anew when it has missed that the Job was suspended and resumed.",
		Clauses: []string{"ADS-12"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(ctx context.Context, s *jobSync) {
				last := latch(s, "generation", s.job.Generation)
				s.r.notes[string(s.job.UID)+"/generation"] = s.job.Generation
				if s.job.Generation < last+2 || s.suspended || s.job.Status.StartTime == nil {
					return
				}
				start := s.job.Status.StartTime
				recordSuspended(&s.job.Status, s.r.now())
				s.job.Status.StartTime = start
				_ = s.d.WriteStatus(ctx, s)
			})
		},
	},
	{
		Name:    "completion-time-when-criteria-met",
		Mistake: "It takes the moment at which the criteria were met for the completionTime, however long pods still drain.",
		Clauses: []string{"TIME-6", "TIME-5"},
		Break: func(d *Decisions) {
			d.RecordTerminal = func(job *batchv1.Job, v Verdict, now time.Time) {
				recordTerminal(job, v, now)
				if met := conditionTrue(&job.Status, batchv1.JobSuccessCriteriaMet); met != nil && v.Success {
					job.Status.CompletionTime = copyTime(met.LastTransitionTime)
				}
			}
		},
	},
	{
		Name:    "completion-time-of-last-pod",
		Mistake: "It takes the end of the last pod for the completionTime.",
		Clauses: []string{"TIME-5", "STV-11"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if s.job.Status.CompletionTime == nil {
					return
				}
				for i, pod := range s.release {
					if end := d.FinishTime(pod); i == 0 || end.After(s.job.Status.CompletionTime.Time) {
						s.job.Status.CompletionTime = timestamp(end)
					}
				}
			})
		},
	},
}

// keepStartOnSuspend leaves startTime alone when the Job is suspended.
func keepStartOnSuspend(d *Decisions) {
	d.RecordSuspended = func(status *batchv1.JobStatus, now time.Time) bool {
		start := status.StartTime
		defer func() { status.StartTime = start }()
		return recordSuspended(status, now)
	}
}
