package fakes

import (
	"cmp"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// noIndex is the index of a pod that has none that can be read.
const noIndex int32 = -1

// Indexes is what a sync knows of the indexes of an Indexed Job.
type Indexes struct {
	// Active and Terminating are those of the pods that run, and of those that were asked to stop and have not.
	Active, Terminating IndexSet
	// Stored is what status.completedIndexes says; Completed has the successes as well that are not accounted (IDX-1).
	Stored, Completed IndexSet
	// Failed are the indexes that are given up, stored or not (BPI-1); none without backoffLimitPerIndex.
	Failed IndexSet

	// awaiting are the failed pods that have to be replaced, the last one of each index (BPI-7).
	awaiting map[int32]*corev1.Pod
}

// isIndexed tells whether the Job counts indexes rather than pods.
func isIndexed(job *batchv1.Job) bool {
	return completionMode(job) == batchv1.IndexedCompletion
}

// completions reads the field that every Indexed Job has (VAL-5).
func completions(job *batchv1.Job) int32 {
	if job.Spec.Completions == nil {
		return 0
	}
	return *job.Spec.Completions
}

// indexOf is IDX-8: the annotation tells the index, not the label or the name.
func indexOf(pod *corev1.Pod) int32 {
	index, ok := parseIndex(pod.Annotations[batchv1.JobCompletionIndexAnnotation])
	if !ok {
		return noIndex
	}
	return index
}

// inRange is IDX-5, and EIJ-2 for an index that the Job has no more.
func inRange(job *batchv1.Job, index int32) bool {
	return index != noIndex && index < completions(job)
}

// counts tells whether the Job counts the pod at all: an Indexed Job needs to know for which index (IDX-5, EIJ-7).
func (d *Decisions) counts(job *batchv1.Job, pod *corev1.Pod) bool {
	return !isIndexed(job) || d.InRange(job, d.IndexOf(pod))
}

// observeIndexes finds out which indexes run, are done, or have failed. A success is an index here: a second one for the
// same index changes nothing (IDX-2).
func (s *jobSync) observeIndexes() {
	var active, terminating, succeeded, failed []int32
	for i := range s.pods {
		pod := &s.pods[i]
		if pod.index == noIndex {
			continue
		}
		switch {
		case s.d.IsActive(pod.Pod):
			active = append(active, pod.index)
		case s.d.IsTerminating(pod.Pod):
			terminating = append(terminating, pod.index)
		}
		if !pod.tracked || !s.d.InRange(s.job, pod.index) {
			continue
		}
		if s.news(pod) == Succeeded {
			succeeded = append(succeeded, pod.index)
		} else if failsPerIndex(s.job) && s.d.IndexFails(s.d, s.job, pod.Pod) {
			failed = append(failed, pod.index)
		}
	}
	x := &Indexes{Active: indexesOf(active), Terminating: indexesOf(terminating)}
	n := completions(s.job)
	x.Stored = s.mem.completed.parse(s.job.Status.CompletedIndexes, n)
	if failsPerIndex(s.job) && s.job.Status.FailedIndexes != nil {
		x.Failed = s.mem.failed.parse(*s.job.Status.FailedIndexes, n)
	}
	// An index is one or the other (STAT-10); the API server refuses a status in which it is both (STV-16).
	x.Completed = x.Stored.Union(indexesOf(slices.DeleteFunc(succeeded, x.Failed.Has)))
	x.Failed = x.Failed.Union(indexesOf(slices.DeleteFunc(failed, x.Completed.Has)))
	s.counts.Succeeded = x.Completed.Count()
	s.indexes = x
	if failsPerIndex(s.job) {
		s.findAwaiting()
	}
}

// sortByIndex has the pods accounted by index, so that a sync that does not reach them all leaves few gaps.
func (s *jobSync) sortByIndex() {
	slices.SortStableFunc(s.pods, func(a, b ownedPod) int { return cmp.Compare(a.index, b.index) })
}

// noteIndexes puts the indexes into the status, where they stand in for the UIDs of succeeded pods (TRK-2).
func (s *jobSync) noteIndexes() {
	status, x, n := &s.job.Status, s.indexes, completions(s.job)
	completed := s.mem.completed.format(x.Completed, n)
	s.dirty = s.dirty || completed != status.CompletedIndexes
	status.CompletedIndexes, status.Succeeded = completed, x.Completed.Count()
	if !failsPerIndex(s.job) {
		s.dirty = s.dirty || status.FailedIndexes != nil
		status.FailedIndexes = nil
		return
	}
	failed := s.mem.failed.format(x.Failed, n)
	s.dirty = s.dirty || status.FailedIndexes == nil || failed != *status.FailedIndexes
	status.FailedIndexes = &failed
}

// isNewIndex tells whether a succeeded pod brings an index that is not stored, which costs room in the status.
func (s *jobSync) isNewIndex(pod *ownedPod) bool {
	return !s.indexes.Stored.Has(pod.index)
}

// misplaced is PAR-8: pods without an index that the Job has, and all but one of those that share one, go whatever the
// number of pods. It returns the others too.
func misplaced(d *Decisions, job *batchv1.Job, active []*corev1.Pod) (remove, keep []*corev1.Pod) {
	sorted := slices.Clone(active)
	slices.SortStableFunc(sorted, func(a, b *corev1.Pod) int { return cmp.Compare(d.IndexOf(a), d.IndexOf(b)) })
	for len(sorted) > 0 {
		index := d.IndexOf(sorted[0])
		n := 1
		for n < len(sorted) && d.IndexOf(sorted[n]) == index {
			n++
		}
		same := sorted[:n]
		sorted = sorted[n:]
		if !d.InRange(job, index) {
			remove = append(remove, same...)
			continue
		}
		if n > 1 {
			slices.SortStableFunc(same, d.VictimOrder)
		}
		kept := d.KeptOfIndex(same)
		for _, pod := range same {
			if pod.UID == kept {
				keep = append(keep, pod)
			} else {
				remove = append(remove, pod)
			}
		}
	}
	return remove, keep
}

// keptOfIndex is IDX-4: of the pods of one index, in the order in which they would be removed, the last one stays.
func keptOfIndex(same []*corev1.Pod) types.UID {
	return same[len(same)-1].UID
}
