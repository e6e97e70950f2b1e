package fakes

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Upstream deletes finished Jobs in a controller of its own. Here it is a step after the last sync of a Job, which has the
// same requests and the same timers.

// expire deletes a Job whose time is over, or has it looked at again when it is. It does so for Jobs that somebody else
// manages too (TTL-6).
func (r *Reconciler) expire(ctx context.Context, req reconcile.Request, job *batchv1.Job) error {
	if !r.isExpired(req, job) {
		return nil
	}
	return r.d.RemoveExpired(ctx, r, req)
}

// isExpired sets a timer if the Job will expire later.
func (r *Reconciler) isExpired(req reconcile.Request, job *batchv1.Job) bool {
	at, expires := r.d.Expiry(job)
	if !expires {
		return false
	}
	left := at.Sub(r.now())
	if left > 0 {
		r.wakeAt(req, left)
	}
	return left <= 0
}

// expiry is TTL-1 and TTL-2: the time runs from the terminal condition, not from the interim one (TTL-5), and a Job that
// is being deleted needs nobody to delete it (TTL-6).
func expiry(job *batchv1.Job) (time.Time, bool) {
	if job.Spec.TTLSecondsAfterFinished == nil || job.DeletionTimestamp != nil {
		return time.Time{}, false
	}
	for i := range job.Status.Conditions {
		c := &job.Status.Conditions[i]
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			ttl := time.Duration(*job.Spec.TTLSecondsAfterFinished) * time.Second
			return c.LastTransitionTime.Add(ttl), !c.LastTransitionTime.IsZero()
		}
	}
	return time.Time{}, false
}

// removeExpired is TTL-3 and TTL-4: the cache may not know yet that somebody gave the Job more time, or that another one
// has its name by now. Pods go first, with the Job.
func removeExpired(ctx context.Context, r *Reconciler, req reconcile.Request) error {
	live := &batchv1.Job{}
	if err := r.live.Get(ctx, req.NamespacedName, live); err != nil {
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("reading Job %s, whose time is over: %w", req, err)
	}
	if !r.isExpired(req, live) {
		return nil
	}
	err := r.client.Delete(ctx, live, client.PropagationPolicy(metav1.DeletePropagationForeground),
		client.Preconditions{UID: &live.UID})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("deleting Job %s, whose time is over: %w", req, err)
	}
	return nil
}
