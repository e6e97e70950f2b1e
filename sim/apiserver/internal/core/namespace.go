package core

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// DefaultNamespace labels a namespace with its name, which nobody can take off or change. The labels may be shared with
// another version of the namespace and are replaced, not written into.
func DefaultNamespace(ns *corev1.Namespace) {
	if ns.Name == "" || ns.Labels[corev1.LabelMetadataName] == ns.Name {
		return
	}
	labels := maps.Clone(ns.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[corev1.LabelMetadataName] = ns.Name
	ns.Labels = labels
}

// PrepareNamespaceForCreate makes a namespace active, and holds it until the namespace controller has emptied it.
func PrepareNamespaceForCreate(ns *corev1.Namespace) {
	ns.Status = corev1.NamespaceStatus{Phase: corev1.NamespaceActive}
	if !slices.Contains(ns.Spec.Finalizers, corev1.FinalizerKubernetes) {
		ns.Spec.Finalizers = append(slices.Clip(ns.Spec.Finalizers), corev1.FinalizerKubernetes)
	}
}

// ValidateNamespace checks a new namespace: the name is a DNS label.
func ValidateNamespace(ns *corev1.Namespace) field.ErrorList {
	path := field.NewPath("metadata")
	errs := ordered(apivalidation.ValidateObjectMeta(&ns.ObjectMeta, false, apivalidation.ValidateNamespaceName, path))
	errs = append(errs, validateFinalizers(ns.Finalizers, path)...)
	for _, name := range ns.Spec.Finalizers { // on create, the real server leaves out which one it means
		errs = append(errs, validateFinalizerName(string(name), field.NewPath("spec", "finalizers"))...)
	}
	return errs
}

// ValidateNamespaceUpdate checks an update, which cannot reach the finalizers of the spec nor the status.
func ValidateNamespaceUpdate(ns, old *corev1.Namespace) field.ErrorList {
	return append(ValidateNamespace(ns), ValidateObjectMetaUpdate(&ns.ObjectMeta, &old.ObjectMeta, field.NewPath("metadata"))...)
}

// ValidateNamespaceStatusUpdate checks a status: the phase follows from whether the namespace is being deleted.
func ValidateNamespaceStatusUpdate(ns, old *corev1.Namespace) field.ErrorList {
	errs := ValidateObjectMetaUpdate(&ns.ObjectMeta, &old.ObjectMeta, field.NewPath("metadata"))
	path := field.NewPath("status", "Phase")
	switch phase := ns.Status.Phase; {
	case ns.DeletionTimestamp == nil && phase != corev1.NamespaceActive:
		return append(errs, field.Invalid(path, phase, "may only be 'Active' if `deletionTimestamp` is empty"))
	case ns.DeletionTimestamp != nil && phase != corev1.NamespaceTerminating:
		return append(errs, field.Invalid(path, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty"))
	}
	return errs
}

// ValidateNamespaceFinalizeUpdate checks the finalizers of the spec, which only the finalize subresource writes.
func ValidateNamespaceFinalizeUpdate(ns, old *corev1.Namespace) field.ErrorList {
	errs := ValidateObjectMetaUpdate(&ns.ObjectMeta, &old.ObjectMeta, field.NewPath("metadata"))
	for i, name := range ns.Spec.Finalizers {
		errs = append(errs, validateFinalizerName(string(name), field.NewPath("spec", "finalizers").Index(i))...)
	}
	return errs
}

func validateFinalizerName(name string, path *field.Path) field.ErrorList {
	errs := apivalidation.ValidateFinalizerName(name, path)
	if !strings.Contains(name, "/") && !isStandardFinalizer(name) {
		errs = append(errs, field.Invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified"))
	}
	return errs
}

// SelectableNamespaceFields are the fields that a selector of namespaces can name.
func SelectableNamespaceFields(ns *corev1.Namespace) fields.Set {
	return fields.Set{"metadata.name": ns.Name, "status.phase": string(ns.Status.Phase)}
}
