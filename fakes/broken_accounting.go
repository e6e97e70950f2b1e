package fakes

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenAccounting count the wrong pods, or count them in the wrong place.
var brokenAccounting = []Broken{
	{
		Name:    "deleted-pods-not-counted",
		Mistake: "It waits for the phase Failed of a deleted pod, although the Job asks for TerminatingOrFailed.",
		Clauses: []string{"BL-3", "PRP-1", "EXT-1"},
		Break: func(d *Decisions) {
			d.IsFailed = func(_ *batchv1.Job, pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodFailed }
		},
	},
	{
		Name:    "deleted-pods-replaced-uncounted",
		Mistake: "It replaces a pod that somebody deleted without counting it.",
		Clauses: []string{"EXT-1", "BL-3"},
		Break: func(d *Decisions) {
			d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool {
				return isFailed(job, pod) && pod.DeletionTimestamp == nil
			}
			freeUncounted(d, func(pod *corev1.Pod) bool { return pod.DeletionTimestamp != nil && !isSucceeded(pod) })
		},
	},
	{
		Name:    "evicted-pods-not-counted",
		Mistake: "It does not count pods that were evicted, since that was not their fault.",
		Clauses: []string{"EXT-8"},
		Break: func(d *Decisions) {
			d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool { return isFailed(job, pod) && !disrupted(pod) }
			freeUncounted(d, func(pod *corev1.Pod) bool { return disrupted(pod) && pod.Status.Phase == corev1.PodFailed })
		},
	},
	{
		Name:    "killed-pods-not-counted",
		Mistake: "It does not count the pods that it deletes because the Job has failed.",
		Clauses: []string{"BL-7", "ADS-3", "FIN-17", "STAT-7"},
		Break: func(d *Decisions) {
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
				if decided != nil && !isTerminal(pod) {
					return Uncounted
				}
				return countAs(d, job, pod, decided)
			}
		},
	},
	{
		Name:    "deadline-kill-uncounted",
		Mistake: "It does not count the pods that it deletes at the deadline, since they have not failed by themselves.",
		Clauses: []string{"ADS-3", "STAT-7"},
		Break: func(d *Decisions) {
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
				late := decided != nil && decided.Reason == batchv1.JobReasonDeadlineExceeded
				if late && !isTerminal(pod) {
					return Uncounted
				}
				return countAs(d, job, pod, decided)
			}
		},
	},
	{
		Name:    "killed-pods-counted-when-they-end",
		Mistake: "It counts the pods of a failed Job by how they end after they were told to.",
		Clauses: []string{"FIN-17"},
		Break: func(d *Decisions) {
			d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool {
				failing := conditionTrue(&job.Status, batchv1.JobFailureTarget) != nil
				return isFailed(job, pod) && (!failing || isTerminal(pod))
			}
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, _ *Verdict) Tally {
				return countAs(d, job, pod, nil)
			}
			d.MayRelease = func(job *batchv1.Job, tally Tally, _ *Verdict) bool { return mayRelease(job, tally, nil) }
		},
	},
	{
		Name:    "failures-counted-by-phase",
		Mistake: "It reports as failed only pods in phase Failed, not those that were stopped before they ended.",
		Clauses: []string{"STAT-7", "BL-7"},
		Break: func(d *Decisions) {
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
				if !isTerminal(pod) {
					return Uncounted
				}
				return countAs(d, job, pod, decided)
			}
			freeUncounted(d, isTerminating)
		},
	},
	{
		Name:    "deletion-counts-running-pods",
		Mistake: "It counts the running pods of a Job that is being deleted as failed.",
		Clauses: []string{"DEL-3"},
		Break: func(d *Decisions) {
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
				if job.DeletionTimestamp != nil && !isSucceeded(pod) {
					return Failed
				}
				return countAs(d, job, pod, decided)
			}
		},
	},
	{
		Name:    "released-pods-count-as-failed",
		Mistake: "It counts a pod as failed when it lets it go because its labels do not match any more.",
		Clauses: []string{"SEL-2", "BL-4"},
		Break: func(d *Decisions) {
			d.Release = append(d.Release, PodCall{Name: "count", Do: func(_ context.Context, s *jobSync, _ *corev1.Pod) error {
				s.job.Status.Failed++
				s.dirty = true
				return nil
			}})
		},
	},
	{
		Name:    "stripped-pods-count-when-deleted",
		Mistake: "It counts a deleted pod as failed although somebody has taken its finalizer away.",
		Clauses: []string{"EXT-4"},
		Break: func(d *Decisions) {
			d.IsTracked = func(d *Decisions, pod *corev1.Pod, released bool) bool {
				return !released && (d.carriesFinalizer(pod) || isTerminating(pod))
			}
		},
	},
	{
		Name:    "success-resets-failures",
		Mistake: "It compares backoffLimit with the failures since the last success.",
		Clauses: []string{"BL-2"},
		Bug:     "kubernetes/kubernetes#62382",
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				s.counts.Failed = min(s.counts.Failed, s.backoff.Failures)
			})
		},
	},
	{
		Name:    "failed-recounted-from-pods",
		Mistake: "It takes the number of failed pods that exist for status.failed, so that deleting one gives a free retry.",
		Clauses: []string{"STAT-5", "BL-2", "STV-13"},
		Bug:     "kubernetes/kubernetes#111608",
		Break: func(d *Decisions) {
			recount(d, func(s *jobSync, _, failed int32) { s.counts.Failed = failed },
				func(s *jobSync, _, failed int32) { s.job.Status.Failed = failed })
		},
	},
	{
		Name:    "succeeded-recounted-from-pods",
		Mistake: "It takes the number of succeeded pods that exist for status.succeeded, so that deleting one repeats its work.",
		Clauses: []string{"STAT-4", "EXT-2", "STV-13"},
		Bug:     "kubernetes/kubernetes#81227",
		Break: func(d *Decisions) {
			recount(d, func(s *jobSync, succeeded, _ int32) { s.counts.Succeeded = succeeded },
				func(s *jobSync, succeeded, _ int32) { s.job.Status.Succeeded = succeeded })
		},
	},
	{
		Name:    "failed-clamped-to-limit",
		Mistake: "It never shows more failures than backoffLimit + 1.",
		Clauses: []string{"BL-8"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) { s.job.Status.Failed = min(s.job.Status.Failed, backoffLimit(s.job)+1) })
		},
	},
}

