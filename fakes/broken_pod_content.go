package fakes

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenPodContent create pods that are not what the template and the contract say.
var brokenPodContent = []Broken{
	{
		Name:    "template-annotations-dropped",
		Mistake: "It does not copy the annotations of the template.",
		Clauses: []string{"POD-1"},
		Break:   func(d *Decisions) { editPods(d, func(_ *batchv1.Job, pod *corev1.Pod) { pod.Annotations = nil }) },
	},
	{
		Name:    "template-labels-dropped",
		Mistake: "It gives pods only the generated labels.",
		Clauses: []string{"POD-1"},
		Break: func(d *Decisions) {
			editPods(d, func(job *batchv1.Job, pod *corev1.Pod) {
				for key := range pod.Labels {
					if !generatedLabel(key) && (job.Spec.ManualSelector == nil || !*job.Spec.ManualSelector) {
						delete(pod.Labels, key)
					}
				}
			})
		},
	},
	{
		Name:    "template-finalizers-replaced",
		Mistake: "It puts the tracking finalizer in the place of the finalizers of the template.",
		Clauses: []string{"POD-1", "POD-4"},
		Break: func(d *Decisions) {
			editPods(d, func(_ *batchv1.Job, pod *corev1.Pod) { pod.Finalizers = []string{d.Finalizer} })
		},
	},
	{
		Name:    "template-spec-changed",
		Mistake: "It lets containers of a pod be restarted in place whatever the template says.",
		Clauses: []string{"POD-1", "NEV-1"},
		Break: func(d *Decisions) {
			editPods(d, func(_ *batchv1.Job, pod *corev1.Pod) { pod.Spec.RestartPolicy = corev1.RestartPolicyOnFailure })
		},
	},
	{
		Name:    "prefixed-labels-only",
		Mistake: "It leaves out the generated labels without a prefix.",
		Clauses: []string{"POD-2"},
		Break: func(d *Decisions) {
			editPods(d, func(_ *batchv1.Job, pod *corev1.Pod) {
				delete(pod.Labels, legacyUID)
				delete(pod.Labels, legacyJob)
			})
		},
	},
	{
		Name:    "prefixed-name-label-missing",
		Mistake: "It leaves out the generated label with the Job's name and a prefix.",
		Clauses: []string{"POD-2"},
		Break: func(d *Decisions) {
			editPods(d, func(_ *batchv1.Job, pod *corev1.Pod) { delete(pod.Labels, batchv1.JobNameLabel) })
		},
	},
	{
		Name:    "no-block-owner-deletion",
		Mistake: "It leaves blockOwnerDeletion out of the owner reference, so that foreground deletion does not wait.",
		Clauses: []string{"POD-3", "DEL-2"},
		Break: func(d *Decisions) {
			editPods(d, func(_ *batchv1.Job, pod *corev1.Pod) { pod.OwnerReferences[0].BlockOwnerDeletion = nil })
		},
	},
	{
		Name:    "owner-not-controller",
		Mistake: "It names the Job as an owner of the pod but not as its controller, and has to adopt it.",
		Clauses: []string{"POD-3"},
		Break: func(d *Decisions) {
			editPods(d, func(_ *batchv1.Job, pod *corev1.Pod) { pod.OwnerReferences[0].Controller = nil })
		},
	},
	{
		Name:    "no-tracking-finalizer",
		Mistake: "It creates the pods of the first five seconds without the tracking finalizer, so that none of them is ever counted.",
		Clauses: []string{"POD-4", "EXT-3"},
		Break: func(d *Decisions) {
			editPods(d, withoutTracking)
			beforeStep(d, "manage", func(_ context.Context, s *jobSync) { // there would be no end of pods
				if s.r.now().Sub(s.job.CreationTimestamp.Time) > 5*time.Second {
					s.job.Spec.Template.Finalizers = append(s.job.Spec.Template.Finalizers, d.Finalizer)
				}
			})
		},
	},
	{
		Name:    "tracking-finalizer-added-later",
		Mistake: "It adds the tracking finalizer to pods that it has already created.",
		Clauses: []string{"POD-4", "EXT-3"},
		Break: func(d *Decisions) {
			editPods(d, withoutTracking)
			beforeStep(d, "observe", func(ctx context.Context, s *jobSync) {
				for i, pod := range s.pods {
					if d.carriesFinalizer(pod.Pod) || !isActive(pod.Pod) {
						continue
					}
					patch := fmt.Sprintf(`{"metadata":{"finalizers":[%q]}}`, d.Finalizer)
					if _, err := s.r.patchMeta(ctx, pod.Pod, []byte(patch)); err == nil {
						s.pods[i].tracked = true
					}
				}
			})
		},
	},
	{
		Name:    "pod-names-numbered",
		Mistake: "It names pods by how many have ended before, so that names collide.",
		Clauses: []string{"POD-5"},
		Break: func(d *Decisions) {
			editPods(d, func(job *batchv1.Job, pod *corev1.Pod) {
				pod.GenerateName = ""
				pod.Name = fmt.Sprintf("%s-%d", job.Name, job.Status.Succeeded+job.Status.Failed)
			})
		},
	},
	{
		Name:    "minus-one-in-pod-names",
		Mistake: "It puts the completion index into the names of pods that have none.",
		Clauses: []string{"POD-5"},
		Bug:     "kubernetes/kubernetes#105676",
		Break: func(d *Decisions) {
			editPods(d, func(job *batchv1.Job, pod *corev1.Pod) { pod.GenerateName = job.Name + "--1-" })
		},
	},
}

// editPods changes each pod that is about to be created.
func editPods(d *Decisions, edit func(*batchv1.Job, *corev1.Pod)) {
	d.NewPod = func(d *Decisions, job *batchv1.Job) *corev1.Pod {
		pod := newPod(d, job)
		edit(job, pod)
		return pod
	}
}

func withoutTracking(job *batchv1.Job, pod *corev1.Pod) {
	pod.Finalizers = append([]string(nil), job.Spec.Template.Finalizers...)
}

func generatedLabel(key string) bool {
	return key == batchv1.ControllerUidLabel || key == batchv1.JobNameLabel || key == legacyUID || key == legacyJob
}
