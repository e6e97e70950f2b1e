package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
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
			after(d, "list", func(_ context.Context, s *jobSync) {
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
}
