package fakes

import (
	"context"
	"encoding/json"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// brokenOwnership mistake whose a pod is.
var brokenOwnership = []Broken{
	{
		Name:    "never-adopts",
		Mistake: "It does not adopt matching pods that have no controller.",
		Clauses: []string{"SEL-1", "SEL-6"},
		Break:   func(d *Decisions) { d.MayAdopt = func(*batchv1.Job, *corev1.Pod) bool { return false } },
	},
	{
		Name:    "adopts-without-finalizer",
		Mistake: "It adopts pods without giving them the tracking finalizer.",
		Clauses: []string{"SEL-1", "SEL-4"},
		Break: func(d *Decisions) {
			d.AdoptPatch = func(_ *Decisions, pod types.UID, owner metav1.OwnerReference) ([]byte, error) {
				return json.Marshal(map[string]any{"metadata": map[string]any{
					"uid": pod, "ownerReferences": []metav1.OwnerReference{owner},
				}})
			}
		},
	},
	{
		Name:    "finished-orphans-ignored",
		Mistake: "It does not adopt pods that have already ended.",
		Clauses: []string{"SEL-4"},
		Break: func(d *Decisions) {
			d.MayAdopt = func(job *batchv1.Job, pod *corev1.Pod) bool { return mayAdopt(job, pod) && !isTerminal(pod) }
		},
	},
	{
		Name:    "adopts-dying-pods",
		Mistake: "It adopts pods that are being deleted.",
		Clauses: []string{"SEL-7"},
		Break:   func(d *Decisions) { d.MayAdopt = func(*batchv1.Job, *corev1.Pod) bool { return true } },
	},
	{
		Name:    "manual-selector-never-adopts",
		Mistake: "It adopts pods only by a generated selector, not by one that the user gave.",
		Clauses: []string{"SEL-6"},
		Break: func(d *Decisions) {
			d.MayAdopt = func(job *batchv1.Job, pod *corev1.Pod) bool {
				return mayAdopt(job, pod) && (job.Spec.ManualSelector == nil || !*job.Spec.ManualSelector)
			}
		},
	},
	{
		Name:    "mismatched-pods-kept",
		Mistake: "It keeps a pod whose labels do not match any more.",
		Clauses: []string{"SEL-2"},
		Break: func(d *Decisions) {
			d.Release = []PodCall{{Name: "keep", Do: func(_ context.Context, s *jobSync, pod *corev1.Pod) error {
				s.r.notes["kept"] = append(keptPods(s), pod)
				return nil
			}}}
			aroundStep(d, "claim", func(ctx context.Context, s *jobSync, step doing) error {
				delete(s.r.notes, "kept")
				err := step(ctx, s)
				for _, pod := range keptPods(s) {
					s.pods = append(s.pods, ownedPod{Pod: pod, tracked: s.d.carriesFinalizer(pod)})
				}
				return err
			})
		},
	},
	{
		Name:    "mismatched-pods-deleted",
		Mistake: "It deletes a pod whose labels do not match any more.",
		Clauses: []string{"SEL-2"},
		Break:   func(d *Decisions) { d.Release = []PodCall{{Name: "delete", Do: deletePod}} },
	},
	{
		Name:    "released-pods-keep-finalizer",
		Mistake: "It gives up a pod whose labels do not match any more, but not its finalizer.",
		Clauses: []string{"SEL-2"},
		Break: func(d *Decisions) {
			d.Release = []PodCall{{Name: "release", Do: func(ctx context.Context, s *jobSync, pod *corev1.Pod) error {
				patch := fmt.Sprintf(`{"metadata":{"ownerReferences":[{"$patch":"delete","uid":%q}]}}`, s.job.UID)
				_, err := s.r.patchMeta(ctx, pod, []byte(patch))
				return err
			}}}
		},
	},
	{
		Name:    "pods-counted-by-selector",
		Mistake: "It takes every pod that its selector matches for its own, also those of other controllers.",
		Clauses: []string{"SEL-5"},
		Bug:     "kubernetes/kubernetes#20350",
		Break: func(d *Decisions) {
			claimAlso(d, func(s *jobSync, owner *metav1.OwnerReference, pod *corev1.Pod) bool {
				selector, err := s.selector()
				return err == nil && selector.Matches(labels.Set(pod.Labels)) && owner.UID != s.job.UID
			})
		},
	},
	{
		Name:    "pods-owned-by-uid-alone",
		Mistake: "It takes a pod for its own whose controller has its UID but is of another kind.",
		Clauses: []string{"SEL-5"},
		Bug:     "kubernetes/kubernetes#134654",
		Break: func(d *Decisions) {
			claimAlso(d, func(s *jobSync, owner *metav1.OwnerReference, pod *corev1.Pod) bool {
				return owner.UID == s.job.UID && jobOwner(pod) == nil
			})
		},
	},
	{
		Name:    "foreign-pods-freed",
		Mistake: "It takes the tracking finalizer from pods that are controlled by another kind of object.",
		Clauses: []string{"TRK-9", "SEL-5"},
		Bug:     "kubernetes/kubernetes#124798",
		Break:   func(d *Decisions) { d.IsOrphan = func(pod *corev1.Pod) bool { return jobOwner(pod) == nil } },
	},
	{
		Name:    "managed-by-ignored",
		Mistake: "It acts on Jobs that somebody else manages.",
		Clauses: []string{"MB-1"},
		Break:   func(d *Decisions) { d.IsForeign = func(*batchv1.Job) bool { return false } },
	},
}

// keptPods are the pods that the present sync should have let go.
func keptPods(s *jobSync) []*corev1.Pod {
	pods, _ := s.r.notes["kept"].([]*corev1.Pod)
	return pods
}

// claimAlso has a sync take more controlled pods for the Job's own.
func claimAlso(d *Decisions, also func(*jobSync, *metav1.OwnerReference, *corev1.Pod) bool) {
	afterStep(d, "claim", func(ctx context.Context, s *jobSync) {
		for _, pod := range namespacePods(ctx, s, func(pod *corev1.Pod) bool {
			owner := metav1.GetControllerOfNoCopy(pod)
			return owner != nil && also(s, owner, pod)
		}) {
			s.pods = append(s.pods, ownedPod{Pod: pod, tracked: s.d.carriesFinalizer(pod)})
		}
	})
}
