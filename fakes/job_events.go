package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
)

// jobHandler is SYNC-6 for Jobs: creation, deletion and spec changes cause a sync at once, status changes after a
// batch.
func (r *Reconciler) jobHandler() handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, q requests) {
			r.jobNews(nil, e.Object.(*batchv1.Job), q)
		},
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q requests) {
			r.jobUpdated(e.ObjectOld.(*batchv1.Job), e.ObjectNew.(*batchv1.Job), q)
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q requests) {
			r.forget(e.Object.GetUID())
			q.Add(requestFor(e.Object))
		},
	}
}

func (r *Reconciler) jobUpdated(old, job *batchv1.Job, q requests) {
	if old.UID != job.UID { // deleted and recreated while the watch was broken
		r.forget(old.UID)
		r.jobNews(nil, job, q)
		return
	}
	r.jobNews(old, job, q)
	r.deadlineEdited(old, job, q)
}

func (r *Reconciler) jobNews(old, job *batchv1.Job, q requests) {
	if after, wakes := r.d.WakeOnJob(r.d.Limits, old, job, r.d.IsFinished(job)); wakes {
		q.AddAfter(requestFor(job), after)
	}
}

// wakeOnJob is SYNC-6. A finished Job is looked at for pods that still carry the finalizer (FIN-16).
func wakeOnJob(l Limits, old, job *batchv1.Job, finished bool) (time.Duration, bool) {
	if old == nil || old.Generation != job.Generation || finished {
		return 0, true
	}
	return l.Batch, true
}

// deadlineEdited is ADS-10: a new deadline has a timer even if the sync that this edit causes should fail.
func (r *Reconciler) deadlineEdited(old, job *batchv1.Job, q requests) {
	if r.d.IsFinished(job) || sameSeconds(old.Spec.ActiveDeadlineSeconds, job.Spec.ActiveDeadlineSeconds) {
		return
	}
	if left, running := r.d.DeadlineLeft(job, r.d.IsSuspended(job), r.now()); running {
		q.AddAfter(requestFor(job), max(0, left))
	}
}

func sameSeconds(a, b *int64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
