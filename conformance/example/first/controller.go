// Package first is a Job controller as one writes it on the first day: it reads well, works when it is tried, and is
// wrong in a dozen ways that only show when something happens at the wrong moment. WALK.md in the folder above
// goes from its first verdict to a conformant one.
package first

import (
	"context"
	"time"

	"github.com/benbjohnson/clock"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/adapter"
)

// Controller runs Jobs.
type Controller struct {
	client.Client
	Clock clock.Clock
}

// New makes a controller, for adapter.Reconciler.
func New(env *adapter.Env) (reconcile.Reconciler, error) {
	return &Controller{Client: env.Client, Clock: env.Clock}, nil
}

// Reconcile brings a Job's pods and status up to date.
func (c *Controller) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var job batchv1.Job
	if err := c.Get(ctx, req.NamespacedName, &job); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	var pods corev1.PodList
	if err := c.List(ctx, &pods, client.InNamespace(job.Namespace), client.MatchingLabels(job.Spec.Selector.MatchLabels)); err != nil {
		return reconcile.Result{}, err
	}
	if isFinished(&job) {
		return reconcile.Result{}, nil
	}
	now := metav1.NewTime(c.Clock.Now())
	if job.Status.StartTime == nil {
		job.Status.StartTime = &now
	}
	var active []*corev1.Pod
	var ready, succeeded, failed int32
	for i := range pods.Items {
		pod := &pods.Items[i]
		switch pod.Status.Phase {
		case corev1.PodSucceeded:
			succeeded++
		case corev1.PodFailed:
			failed++
		default:
			active = append(active, pod)
			if isReady(pod) {
				ready++
			}
		}
	}
	job.Status.Active, job.Status.Succeeded, job.Status.Failed = int32(len(active)), succeeded, failed
	job.Status.Ready = &ready
	switch {
	case failed >= *job.Spec.BackoffLimit:
		c.end(&job, batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded, now)
	case job.Spec.ActiveDeadlineSeconds != nil && now.Sub(job.CreationTimestamp.Time) >= time.Duration(*job.Spec.ActiveDeadlineSeconds)*time.Second:
		c.end(&job, batchv1.JobFailed, batchv1.JobReasonDeadlineExceeded, now)
	case job.Spec.Completions == nil && succeeded > 0 || job.Spec.Completions != nil && succeeded >= *job.Spec.Completions:
		job.Status.CompletionTime = &now
		c.end(&job, batchv1.JobComplete, batchv1.JobReasonCompletionsReached, now)
	}
	if isFinished(&job) {
		for _, pod := range active {
			if err := c.Delete(ctx, pod); client.IgnoreNotFound(err) != nil {
				return reconcile.Result{}, err
			}
		}
		job.Status.Active = 0
		return reconcile.Result{}, c.Status().Update(ctx, &job)
	}
	if err := c.scale(ctx, &job, active); err != nil {
		return reconcile.Result{}, err
	}
	return reconcile.Result{}, c.Status().Update(ctx, &job)
}

// scale creates or deletes pods until there are as many as wanted.
func (c *Controller) scale(ctx context.Context, job *batchv1.Job, active []*corev1.Pod) error {
	want := int(*job.Spec.Parallelism)
	if job.Spec.Completions != nil {
		want = min(want, int(*job.Spec.Completions-job.Status.Succeeded))
	}
	if job.Spec.Suspend != nil && *job.Spec.Suspend {
		want = 0
	}
	for i := want; i < len(active); i++ {
		if err := c.Delete(ctx, active[i]); client.IgnoreNotFound(err) != nil {
			return err
		}
	}
	for range want - len(active) {
		template := job.Spec.Template.DeepCopy()
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: job.Namespace, GenerateName: job.Name + "-",
				Labels: template.Labels, Annotations: template.Annotations,
			},
			Spec: template.Spec,
		}
		if err := controllerutil.SetControllerReference(job, pod, c.Scheme()); err != nil {
			return err
		}
		if err := c.Create(ctx, pod); err != nil {
			return err
		}
	}
	return nil
}

// end sets the condition that ends a Job.
func (c *Controller) end(job *batchv1.Job, kind batchv1.JobConditionType, reason string, now metav1.Time) {
	job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
		Type: kind, Status: corev1.ConditionTrue, Reason: reason, LastTransitionTime: now, LastProbeTime: now,
	})
}

func isFinished(job *batchv1.Job) bool {
	for _, c := range job.Status.Conditions {
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			return true
		}
	}
	return false
}

func isReady(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}
