package fakes

import (
	"context"
	"fmt"
	"maps"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// create makes n pods in growing batches. The first batch with an error is the last, so that a quota is not hammered
// (POD-9). The status counts the new pods at once (POD-12).
func (s *jobSync) create(ctx context.Context, n int) {
	var indexes []int32
	if s.indexes != nil {
		indexes = s.slots(n)
		n = len(indexes)
	}
	s.mem.expected.expectCreations(n, s.r.now())
	for batch := 0; n > 0; {
		batch = min(s.d.NextBatch(s.d.Limits, batch), n)
		before := s.manageErr
		for i := range batch {
			if s.indexes == nil {
				s.createOne(ctx, s.d.NewPod(s.d, s.job))
			} else {
				s.createOne(ctx, s.indexedPod(indexes[i]))
			}
		}
		indexes = indexes[min(batch, len(indexes)):]
		n -= batch
		if s.manageErr != before {
			for range n {
				s.mem.expected.creationObserved()
			}
			return
		}
	}
}

// createOne creates a pod, with an event either way (EV-1).
func (s *jobSync) createOne(ctx context.Context, pod *corev1.Pod) {
	err := s.r.client.Create(ctx, pod)
	if err == nil {
		s.mem.writes.wrotePod(pod.UID, pod.ResourceVersion, s.r.now())
		s.counts.Active++
		s.r.events.Event(s.job, corev1.EventTypeNormal, "SuccessfulCreate", "Created pod: "+pod.Name)
		return
	}
	s.mem.expected.creationObserved()
	if s.d.IgnoresCreateError(err) {
		return
	}
	s.r.events.Event(s.job, corev1.EventTypeWarning, "FailedCreate", "Error creating: "+err.Error())
	if s.manageErr == nil {
		s.manageErr = fmt.Errorf("creating a pod: %w", err)
	}
}

// namespaceTerminating is POD-10: a namespace that is being deleted is nobody's error: no event, no retry.
func namespaceTerminating(err error) bool {
	return apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause)
}

// nextBatch is POD-9: 1, 2, 4 …
func nextBatch(l Limits, previous int) int {
	if previous == 0 {
		return l.FirstBatch
	}
	return 2 * previous
}

// newPod is POD-1 to POD-5: the template as it is now, controlled by the Job, and tracked from the start, since a
// finalizer that came later would come too late for some.
func newPod(d *Decisions, job *batchv1.Job) *corev1.Pod {
	template := &job.Spec.Template
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:    job.Namespace,
			GenerateName: job.Name + "-", // valid for every name that a Job can have (POD-5)
			Labels:       maps.Clone(template.Labels),
			Annotations:  maps.Clone(template.Annotations),
			Finalizers:   slices.Clone(template.Finalizers),
			OwnerReferences: []metav1.OwnerReference{
				*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job")),
			},
		},
	}
	if !d.carriesFinalizer(pod) {
		pod.Finalizers = append(pod.Finalizers, d.Finalizer)
	}
	template.Spec.DeepCopyInto(&pod.Spec)
	return pod
}
