package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// brokenTTL delete finished Jobs at the wrong time, or in the wrong way.
var brokenTTL = []Broken{
	{
		Name:    "ttl-from-completion-time",
		Mistake: "It counts the time to live from completionTime, which failed Jobs do not have.",
		Clauses: []string{"TTL-1"},
		Break: func(d *Decisions) {
			d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
				if _, ok := expiry(job); !ok || job.Status.CompletionTime == nil {
					return time.Time{}, false
				}
				return job.Status.CompletionTime.Add(ttlOf(job)), true
			}
		},
	},
	{
		Name:    "ttl-from-start",
		Mistake: "It counts the time to live of a finished Job from its start.",
		Clauses: []string{"TTL-1"},
		Break: func(d *Decisions) {
			d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
				at, ok := expiry(job)
				if ok && job.Status.StartTime != nil {
					at = job.Status.StartTime.Add(ttlOf(job))
				}
				return at, ok
			}
		},
	},
	{
		Name:    "ttl-from-interim-condition",
		Mistake: "It counts the time to live from the decision, not from the end.",
		Clauses: []string{"TTL-5"},
		Break: func(d *Decisions) {
			d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
				at, ok := expiry(job)
				for _, kind := range []batchv1.JobConditionType{batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet} {
					if c := conditionTrue(&job.Status, kind); ok && c != nil {
						at = c.LastTransitionTime.Add(ttlOf(job))
					}
				}
				return at, ok
			}
		},
	},
	{
		Name:    "ttl-zero-is-never",
		Mistake: "It takes a time to live of 0 for none.",
		Clauses: []string{"TTL-2"},
		Break: func(d *Decisions) {
			d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
				at, ok := expiry(job)
				return at, ok && ttlOf(job) > 0
			}
		},
	},
	{
		Name:    "ttl-by-default",
		Mistake: "It deletes Jobs without a time to live a minute after their end.",
		Clauses: []string{"TTL-2"},
		Break: func(d *Decisions) {
			d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
				if job.Spec.TTLSecondsAfterFinished == nil {
					limited := *job
					limited.Spec.TTLSecondsAfterFinished = new(int32(60))
					job = &limited
				}
				return expiry(job)
			}
		},
	},
	{
		Name:    "ttl-edits-wake-nobody",
		Mistake: "It does not look again at a finished Job whose time to live is edited.",
		Clauses: []string{"TTL-4"},
		Break: func(d *Decisions) {
			d.WakeOnJob = func(l Limits, old, job *batchv1.Job, finished bool) (time.Duration, bool) {
				if old != nil && isFinished(old) {
					return 0, false
				}
				return wakeOnJob(l, old, job, finished)
			}
		},
	},
	{
		Name:    "ttl-trusts-the-cache",
		Mistake: "It deletes an expired Job without reading it again.",
		Clauses: []string{"TTL-3", "TTL-4"},
		Break: func(d *Decisions) {
			d.RemoveExpired = func(ctx context.Context, r *Reconciler, req reconcile.Request) error {
				job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: req.Namespace, Name: req.Name}}
				return client.IgnoreNotFound(r.client.Delete(ctx, job, client.PropagationPolicy(metav1.DeletePropagationForeground)))
			}
		},
	},
	{
		Name:    "ttl-orphans-pods",
		Mistake: "It deletes an expired Job and leaves its pods.",
		Clauses: []string{"TTL-3"},
		Break: func(d *Decisions) {
			d.RemoveExpired = func(ctx context.Context, r *Reconciler, req reconcile.Request) error {
				live := &batchv1.Job{}
				if err := r.live.Get(ctx, req.NamespacedName, live); err != nil {
					return client.IgnoreNotFound(err)
				}
				if !r.isExpired(req, live) {
					return nil
				}
				return client.IgnoreNotFound(r.client.Delete(ctx, live, client.PropagationPolicy(metav1.DeletePropagationOrphan)))
			}
		},
	},
	{
		Name:    "ttl-for-own-jobs-only",
		Mistake: "It deletes expired Jobs only if it manages them, so those that name another controller stay for ever.",
		Clauses: []string{"TTL-6"},
		Break: func(d *Decisions) {
			d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
				if d.IsForeign(job) {
					return time.Time{}, false
				}
				return expiry(job)
			}
		},
	},
	{
		Name:    "ttl-deletes-again",
		Mistake: "It deletes an expired Job although it is being deleted.",
		Clauses: []string{"TTL-6"},
		Break: func(d *Decisions) {
			d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
				if job.DeletionTimestamp != nil {
					stays := *job
					stays.DeletionTimestamp = nil
					job = &stays
				}
				return expiry(job)
			}
		},
	},
}

func ttlOf(job *batchv1.Job) time.Duration {
	return time.Duration(*job.Spec.TTLSecondsAfterFinished) * time.Second
}