// freeUncounted frees pods of one kind without counting them, unless the Job has failed.
func freeUncounted(d *Decisions, kind func(*corev1.Pod) bool) {
	count := d.CountAs
	d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
		if decided == nil && kind(pod) {
			return discarded
		}
		return count(d, job, pod, decided)
	}
}

// discarded is the tally of a pod that may go and that no counter gets.
const discarded Tally = -1

// recount has the number of existing pods used for decisions and written into the status.
func recount(d *Decisions, use, write func(s *jobSync, succeeded, failed int32)) {
	numbers := func(ctx context.Context, s *jobSync) (succeeded, failed int32) {
		for _, pod := range everyPod(ctx, s) {
			switch {
			case isSucceeded(pod):
				succeeded++
			case isFailed(s.job, pod):
				failed++
			}
		}
		return succeeded, failed
	}
	afterStep(d, "observe", func(ctx context.Context, s *jobSync) {
		succeeded, failed := numbers(ctx, s)
		use(s, succeeded, failed)
	})
	store := d.WriteStatus
	d.WriteStatus = func(ctx context.Context, s *jobSync) error {
		succeeded, failed := numbers(ctx, s)
		write(s, succeeded, failed)
		return store(ctx, s)
	}
}

// disrupted tells whether the cluster itself ended the pod.
func disrupted(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue
	})
}
