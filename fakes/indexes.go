package fakes

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The indexes over cached pods. A Job may leave a million finished pods behind; a sync must not look at them again.
const (
	liveIndex   = "jobsim.live-pods-by-job-name"
	failedIndex = "jobsim.accounted-failures-by-job-name"
	orphanIndex = "jobsim.orphan-pods-by-controller-uid"

	anyOrphan = "any"
	legacyUID = "controller-uid"
	legacyJob = "job-name"
)

func (d *Decisions) addIndexes(indexer client.FieldIndexer) error {
	ctx := context.Background()
	if err := indexer.IndexField(ctx, &corev1.Pod{}, liveIndex, d.liveKeys); err != nil {
		return fmt.Errorf("indexing pods by the Job that controls them: %w", err)
	}
	if err := indexer.IndexField(ctx, &corev1.Pod{}, failedIndex, d.accountedFailureKeys); err != nil {
		return fmt.Errorf("indexing failed pods by the Job that controls them: %w", err)
	}
	if err := indexer.IndexField(ctx, &corev1.Pod{}, orphanIndex, orphanKeys); err != nil {
		return fmt.Errorf("indexing pods without a controller: %w", err)
	}
	return nil
}

// liveKeys indexes the pods that can still matter to the Job of that name: those not finished, those not accounted, and
// those to be released because their labels changed. Pods of a manualSelector Job carry no generated labels and stay in
// the index, since nothing in them tells whether the selector of the Job still matches.
func (d *Decisions) liveKeys(o client.Object) []string {
	pod := o.(*corev1.Pod)
	owner := jobOwner(pod)
	if owner == nil || d.isAccounted(pod, owner) {
		return nil
	}
	return []string{owner.Name}
}

func (d *Decisions) isAccounted(pod *corev1.Pod, owner *metav1.OwnerReference) bool {
	return isTerminal(pod) && !d.carriesFinalizer(pod) && hasGeneratedLabels(pod, owner)
}

// accountedFailureKeys indexes the failed pods that are done with, unless a failure policy looks at them (PFP-11).
func (d *Decisions) accountedFailureKeys(o client.Object) []string {
	pod := o.(*corev1.Pod)
	if pod.Status.Phase != corev1.PodFailed {
		return nil
	}
	owner := jobOwner(pod)
	if owner == nil || !d.isAccounted(pod, owner) {
		return nil
	}
	return []string{owner.Name}
}

func hasGeneratedLabels(pod *corev1.Pod, owner *metav1.OwnerReference) bool {
	return pod.Labels[batchv1.ControllerUidLabel] == string(owner.UID) && pod.Labels[legacyUID] == string(owner.UID) &&
		pod.Labels[batchv1.JobNameLabel] == owner.Name && pod.Labels[legacyJob] == owner.Name
}

// orphanKeys indexes the pods that a Job might adopt. Generated selectors ask for the UID of the Job, so that only
// manualSelector Jobs have to look at them all.
func orphanKeys(o client.Object) []string {
	pod := o.(*corev1.Pod)
	if metav1.GetControllerOfNoCopy(pod) != nil {
		return nil
	}
	keys := []string{anyOrphan}
	if uid, ok := pod.Labels[batchv1.ControllerUidLabel]; ok {
		keys = append(keys, uid)
	}
	return keys
}

// orphanKey is the key under which all pods are found that the selector of the Job may match.
func orphanKey(job *batchv1.Job) string {
	if job.Spec.Selector != nil {
		if uid, ok := job.Spec.Selector.MatchLabels[batchv1.ControllerUidLabel]; ok {
			return uid
		}
	}
	return anyOrphan
}

// podsByJobName lists the live pods whose controller is called so, in the order in which they arrived in the cache.
// They are shared with the cache: nobody may change them.
func (r *Reconciler) podsByJobName(ctx context.Context, job types.NamespacedName) ([]corev1.Pod, error) {
	return r.listPods(ctx, &r.livePods, listingKey{job.Namespace, liveIndex, job.Name})
}

func (r *Reconciler) accountedFailures(ctx context.Context, job types.NamespacedName) ([]corev1.Pod, error) {
	return r.listPods(ctx, &r.accounted, listingKey{job.Namespace, failedIndex, job.Name})
}

func (r *Reconciler) orphans(ctx context.Context, job *batchv1.Job) ([]corev1.Pod, error) {
	return r.listPods(ctx, &r.orphanPods, listingKey{job.Namespace, orphanIndex, orphanKey(job)})
}

// listing is the memory of one kind of list. The options mostly are those of the sync before.
type listing struct {
	pods    corev1.PodList
	key     listingKey
	options []client.ListOption
}

type listingKey struct{ namespace, index, value string }

func (r *Reconciler) listPods(ctx context.Context, l *listing, key listingKey) ([]corev1.Pod, error) {
	if l.key != key {
		l.key, l.options = key, []client.ListOption{
			client.InNamespace(key.namespace),
			client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector(key.index, key.value)},
			client.UnsafeDisableDeepCopy,
		}
	}
	l.pods.Items = l.pods.Items[:0]
	if err := r.client.List(ctx, &l.pods, l.options...); err != nil {
		return nil, fmt.Errorf("listing pods in namespace %s with %s=%s: %w", key.namespace, key.index, key.value, err)
	}
	return l.pods.Items, nil
}
