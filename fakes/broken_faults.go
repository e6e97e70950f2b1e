package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// brokenFaults go wrong when the API server refuses a call.
var brokenFaults = []Broken{
	{
		Name:    "create-errors-swallowed",
		Mistake: "It does not try again when a pod could not be created.",
		Clauses: []string{"CTRL-9", "POD-11"},
		Bug:     "kubernetes/kubernetes#45213",
		Break:   func(d *Decisions) { d.IgnoresCreateError = func(error) bool { return true } },
	},
	{
		Name:    "namespace-deletion-is-an-error",
		Mistake: "It goes on trying to create pods in a namespace that is being deleted.",
		Clauses: []string{"POD-10"},
		Break:   func(d *Decisions) { d.IgnoresCreateError = func(error) bool { return false } },
	},
	{
		Name:    "create-error-fails-job",
		Mistake: "It fails the Job when a pod cannot be created.",
		Clauses: []string{"CTRL-9"},
		Break: func(d *Decisions) {
			afterStep(d, "manage", func(_ context.Context, s *jobSync) {
				if s.manageErr != nil && s.verdict == nil && s.counts.Active == 0 && !s.suspended {
					s.verdict = &Verdict{Reason: batchv1.JobReasonBackoffLimitExceeded, Message: messageBackoffLimit}
					s.since = s.r.now()
				}
			})
		},
	},
	{
		Name:    "failed-creates-count-as-active",
		Mistake: "It takes pods that could not be created for active ones, and waits for them.",
		Clauses: []string{"CTRL-9", "STAT-1"},
		Bug:     "openkruise/kruise#2414",
		Break: func(d *Decisions) {
			afterStep(d, "manage", func(_ context.Context, s *jobSync) {
				if s.manageErr != nil && s.verdict == nil && !s.suspended {
					s.counts.Active = s.d.PodsWanted(s.job, s.counts)
					s.job.Status.Active = s.counts.Active
					s.manageErr = nil
				}
			})
		},
	},
	{
		Name:    "retries-cost-ten-seconds",
		Mistake: "It waits after an API error as long as after a failed pod.",
		Clauses: []string{"POD-11"},
		Bug:     "kubernetes/kubernetes#118615",
		Break: func(d *Decisions) {
			d.Limits.RetryBase, d.Limits.RetryMax = 10*time.Second, 6*time.Minute
		},
	},
	{
		Name:    "retries-at-constant-pace",
		Mistake: "It tries again each second however long the API server refuses its calls.",
		Clauses: []string{"POD-11"},
		Break:   func(d *Decisions) { d.Limits.RetryMax = d.Limits.RetryBase },
	},
	{
		Name:    "retries-without-delay",
		Mistake: "It tries again at once, and again, when the API server refuses a call.",
		Clauses: []string{"POD-11"},
		Break:   func(d *Decisions) { d.Limits.RetryBase, d.Limits.RetryMax = 0, 0 },
	},
	{
		Name:    "retry-delay-never-reset",
		Mistake: "It goes on with the delay after the last API error although a sync has succeeded since.",
		Clauses: []string{"POD-11"},
		Break: func(d *Decisions) {
			d.Retry = func(l Limits) workqueue.TypedRateLimiter[reconcile.Request] {
				return neverForgets{retry(l)}
			}
		},
	},
	{
		Name:    "deletes-although-finalizer-stays",
		Mistake: "It deletes a surplus pod although its finalizer could not be removed.",
		Clauses: []string{"PAR-9"},
		Break: func(d *Decisions) {
			d.Removal[0] = PodCall{Name: "try to drop finalizer", Do: func(ctx context.Context, s *jobSync, pod *corev1.Pod) error {
				_ = dropFinalizer(ctx, s, pod)
				return nil
			}}
		},
	},
	{
		Name:    "decides-although-deletion-failed",
		Mistake: "It records a failure although it could not delete all active pods.",
		Clauses: []string{"FIN-7"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				verdict := s.verdict
				err := step(ctx, s)
				if s.manageErr != nil && verdict != nil {
					s.verdict = verdict
				}
				return err
			})
		},
	},
}

// neverForgets is a limiter for which each failure follows the one before.
type neverForgets struct {
	workqueue.TypedRateLimiter[reconcile.Request]
}

func (neverForgets) Forget(reconcile.Request) {}
