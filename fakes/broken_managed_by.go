package fakes

import (
	"context"
	"path"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenManagers mistake whose Jobs they look after. Those that mistake it for every Job stand in brokenOwnership.
var brokenManagers = []Broken{
	{
		Name:    "own-name-is-foreign",
		Mistake: "It looks after Jobs that name nobody, and takes its own name in spec.managedBy for somebody else's.",
		Clauses: []string{"MB-1"},
		Break: func(d *Decisions) {
			d.IsForeign = func(job *batchv1.Job) bool { return job.Spec.ManagedBy != nil }
		},
	},
	{
		Name:    "managed-by-compared-in-part",
		Mistake: "It compares only what stands after the slash in spec.managedBy, so it acts on Jobs of example.com/job-controller.",
		Clauses: []string{"MB-1"},
		Break: func(d *Decisions) {
			foreign := d.IsForeign
			d.IsForeign = func(job *batchv1.Job) bool {
				return foreign(job) && path.Base(manager(job)) != path.Base(batchv1.JobControllerName)
			}
		},
	},
	{
		Name:    "foreign-suspension-said",
		Mistake: "It says Suspended in the status of every suspended Job, whoever manages it.",
		Clauses: []string{"MB-1"},
		Break: func(d *Decisions) {
			foreign := d.IsForeign
			d.IsForeign = func(job *batchv1.Job) bool { return foreign(job) && !isSuspended(job) }
		},
	},
	{
		Name:    "foreign-orphans-adopted",
		Mistake: "It adopts pods without a controller for every Job whose selector matches, whoever manages it.",
		Clauses: []string{"MB-1"},
		Break: func(d *Decisions) {
			foreign := d.IsForeign
			d.IsForeign = func(*batchv1.Job) bool { return false }
			unlessDone(d, func(ctx context.Context, s *jobSync) bool {
				return foreign(s.job) && (claim(ctx, s) != nil || true)
			})
		},
	},
	{
		Name:    "manager-remembered-by-name",
		Mistake: "It remembers by the name of a Job that it looks after it, and acts on another Job that is recreated under that name.",
		Clauses: []string{"MB-4", "MB-1"},
		Break: func(d *Decisions) {
			foreign := d.IsForeign
			d.IsForeign = func(*batchv1.Job) bool { return false }
			unlessDone(d, func(_ context.Context, s *jobSync) bool {
				key := "manages/" + s.req.String()
				if _, known := s.r.notes[key]; known {
					return false
				}
				if foreign(s.job) {
					return true
				}
				s.r.notes[key] = true
				return false
			})
		},
	},
	{
		Name:      "external-takes-unnamed",
		Mistake:   "It asks, as the built-in controller may, only whether a Job names somebody else, so it takes those that name nobody.",
		Clauses:   []string{"MB-1"},
		ManagedBy: "example.com/controller",
		Break: func(d *Decisions) {
			foreign := d.IsForeign
			d.IsForeign = func(job *batchv1.Job) bool { return job.Spec.ManagedBy != nil && foreign(job) }
		},
	},
	{
		Name:    "external-status-short-of-rules",
		Mistake: "It writes Complete to a Job that names its controller without SuccessCriteriaMet before, as older releases did.",
		Clauses: []string{"MB-5"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if s.job.Spec.ManagedBy != nil && conditionTrue(&s.job.Status, batchv1.JobComplete) != nil {
					withoutCondition(&s.job.Status, batchv1.JobSuccessCriteriaMet)
				}
			})
		},
	},
	{
		Name:    "others-dying-pods-freed",
		Mistake: "It takes the reserved finalizer from every pod that is being deleted, also if another controller has not counted it yet.",
		Clauses: []string{"MB-3"},
		Beside:  "example.com/other",
		Break: func(d *Decisions) {
			withOthersPods(d, func(ctx context.Context, s *jobSync, pod *corev1.Pod) {
				if pod.DeletionTimestamp != nil {
					_ = dropFinalizer(ctx, s, pod)
				}
			})
		},
	},
	{
		Name:    "others-failed-pods-deleted",
		Mistake: "It deletes failed pods of every Job, whoever manages it.",
		Clauses: []string{"MB-3"},
		Beside:  "example.com/other",
		Break: func(d *Decisions) {
			withOthersPods(d, func(ctx context.Context, s *jobSync, pod *corev1.Pod) {
				if pod.Status.Phase == corev1.PodFailed {
					_ = deletePod(ctx, s, pod)
				}
			})
		},
	},
}

// withOthersPods does something with each pod of a Job that is somebody else's.
func withOthersPods(d *Decisions, do func(context.Context, *jobSync, *corev1.Pod)) {
	foreign := d.IsForeign
	d.IsForeign = func(*batchv1.Job) bool { return false }
	unlessDone(d, func(ctx context.Context, s *jobSync) bool {
		if !foreign(s.job) {
			return false
		}
		for _, pod := range everyPod(ctx, s) {
			do(ctx, s, pod)
		}
		return true
	})
}
