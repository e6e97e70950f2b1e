package fakes

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// manage brings the pods in line: none for a decided Job, as many as wanted for any other.
func manage(ctx context.Context, s *jobSync) error {
	if s.verdict != nil {
		s.kill(ctx)
	} else {
		managed := s.d.MayManage(s.job, s.expectationsMet)
		if managed {
			s.scale(ctx)
		}
		if s.d.Completed(s.job, s.counts) {
			s.verdict, s.since = completionVerdict(), s.r.now()
		} else if managed {
			s.noteSuspension()
		}
	}
	status := &s.job.Status
	s.dirty = s.dirty || status.Active != s.counts.Active ||
		!says(status.Ready, s.counts.Ready) || !says(status.Terminating, s.counts.Terminating)
	status.Active, status.Ready, status.Terminating = s.counts.Active, new(s.counts.Ready), new(s.counts.Terminating)
	return nil
}

func says(field *int32, value int32) bool {
	return field != nil && *field == value
}

// kill deletes what is active, with the finalizers in place so that the pods can be counted (BL-7, FIN-6). The
// verdict stands in this sync only if that worked and no pod may be hidden from the cache (FIN-7). The number of
// terminating pods rises even if they are gone already, so that the next sync has a look before the Job finishes
// (FIN-8).
func (s *jobSync) kill(ctx context.Context) {
	for _, pod := range s.active {
		if !s.failed(deletePod(ctx, s, pod)) {
			s.gone(pod)
		}
	}
	if s.counts.Active > 0 || !s.expectationsMet {
		s.verdict = nil
	}
}

// scale creates or deletes, never both (SYNC-5).
func (s *jobSync) scale(ctx context.Context) {
	wanted := int32(0)
	if !s.suspended {
		wanted = s.d.PodsWanted(s.job, s.counts)
	}
	surplus := max(0, int(s.counts.Active-wanted))
	if victims := s.victims(surplus); surplus > 0 || len(victims) > 0 {
		if !s.suspended { // suspension is not capped (PAR-11)
			victims = victims[:min(len(victims), s.d.Limits.PodsPerSync)]
		}
		s.remove(ctx, victims)
		return
	}
	missing := s.d.PodsMissing(s.job, wanted, s.counts)
	if missing <= 0 {
		return
	}
	left := backoffLeft(s.d, s.backoff, s.r.now())
	if left > 0 && !failsPerIndex(s.job) { // else each index waits by itself (BO-14)
		s.r.wakeAt(s.req, s.d.BackoffWake(s.d.Limits, left))
		if missing -= s.d.HeldBack(missing, s.backoff); missing <= 0 {
			return
		}
	}
	s.create(ctx, min(int(missing), s.d.Limits.PodsPerSync))
}

// victims chooses n pods that are the least loss. An Indexed Job may have more to remove than that (PAR-8).
func (s *jobSync) victims(n int) []*corev1.Pod {
	var victims []*corev1.Pod
	left := s.active
	if s.indexes != nil {
		victims, left = s.d.Misplaced(s.d, s.job, s.active)
	}
	if n -= len(victims); n <= 0 {
		return victims
	}
	sorted := slices.Clone(left)
	slices.SortStableFunc(sorted, s.d.VictimOrder)
	return append(victims, sorted[:min(n, len(sorted))]...)
}

// remove takes surplus pods away, which must count neither way (PAR-5, SUS-3).
func (s *jobSync) remove(ctx context.Context, victims []*corev1.Pod) {
	uids := make([]types.UID, len(victims))
	for i, pod := range victims {
		uids[i] = pod.UID
	}
	s.mem.expected.expectDeletions(uids, s.r.now())
	for _, pod := range victims {
		s.removeOne(ctx, pod)
	}
}

func (s *jobSync) removeOne(ctx context.Context, pod *corev1.Pod) {
	for _, call := range s.d.Removal {
		err := call.Do(ctx, s, pod)
		if err == nil {
			continue
		}
		s.mem.expected.deletionObserved(pod.UID)
		if s.failed(err) {
			return
		}
		break
	}
	s.gone(pod)
}

// gone moves an active pod to the terminating ones in the counts (STAT-12).
func (s *jobSync) gone(pod *corev1.Pod) {
	s.counts.Active--
	s.counts.Terminating++
	if s.d.IsReady(pod) {
		s.counts.Ready--
	}
}

// mayManage is SYNC-8 and SYNC-9.
func mayManage(job *batchv1.Job, expectationsMet bool) bool {
	return expectationsMet && job.DeletionTimestamp == nil
}

// podsWanted is PAR-1 for a Job that is not suspended. A work queue with a success leaves whatever runs running
// (COMP-4, COMP-5).
func podsWanted(job *batchv1.Job, c Counts) int32 {
	switch {
	case job.Spec.Completions != nil:
		return max(0, min(parallelism(job), *job.Spec.Completions-c.Succeeded))
	case c.Succeeded > 0:
		return c.Active
	}
	return parallelism(job)
}

// podsMissing is PAR-2, and PRP-3 for Jobs that wait until terminating pods have stopped.
func podsMissing(job *batchv1.Job, wanted int32, c Counts) int32 {
	if replacesOnlyFailed(job) {
		return wanted - c.Active - c.Terminating
	}
	return wanted - c.Active
}

// parallelism reads the field that the API server always fills in (DEF-1, DEF-2).
func parallelism(job *batchv1.Job) int32 {
	if job.Spec.Parallelism == nil {
		return 1
	}
	return *job.Spec.Parallelism
}

// noteSuspension stores that the controller acted on spec.suspend, with an event on each transition (SUS-8, EV-4).
func (s *jobSync) noteSuspension() {
	now := s.r.now()
	if s.suspended {
		if s.d.RecordSuspended(&s.job.Status, now) {
			s.dirty = true
			s.r.events.Event(s.job, corev1.EventTypeNormal, "Suspended", "Job suspended")
		}
		return
	}
	if s.d.RecordResumed(&s.job.Status, now) {
		s.dirty = true
		s.r.events.Event(s.job, corev1.EventTypeNormal, "Resumed", "Job resumed")
	}
}
