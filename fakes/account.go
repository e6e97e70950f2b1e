package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
)

// account chooses the pods to free and lists the UIDs of those that count (TRK-1, first phase). Pods that were freed
// before, and are listed still, are counted on the way.
func account(_ context.Context, s *jobSync) error {
	s.held = map[types.UID]struct{}{}
	for i := range s.pods {
		if _, listed := s.listed[s.pods[i].UID]; listed && s.pods[i].tracked {
			s.held[s.pods[i].UID] = struct{}{}
		}
	}
	s.countFreed()
	if s.indexes == nil {
		s.chooseReleases()
		return nil
	}
	s.sortByIndex()
	s.chooseReleases()
	s.noteIndexes()
	return nil
}

// chooseReleases goes through the pods until the lists are full (TRK-4). The index of a succeeded pod is as good as its
// UID, and takes as much room (TRK-2).
func (s *jobSync) chooseReleases() {
	newIndexes := 0
	for i := range s.pods {
		if !s.pods[i].tracked {
			continue
		}
		pod := s.pods[i].Pod
		tally := s.d.CountAs(s.d, s.job, pod, s.verdict)
		if !s.d.MayRelease(s.job, tally, s.verdict) ||
			s.isAwaiting(&s.pods[i]) && s.d.StaysUntilReplaced(s.d, s.job, pod, s.verdict) {
			continue
		}
		s.release = append(s.release, pod)
		if s.indexes == nil || tally != Succeeded {
			s.listUID(pod, tally)
		} else if s.isNewIndex(&s.pods[i]) {
			newIndexes++
		}
		if u := s.uncounted(); newIndexes+len(u.Succeeded)+len(u.Failed) >= s.d.Limits.Uncounted {
			s.capped = true
			return
		}
	}
}

// listUID lists a pod once, in the list it was first put into (TRK-8).
func (s *jobSync) listUID(pod *corev1.Pod, tally Tally) {
	if _, listed := s.held[pod.UID]; listed {
		return
	}
	uncounted := s.uncounted()
	switch tally {
	case Succeeded:
		uncounted.Succeeded = append(uncounted.Succeeded, pod.UID)
	case Failed:
		uncounted.Failed = append(uncounted.Failed, pod.UID)
	default:
		return
	}
	s.held[pod.UID] = struct{}{}
	s.dirty = true
}

// list stores the UIDs, and the decision if there is one (FIN-5, FIN-6). The back-off record takes effect with it:
// had the write failed, the same pods would be news again.
func list(ctx context.Context, s *jobSync) error {
	if s.verdict != nil && s.d.RecordInterim(&s.job.Status, *s.verdict, s.since) {
		s.dirty = true
	}
	if !s.dirty {
		return nil
	}
	if err := s.d.WriteStatus(ctx, s); err != nil {
		return err
	}
	s.mem.backoff = s.backoff
	return nil
}

// free removes the finalizers (TRK-1, second phase). Pods it did not reach stay listed for the next sync; those that
// are gone are as good as freed (TRK-5).
func free(ctx context.Context, s *jobSync) error {
	for _, pod := range s.release {
		// Before the call, since the event may come before its answer (TRK-10).
		s.mem.released[pod.UID] = struct{}{}
	}
	var firstErr error
	for _, pod := range s.release {
		err := dropFinalizer(ctx, s, pod)
		// A pod that is not found stays released: the cache may show it until its deletion event comes.
		if err == nil || apierrors.IsNotFound(err) {
			delete(s.held, pod.UID)
			continue
		}
		delete(s.mem.released, pod.UID)
		s.r.log.Error(err, "pod call failed", "job", s.req.String())
		if firstErr == nil {
			firstErr = err
		}
	}
	if firstErr == nil {
		return nil
	}
	if s.countFreed(); s.dirty {
		if err := s.d.WriteStatus(ctx, s); err != nil {
			return err
		}
	}
	return firstErr
}

// settle counts the pods that were freed (TRK-1, third phase) and finishes a decided Job when nothing is left to do.
func settle(ctx context.Context, s *jobSync) error {
	s.countFreed()
	finishes := s.verdict != nil && !s.capped && s.d.MayFinish(&s.job.Status, s.counts.Terminating)
	if finishes {
		s.d.RecordTerminal(s.job, *s.verdict, s.r.now())
		s.dirty = true
	}
	if !s.dirty {
		return nil
	}
	if err := s.d.WriteStatus(ctx, s); err != nil {
		return err
	}
	if finishes {
		s.mem.finished = true
		s.d.Announce(s.r.events, s.job, *s.verdict)
	}
	return nil
}

// countFreed moves the UIDs whose pods carry no finalizer any more from the lists to the counters.
func (s *jobSync) countFreed() {
	status, uncounted := &s.job.Status, s.uncounted()
	succeeded, failed := s.stillHeld(uncounted.Succeeded), s.stillHeld(uncounted.Failed)
	if len(succeeded) == len(uncounted.Succeeded) && len(failed) == len(uncounted.Failed) {
		return
	}
	status.Succeeded += int32(len(uncounted.Succeeded) - len(succeeded))
	status.Failed += int32(len(uncounted.Failed) - len(failed))
	status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{Succeeded: succeeded, Failed: failed}
	s.dirty = true
}

func (s *jobSync) stillHeld(uids []types.UID) []types.UID {
	var held []types.UID
	for _, uid := range uids {
		if _, ok := s.held[uid]; ok {
			held = append(held, uid)
		}
	}
	return held
}

// announce says how the Job ended, once that is stored (EV-2, EV-3).
func announce(events record.EventRecorder, job *batchv1.Job, v Verdict) {
	if !v.Success {
		events.Event(job, corev1.EventTypeWarning, v.Reason, v.Message)
		return
	}
	if job.Spec.Completions != nil && job.Status.Succeeded > *job.Spec.Completions {
		events.Event(job, corev1.EventTypeWarning, "TooManySucceededPods",
			"Too many succeeded pods running after completion count reached")
	}
	events.Event(job, corev1.EventTypeNormal, "Completed", "Job completed")
}

// countAs is the counter for a tracked pod. Once the Job is to fail, everything it still has to lose counts as failed,
// however it ends (BL-7, FIN-17); pods left over by a success, or by the deletion of the Job, do not count (DEL-3).
func countAs(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
	succeeded := d.IsSucceeded(pod)
	switch {
	case !succeeded && !d.IsFailed(job, pod) && (decided == nil || decided.Success):
		return Uncounted
	case !d.counts(job, pod):
		return Ignored
	case succeeded:
		return Succeeded
	case d.IgnoresFailure(d, job, pod):
		return Ignored
	}
	return Failed
}

// mayRelease is TRK-3 for pods that carry the finalizer: those that ended, and all of them once the Job is decided or
// being deleted.
func mayRelease(job *batchv1.Job, tally Tally, decided *Verdict) bool {
	return tally != Uncounted || decided != nil || job.DeletionTimestamp != nil
}
