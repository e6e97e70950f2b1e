package batch

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// Bounds that keep the lists of indexes in status to a size that can be stored (VAL-5, VAL-7).
const (
	maxParallelismOfIndexed  = 100_000
	maxFailedIndexesOfAny    = 100_000
	manyCompletions          = 100_000
	maxParallelismOfMany     = 10_000
	maxFailedIndexesOfMany   = 10_000
	maxManagedByBytes        = 63
	badNegative              = apivalidation.IsNegativeErrorMsg
	selectorDoesNotMatchPods = "`selector` does not match template `labels`"
)

// ValidateCreate checks a Job after PrepareForCreate (VAL-1 to VAL-14).
func ValidateCreate(job *batchv1.Job) field.ErrorList {
	errs := core.ValidateObjectMeta(&job.ObjectMeta, metadataPath)
	errs = append(errs, validateGeneratedSelector(job)...)
	errs = append(errs, validateSpec(&job.Spec, false, specPath)...)
	return append(errs, validateNameOfLastPod(job)...)
}

// validateGeneratedSelector: with manualSelector=false the template carries exactly the generated labels and the
// selector asks for nothing else (VAL-3).
func validateGeneratedSelector(job *batchv1.Job) field.ErrorList {
	if valueOr(job.Spec.ManualSelector, false) || job.Spec.Selector == nil {
		return nil
	}
	var errs field.ErrorList
	if job.UID == "" {
		errs = append(errs, field.Required(field.NewPath("metadata", "uid"), ""))
	}
	path := templateLabelsPath
	generated := labels.Set{}
	for _, label := range [4]struct{ key, value string }{
		{legacyControllerUIDLabel, string(job.UID)},
		{legacyJobNameLabel, job.Name},
		{batchv1.ControllerUidLabel, string(job.UID)},
		{batchv1.JobNameLabel, job.Name},
	} {
		generated[label.key] = label.value
		found, exists := job.Spec.Template.Labels[label.key]
		switch detail := fmt.Sprintf("must be '%s'", label.value); {
		case !exists:
			errs = append(errs, field.Required(path.Key(label.key), detail))
		case found != label.value:
			errs = append(errs, field.Invalid(path.Key(label.key), job.Spec.Template.Labels, detail))
		}
	}
	if selector, err := parseSelector(job.Spec.Selector); err == nil && !selector.Matches(generated) {
		errs = append(errs, field.Invalid(field.NewPath("spec", "selector"), job.Spec.Selector,
			"`selector` not auto-generated"))
	}
	return errs
}

// parseSelector is metav1.LabelSelectorAsSelector, which checks names with regular expressions, and faster for selectors
// that only list labels.
func parseSelector(s *metav1.LabelSelector) (labels.Selector, error) {
	if s != nil && len(s.MatchExpressions) == 0 && len(s.MatchLabels) > 0 && len(core.ValidateLabels(s.MatchLabels, nil)) == 0 {
		return labels.SelectorFromValidatedSet(s.MatchLabels), nil
	}
	return metav1.LabelSelectorAsSelector(s)
}

// validateNameOfLastPod: the pod of the highest index is named and called on the network after the Job (VAL-6).
func validateNameOfLastPod(job *batchv1.Job) field.ErrorList {
	completions := valueOr(job.Spec.Completions, 0)
	if !isIndexed(&job.Spec) || completions <= 0 {
		return nil
	}
	hostname := fmt.Sprintf("%s-%d", job.Name, completions-1)
	if len(validation.IsDNS1123Label(hostname)) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("metadata", "name"), job.Name,
		"will not able to create pod with invalid DNS label: "+hostname)}
}

