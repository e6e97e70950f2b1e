package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/record"
)

// brokenEvents tell users the wrong thing.
var brokenEvents = []Broken{
	{
		Name:    "completed-event-for-failed-job",
		Mistake: "It announces each finished Job as Completed.",
		Clauses: []string{"EV-3"},
		Break: func(d *Decisions) {
			d.Announce = func(events record.EventRecorder, job *batchv1.Job, _ Verdict) {
				events.Event(job, corev1.EventTypeNormal, "Completed", "Job completed")
			}
		},
	},
	{
		Name:    "failure-announced-with-failure-target",
		Mistake: "It announces the failure of a Job when it is decided instead of when the Job has finished.",
		Clauses: []string{"EV-3"},
		Break: func(d *Decisions) {
			d.Announce = func(events record.EventRecorder, job *batchv1.Job, v Verdict) {
				if v.Success {
					announce(events, job, v)
				}
			}
			afterStep(d, "list", func(_ context.Context, s *jobSync) {
				if s.verdict != nil && !s.verdict.Success && !s.verdict.Stored {
					announce(s.r.events, s.job, *s.verdict)
				}
			})
		},
	},
	{
		Name:    "no-warning-of-too-many-successes",
		Mistake: "It does not warn when more pods have succeeded than were wanted.",
		Clauses: []string{"EV-2", "COMP-11"},
		Break: func(d *Decisions) {
			d.Announce = func(events record.EventRecorder, job *batchv1.Job, v Verdict) {
				changed := job.DeepCopy()
				changed.Spec.Completions = nil
				announce(events, changed, v)
			}
		},
	},
	{
		Name:    "no-event-at-the-end",
		Mistake: "It does not say with an event how the Job has ended.",
		Clauses: []string{"EV-2", "EV-3"},
		Break:   func(d *Decisions) { d.Announce = func(record.EventRecorder, *batchv1.Job, Verdict) {} },
	},
	{
		Name:    "created-pods-not-announced",
		Mistake: "It does not say with an event which pods it has created.",
		Clauses: []string{"EV-1"},
		Break: func(d *Decisions) {
			beforeStep(d, "claim", func(_ context.Context, s *jobSync) {
				if _, ok := s.r.events.(quietRecorder); !ok {
					s.r.events = quietRecorder{s.r.events}
				}
			})
		},
	},
	{
		Name:    "suspension-announced-again",
		Mistake: "It announces a suspension in each sync of a suspended Job.",
		Clauses: []string{"EV-4"},
		Break: func(d *Decisions) {
			d.RecordSuspended = func(status *batchv1.JobStatus, now time.Time) bool {
				recordSuspended(status, now)
				return true
			}
		},
	},
}

// quietRecorder keeps back the events about pods that were created.
type quietRecorder struct{ record.EventRecorder }

func (r quietRecorder) Event(about runtime.Object, kind, reason, message string) {
	if reason != "SuccessfulCreate" {
		r.EventRecorder.Event(about, kind, reason, message)
	}
}
