package core

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// DefaultNode makes all of a node's capacity allocatable unless the node says otherwise.
func DefaultNode(node *corev1.Node) {
	if node.Status.Allocatable == nil {
		node.Status.Allocatable = maps.Clone(node.Status.Capacity)
	}
}

// ValidateNode checks the name, which is a DNS subdomain outside any namespace, and the taints of a node.
func ValidateNode(node *corev1.Node) field.ErrorList {
	path := field.NewPath("metadata")
	errs := ordered(apivalidation.ValidateObjectMeta(&node.ObjectMeta, false, apivalidation.NameIsDNSSubdomain, path))
	errs = append(errs, validateFinalizers(node.Finalizers, path)...)
	return append(errs, validateTaints(node.Spec.Taints, path.Child("taints"))...)
}

// ValidateNodeUpdate checks an update of a node or of its status: taints come and go, the name stays.
func ValidateNodeUpdate(node, old *corev1.Node) field.ErrorList {
	path := field.NewPath("metadata")
	errs := ValidateObjectMetaUpdate(&node.ObjectMeta, &old.ObjectMeta, path)
	return append(errs, validateTaints(node.Spec.Taints, path.Child("taints"))...)
}

// validateTaints reports at metadata.taints, where taints once were.
func validateTaints(taints []corev1.Taint, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, taint := range taints {
		at := path.Index(i)
		errs = append(errs, ValidateQualifiedName(taint.Key, at.Child("key"))...)
		if messages := validation.IsValidLabelValue(taint.Value); len(messages) > 0 {
			errs = append(errs, field.Invalid(at.Child("value"), taint.Value, strings.Join(messages, ";")))
		}
		if taint.Effect == "" {
			errs = append(errs, field.Required(at.Child("effect"), ""))
		} else {
			errs = append(errs, isOneOf(taint.Effect, at.Child("effect"), corev1.TaintEffectNoSchedule,
				corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)...)
		}
		same := func(other corev1.Taint) bool { return other.Key == taint.Key && other.Effect == taint.Effect }
		if slices.ContainsFunc(taints[:i], same) {
			duplicate := field.Duplicate(at, taint)
			duplicate.Detail = "taints must be unique by key and effect pair"
			errs = append(errs, duplicate)
		}
	}
	return errs
}

// SelectableNodeFields are the fields that a selector of nodes can name.
func SelectableNodeFields(node *corev1.Node) fields.Set {
	return fields.Set{"metadata.name": node.Name, "spec.unschedulable": strconv.FormatBool(node.Spec.Unschedulable)}
}
