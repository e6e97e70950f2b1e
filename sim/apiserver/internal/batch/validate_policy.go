package batch

import (
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// Bounds of the policies (VAL-9, VAL-11).
const (
	maxFailurePolicyRules    = 20
	maxExitCodes             = 255
	maxConditionPatterns     = 20
	maxSuccessPolicyRules    = 20
	maxSucceededIndexesBytes = 64 * 1024
)

// validateFailurePolicy checks podFailurePolicy (VAL-9). No rules at all is legal.
func validateFailurePolicy(spec *batchv1.JobSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	rules, rulesPath := spec.PodFailurePolicy.Rules, path.Child("rules")
	if len(rules) > maxFailurePolicyRules {
		errs = append(errs, field.TooMany(rulesPath, len(rules), maxFailurePolicyRules))
	}
	for i := range rules {
		errs = append(errs, validateFailureRule(spec, &rules[i], rulesPath.Index(i))...)
	}
	return errs
}

func validateFailureRule(spec *batchv1.JobSpec, rule *batchv1.PodFailurePolicyRule, path *field.Path) field.ErrorList {
	errs := validateFailureAction(spec, rule.Action, path.Child("action"))
	if rule.OnExitCodes != nil {
		errs = append(errs, validateExitCodes(spec, rule.OnExitCodes, path.Child("onExitCodes"))...)
	}
	if len(rule.OnPodConditions) > 0 {
		errs = append(errs, validateConditionPatterns(rule.OnPodConditions, path.Child("onPodConditions"))...)
	}
	switch {
	case rule.OnExitCodes != nil && len(rule.OnPodConditions) > 0:
		errs = append(errs, field.Invalid(path, field.OmitValueType{},
			"specifying both OnExitCodes and OnPodConditions is not supported"))
	case rule.OnExitCodes == nil && len(rule.OnPodConditions) == 0:
		errs = append(errs, field.Invalid(path, field.OmitValueType{},
			"specifying one of OnExitCodes and OnPodConditions is required"))
	}
	return errs
}

func validateFailureAction(
	spec *batchv1.JobSpec, action batchv1.PodFailurePolicyAction, path *field.Path,
) field.ErrorList {
	if action == batchv1.PodFailurePolicyActionFailIndex {
		if spec.BackoffLimitPerIndex != nil {
			return nil
		}
		return field.ErrorList{field.Invalid(path, action, "requires the backoffLimitPerIndex to be set")}
	}
	return requireOneOf(action, path, batchv1.PodFailurePolicyActionCount, batchv1.PodFailurePolicyActionFailIndex,
		batchv1.PodFailurePolicyActionFailJob, batchv1.PodFailurePolicyActionIgnore)
}

// requireOneOf reports a missing value and one outside the list, which is in the order in which it is printed.
func requireOneOf[T ~string](value T, path *field.Path, allowed ...T) field.ErrorList {
	switch {
	case value == "":
		return field.ErrorList{field.Required(path, fmt.Sprintf("valid values: %q", allowed))}
	case !slices.Contains(allowed, value):
		return field.ErrorList{field.NotSupported(path, value, allowed)}
	}
	return nil
}

// validateExitCodes: codes are sorted and unique; 0 is success and cannot be asked for, while negative codes can.
func validateExitCodes(
	spec *batchv1.JobSpec, codes *batchv1.PodFailurePolicyOnExitCodesRequirement, path *field.Path,
) field.ErrorList {
	errs := requireOneOf(codes.Operator, path.Child("operator"),
		batchv1.PodFailurePolicyOnExitCodesOpIn, batchv1.PodFailurePolicyOnExitCodesOpNotIn)
	if name := codes.ContainerName; name != nil && !hasContainer(&spec.Template.Spec, *name) {
		errs = append(errs, field.Invalid(path.Child("containerName"), *name,
			"must be one of the container or initContainer names in the pod template"))
	}
	values, valuesPath := codes.Values, path.Child("values")
	if len(values) == 0 {
		errs = append(errs, field.Invalid(valuesPath, values, "at least one value is required"))
	} else if len(values) > maxExitCodes {
		errs = append(errs, field.TooMany(valuesPath, len(values), maxExitCodes))
	}
	for i, value := range values {
		if codes.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn && value == 0 {
			errs = append(errs, field.Invalid(valuesPath.Index(i), value, "must not be 0 for the In operator"))
		}
		if slices.Contains(values[:i], value) {
			errs = append(errs, field.Duplicate(valuesPath.Index(i), value))
		}
	}
	if !slices.IsSorted(values) {
		errs = append(errs, field.Invalid(valuesPath, values, "must be ordered"))
	}
	return errs
}

func hasContainer(spec *corev1.PodSpec, name string) bool {
	named := func(c corev1.Container) bool { return c.Name == name }
	return slices.ContainsFunc(spec.Containers, named) || slices.ContainsFunc(spec.InitContainers, named)
}

func validateConditionPatterns(
	patterns []batchv1.PodFailurePolicyOnPodConditionsPattern, path *field.Path,
) field.ErrorList {
	var errs field.ErrorList
	if len(patterns) > maxConditionPatterns {
		errs = append(errs, field.TooMany(path, len(patterns), maxConditionPatterns))
	}
	for i, pattern := range patterns {
		at := path.Index(i)
		errs = append(errs, core.ValidateQualifiedName(string(pattern.Type), at.Child("type"))...)
		errs = append(errs, requireOneOf(pattern.Status, at.Child("status"),
			corev1.ConditionFalse, corev1.ConditionTrue, corev1.ConditionUnknown)...)
	}
	return errs
}

// validateReplacementPolicy checks podReplacementPolicy (VAL-10): a pod has to fail before its failure can be judged.
func validateReplacementPolicy(spec *batchv1.JobSpec, path *field.Path) field.ErrorList {
	allowed := []batchv1.PodReplacementPolicy{batchv1.Failed, batchv1.TerminatingOrFailed}
	if spec.PodFailurePolicy != nil {
		allowed = allowed[:1]
	}
	if policy := spec.PodReplacementPolicy; policy != nil && !slices.Contains(allowed, *policy) {
		return field.ErrorList{field.NotSupported(path, *policy, allowed)}
	}
	return nil
}

// validateSuccessPolicy checks successPolicy (VAL-8, VAL-11).
func validateSuccessPolicy(spec *batchv1.JobSpec, path *field.Path) field.ErrorList {
	if !isIndexed(spec) {
		return field.ErrorList{field.Invalid(path, *spec.SuccessPolicy, needsIndexes)}
	}
	var errs field.ErrorList
	rules, rulesPath := spec.SuccessPolicy.Rules, path.Child("rules")
	if len(rules) == 0 {
		errs = append(errs, field.Required(rulesPath,
			"at least one rules must be specified when the successPolicy is specified"))
	}
	if len(rules) > maxSuccessPolicyRules {
		errs = append(errs, field.TooMany(rulesPath, len(rules), maxSuccessPolicyRules))
	}
	for i := range rules {
		errs = append(errs, validateSuccessRule(&rules[i], spec.Completions, rulesPath.Index(i))...)
	}
	return errs
}

// validateSuccessRule compares with the completions only where there are any: that they are missing is reported by
// validateIndexed.
func validateSuccessRule(rule *batchv1.SuccessPolicyRule, completions *int32, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if rule.SucceededCount == nil && rule.SucceededIndexes == nil {
		errs = append(errs, field.Required(path,
			"at least one of succeededCount or succeededIndexes must be specified"))
	}
	listed := int32(0)
	if rule.SucceededIndexes != nil {
		at := path.Child("succeededIndexes")
		if len(*rule.SucceededIndexes) > maxSucceededIndexesBytes {
			errs = append(errs, field.TooLong(at, "", maxSucceededIndexesBytes))
		}
		if completions != nil {
			indexes, err := parseIndexes(*rule.SucceededIndexes, *completions)
			if err != nil {
				errs = append(errs, field.Invalid(at, *rule.SucceededIndexes,
					fmt.Sprintf("error parsing succeededIndexes: %s", err)))
			}
			listed = indexes.count()
		}
	}
	if rule.SucceededCount == nil {
		return errs
	}
	count, at := *rule.SucceededCount, path.Child("succeededCount")
	errs = append(errs, apivalidation.ValidateNonnegativeField(int64(count), at)...)
	if completions != nil && count > *completions {
		errs = append(errs, field.Invalid(at, count,
			fmt.Sprintf("must be less than or equal to %d (the number of specified completions)", *completions)))
	}
	if completions != nil && rule.SucceededIndexes != nil && count > listed {
		errs = append(errs, field.Invalid(at, count, fmt.Sprintf("must be less than or equal to %d (the number of "+
			"indexes in the specified succeededIndexes field)", listed)))
	}
	return errs
}
