package fakes

import (
	"context"
	"errors"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// claim settles which pods are the Job's: it releases those whose labels no longer match (SEL-2) and adopts orphans
// whose labels do (SEL-1). Every pod is tried; any error ends the sync, since the numbers would be wrong.
func claim(ctx context.Context, s *jobSync) error {
	selector, err := s.selector()
	if err != nil {
		return err
	}
	var errs []error
	own := s.pods[:0]
	for _, pod := range s.pods {
		// A Job that is going lets no pod go, but frees them all (DEL-3).
		if s.job.DeletionTimestamp != nil || selector.Matches(labels.Set(pod.Labels)) {
			own = append(own, pod)
		} else {
			errs = append(errs, letGo(ctx, s, pod.Pod))
		}
	}
	s.pods = own
	if s.job.DeletionTimestamp == nil {
		errs = append(errs, adoptAll(ctx, s, selector))
	}
	return errors.Join(errs...)
}

// selector parses spec.selector, which never changes, once.
func (s *jobSync) selector() (labels.Selector, error) {
	if s.mem.selector == nil {
		if isGenerated(s.job) {
			s.mem.selector = labels.SelectorFromValidatedSet(s.job.Spec.Selector.MatchLabels)
			return s.mem.selector, nil
		}
		selector, err := metav1.LabelSelectorAsSelector(s.job.Spec.Selector)
		if err != nil {
			return nil, fmt.Errorf("parsing spec.selector: %w", err)
		}
		s.mem.selector = selector
	}
	return s.mem.selector, nil
}

// letGo makes the calls of Decisions.Release.
func letGo(ctx context.Context, s *jobSync, pod *corev1.Pod) error {
	for _, call := range s.d.Release {
		if err := call.Do(ctx, s, pod); err != nil {
			return err
		}
	}
	return nil
}

// releaseCalls is SEL-2.
func releaseCalls() []PodCall {
	return []PodCall{{Name: "release", Do: release}}
}

// isGenerated tells whether the selector is the one that the API server generates (DEF-10), whose one label needs no check.
func isGenerated(job *batchv1.Job) bool {
	selector := job.Spec.Selector
	return selector != nil && len(selector.MatchExpressions) == 0 && len(selector.MatchLabels) == 1 &&
		selector.MatchLabels[batchv1.ControllerUidLabel] == string(job.UID)
}

// release lets a pod go, uncounted. A pod that is gone, or that the API server finds not to be ours, needs no release.
func release(ctx context.Context, s *jobSync, pod *corev1.Pod) error {
	_, err := s.r.patchMeta(ctx, pod, s.d.releasePatch(pod.UID, s.job.UID))
	if err == nil || apierrors.IsNotFound(err) || apierrors.IsInvalid(err) {
		return nil
	}
	return fmt.Errorf("releasing pod %s/%s: %w", pod.Namespace, pod.Name, err)
}

// adoptAll takes every matching orphan that nobody is deleting, finished ones too: they count from then on (SEL-4).
func adoptAll(ctx context.Context, s *jobSync, selector labels.Selector) error {
	orphans, err := s.r.orphans(ctx, s.job)
	if err != nil {
		return err
	}
	var errs []error
	rechecked := false
	for i := range orphans {
		pod := &orphans[i]
		if !selector.Matches(labels.Set(pod.Labels)) || !s.d.MayAdopt(s.job, pod) {
			continue
		}
		if !rechecked {
			if err := s.d.Recheck(ctx, s); err != nil {
				return err
			}
			rechecked = true
		}
		errs = append(errs, adopt(ctx, s, pod))
	}
	return errors.Join(errs...)
}

// mayAdopt is SEL-7: what is being deleted cannot be kept.
func mayAdopt(_ *batchv1.Job, pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil
}

// recheck is SEL-3: the cache may not know yet that the Job is being deleted, or is another one by now.
func recheck(ctx context.Context, s *jobSync) error {
	live := &batchv1.Job{}
	if err := s.r.live.Get(ctx, client.ObjectKeyFromObject(s.job), live); err != nil {
		return fmt.Errorf("rechecking the Job before adoption: %w", err)
	}
	if live.UID != s.job.UID {
		return fmt.Errorf("rechecking the Job before adoption: expected UID %s, got %s", s.job.UID, live.UID)
	}
	if live.DeletionTimestamp != nil {
		return fmt.Errorf("rechecking the Job before adoption: it is being deleted since %s", live.DeletionTimestamp)
	}
	return nil
}

// adopt makes an orphan a pod of this sync as well. A pod that is gone is not adopted.
func adopt(ctx context.Context, s *jobSync, pod *corev1.Pod) error {
	owner := metav1.NewControllerRef(s.job, batchv1.SchemeGroupVersion.WithKind("Job"))
	patch, err := s.d.AdoptPatch(s.d, pod.UID, *owner)
	if err != nil {
		return fmt.Errorf("adopting pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	meta, err := s.r.patchMeta(ctx, pod, patch)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("adopting pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	s.mem.writes.wrotePod(pod.UID, meta.ResourceVersion, s.r.now())
	adopted := *pod
	adopted.ObjectMeta = *meta
	s.pods = append(s.pods, ownedPod{Pod: &adopted, tracked: s.d.carriesFinalizer(&adopted)})
	return nil
}
