package fakes

import (
	"context"
	"fmt"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// brokenCombinations are right about each feature by itself, and wrong where two of them meet.
var brokenCombinations = []Broken{
	{
		Name:    "failed-indexes-kept-when-shrunk",
		Mistake: "It goes on to reckon with failed indexes that an Indexed Job had before it was made smaller.",
		Clauses: []string{"BPI-2", "BPI-3"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				if failsPerIndex(s.job) && s.job.Status.FailedIndexes != nil {
					s.indexes.Failed = s.indexes.Failed.Union(ParseIndexes(*s.job.Status.FailedIndexes, 1<<30))
				}
			})
		},
	},
	{
		Name:    "ignored-failures-use-up-the-index",
		Mistake: "It counts ignored failures against backoffLimitPerIndex.",
		Clauses: []string{"BPI-6", "PFP-6"},
		Break: func(d *Decisions) {
			d.FailuresAfter = func(d *Decisions, job *batchv1.Job, failed *corev1.Pod) IndexFailures {
				f := d.IndexFailures(failed)
				f.Counted = addUp(f.Counted, 1)
				return f
			}
		},
	},
	{
		Name:    "max-failed-indexes-zero-is-none",
		Mistake: "It takes a maxFailedIndexes of 0 for one that is not set.",
		Clauses: []string{"BPI-4"},
		Break: func(d *Decisions) {
			d.TooManyIndexesFailed = func(job *batchv1.Job, failed int32) bool {
				return tooManyIndexesFailed(job, failed) && *job.Spec.MaxFailedIndexes > 0
			}
		},
	},
	{
		Name:    "fail-index-spares-the-counter",
		Mistake: "It does not count failures in status.failed that fail their index by FailIndex.",
		Clauses: []string{"PFP-7"},
		Break: func(d *Decisions) {
			count := d.CountAs
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, v *Verdict) Tally {
				t := count(d, job, pod, v)
				if t == Failed && d.AskPolicy(d, job, pod).Action == batchv1.PodFailurePolicyActionFailIndex {
					return Ignored
				}
				return t
			}
		},
	},
	{
		Name:    "fail-index-spares-max-failed-indexes",
		Mistake: "It does not hold a Job with a pod failure policy to maxFailedIndexes.",
		Clauses: []string{"BPI-4", "PFP-7"},
		Break: func(d *Decisions) {
			d.TooManyIndexesFailed = func(job *batchv1.Job, failed int32) bool {
				if p := job.Spec.PodFailurePolicy; p != nil {
					return false
				}
				return tooManyIndexesFailed(job, failed)
			}
		},
	},
	{
		Name:    "default-limit-kept-per-index",
		Mistake: "It holds a Job with backoffLimitPerIndex to the usual backoffLimit of 6 as well.",
		Clauses: []string{"BL-1", "BPI-5"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool {
				return failuresExceeded(job, failed) || failsPerIndex(job) && failed > 6
			}
		},
	},
	{
		Name:    "completed-index-fails-later",
		Mistake: "It calls an index failed although it has completed, when another pod of it fails.",
		Clauses: []string{"BPI-1", "STAT-10"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				if !failsPerIndex(s.job) {
					return
				}
				for i := range s.pods {
					p := &s.pods[i]
					if p.tracked && s.d.InRange(s.job, p.index) && s.d.IndexFails(s.d, s.job, p.Pod) {
						s.indexes.Failed = s.indexes.Failed.Union(indexesOf([]int32{p.index}))
					}
				}
			})
		},
	},
	{
		Name:    "waits-for-the-longest-delay",
		Mistake: "It looks again when the last of several failed indexes may run, not when the first of them may.",
		Clauses: []string{"BPI-8"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				before, had := s.r.timers[s.req]
				err := step(ctx, s)
				if !failsPerIndex(s.job) || s.indexes == nil {
					return err
				}
				longest := time.Duration(0)
				for _, last := range s.indexes.awaiting {
					longest = max(longest, backoffLeft(s.d, s.d.IndexBackoff(s.d, last), s.r.now()))
				}
				if at, ok := s.r.timers[s.req]; ok && longest > 0 && (!had || !at.Equal(before)) {
					s.r.timers[s.req] = s.r.now().Add(longest)
				}
				return err
			})
		},
	},
	{
		Name:    "index-delay-holds-all",
		Mistake: "It holds back all indexes while one of them waits after a failure.",
		Clauses: []string{"BPI-8"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				if left := backoffLeft(s.d, s.backoff, s.r.now()); failsPerIndex(s.job) && left > 0 && s.verdict == nil {
					s.r.wakeAt(s.req, left)
					changed := *s.d
					changed.PodsMissing = func(*batchv1.Job, int32, Counts) int32 { return 0 }
					s.d = &changed
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "last-met-rule-named",
		Mistake: "It names the last of the success rules that are met.",
		Clauses: []string{"SP-1"},
		Break: func(d *Decisions) {
			test := d.Test("success policy").Decide
			d.Test("success policy").Decide = func(d *Decisions, o Observation) *Verdict {
				v := test(d, o)
				if v != nil {
					for i := range o.Job.Spec.SuccessPolicy.Rules {
						if d.SuccessRuleMet(&o.Job.Spec.SuccessPolicy.Rules[i], completions(o.Job), o.Indexes.Completed) {
							v.Message = fmt.Sprintf("Matched rules at index %d", i)
						}
					}
				}
				return v
			}
		},
	},
	{
		Name:    "deleted-success-counts-failed",
		Mistake: "It counts a pod as failed that was deleted and exits 0, under podReplacementPolicy Failed.",
		Clauses: []string{"PRP-2"},
		Break: func(d *Decisions) {
			d.IsSucceeded = func(pod *corev1.Pod) bool { return isSucceeded(pod) && pod.DeletionTimestamp == nil }
			d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool {
				return isFailed(job, pod) || replacesOnlyFailed(job) && isSucceeded(pod) && pod.DeletionTimestamp != nil
			}
		},
	},
	{
		Name:    "ttl-from-the-latest-condition",
		Mistake: "It counts the time to live from the latest change of any condition.",
		Clauses: []string{"TTL-1"},
		Break: func(d *Decisions) {
			d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
				at, ok := expiry(job)
				for _, c := range job.Status.Conditions {
					if t := c.LastTransitionTime.Add(ttlOfOrZero(job)); ok && t.After(at) {
						at = t
					}
				}
				return at, ok
			}
		},
	},
	{
		Name:    "managed-by-prefix",
		Mistake: "It takes every name that begins with its own for its own.",
		Clauses: []string{"MB-1"},
		Break: func(d *Decisions) {
			d.IsForeign = func(job *batchv1.Job) bool { return !strings.HasPrefix(manager(job), batchv1.JobControllerName) }
		},
	},
	{
		Name:    "selector-expressions-ignored",
		Mistake: "It looks at the matchLabels of a selector only, not at its matchExpressions.",
		Clauses: []string{"SEL-1"},
		Break: func(d *Decisions) {
			beforeStep(d, "claim", func(_ context.Context, s *jobSync) {
				if s.job.Spec.Selector != nil && len(s.job.Spec.Selector.MatchExpressions) > 0 {
					changed := *s.job
					changed.Spec.Selector = &metav1.LabelSelector{MatchLabels: s.job.Spec.Selector.MatchLabels}
					s.job = &changed
				}
			})
		},
	},
}

// ttlOfOrZero is for Jobs that may have none.
func ttlOfOrZero(job *batchv1.Job) time.Duration {
	if job.Spec.TTLSecondsAfterFinished == nil {
		return 0
	}
	return ttlOf(job)
}
