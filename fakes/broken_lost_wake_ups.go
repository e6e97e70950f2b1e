package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// brokenLostWakeUps do the right thing once they are woken, and are not.
var brokenLostWakeUps = []Broken{
	{
		Name:    "deadline-without-timer",
		Mistake: "It does not wake up at the deadline, but only when something happens.",
		Clauses: []string{"ADS-4", "ADS-1"},
		Bug:     "kubernetes/kubernetes#48545",
		Break: func(d *Decisions) {
			aroundStep(d, "decide", func(ctx context.Context, s *jobSync, step doing) error {
				return withoutNewTimer(ctx, s, step)
			})
		},
	},
	{
		Name:    "deadline-timer-lost-at-restart",
		Mistake: "It sets the timer for the deadline only when the Job starts, so that a restarted controller has none.",
		Clauses: []string{"ADS-4", "CTRL-7"},
		Bug:     "kubernetes/kubernetes#62134",
		Break: func(d *Decisions) {
			aroundStep(d, "decide", func(ctx context.Context, s *jobSync, step doing) error {
				if start := s.job.Status.StartTime; start == nil || s.r.now().Sub(start.Time) > time.Second {
					return withoutNewTimer(ctx, s, step)
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "deadline-timer-kept-by-name",
		Mistake: "It sets the timer for the deadline once for each name, so that a recreated Job has none.",
		Clauses: []string{"ADS-4", "DEL-5"},
		Bug:     "kubernetes/kubernetes#90550",
		Break: func(d *Decisions) {
			aroundStep(d, "decide", func(ctx context.Context, s *jobSync, step doing) error {
				known, ok := s.r.notes[s.req.String()].(types.UID)
				if ok && known != s.job.UID {
					return withoutNewTimer(ctx, s, step)
				}
				s.r.notes[s.req.String()] = s.job.UID
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "jobs-ignored-at-start",
		Mistake: "It does not look at Jobs that were started before the controller was.",
		Clauses: []string{"CTRL-7", "ADS-4"},
		Break: func(d *Decisions) {
			d.WakeOnJob = func(l Limits, old, job *batchv1.Job, finished bool) (time.Duration, bool) {
				after, _ := wakeOnJob(l, old, job, finished)
				return after, old != nil || job.Status.StartTime == nil
			}
			// Neither does the initial list of pods help.
			d.WakeOnPod = func(l Limits, old, _ *corev1.Pod) (time.Duration, bool) { return l.Batch, old != nil }
		},
	},
	{
		Name:    "spec-edits-unnoticed",
		Mistake: "It notices an edit of the spec only when something happens to a pod.",
		Clauses: []string{"PAR-4", "SYNC-6"},
		Break: func(d *Decisions) {
			d.WakeOnJob = func(l Limits, old, job *batchv1.Job, finished bool) (time.Duration, bool) {
				after, _ := wakeOnJob(l, old, job, finished)
				return after, old == nil || old.Generation == job.Generation || finished
			}
		},
	},
	{
		Name:    "spec-edits-wait-for-a-batch",
		Mistake: "It lets an edit of the spec wait as long as pod events do.",
		Clauses: []string{"PAR-4", "SYNC-6"},
		Break: func(d *Decisions) {
			d.WakeOnJob = func(l Limits, old, job *batchv1.Job, finished bool) (time.Duration, bool) {
				if old != nil && !finished {
					return l.Batch, true
				}
				return wakeOnJob(l, old, job, finished)
			}
		},
	},
	{
		Name:    "vanished-pods-unnoticed",
		Mistake: "It does not notice when a pod is gone.",
		Clauses: []string{"STAT-3", "SYNC-6"},
		Break: func(d *Decisions) {
			d.WakeOnPod = func(l Limits, _, pod *corev1.Pod) (time.Duration, bool) { return l.Batch, pod != nil }
		},
	},
	{
		Name:    "pod-deletions-unnoticed",
		Mistake: "It does not notice that somebody asks a pod to stop before the pod has stopped.",
		Clauses: []string{"PRP-1", "BL-3"},
		Break: func(d *Decisions) {
			d.WakeOnPod = func(l Limits, _, pod *corev1.Pod) (time.Duration, bool) {
				return l.Batch, pod == nil || !isTerminating(pod)
			}
		},
	},
	{
		Name:    "readiness-unnoticed",
		Mistake: "It does not notice when a pod becomes ready.",
		Clauses: []string{"STAT-2"},
		Break: func(d *Decisions) {
			d.WakeOnPod = func(l Limits, old, pod *corev1.Pod) (time.Duration, bool) {
				return l.Batch, old == nil || pod == nil || isReady(old) || !isReady(pod)
			}
		},
	},
	{
		Name:    "finished-pods-unnoticed",
		Mistake: "It notices the end of a pod only when the pod is deleted or another one changes.",
		Clauses: []string{"STAT-8", "SYNC-6"},
		Bug:     "openkruise/kruise#580",
		Break: func(d *Decisions) {
			d.WakeOnPod = func(l Limits, _, pod *corev1.Pod) (time.Duration, bool) {
				return l.Batch, pod == nil || !isTerminal(pod)
			}
		},
	},
	{
		Name:    "label-changes-unnoticed",
		Mistake: "It does not notice when the labels of a pod stop matching.",
		Clauses: []string{"SEL-2"},
		Break: func(d *Decisions) {
			d.WakeOnPod = func(l Limits, old, pod *corev1.Pod) (time.Duration, bool) {
				return l.Batch, old == nil || pod == nil || len(old.Labels) <= len(pod.Labels)
			}
		},
	},
}

// withoutNewTimer carries out a step and forgets the timer that it sets.
func withoutNewTimer(ctx context.Context, s *jobSync, step doing) error {
	at, ok := s.r.timers[s.req]
	err := step(ctx, s)
	if ok {
		s.r.timers[s.req] = at
	} else {
		delete(s.r.timers, s.req)
	}
	return err
}
