package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Counts are the numbers that one sync decides by.
type Counts struct {
	// Active, Ready and Terminating are what the status will say (STAT-1 to STAT-3).
	Active, Ready, Terminating int32
	// Succeeded and Failed include the pods that are finished and not yet accounted. An Indexed Job counts the indexes that
	// succeeded.
	Succeeded, Failed int32
	// Restarts is the sum that ONF-3 compares with backoffLimit.
	Restarts int32
}

// Tally is the counter that a pod goes into.
type Tally int

// A pod counts once, or not at all (COMP-12). Unlike an Uncounted one, an Ignored pod is done with.
const (
	Uncounted Tally = iota
	Succeeded
	Failed
	Ignored
)

// ownedPod is a pod of the Job as this sync first saw it.
type ownedPod struct {
	*corev1.Pod
	// tracked tells whether the pod still waits to be accounted. A cached copy that shows a finalizer which this
	// controller has removed already does not (TRK-10).
	tracked bool
	// index is the completion index in an Indexed Job, else noIndex.
	index int32
}

// isTracked is TRK-7, and TRK-10 for pods whose cached copy is behind.
func isTracked(d *Decisions, pod *corev1.Pod, released bool) bool {
	return d.carriesFinalizer(pod) && !released
}

// observe counts the pods of the Job and brings the back-off record up to date.
func observe(_ context.Context, s *jobSync) error {
	uncounted := s.uncounted()
	s.listed = listedUIDs(uncounted)
	s.counts = Counts{
		Succeeded: s.job.Status.Succeeded + int32(len(uncounted.Succeeded)),
		Failed:    s.job.Status.Failed + int32(len(uncounted.Failed)),
	}
	var succeeded, failed []time.Time
	indexed := isIndexed(s.job)
	for i := range s.pods {
		s.pods[i].index = noIndex
		if indexed {
			s.pods[i].index = s.d.IndexOf(s.pods[i].Pod)
		}
		s.count(s.pods[i].Pod)
		switch pod := s.pods[i].Pod; s.news(&s.pods[i]) {
		case Succeeded:
			s.counts.Succeeded++
			succeeded = append(succeeded, s.d.FinishTime(pod))
		case Failed:
			s.counts.Failed++
			failed = append(failed, s.d.FinishTime(pod))
		case Ignored:
			failed = append(failed, s.d.FinishTime(pod)) // its successor waits all the same (BO-8)
		}
	}
	if indexed {
		s.observeIndexes()
	}
	s.backoff = s.mem.backoff
	if len(succeeded)+len(failed) > 0 {
		s.backoff = s.d.NextBackoff(s.backoff, succeeded, failed)
	}
	now := s.r.now()
	s.suspended = s.d.IsSuspended(s.job)
	// No write is owed for this alone: the first sync always has more to say, and a resumed Job is written when it is
	// acted on, which one that is being deleted is not (SYNC-8). Without a stored start its deadline would never come.
	if start := s.d.StartTime(s.job, s.suspended, now); !start.IsZero() {
		s.dirty = s.dirty || s.job.Status.StartTime == nil && s.job.DeletionTimestamp != nil
		s.job.Status.StartTime = timestamp(start)
	}
	return nil
}

// count adds a pod to the numbers that describe the present.
func (s *jobSync) count(pod *corev1.Pod) {
	switch {
	case s.d.IsActive(pod):
		s.active = append(s.active, pod)
		s.counts.Active++
		if s.d.IsReady(pod) {
			s.counts.Ready++
		}
	case s.d.IsTerminating(pod):
		s.counts.Terminating++
	}
	s.counts.Restarts += s.d.Restarts(pod)
}

// news tells whether a pod finished since the last accounting, and how. A pod that is listed in either uncounted list
// is in the sums already, whatever its phase says by now (TRK-8). A pod without a place in its Job is no news (IDX-5).
func (s *jobSync) news(pod *ownedPod) Tally {
	if _, listed := s.listed[pod.UID]; listed || !pod.tracked {
		return Uncounted
	}
	switch {
	case !s.d.counts(s.job, pod.Pod):
		return Uncounted
	case s.d.IsSucceeded(pod.Pod):
		return Succeeded
	case !s.d.IsFailed(s.job, pod.Pod):
		return Uncounted
	case s.d.IgnoresFailure(s.d, s.job, pod.Pod):
		return Ignored
	}
	return Failed
}

// uncounted returns the lists of the status, making them if the Job was never synced (STAT-6).
func (s *jobSync) uncounted() *batchv1.UncountedTerminatedPods {
	if s.job.Status.UncountedTerminatedPods == nil {
		s.job.Status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{}
	}
	return s.job.Status.UncountedTerminatedPods
}

func listedUIDs(u *batchv1.UncountedTerminatedPods) map[types.UID]struct{} {
	listed := make(map[types.UID]struct{}, len(u.Succeeded)+len(u.Failed))
	for _, uid := range u.Succeeded {
		listed[uid] = struct{}{}
	}
	for _, uid := range u.Failed {
		listed[uid] = struct{}{}
	}
	return listed
}
