package fakes

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// PodCall is one API call about a pod of the Job. NotFound from it means that the pod needs no more calls.
type PodCall struct {
	Name string
	Do   func(context.Context, *jobSync, *corev1.Pod) error
}

// removalCalls is PAR-9: a pod that loses its finalizer first cannot be taken for a failure when it is deleted. If the
// finalizer stays, so does the pod.
func removalCalls() []PodCall {
	return []PodCall{
		{Name: "drop finalizer", Do: dropFinalizer},
		{Name: "delete", Do: deletePod},
	}
}

// dropFinalizer takes the tracking finalizer from a pod, if it has it.
func dropFinalizer(ctx context.Context, s *jobSync, pod *corev1.Pod) error {
	if !s.d.carriesFinalizer(pod) {
		return nil
	}
	meta, err := s.r.patchMeta(ctx, pod, s.d.FinalizerPatch(s.d, pod))
	if err != nil {
		return fmt.Errorf("removing the tracking finalizer of pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	s.mem.writes.wrotePod(pod.UID, meta.ResourceVersion, s.r.now())
	return nil
}

// deletePod deletes with the pod's own grace period, and says so with an event unless the pod was gone (EV-1).
func deletePod(ctx context.Context, s *jobSync, pod *corev1.Pod) error {
	err := s.r.client.Delete(ctx, pod)
	switch {
	case err == nil:
		s.r.events.Event(s.job, corev1.EventTypeNormal, "SuccessfulDelete", "Deleted pod: "+pod.Name)
		return nil
	case !apierrors.IsNotFound(err):
		s.r.events.Event(s.job, corev1.EventTypeWarning, "FailedDelete", "Error deleting: "+err.Error())
	}
	return fmt.Errorf("deleting pod %s/%s: %w", pod.Namespace, pod.Name, err)
}

// failed notes an error for the end of the sync and reports whether there is one; a pod that is gone is as good as
// deleted.
func (s *jobSync) failed(err error) bool {
	if err == nil || apierrors.IsNotFound(err) {
		return false
	}
	if s.manageErr == nil {
		s.manageErr = err
	}
	s.r.log.Error(err, "pod call failed", "job", s.req.String())
	return true
}

// patchMeta patches the metadata of a pod and returns only that, which spares decoding the rest.
func (r *Reconciler) patchMeta(ctx context.Context, pod *corev1.Pod, patch []byte) (*metav1.ObjectMeta, error) {
	meta := &metav1.PartialObjectMetadata{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name},
	}
	return &meta.ObjectMeta, r.client.Patch(ctx, meta, client.RawPatch(types.StrategicMergePatchType, patch))
}

// finalizerPatch removes the tracking finalizer and nothing else (TRK-11). The UID makes the API server refuse it for another
// pod of that name.
func finalizerPatch(d *Decisions, pod *corev1.Pod) []byte {
	return []byte(`{"metadata":{"uid":"` + string(pod.UID) +
		`","$deleteFromPrimitiveList/finalizers":["` + d.Finalizer + `"]}}`)
}

// orphanPatch does the same unless the pod has changed, because somebody may be adopting it (SEL-7).
func (d *Decisions) orphanPatch(pod *corev1.Pod) []byte {
	return []byte(`{"metadata":{"uid":"` + string(pod.UID) + `","resourceVersion":"` + pod.ResourceVersion +
		`","$deleteFromPrimitiveList/finalizers":["` + d.Finalizer + `"]}}`)
}

// releasePatch makes the pod an orphan that nobody counts (SEL-2).
func (d *Decisions) releasePatch(pod, owner types.UID) []byte {
	return []byte(`{"metadata":{"uid":"` + string(pod) +
		`","ownerReferences":[{"$patch":"delete","uid":"` + string(owner) +
		`"}],"$deleteFromPrimitiveList/finalizers":["` + d.Finalizer + `"]}}`)
}

// adoptPatch makes the Job the controller of the pod and has it counted (SEL-1).
func adoptPatch(d *Decisions, pod types.UID, owner metav1.OwnerReference) ([]byte, error) {
	type metadata struct {
		UID             types.UID               `json:"uid"`
		OwnerReferences []metav1.OwnerReference `json:"ownerReferences"`
		Finalizers      []string                `json:"finalizers"`
	}
	return json.Marshal(map[string]metadata{"metadata": {
		UID:             pod,
		OwnerReferences: []metav1.OwnerReference{owner},
		Finalizers:      []string{d.Finalizer},
	}})
}
