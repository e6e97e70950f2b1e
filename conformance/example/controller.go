// Package example is a Job controller as a third party would write it, independent of the reference in fakes: it reads
// from the API server instead of a cache, so that nothing it sees is stale, and takes one small step after the other.
// It is what the first attempt in the subfolder first became, one red verdict after the other.
//
//	conformance.Run(t, adapter.Reconciler("example", example.New, example.Watches()))
package example

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/adapter"
)

// Controller runs Jobs.
type Controller struct {
	client.Client
	Live  client.Reader
	Clock clock.Clock

	// failures is what the back-off of each Job remembers. It may be lost: a restart only makes a retry sooner.
	failures map[types.UID]*failures
}

// New makes a controller, for adapter.Reconciler.
func New(env *adapter.Env) (reconcile.Reconciler, error) {
	return &Controller{Client: env.Client, Live: env.APIReader, Clock: env.Clock, failures: map[types.UID]*failures{}}, nil
}

// NewWithClients makes a controller that lives in a manager of its own, where the machine's clock is the only one.
func NewWithClients(c client.Client, live client.Reader) *Controller {
	return &Controller{Client: c, Live: live, Clock: clock.New(), failures: map[types.UID]*failures{}}
}

// state is a Job and its pods while they are looked at.
type state struct {
	job *batchv1.Job
	// pods are the Job's own; byUID are all of the namespace.
	pods  []*corev1.Pod
	byUID map[types.UID]*corev1.Pod

	active, terminating []*corev1.Pod
	restarts            int32
	// again is when the Job must be looked at although nothing happens; zero means never.
	again time.Duration
}

// Reconcile takes a Job one step further.
func (c *Controller) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	job := &batchv1.Job{}
	if err := c.Live.Get(ctx, req.NamespacedName, job); client.IgnoreNotFound(err) != nil {
		return reconcile.Result{}, err
	}
	var all corev1.PodList
	if err := c.Live.List(ctx, &all, client.InNamespace(req.Namespace)); err != nil {
		return reconcile.Result{}, err
	}
	s := &state{job: job, byUID: map[types.UID]*corev1.Pod{}}
	for i := range all.Items {
		s.byUID[all.Items[i].UID] = &all.Items[i]
	}
	if job.UID != "" && !foreign(job) {
		if err := c.claim(ctx, s, all.Items); err != nil {
			return reconcile.Result{}, err
		}
	}
	if err := c.freeStrays(ctx, req.Name, job, all.Items); err != nil || job.UID == "" || foreign(job) {
		return reconcile.Result{}, err
	}
	if finished(job) {
		delete(c.failures, job.UID)
		return reconcile.Result{}, c.free(ctx, s.pods...)
	}
	err := c.step(ctx, s)
	if job.Spec.ManualSelector != nil && *job.Spec.ManualSelector && (s.again == 0 || s.again > lookAround) {
		s.again = lookAround
	}
	return reconcile.Result{RequeueAfter: s.again}, err
}

// lookAround is how often a Job with a selector made by hand looks for pods to adopt: no label of theirs wakes it.
const lookAround = 5 * time.Second

// step counts, decides, brings the pods in line, and stores what came of it. Only what is stored is acted on: no crash
// can make a pod count twice or not at all.
func (c *Controller) step(ctx context.Context, s *state) error {
	before := s.job.Status.DeepCopy()
	s.observe()
	c.start(s)
	s.count()
	c.remember(s)
	if decided(s.job) == nil {
		c.decide(s)
	}
	if verdict := decided(s.job); verdict != nil {
		if verdict.Type == batchv1.JobFailureTarget {
			s.giveUpPods()
		}
		c.finish(s, verdict)
	}
	// Without a stored decision nothing may be deleted for it, and with one nothing may be created.
	var scaling error
	if decided(s.job) == nil && s.job.DeletionTimestamp == nil {
		if scaling = c.scale(ctx, s); scaling == nil {
			s.complete(c.now())
		}
	}
	s.report()
	if !apiequality.Semantic.DeepEqual(before, &s.job.Status) {
		if err := c.Status().Update(ctx, s.job); err != nil {
			return err
		}
	}
	if decided(s.job) != nil {
		if err := c.delete(ctx, s.active...); err != nil {
			return err
		}
	}
	return errors.Join(scaling, c.release(ctx, s))
}

func (c *Controller) now() metav1.Time { return metav1.NewTime(c.Clock.Now()) }

// wake asks for another look after d; of several the earliest counts.
func (s *state) wake(d time.Duration) {
	if d <= 0 {
		d = time.Millisecond
	}
	if s.again == 0 || d < s.again {
		s.again = d
	}
}