// validateSpec checks a spec by itself. lenientSelector tolerates label values that an older server let pass.
func validateSpec(spec *batchv1.JobSpec, lenientSelector bool, path *field.Path) field.ErrorList {
	errs := validateNumbers(spec, path)
	errs = append(errs, validateManagedBy(spec.ManagedBy, path.Child("managedBy"))...)
	errs = append(errs, validateCompletionMode(spec, path)...)
	if spec.PodFailurePolicy != nil {
		errs = append(errs, validateFailurePolicy(spec, path.Child("podFailurePolicy"))...)
	}
	if spec.SuccessPolicy != nil {
		errs = append(errs, validateSuccessPolicy(spec, path.Child("successPolicy"))...)
	}
	errs = append(errs, validateReplacementPolicy(spec, path.Child("podReplacementPolicy"))...)
	errs = append(errs, core.ValidatePodTemplateSpec(&spec.Template, path.Child("template"))...)
	errs = append(errs, validateRestartPolicy(spec, path.Child("template", "spec", "restartPolicy"))...)
	return append(errs, validateSelector(spec, lenientSelector, path)...)
}

func validateSelector(spec *batchv1.JobSpec, lenient bool, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if spec.Selector == nil {
		errs = append(errs, field.Required(path.Child("selector"), ""))
	} else {
		options := metav1validation.LabelSelectorValidationOptions{AllowInvalidLabelValueInSelector: lenient}
		errs = append(errs, core.ValidateLabels(spec.Selector.MatchLabels, path.Child("selector", "matchLabels"))...)
		for i, requirement := range spec.Selector.MatchExpressions {
			at := path.Child("selector", "matchExpressions").Index(i)
			errs = append(errs, metav1validation.ValidateLabelSelectorRequirement(requirement, options, at)...)
		}
	}
	selector, err := parseSelector(spec.Selector)
	if err == nil && !selector.Matches(labels.Set(spec.Template.Labels)) {
		errs = append(errs, field.Invalid(path.Child("template", "metadata", "labels"), spec.Template.Labels,
			selectorDoesNotMatchPods))
	}
	return errs
}

// validateNumbers: none may be negative, and all may be zero (VAL-1).
func validateNumbers(spec *batchv1.JobSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	check := func(name string, value int64) {
		if value < 0 {
			errs = append(errs, apivalidation.ValidateNonnegativeField(value, path.Child(name))...)
		}
	}
	check("parallelism", int64(valueOr(spec.Parallelism, 0)))
	check("completions", int64(valueOr(spec.Completions, 0)))
	check("activeDeadlineSeconds", valueOr(spec.ActiveDeadlineSeconds, 0))
	check("backoffLimit", int64(valueOr(spec.BackoffLimit, 0)))
	check("ttlSecondsAfterFinished", int64(valueOr(spec.TTLSecondsAfterFinished, 0)))
	check("backoffLimitPerIndex", int64(valueOr(spec.BackoffLimitPerIndex, 0)))
	check("maxFailedIndexes", int64(valueOr(spec.MaxFailedIndexes, 0)))
	if spec.MaxFailedIndexes != nil && spec.BackoffLimitPerIndex == nil {
		errs = append(errs, field.Required(path.Child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"))
	}
	return errs
}

// validateManagedBy: the name of a controller is a path in somebody's domain (VAL-12).
func validateManagedBy(name *string, path *field.Path) field.ErrorList {
	if name == nil {
		return nil
	}
	errs := validation.IsDomainPrefixedPath(path, *name)
	if len(*name) > maxManagedByBytes {
		errs = append(errs, field.TooLong(path, "", maxManagedByBytes))
	}
	return errs
}

// validateRestartPolicy: pods of a Job end (VAL-2). Always counts as missing, since an empty policy was defaulted to it.
func validateRestartPolicy(spec *batchv1.JobSpec, path *field.Path) field.ErrorList {
	switch policy := spec.Template.Spec.RestartPolicy; policy {
	case "", corev1.RestartPolicyAlways:
		return field.ErrorList{field.Required(path,
			fmt.Sprintf("valid values: %q, %q", corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever))}
	case corev1.RestartPolicyNever:
		return nil
	case corev1.RestartPolicyOnFailure:
		if spec.PodFailurePolicy == nil {
			return nil
		}
		return field.ErrorList{field.Invalid(path, policy, fmt.Sprintf(
			"only %q is supported when podFailurePolicy is specified", corev1.RestartPolicyNever))}
	default:
		return field.ErrorList{field.NotSupported(path, policy,
			[]corev1.RestartPolicy{corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever})}
	}
}
