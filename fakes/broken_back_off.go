package fakes

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// brokenBackOff wait too long before failed pods are replaced, or not long enough.
var brokenBackOff = []Broken{
	{
		Name:    "no-backoff",
		Mistake: "It replaces failed pods without any delay.",
		Clauses: []string{"BO-1", "BO-15"},
		Bug:     "kubernetes/kubernetes#27997",
		Break:   func(d *Decisions) { d.BackoffDelay = func(Limits, int32) time.Duration { return 0 } },
	},
	{
		Name:    "backoff-linear",
		Mistake: "It waits 10 s longer after each failure instead of twice as long.",
		Clauses: []string{"BO-1", "BO-15"},
		Break: func(d *Decisions) {
			d.BackoffDelay = func(l Limits, n int32) time.Duration {
				return min(time.Duration(n)*l.BackoffBase, l.BackoffMax)
			}
		},
	},
	{
		Name:    "backoff-capped-at-six-minutes",
		Mistake: "It never waits longer than six minutes before it replaces failed pods.",
		Clauses: []string{"BO-1"},
		Break:   func(d *Decisions) { d.Limits.BackoffMax = 6 * time.Minute },
	},
	{
		Name:    "backoff-counts-rounds",
		Mistake: "It doubles the delay once for all pods that failed together.",
		Clauses: []string{"BO-2"},
		Bug:     "kubernetes/kubernetes#114768",
		Break: func(d *Decisions) {
			d.NextBackoff = func(old Backoff, succeeded, failed []time.Time) Backoff {
				next := nextBackoff(old, succeeded, failed)
				next.Failures = min(next.Failures, old.Failures+1)
				return next
			}
		},
	},
	{
		Name:    "backoff-from-observation",
		Mistake: "It measures the delay from the moment at which it notices a failure.",
		Clauses: []string{"BO-3"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				if s.backoff.Failures > s.mem.backoff.Failures {
					s.backoff.LastFailure = s.r.now()
				}
			})
		},
	},
	{
		Name:    "backoff-from-creation",
		Mistake: "It measures the delay from the creation of the pod that failed.",
		Clauses: []string{"BO-3"},
		Break: func(d *Decisions) {
			d.FinishTime = func(pod *corev1.Pod) time.Time { return pod.CreationTimestamp.Time }
		},
	},
	{
		Name:    "backoff-from-first-container",
		Mistake: "It measures the delay from the end of the container that stopped first.",
		Clauses: []string{"BO-3"},
		Break: func(d *Decisions) {
			d.FinishTime = func(pod *corev1.Pod) time.Time {
				first := finishTime(pod)
				for i := range pod.Status.ContainerStatuses {
					if end := pod.Status.ContainerStatuses[i].State.Terminated; end != nil && end.FinishedAt.Time.Before(first) {
						first = end.FinishedAt.Time
					}
				}
				return first
			}
		},
	},
	{
		Name:    "backoff-ignores-sidecars",
		Mistake: "It measures the delay from the end of the regular containers although a sidecar stopped later.",
		Clauses: []string{"BO-3"},
		Bug:     "kubernetes/kubernetes#124937",
		Break: func(d *Decisions) {
			d.FinishTime = func(pod *corev1.Pod) time.Time {
				plain := *pod
				plain.Status.InitContainerStatuses = nil
				return finishTime(&plain)
			}
		},
	},
	{
		Name:    "backoff-from-end-of-grace",
		Mistake: "It measures the delay after a deletion from the end of the grace period instead of the request.",
		Clauses: []string{"BO-13", "PRP-5"},
		Break: func(d *Decisions) {
			d.FinishTime = func(pod *corev1.Pod) time.Time {
				if pod.DeletionTimestamp != nil && !isTerminal(pod) {
					return pod.DeletionTimestamp.Time
				}
				return finishTime(pod)
			}
		},
	},
	{
		Name:    "success-does-not-reset-backoff",
		Mistake: "It keeps counting failures for the delay although a pod has succeeded in between.",
		Clauses: []string{"BO-4", "BO-7"},
		Break: func(d *Decisions) {
			d.NextBackoff = func(old Backoff, _, failed []time.Time) Backoff { return nextBackoff(old, nil, failed) }
		},
	},
	{
		Name:    "success-forgives-later-failures",
		Mistake: "It forgets failures that are seen together with a success even if they came after it.",
		Clauses: []string{"BO-4"},
		Break: func(d *Decisions) {
			d.NextBackoff = func(old Backoff, succeeded, failed []time.Time) Backoff {
				if len(succeeded) > 0 {
					return Backoff{}
				}
				return nextBackoff(old, succeeded, failed)
			}
		},
	},
	{
		Name:    "failure-in-the-second-of-a-success-held-against-it",
		Mistake: "It holds failures against the Job that finished in the same second as a success seen with them.",
		Clauses: []string{"BO-4"},
		Break: func(d *Decisions) {
			d.NextBackoff = func(old Backoff, succeeded, failed []time.Time) Backoff {
				for i := range succeeded {
					succeeded[i] = succeeded[i].Add(-1)
				}
				return nextBackoff(old, succeeded, failed)
			}
		},
	},
	{
		Name:    "success-only-shortens-wait",
		Mistake: "It starts over with the shortest delay after a success instead of none.",
		Clauses: []string{"BO-7", "BO-4"},
		Break: func(d *Decisions) {
			d.NextBackoff = func(old Backoff, succeeded, failed []time.Time) Backoff {
				next := nextBackoff(old, succeeded, failed)
				if len(succeeded) > 0 && next.Failures == 0 && old.Failures > 0 {
					return Backoff{Failures: 1, LastFailure: old.LastFailure}
				}
				return next
			}
		},
	},
	{
		Name:    "success-waits-for-backoff",
		Mistake: "It does not look at a Job at all before the delay after its last failure is over.",
		Clauses: []string{"BO-7", "STAT-8"},
		Bug:     "kubernetes/kubernetes#59918",
		Break: func(d *Decisions) {
			unlessDone(d, func(_ context.Context, s *jobSync) bool {
				left := backoffLeft(s.d, s.mem.backoff, s.r.now())
				if left > 0 {
					s.r.wakeAt(s.req, left)
				}
				return left > 0
			})
		},
	},
	{
		Name:    "failure-waits-for-backoff",
		Mistake: "It waits for the next attempt to be due before it sees that there are no attempts left.",
		Clauses: []string{"BL-1", "BO-15"},
		Bug:     "argoproj/argo-workflows#7588",
		Break: func(d *Decisions) {
			afterStep(d, "decide", func(_ context.Context, s *jobSync) {
				left := backoffLeft(s.d, s.backoff, s.r.now())
				if s.verdict != nil && !s.verdict.Stored && s.verdict.Message == messageBackoffLimit && left > 0 {
					s.verdict = nil
					s.r.wakeAt(s.req, left)
				}
			})
		},
	},
	{
		Name:    "scale-up-ignores-backoff",
		Mistake: "It holds back only as many pods as have failed, and creates others while the delay runs.",
		Clauses: []string{"BO-6"},
		Break: func(d *Decisions) {
			d.HeldBack = func(missing int32, b Backoff) int32 { return min(missing, b.Failures) }
		},
	},
	{
		Name:    "active-zero-during-backoff",
		Mistake: "It writes an active of 0 while it holds back creations.",
		Clauses: []string{"BO-11", "STV-14"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if s.verdict == nil && backoffLeft(s.d, s.backoff, s.r.now()) > 0 {
					s.job.Status.Active = 0
				}
			})
		},
	},
	{
		Name:    "backoff-without-timer",
		Mistake: "It does not wake up when the delay is over, but only when something happens.",
		Clauses: []string{"BO-12", "BO-1"},
		Break: func(d *Decisions) {
			d.BackoffWake = func(Limits, time.Duration) time.Duration { return 1000 * time.Hour }
		},
	},
	{
		Name:    "backoff-polled-each-minute",
		Mistake: "It looks only once a minute whether the delay is over.",
		Clauses: []string{"BO-12"},
		Break: func(d *Decisions) {
			d.BackoffWake = func(_ Limits, left time.Duration) time.Duration { return max(left, time.Minute) }
		},
	},
}
