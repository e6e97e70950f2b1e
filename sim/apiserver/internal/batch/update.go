package batch

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// ValidateUpdate checks a write to the main resource after PrepareForUpdate: the new Job must be valid by itself (VAL),
// and may differ from the old one only in what is mutable (MUT-1 to MUT-3, MSD).
func ValidateUpdate(job, old *batchv1.Job) field.ErrorList {
	path := specPath
	spec, oldSpec := &job.Spec, &old.Spec
	errs := core.ValidateObjectMetaUpdate(&job.ObjectMeta, &old.ObjectMeta, metadataPath)
	lenient := metav1validation.LabelSelectorHasInvalidLabelValue(oldSpec.Selector)
	errs = append(errs, validateSpec(spec, lenient, path)...)
	errs = append(errs, validateCompletionsUpdate(spec, oldSpec, path.Child("completions"))...)
	for _, frozen := range [6]struct {
		name     string
		now, was any
	}{
		{"selector", spec.Selector, oldSpec.Selector},
		{"completionMode", spec.CompletionMode, oldSpec.CompletionMode},
		{"podFailurePolicy", spec.PodFailurePolicy, oldSpec.PodFailurePolicy},
		{"backoffLimitPerIndex", spec.BackoffLimitPerIndex, oldSpec.BackoffLimitPerIndex},
		{"managedBy", spec.ManagedBy, oldSpec.ManagedBy},
		{"successPolicy", spec.SuccessPolicy, oldSpec.SuccessPolicy},
	} {
		errs = append(errs, apivalidation.ValidateImmutableField(frozen.now, frozen.was, path.Child(frozen.name))...)
	}
	errs = append(errs, validateTemplateUpdate(job, old, path)...)
	return append(errs, validateNameOfLastPod(job)...)
}

// validateCompletionsUpdate: completions of an Indexed Job move together with its parallelism (MUT-3), those of others
// not at all (MUT-2). Only the new values are compared.
func validateCompletionsUpdate(spec, old *batchv1.JobSpec, path *field.Path) field.ErrorList {
	if !isIndexed(spec) {
		return apivalidation.ValidateImmutableField(spec.Completions, old.Completions, path)
	}
	unchanged := equality.Semantic.DeepEqual(spec.Completions, old.Completions)
	if unchanged || spec.Completions == nil || *spec.Completions == valueOr(spec.Parallelism, 0) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *spec.Completions, "can only be modified in tandem with spec.parallelism")}
}

// mayEditTemplate: the old object decides, so the edit may come together with the resumption (MSD-1, MSD-3).
func mayEditTemplate(old *batchv1.Job) bool {
	stopped := old.Status.StartTime == nil || isTrue(&old.Status, batchv1.JobSuspended)
	return valueOr(old.Spec.Suspend, false) && stopped && old.Status.Active == 0
}

// validateTemplateUpdate lets a Job that is suspended and idle change where its pods run and what they ask for (MSD-1,
// MSD-2). It then looks only at the template's spec: all of its metadata has become editable (MSD-5).
func validateTemplateUpdate(job, old *batchv1.Job, path *field.Path) field.ErrorList {
	template, oldTemplate := &job.Spec.Template, &old.Spec.Template
	if !mayEditTemplate(old) {
		return apivalidation.ValidateImmutableField(template, oldTemplate, path.Child("template"))
	}
	expected := oldTemplate.Spec
	expected.Affinity = withNodeAffinityOf(&template.Spec, oldTemplate.Spec.Affinity)
	expected.NodeSelector = template.Spec.NodeSelector
	expected.Tolerations = template.Spec.Tolerations
	expected.SchedulingGates = template.Spec.SchedulingGates
	expected.Containers = withResourcesOf(template.Spec.Containers, expected.Containers)
	expected.InitContainers = withResourcesOf(template.Spec.InitContainers, expected.InitContainers)
	return apivalidation.ValidateImmutableField(template.Spec, expected, path.Child("template", "spec"))
}

// withNodeAffinityOf is the old affinity with the node part of the new one. An affinity of which nothing is left counts
// as none, so that it can be removed.
func withNodeAffinityOf(spec *corev1.PodSpec, old *corev1.Affinity) *corev1.Affinity {
	var nodePart *corev1.NodeAffinity
	if spec.Affinity != nil {
		nodePart = spec.Affinity.NodeAffinity
	} else if old == nil || old.PodAffinity == nil && old.PodAntiAffinity == nil {
		return nil
	}
	mixed := corev1.Affinity{NodeAffinity: nodePart}
	if old != nil {
		mixed.PodAffinity, mixed.PodAntiAffinity = old.PodAffinity, old.PodAntiAffinity
	}
	return &mixed
}

// withResourcesOf is the old list with the resources of the new one, as far as the containers are the same.
func withResourcesOf(containers, old []corev1.Container) []corev1.Container {
	if len(containers) != len(old) {
		return old
	}
	old = slices.Clone(old)
	for i := range old {
		if old[i].Name == containers[i].Name {
			old[i].Resources = containers[i].Resources
		}
	}
	return old
}

func isTrue(status *batchv1.JobStatus, conditionType batchv1.JobConditionType) bool {
	return hasCondition(status, conditionType, corev1.ConditionTrue)
}

func hasCondition(status *batchv1.JobStatus, kind batchv1.JobConditionType, value corev1.ConditionStatus) bool {
	for i := range status.Conditions {
		if status.Conditions[i].Type == kind && status.Conditions[i].Status == value {
			return true
		}
	}
	return false
}
