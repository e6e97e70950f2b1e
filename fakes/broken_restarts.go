package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenRestarts mistake what restarts in place mean.
var brokenRestarts = []Broken{
	{
		Name:    "restarts-never-counted",
		Mistake: "It counts failed pods only, so that a container that crashes in place is restarted for ever.",
		Clauses: []string{"ONF-3", "ONF-5"},
		Bug:     "kubernetes/kubernetes#54870",
		Break: func(d *Decisions) {
			d.RestartsExceeded = func(*batchv1.Job, int32) bool { return false }
		},
	},
	{
		Name:    "restarts-of-pending-pods-ignored",
		Mistake: "It sums up restarts of Running pods only, so that a crashing init container goes unnoticed.",
		Clauses: []string{"ONF-3"},
		Bug:     "kubernetes/kubernetes#77644",
		Break: func(d *Decisions) {
			d.Restarts = func(pod *corev1.Pod) int32 {
				if pod.Status.Phase != corev1.PodRunning {
					return 0
				}
				return restarts(pod)
			}
		},
	},
	{
		Name:    "restarts-of-init-containers-ignored",
		Mistake: "It leaves init containers and sidecars out of the sum of restarts.",
		Clauses: []string{"ONF-3"},
		Break: func(d *Decisions) {
			d.Restarts = func(pod *corev1.Pod) int32 {
				changed := *pod
				changed.Status.InitContainerStatuses = nil
				return restarts(&changed)
			}
		},
	},
	{
		Name:    "restarts-maximum-instead-of-sum",
		Mistake: "It compares backoffLimit with the pod that was restarted most instead of the sum over all pods.",
		Clauses: []string{"ONF-3"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				s.counts.Restarts = 0
				for i := range s.pods {
					s.counts.Restarts = max(s.counts.Restarts, d.Restarts(s.pods[i].Pod))
				}
			})
		},
	},
	{
		Name:    "restarts-of-ended-pods-count",
		Mistake: "It keeps the restarts of pods that have ended in the sum.",
		Clauses: []string{"ONF-7"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(ctx context.Context, s *jobSync) {
				for _, pod := range everyPod(ctx, s) {
					if isTerminal(pod) {
						s.counts.Restarts += containerRestarts(pod)
					}
				}
			})
		},
	},
	{
		Name:    "restarts-of-terminating-pods-ignored",
		Mistake: "It forgets the restarts of a pod as soon as somebody asks the pod to stop.",
		Clauses: []string{"ONF-7"},
		Break: func(d *Decisions) {
			d.Restarts = func(pod *corev1.Pod) int32 {
				if pod.DeletionTimestamp != nil {
					return 0
				}
				return restarts(pod)
			}
		},
	},
	{
		Name:    "failures-and-restarts-added",
		Mistake: "It adds failed pods and restarts before it compares them with backoffLimit.",
		Clauses: []string{"ONF-6"},
		Break: func(d *Decisions) {
			d.Outcome = append(d.Outcome, OutcomeTest{Name: "sum", Decide: func(_ *Decisions, o Observation) *Verdict {
				if !underOnFailure(o.Job) || o.Counts.Failed+o.Counts.Restarts <= backoffLimit(o.Job) {
					return nil
				}
				return &Verdict{Reason: batchv1.JobReasonBackoffLimitExceeded, Message: messageBackoffLimit}
			}})
		},
	},
	{
		Name:    "restarts-count-under-never",
		Mistake: "It looks at restart counts although the pods are never restarted by their own policy.",
		Clauses: []string{"NEV-4"},
		Break: func(d *Decisions) {
			d.RestartsExceeded = func(job *batchv1.Job, restarts int32) bool { return restarts >= max(1, backoffLimit(job)) }
		},
	},
	{
		Name:    "restarts-in-failed-counter",
		Mistake: "It adds the restarts of a pod that succeeded to status.failed.",
		Clauses: []string{"ONF-2"},
		Break: func(d *Decisions) {
			afterStep(d, "free", func(_ context.Context, s *jobSync) {
				for _, pod := range s.release {
					if isSucceeded(pod) {
						s.job.Status.Failed += containerRestarts(pod)
					}
				}
			})
		},
	},
	{
		Name:    "restarted-pods-replaced",
		Mistake: "It gives up a pod whose container was restarted in place, and creates another one.",
		Clauses: []string{"ONF-1"},
		Break: func(d *Decisions) {
			d.IsActive = func(pod *corev1.Pod) bool { return isActive(pod) && containerRestarts(pod) == 0 }
		},
	},
	{
		Name:    "onfailure-kill-uncounted",
		Mistake: "It does not count the pods that it kills because of their restarts.",
		Clauses: []string{"ONF-8", "BL-7"},
		Break: func(d *Decisions) {
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
				if underOnFailure(job) && !isTerminal(pod) {
					return Uncounted
				}
				return countAs(d, job, pod, decided)
			}
		},
	},
	{
		Name:    "onfailure-failed-pods-uncounted",
		Mistake: "It does not count pods of an OnFailure Job that end in phase Failed.",
		Clauses: []string{"ONF-9", "STAT-7"},
		Break: func(d *Decisions) {
			d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool {
				return isFailed(job, pod) && !(underOnFailure(job) && isTerminal(pod))
			}
			count := d.CountAs
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
				if underOnFailure(job) && pod.Status.Phase == corev1.PodFailed {
					return discarded
				}
				return count(d, job, pod, decided)
			}
		},
	},
	{
		Name:    "onfailure-failed-pods-ignored",
		Mistake: "It does not hold failed pods against an OnFailure Job.",
		Clauses: []string{"ONF-9"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool {
				return !underOnFailure(job) && failuresExceeded(job, failed)
			}
		},
	},
}

// containerRestarts is the sum of restarts of a pod in any phase.
func containerRestarts(pod *corev1.Pod) int32 {
	running := *pod
	running.Status.Phase = corev1.PodRunning
	return restarts(&running)
}
