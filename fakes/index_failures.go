package fakes

import (
	"math"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// What an index has gone through is written on its pods, each of which carries the count of its predecessors. That
// survives a restart of the controller, but the last failed pod must stay until its successor has taken the count over.

// failsPerIndex tells whether each index has a limit of its own.
func failsPerIndex(job *batchv1.Job) bool {
	return isIndexed(job) && job.Spec.BackoffLimitPerIndex != nil
}

// indexFails is BPI-1: the predecessors used up the limit and this failure counts, or the failure policy says so at once
// (PFP-7).
func indexFails(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
	if !d.IsFailed(job, pod) {
		return false
	}
	switch d.AskPolicy(d, job, pod).Action {
	case batchv1.PodFailurePolicyActionFailIndex:
		return true
	case batchv1.PodFailurePolicyActionIgnore:
		return false
	}
	return d.IndexFailures(pod).Counted >= *job.Spec.BackoffLimitPerIndex
}

// IndexFailures is how often an index failed before a pod of it was made. Ignored failures do not count, but they make
// the next pod wait longer all the same (BPI-8).
type IndexFailures struct{ Counted, Ignored int32 }

func (f IndexFailures) total() int32 { return addUp(f.Counted, f.Ignored) }

// addUp stops at the largest number there is.
func addUp(a, b int32) int32 {
	return int32(min(int64(a)+int64(b), math.MaxInt32))
}

// indexFailures is BPI-11: what cannot be read counts as 0.
func indexFailures(pod *corev1.Pod) IndexFailures {
	counted, _ := parseCount(pod.Annotations[batchv1.JobIndexFailureCountAnnotation])
	ignored, _ := parseCount(pod.Annotations[batchv1.JobIndexIgnoredFailureCountAnnotation])
	return IndexFailures{Counted: counted, Ignored: ignored}
}

func parseCount(text string) (int32, bool) {
	if count, ok := parseIndex(text); ok {
		return count, true
	}
	return 0, false
}

// failuresAfter is BPI-6: the count that the successor of a failed pod starts with.
func failuresAfter(d *Decisions, job *batchv1.Job, failed *corev1.Pod) IndexFailures {
	f := d.IndexFailures(failed)
	if d.IgnoresFailure(d, job, failed) {
		f.Ignored = addUp(f.Ignored, 1)
	} else {
		f.Counted = addUp(f.Counted, 1)
	}
	return f
}

// addFailures is POD-8; failed is the pod that the new one replaces, nil for the first pod of an index.
func addFailures(d *Decisions, job *batchv1.Job, pod, failed *corev1.Pod) {
	var f IndexFailures
	if failed != nil {
		f = d.FailuresAfter(d, job, failed)
	}
	annotate(pod, batchv1.JobIndexFailureCountAnnotation, strconv.Itoa(int(f.Counted)))
	if f.Ignored > 0 {
		annotate(pod, batchv1.JobIndexIgnoredFailureCountAnnotation, strconv.Itoa(int(f.Ignored)))
	}
}

// indexBackoff is BPI-8: the delay of an index is that of a Job that has failed as often, and runs from the end of its
// last pod.
func indexBackoff(d *Decisions, failed *corev1.Pod) Backoff {
	return Backoff{Failures: addUp(d.IndexFailures(failed).total(), 1), LastFailure: d.FinishTime(failed)}
}

// isLaterFailure is the end of BPI-6: of several failed pods of an index the one counts that had most predecessors and
// ended last.
func isLaterFailure(d *Decisions, pod, than *corev1.Pod) bool {
	return d.IndexFailures(pod).total() >= d.IndexFailures(than).total() && !d.FinishTime(pod).Before(d.FinishTime(than))
}

// findAwaiting finds the failed pods whose index has to run again.
func (s *jobSync) findAwaiting() {
	x := s.indexes
	x.awaiting = map[int32]*corev1.Pod{}
	for i := range s.pods {
		pod := &s.pods[i]
		if !pod.tracked || !s.d.InRange(s.job, pod.index) || !s.d.IsFailed(s.job, pod.Pod) ||
			x.Completed.Has(pod.index) || x.Failed.Has(pod.index) || x.Active.Has(pod.index) {
			continue
		}
		if last := x.awaiting[pod.index]; last == nil || s.d.IsLaterFailure(s.d, pod.Pod, last) {
			x.awaiting[pod.index] = pod.Pod
		}
	}
}

// isAwaiting tells whether the pod is the one that its successor takes the count from.
func (s *jobSync) isAwaiting(pod *ownedPod) bool {
	return s.indexes != nil && pod.index != noIndex && s.indexes.awaiting[pod.index] == pod.Pod
}

// staysUntilReplaced is BPI-7: a failed pod that is to be replaced keeps its finalizer, unless no index will run again.
func staysUntilReplaced(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) bool {
	return decided == nil && job.DeletionTimestamp == nil && d.IsFailed(job, pod)
}

// tooManyIndexesFailed is BPI-4.
func tooManyIndexesFailed(job *batchv1.Job, failed int32) bool {
	return job.Spec.MaxFailedIndexes != nil && failed > *job.Spec.MaxFailedIndexes
}

// noIndexLeft is BPI-3: every index has ended, and not all of them well.
func noIndexLeft(job *batchv1.Job, x *Indexes) bool {
	failed := x.Failed.Count()
	return failed > 0 && int64(failed)+int64(x.Completed.Count()) >= int64(completions(job))
}

func failedIndexesTest(d *Decisions, o Observation) *Verdict {
	switch {
	case o.Indexes == nil || !failsPerIndex(o.Job):
		return nil
	case d.TooManyIndexesFailed(o.Job, o.Indexes.Failed.Count()):
		return &Verdict{Reason: batchv1.JobReasonMaxFailedIndexesExceeded, Message: messageMaxFailedIndexes}
	case d.NoIndexLeft(o.Job, o.Indexes):
		return &Verdict{Reason: batchv1.JobReasonFailedIndexes, Message: messageFailedIndexes}
	}
	return nil
}
