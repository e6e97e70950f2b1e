package fakes

import (
	"context"
	"maps"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// podHandler is SYNC-6 for pods: they cause a sync after a batch. It also checks off what the controller waits to see.
func (r *Reconciler) podHandler() handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q requests) {
			r.podCreated(ctx, e.Object.(*corev1.Pod), q)
		},
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q requests) {
			if e.ObjectOld.GetResourceVersion() != e.ObjectNew.GetResourceVersion() {
				r.podUpdated(ctx, e.ObjectOld.(*corev1.Pod), e.ObjectNew.(*corev1.Pod), q)
			}
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q requests) {
			r.podDeleted(e.Object.(*corev1.Pod), q)
		},
	}
}

func (r *Reconciler) podCreated(ctx context.Context, pod *corev1.Pod, q requests) {
	r.podVersion = max(r.podVersion, parseVersion(pod.ResourceVersion))
	if pod.DeletionTimestamp != nil { // seen after a restart, or so late that it is no news of a creation
		r.podStopping(nil, pod, q)
		return
	}
	if r.d.IsOrphan(pod) {
		r.orphanSeen(ctx, pod, true, q)
		return
	}
	if owner := jobOwner(pod); owner != nil {
		if mem, ok := r.memories[owner.UID]; ok {
			mem.expected.creationObserved()
		}
		r.podNews(nil, pod, owner, q)
	}
}

func (r *Reconciler) podUpdated(ctx context.Context, old, pod *corev1.Pod, q requests) {
	r.podVersion = max(r.podVersion, parseVersion(pod.ResourceVersion))
	if pod.DeletionTimestamp != nil {
		r.podStopping(old, pod, q)
		return
	}
	oldOwner, owner := jobOwner(old), jobOwner(pod)
	ownerChanged := !sameController(metav1.GetControllerOfNoCopy(old), metav1.GetControllerOfNoCopy(pod))
	if ownerChanged && oldOwner != nil {
		r.finalizerSeen(oldOwner.UID, pod)
		r.podNews(old, pod, oldOwner, q)
	}
	if owner != nil {
		r.finalizerSeen(owner.UID, pod)
		r.podNews(old, pod, owner, q)
		return
	}
	if r.d.IsOrphan(pod) {
		r.orphanSeen(ctx, pod, ownerChanged || !maps.Equal(old.Labels, pod.Labels), q)
	}
}

// podStopping is for a pod that somebody asked to stop.
func (r *Reconciler) podStopping(old, pod *corev1.Pod, q requests) {
	owner := jobOwner(pod)
	if owner == nil {
		r.strayDeletion(pod.UID)
		if r.d.IsOrphan(pod) && r.d.carriesFinalizer(pod) {
			q.Add(orphanRequest(pod))
		}
		return
	}
	mem, ok := r.memories[owner.UID]
	if !ok {
		// No Job is known that would count it: it may be finished, or gone (TRK-9).
		if r.d.carriesFinalizer(pod) {
			q.Add(ownerRequest(pod.Namespace, owner))
		}
		return
	}
	mem.expected.deletionObserved(pod.UID)
	r.finalizerSeen(owner.UID, pod)
	r.podNews(old, pod, owner, q)
}

func (r *Reconciler) podDeleted(pod *corev1.Pod, q requests) {
	r.podVersion = max(r.podVersion, parseVersion(pod.ResourceVersion))
	owner := jobOwner(pod)
	if owner == nil {
		r.strayDeletion(pod.UID)
		return
	}
	mem, ok := r.memories[owner.UID]
	if !ok {
		return
	}
	mem.expected.deletionObserved(pod.UID)
	mem.writes.podGone(pod.UID)
	delete(mem.released, pod.UID)
	r.podNews(pod, nil, owner, q)
}

// strayDeletion checks off the deletion of a pod that somebody took from its Job between the decision to delete it and
// the call: the Job would wait for it for minutes.
func (r *Reconciler) strayDeletion(pod types.UID) {
	for _, mem := range r.memories {
		mem.expected.deletionObserved(pod)
	}
}

// finalizerSeen checks off a finalizer that the controller removed and that is seen to be gone (TRK-10).
func (r *Reconciler) finalizerSeen(job types.UID, pod *corev1.Pod) {
	if mem, ok := r.memories[job]; ok && !r.d.carriesFinalizer(pod) {
		delete(mem.released, pod.UID)
	}
}

// orphanSeen has the pod freed, and tells the Jobs that might adopt it if that is news.
func (r *Reconciler) orphanSeen(ctx context.Context, pod *corev1.Pod, news bool, q requests) {
	if r.d.carriesFinalizer(pod) {
		q.Add(orphanRequest(pod))
	}
	if !news || len(pod.Labels) == 0 {
		return
	}
	var jobs batchv1.JobList
	if err := r.client.List(ctx, &jobs, client.InNamespace(pod.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		r.log.Error(err, "listing the Jobs that might adopt a pod", "pod", client.ObjectKeyFromObject(pod).String())
		return
	}
	for i := range jobs.Items {
		job := &jobs.Items[i]
		selector, err := metav1.LabelSelectorAsSelector(job.Spec.Selector)
		if err == nil && selector.Matches(labels.Set(pod.Labels)) {
			q.AddAfter(requestFor(job), r.d.Limits.Batch)
		}
	}
}

// podNews syncs the Job that owns, or owned, the pod.
func (r *Reconciler) podNews(old, pod *corev1.Pod, owner *metav1.OwnerReference, q requests) {
	known := pod
	if known == nil {
		known = old
	}
	if after, wakes := r.d.WakeOnPod(r.d.Limits, old, pod); wakes {
		q.AddAfter(ownerRequest(known.Namespace, owner), after)
	}
}

// wakeOnPod is SYNC-6: after a batch, so that the events of many pods cost one sync.
func wakeOnPod(l Limits, _, _ *corev1.Pod) (time.Duration, bool) {
	return l.Batch, true
}

func ownerRequest(namespace string, owner *metav1.OwnerReference) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: namespace, Name: owner.Name}}
}

// sameController compares all that tells whose pod it is: a reference can keep the UID and become one to something that
// is no Job (SEL-5).
func sameController(a, b *metav1.OwnerReference) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.UID == b.UID && a.Name == b.Name && a.Kind == b.Kind && a.APIVersion == b.APIVersion
}
