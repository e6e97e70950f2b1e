package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenPerIndex are wrong about the limits of single indexes.
var brokenPerIndex = []Broken{
	{
		Name:    "index-limit-off-by-one",
		Mistake: "It fails an index after as many failures as backoffLimitPerIndex, one too early.",
		Clauses: []string{"BPI-1"},
		Break: func(d *Decisions) {
			d.IndexFails = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
				return indexFails(d, job, pod) || d.IsFailed(job, pod) && d.IndexFailures(pod).Counted+1 >= *job.Spec.BackoffLimitPerIndex
			}
		},
	},
	{
		Name:    "index-limit-one-too-many",
		Mistake: "It gives an index one more try than backoffLimitPerIndex allows.",
		Clauses: []string{"BPI-1"},
		Break: func(d *Decisions) {
			d.IndexFails = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
				return indexFails(d, job, pod) && d.IndexFailures(pod).Counted > *job.Spec.BackoffLimitPerIndex
			}
		},
	},
	{
		Name:    "deleted-pod-spares-its-index",
		Mistake: "It takes only pods in phase Failed for failures of their index.",
		Clauses: []string{"BPI-12"},
		Break: func(d *Decisions) {
			d.IndexFails = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
				return pod.Status.Phase == corev1.PodFailed && indexFails(d, job, pod)
			}
		},
	},
	{
		Name:    "failed-indexes-message-wrong",
		Mistake: "It says how many indexes have failed in the message of the condition, where upstream has a fixed text.",
		Clauses: []string{"BPI-3"},
		Break: func(d *Decisions) {
			renameVerdict(d, messageFailedIndexes, batchv1.JobReasonFailedIndexes, "Some indexes have failed")
		},
	},
	{
		Name:    "max-failed-indexes-message-wrong",
		Mistake: "It says of too many failed indexes what is said of any failed index.",
		Clauses: []string{"BPI-4"},
		Break: func(d *Decisions) {
			renameVerdict(d, messageMaxFailedIndexes, batchv1.JobReasonMaxFailedIndexesExceeded, messageFailedIndexes)
		},
	},
	{
		Name:    "failed-index-restarted",
		Mistake: "It starts a failed index again.",
		Clauses: []string{"BPI-2", "IDX-6"},
		Break: func(d *Decisions) {
			d.TakenIndexes = func(job *batchv1.Job, x *Indexes) IndexSet {
				others := *x
				others.Failed = IndexSet{}
				return takenIndexes(job, &others)
			}
		},
	},
	{
		Name:    "failed-index-fails-the-job",
		Mistake: "It fails the Job with the first index that fails.",
		Clauses: []string{"BPI-2"},
		Break: func(d *Decisions) {
			d.TooManyIndexesFailed = func(_ *batchv1.Job, failed int32) bool { return failed > 0 }
		},
	},
	{
		Name:    "failed-indexes-complete-the-job",
		Mistake: "It completes a Job of which all indexes have ended and some have failed, as the comment on maxFailedIndexes has it.",
		Clauses: []string{"BPI-3"},
		Break: func(d *Decisions) {
			test := d.Test("failed indexes").Decide
			d.Test("failed indexes").Decide = func(d *Decisions, o Observation) *Verdict {
				v := test(d, o)
				if v != nil && v.Reason == batchv1.JobReasonFailedIndexes {
					return completionVerdict()
				}
				return v
			}
		},
	},
	{
		Name:    "failed-indexes-never-end",
		Mistake: "It waits for ever when all indexes have ended and some have failed.",
		Clauses: []string{"BPI-3"},
		Break:   func(d *Decisions) { d.NoIndexLeft = func(*batchv1.Job, *Indexes) bool { return false } },
	},
	{
		Name:    "max-failed-indexes-off-by-one",
		Mistake: "It fails the Job when as many indexes have failed as maxFailedIndexes allows.",
		Clauses: []string{"BPI-4"},
		Break: func(d *Decisions) {
			d.TooManyIndexesFailed = func(job *batchv1.Job, failed int32) bool {
				return job.Spec.MaxFailedIndexes != nil && failed >= *job.Spec.MaxFailedIndexes && failed > 0
			}
		},
	},
	{
		Name:    "max-failed-indexes-ignored",
		Mistake: "It lets indexes fail without an end.",
		Clauses: []string{"BPI-4"},
		Break:   func(d *Decisions) { d.TooManyIndexesFailed = func(*batchv1.Job, int32) bool { return false } },
	},
	{
		Name:    "max-failed-indexes-latched",
		Mistake: "It goes on with the maxFailedIndexes that it saw first.",
		Clauses: []string{"BPI-13"},
		Break: func(d *Decisions) {
			beforeStep(d, "decide", func(_ context.Context, s *jobSync) {
				if failsPerIndex(s.job) {
					s.job.Spec.MaxFailedIndexes = latch(s, "maxFailedIndexes", s.job.Spec.MaxFailedIndexes)
				}
			})
		},
	},
	{
		Name:    "killed-indexes-failed",
		Mistake: "It calls the indexes failed whose pods it deletes because the Job fails.",
		Clauses: []string{"BPI-4"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if failsPerIndex(s.job) && conditionTrue(&s.job.Status, batchv1.JobFailureTarget) != nil && s.indexes != nil {
					failed := s.indexes.Failed.Union(below(s.indexes.Active, completions(s.job)))
					s.job.Status.FailedIndexes = new(failed.String())
				}
			})
		},
	},
	{
		Name:    "global-limit-ignored-per-index",
		Mistake: "It lets backoffLimit be when backoffLimitPerIndex is set.",
		Clauses: []string{"BPI-5"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return !failsPerIndex(job) && failuresExceeded(job, failed) }
		},
	},
	{
		Name:    "failure-count-stands-still",
		Mistake: "It hands the failure count of a pod on as it is.",
		Clauses: []string{"BPI-6", "POD-8"},
		Break: func(d *Decisions) {
			d.FailuresAfter = func(d *Decisions, _ *batchv1.Job, failed *corev1.Pod) IndexFailures { return d.IndexFailures(failed) }
		},
	},
	{
		Name:    "failure-count-in-memory",
		Mistake: "It counts the failures of an index in its memory, and begins anew after a restart.",
		Clauses: []string{"BPI-6", "POD-8"},
		Break: func(d *Decisions) {
			beforeStep(d, "observe", func(_ context.Context, s *jobSync) {
				since := latch(s, "began", s.r.now())
				forgetful := *s.d
				forgetful.IndexFailures = func(pod *corev1.Pod) IndexFailures {
					if pod.CreationTimestamp.Time.Before(since) {
						return IndexFailures{Counted: -1}
					}
					return indexFailures(pod)
				}
				s.d = &forgetful
			})
		},
	},
	{
		Name:    "failure-count-missing-at-first",
		Mistake: "It tells the failure count only to pods that replace another.",
		Clauses: []string{"POD-8"},
		Break: func(d *Decisions) {
			d.AddFailures = func(d *Decisions, job *batchv1.Job, pod, failed *corev1.Pod) {
				if failed != nil {
					addFailures(d, job, pod, failed)
				}
			}
		},
	},
	{
		Name:    "failed-pod-released-at-once",
		Mistake: "It lets a failed pod go before its successor has taken the count over.",
		Clauses: []string{"BPI-7"},
		Break: func(d *Decisions) {
			d.StaysUntilReplaced = func(*Decisions, *batchv1.Job, *corev1.Pod, *Verdict) bool { return false }
		},
	},
	{
		Name:    "index-delay-never-grows",
		Mistake: "It waits ten seconds before each retry of an index.",
		Clauses: []string{"BPI-8"},
		Break: func(d *Decisions) {
			d.IndexBackoff = func(d *Decisions, failed *corev1.Pod) Backoff {
				return Backoff{Failures: 1, LastFailure: d.FinishTime(failed)}
			}
		},
	},
	{
		Name:    "index-delay-too-long",
		Mistake: "It makes an index wait as if three more of its pods had failed.",
		Clauses: []string{"BPI-8"},
		Break: func(d *Decisions) {
			d.IndexBackoff = func(d *Decisions, failed *corev1.Pod) Backoff {
				b := indexBackoff(d, failed)
				b.Failures += 3
				return b
			}
		},
	},
	{
		Name:    "failed-indexes-left-out",
		Mistake: "It leaves failedIndexes out as long as no index has failed.",
		Clauses: []string{"BPI-10"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if f := s.job.Status.FailedIndexes; f != nil && *f == "" {
					s.job.Status.FailedIndexes = nil
				}
			})
		},
	},
	{
		Name:    "failed-indexes-as-ranges-of-two",
		Mistake: "It writes two failed indexes in a row as a range.",
		Clauses: []string{"STAT-10"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if f := s.job.Status.FailedIndexes; f != nil {
					s.job.Status.FailedIndexes = new(rangesOfTwo(*f))
				}
			})
		},
	},
	{
		Name:    "unreadable-count-is-one",
		Mistake: "It takes a failure count that it cannot read for one.",
		Clauses: []string{"BPI-11"},
		Break: func(d *Decisions) {
			d.IndexFailures = func(pod *corev1.Pod) IndexFailures {
				if _, ok := parseCount(pod.Annotations[batchv1.JobIndexFailureCountAnnotation]); !ok {
					return IndexFailures{Counted: 1}
				}
				return indexFailures(pod)
			}
		},
	},
}
