package fakes

import (
	"context"
	"errors"
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// A pod whose Job will never count it must lose the finalizer, or it could never be deleted (TRK-9). Such pods come
// in two kinds. If it still names a Job that is gone, or finished, it is freed by the request for that Job's name. If
// it has no controller, there is no such name, and it gets a request of its own.

// StrayReason is why no Job will count a pod.
type StrayReason int

const (
	noController StrayReason = iota
	jobGone
	jobFinished
)

// sweeps is TRK-9.
func sweeps(StrayReason, *corev1.Pod) bool { return true }

// isOrphan is SEL-5: a pod with a controller of any kind is somebody's.
func isOrphan(pod *corev1.Pod) bool {
	return metav1.GetControllerOfNoCopy(pod) == nil
}

// orphanPrefix marks the requests that are about a pod. No Job can be called so.
const orphanPrefix = "pod/"

func orphanRequest(pod *corev1.Pod) reconcile.Request {
	name := types.NamespacedName{Namespace: pod.Namespace, Name: orphanPrefix + pod.Name}
	return reconcile.Request{NamespacedName: name}
}

func orphanOf(req reconcile.Request) (types.NamespacedName, bool) {
	name, ok := strings.CutPrefix(req.Name, orphanPrefix)
	return types.NamespacedName{Namespace: req.Namespace, Name: name}, ok
}

// freeOrphan frees a pod without a controller, unless it has found one in the meantime.
func (r *Reconciler) freeOrphan(ctx context.Context, key types.NamespacedName) error {
	pod := &corev1.Pod{}
	if err := r.client.Get(ctx, key, pod, client.UnsafeDisableDeepCopy); err != nil {
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("reading orphan pod %s: %w", key, err)
	}
	if !r.d.IsOrphan(pod) || !r.d.carriesFinalizer(pod) || !r.d.Sweeps(noController, pod) {
		return nil
	}
	return r.freePod(ctx, pod, r.d.orphanPatch(pod))
}

// freeStrays frees pods that name a Job other than the one in the cache. The cache may be behind: only the API server
// knows whether a Job is gone, and a finalizer taken too early is a lost result.
func (r *Reconciler) freeStrays(ctx context.Context, job types.NamespacedName, strays []*corev1.Pod) error {
	if len(strays) == 0 {
		return nil
	}
	live := &batchv1.Job{}
	if err := r.live.Get(ctx, job, live); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("looking for Job %s, to free the pods of its predecessors: %w", job, err)
	}
	gone := strays[:0]
	for _, pod := range strays {
		if !r.d.IsOwner(jobOwner(pod), live.UID) {
			gone = append(gone, pod)
		}
	}
	return r.freeAll(ctx, jobGone, gone)
}

// freeAll tries every pod that still carries the finalizer.
func (r *Reconciler) freeAll(ctx context.Context, why StrayReason, pods []*corev1.Pod) error {
	var errs []error
	for _, pod := range pods {
		if r.d.carriesFinalizer(pod) && r.d.Sweeps(why, pod) {
			errs = append(errs, r.freePod(ctx, pod, r.d.FinalizerPatch(&r.d, pod)))
		}
	}
	return errors.Join(errs...)
}

func (r *Reconciler) freePod(ctx context.Context, pod *corev1.Pod, patch []byte) error {
	if _, err := r.patchMeta(ctx, pod, patch); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("removing the tracking finalizer of orphan pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	return nil
}
