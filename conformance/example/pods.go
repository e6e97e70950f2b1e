package example

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// claim settles which pods are the Job's: it adopts orphans whose labels match, and lets go whose do not.
func (c *Controller) claim(ctx context.Context, s *state, pods []corev1.Pod) error {
	selector, err := metav1.LabelSelectorAsSelector(s.job.Spec.Selector)
	if err != nil {
		return err
	}
	for i := range pods {
		pod := &pods[i]
		owner := metav1.GetControllerOf(pod)
		if owner != nil && owner.Kind != "Job" {
			continue
		}
		matches := selector.Matches(labels.Set(pod.Labels))
		switch {
		case owner != nil && owner.UID == s.job.UID && (matches || s.job.DeletionTimestamp != nil):
			s.pods = append(s.pods, pod)
		case owner != nil && owner.UID == s.job.UID:
			err = c.letGo(ctx, pod, s.job.UID)
		case owner == nil && matches && pod.DeletionTimestamp == nil && s.job.DeletionTimestamp == nil && !finished(s.job):
			if err = c.adopt(ctx, s.job, pod); err == nil {
				s.pods = append(s.pods, pod)
			}
		}
		if ignoreGone(err) != nil {
			return err
		}
		err = nil
	}
	return nil
}

func (c *Controller) adopt(ctx context.Context, job *batchv1.Job, pod *corev1.Pod) error {
	base := client.StrategicMergeFrom(pod.DeepCopy(), client.MergeFromWithOptimisticLock{})
	pod.OwnerReferences = append(pod.OwnerReferences, *metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job")))
	controllerutil.AddFinalizer(pod, batchv1.JobTrackingFinalizer)
	return c.Patch(ctx, pod, base)
}

func (c *Controller) letGo(ctx context.Context, pod *corev1.Pod, job types.UID) error {
	base := client.StrategicMergeFrom(pod.DeepCopy(), client.MergeFromWithOptimisticLock{})
	pod.OwnerReferences = slices.DeleteFunc(pod.OwnerReferences, func(o metav1.OwnerReference) bool { return o.UID == job })
	controllerutil.RemoveFinalizer(pod, batchv1.JobTrackingFinalizer)
	return c.Patch(ctx, pod, base)
}

// free takes the finalizer from pods.
func (c *Controller) free(ctx context.Context, pods ...*corev1.Pod) error {
	for _, pod := range pods {
		if !tracked(pod) {
			continue
		}
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
			"uid": pod.UID, "$deleteFromPrimitiveList/finalizers": []string{batchv1.JobTrackingFinalizer},
		}})
		if err != nil {
			return err
		}
		if err := ignoreGone(c.Patch(ctx, pod, client.RawPatch(types.StrategicMergePatchType, patch))); err != nil {
			return err
		}
	}
	return nil
}

func (c *Controller) delete(ctx context.Context, pods ...*corev1.Pod) error {
	for _, pod := range pods {
		if err := ignoreGone(c.Delete(ctx, pod, client.Preconditions{UID: &pod.UID})); err != nil {
			return err
		}
	}
	return nil
}

// scale brings the number of active pods to what is wanted.
func (c *Controller) scale(ctx context.Context, s *state) error {
	want := s.wanted()
	for len(s.active) > want {
		victim := slices.MinFunc(s.active, lessAdvanced)
		// Without the finalizer first, or the pod would count as failed.
		if err := c.free(ctx, victim); err != nil {
			return err
		}
		if err := c.delete(ctx, victim); err != nil {
			return err
		}
		s.active = slices.DeleteFunc(s.active, func(p *corev1.Pod) bool { return p == victim })
		s.terminating = append(s.terminating, victim)
	}
	if suspend(s.job) {
		now := c.now()
		if setCondition(&s.job.Status, batchv1.JobSuspended, corev1.ConditionTrue, "JobSuspended", "Job suspended", now) {
			s.job.Status.StartTime = nil
		}
		return nil
	}
	missing := want - len(s.active)
	if replacesOnlyFailed(s.job) {
		missing -= len(s.terminating)
	}
	if missing <= 0 {
		return nil
	}
	if wait := c.failures[s.job.UID].wait(c.Clock.Now()); wait > 0 {
		s.wake(wait)
		return nil
	}
	for range missing {
		pod := newPod(s.job)
		if err := c.Create(ctx, pod); err != nil {
			return err
		}
		s.active = append(s.active, pod)
	}
	return nil
}

// wanted is how many pods should be active.
func (s *state) wanted() int {
	if suspend(s.job) {
		return 0
	}
	succeeded := int(s.succeeded())
	if s.job.Spec.Completions == nil {
		if succeeded > 0 {
			return len(s.active)
		}
		return int(*s.job.Spec.Parallelism)
	}
	return max(0, min(int(*s.job.Spec.Parallelism), int(*s.job.Spec.Completions)-succeeded))
}

// lessAdvanced orders pods by how little is lost with them.
func lessAdvanced(a, b *corev1.Pod) int {
	return cmp.Or(
		cmp.Compare(progress(a), progress(b)),
		b.CreationTimestamp.Compare(a.CreationTimestamp.Time),
		cmp.Compare(a.Name, b.Name))
}

func progress(pod *corev1.Pod) int {
	switch {
	case pod.Spec.NodeName == "":
		return 0
	case pod.Status.Phase == corev1.PodPending:
		return 1
	case !isReady(pod):
		return 2
	}
	return 3
}

func newPod(job *batchv1.Job) *corev1.Pod {
	template := job.Spec.Template.DeepCopy()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: job.Namespace, GenerateName: job.Name + "-",
			Labels: template.Labels, Annotations: template.Annotations, Finalizers: template.Finalizers,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
		},
		Spec: template.Spec,
	}
	controllerutil.AddFinalizer(pod, batchv1.JobTrackingFinalizer)
	return pod
}

// failures is the back-off of one Job.
type failures struct {
	known map[types.UID]bool
	n     int
	last  time.Time
}

// wait is how long no pod may be created.
func (f *failures) wait(now time.Time) time.Duration {
	if f == nil || f.n == 0 {
		return 0
	}
	delay := 10 * time.Minute
	if f.n <= 6 {
		delay = 10 * time.Second << (f.n - 1)
	}
	return f.last.Add(delay).Sub(now)
}

// remember takes newly ended pods into the back-off: a success forgets all failures up to it.
func (c *Controller) remember(s *state) {
	f := c.failures[s.job.UID]
	if f == nil {
		f = &failures{known: map[types.UID]bool{}}
		c.failures[s.job.UID] = f
	}
	var success time.Time
	var failed []time.Time
	for _, pod := range s.pods {
		if !ended(s.job, pod) || f.known[pod.UID] || !tracked(pod) {
			continue
		}
		f.known[pod.UID] = true
		at := finishTime(pod)
		if pod.Status.Phase != corev1.PodSucceeded {
			failed = append(failed, at)
		} else if at.After(success) {
			success = at
		}
	}
	if !success.IsZero() {
		f.n, f.last = 0, time.Time{}
	}
	for _, at := range failed {
		if at.After(success) {
			f.n++
			if at.After(f.last) {
				f.last = at
			}
		}
	}
}