// start keeps startTime and the Suspended condition.
func (c *Controller) start(s *state) {
	status, now := &s.job.Status, c.now()
	suspended := condition(s.job, batchv1.JobSuspended)
	switch {
	case suspend(s.job):
		return // once the pods are gone, in scale
	case suspended != nil && suspended.Status == corev1.ConditionTrue && s.job.DeletionTimestamp == nil:
		setCondition(status, batchv1.JobSuspended, corev1.ConditionFalse, "JobResumed", "Job resumed", now)
		status.StartTime = &now
	case status.StartTime == nil:
		status.StartTime = &now
	}
}

// decide applies the tests that end a Job, failures first.
func (c *Controller) decide(s *state) {
	status, limit := &s.job.Status, *s.job.Spec.BackoffLimit
	onFailure := s.job.Spec.Template.Spec.RestartPolicy == corev1.RestartPolicyOnFailure
	uncounted := status.UncountedTerminatedPods
	failed := status.Failed + int32(len(uncounted.Failed))
	if failed > limit || onFailure && s.restarts >= max(1, limit) {
		setCondition(status, batchv1.JobFailureTarget, corev1.ConditionTrue,
			batchv1.JobReasonBackoffLimitExceeded, "Job has reached the specified backoff limit", c.now())
		return
	}
	if deadline := s.job.Spec.ActiveDeadlineSeconds; deadline != nil && !suspend(s.job) {
		left := status.StartTime.Add(time.Duration(*deadline) * time.Second).Sub(c.Clock.Now())
		if left <= 0 {
			setCondition(status, batchv1.JobFailureTarget, corev1.ConditionTrue,
				batchv1.JobReasonDeadlineExceeded, "Job was active longer than specified deadline", c.now())
			return
		}
		s.wake(left)
	}
	s.complete(c.now())
}

// complete decides that the Job has succeeded, if it has.
func (s *state) complete(now metav1.Time) {
	succeeded := s.succeeded()
	done := succeeded > 0
	if want := s.job.Spec.Completions; want != nil {
		done = succeeded >= *want
	}
	if done && len(s.active) == 0 {
		setCondition(&s.job.Status, batchv1.JobSuccessCriteriaMet, corev1.ConditionTrue,
			batchv1.JobReasonCompletionsReached, "Reached expected number of succeeded pods", now)
	}
}

func (s *state) succeeded() int32 {
	return s.job.Status.Succeeded + int32(len(s.job.Status.UncountedTerminatedPods.Succeeded))
}

// finish adds the terminal condition once nothing of the Job is left that could still change.
func (c *Controller) finish(s *state, verdict *batchv1.JobCondition) {
	status, uncounted := &s.job.Status, s.job.Status.UncountedTerminatedPods
	if len(s.active)+len(s.terminating)+len(uncounted.Succeeded)+len(uncounted.Failed) > 0 {
		return
	}
	now, kind := c.now(), batchv1.JobFailed
	if verdict.Type == batchv1.JobSuccessCriteriaMet {
		kind, status.CompletionTime = batchv1.JobComplete, &now
	}
	setCondition(status, kind, corev1.ConditionTrue, verdict.Reason, verdict.Message, now)
	if status.StartTime == nil && !(suspend(s.job) && s.job.Spec.Completions != nil && *s.job.Spec.Completions == 0) {
		status.StartTime = &now
	}
}

// release takes the finalizer from pods that are stored as uncounted, and from all pods of a Job that is going.
func (c *Controller) release(ctx context.Context, s *state) error {
	uncounted := s.job.Status.UncountedTerminatedPods
	for _, uid := range append(append([]types.UID{}, uncounted.Succeeded...), uncounted.Failed...) {
		if pod := s.byUID[uid]; pod != nil {
			if err := c.free(ctx, pod); err != nil {
				return err
			}
		}
	}
	if s.job.DeletionTimestamp != nil || finished(s.job) {
		return c.free(ctx, s.pods...)
	}
	return nil
}

// freeStrays takes the finalizer from pods that nobody will count: their Job is gone, or another one by now.
func (c *Controller) freeStrays(ctx context.Context, name string, job *batchv1.Job, pods []corev1.Pod) error {
	for i := range pods {
		pod := &pods[i]
		owner := metav1.GetControllerOf(pod)
		if owner == nil || owner.Kind == "Job" && owner.Name == name && owner.UID != job.UID {
			if err := c.free(ctx, pod); err != nil {
				return fmt.Errorf("freeing stray pod %s: %w", pod.Name, err)
			}
		}
	}
	return nil
}

// ignoreGone is the error of a call about a pod that may have gone in the meantime.
func ignoreGone(err error) error {
	if apierrors.IsNotFound(err) || apierrors.IsInvalid(err) {
		return nil
	}
	return err
}
