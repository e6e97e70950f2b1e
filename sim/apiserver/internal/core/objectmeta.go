package core

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidateObjectMeta checks the metadata of a namespaced object whose name is a DNS subdomain, at path, on create.
func ValidateObjectMeta(meta *metav1.ObjectMeta, path *field.Path) field.ErrorList {
	if isValidName(meta) && areValidCommonFields(meta) && areValidFinalizers(meta.Finalizers) {
		return nil
	}
	errs := ordered(apivalidation.ValidateObjectMeta(meta, true, apivalidation.NameIsDNSSubdomain, path))
	return append(errs, validateFinalizers(meta.Finalizers, path)...)
}

// ValidateObjectMetaUpdate checks the metadata of an update at path: that it is sound by itself, what is immutable, and
// that nobody adds a finalizer to an object that is being deleted. Names are checked less strictly than on create: a
// stored one stays as it is.
func ValidateObjectMetaUpdate(meta, old *metav1.ObjectMeta, path *field.Path) field.ErrorList {
	if isUnchangedIdentity(meta, old) && meta.GenerateName == old.GenerateName && areValidCommonFields(meta) &&
		areFinalizersAllowed(meta, old) {
		return nil
	}
	errs := ordered(apivalidation.ValidateObjectMeta(meta, old.Namespace != "", isPathSegment, path))
	errs = append(errs, ordered(apivalidation.ValidateObjectMetaUpdate(meta, old, path))...)
	return append(errs, validateFinalizers(meta.Finalizers, path)...)
}

// isPathSegment is the least that every name must be: fit for a URL.
func isPathSegment(name string, prefix bool) []string {
	if prefix {
		return content.IsPathSegmentPrefix(name)
	}
	return content.IsPathSegmentName(name)
}

// PrepareObjectMetaForUpdate restores the metadata that the server owns and that every update ignores: generation,
// creationTimestamp, a UID left out, and a deletion that has begun.
func PrepareObjectMetaForUpdate(meta, old *metav1.ObjectMeta) {
	meta.Generation = old.Generation
	if meta.UID == "" {
		meta.UID = old.UID
	}
	if !old.CreationTimestamp.IsZero() {
		meta.CreationTimestamp = old.CreationTimestamp
	}
	if !old.DeletionTimestamp.IsZero() {
		meta.DeletionTimestamp = old.DeletionTimestamp
	}
	if meta.DeletionGracePeriodSeconds == nil {
		meta.DeletionGracePeriodSeconds = old.DeletionGracePeriodSeconds
	}
}

// ValidateLabels checks labels or a node selector.
func ValidateLabels(labels map[string]string, path *field.Path) field.ErrorList {
	if areValidLabels(labels) {
		return nil
	}
	return ordered(metav1validation.ValidateLabels(labels, path))
}

func validateAnnotations(annotations map[string]string, path *field.Path) field.ErrorList {
	if areValidAnnotations(annotations) {
		return nil
	}
	return ordered(apivalidation.ValidateAnnotations(annotations, path))
}

// validateFinalizers adds to the general check that a finalizer without a domain is one that Kubernetes knows.
func validateFinalizers(finalizers []string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, name := range finalizers {
		if !strings.Contains(name, "/") && !isStandardFinalizer(name) {
			errs = append(errs, field.Invalid(path.Child("finalizers").Index(i), name,
				"name is neither a standard finalizer name nor is it fully qualified"))
		}
	}
	return errs
}

func isStandardFinalizer(name string) bool {
	return name == metav1.FinalizerOrphanDependents || name == metav1.FinalizerDeleteDependents || name == "kubernetes"
}

func isValidName(meta *metav1.ObjectMeta) bool {
	return isDNSSubdomain(meta.Name) && isDNSLabel(meta.Namespace) &&
		(meta.GenerateName == "" || isDNSSubdomain(strings.TrimSuffix(meta.GenerateName, "-")))
}

func isUnchangedIdentity(meta, old *metav1.ObjectMeta) bool {
	return meta.ResourceVersion != "" && meta.Generation >= old.Generation &&
		meta.Name == old.Name && meta.Namespace == old.Namespace && meta.UID == old.UID &&
		meta.CreationTimestamp.Equal(&old.CreationTimestamp) && meta.DeletionTimestamp.Equal(old.DeletionTimestamp) &&
		samePointee(meta.DeletionGracePeriodSeconds, old.DeletionGracePeriodSeconds)
}

func samePointee[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func areValidCommonFields(meta *metav1.ObjectMeta) bool {
	return meta.Generation >= 0 && len(meta.ManagedFields) == 0 && areValidLabels(meta.Labels) &&
		areValidAnnotations(meta.Annotations) && areValidOwners(meta.OwnerReferences)
}

func areValidLabels(labels map[string]string) bool {
	for key, value := range labels {
		if !isQualifiedName(key) || !isLabelValue(value) {
			return false
		}
	}
	return true
}

func areValidAnnotations(annotations map[string]string) bool {
	size := 0
	for key, value := range annotations {
		if !isQualifiedName(key) {
			return false
		}
		size += len(key) + len(value)
	}
	return size <= apivalidation.TotalAnnotationSizeLimitB
}

func areValidOwners(owners []metav1.OwnerReference) bool {
	controllers := 0
	for i := range owners {
		owner := &owners[i]
		group, version, found := strings.Cut(owner.APIVersion, "/")
		if !found {
			group, version = "", owner.APIVersion
		}
		if version == "" || strings.Contains(version, "/") || owner.Kind == "" || owner.Name == "" || owner.UID == "" {
			return false
		}
		if group == "" && owner.Kind == "Event" {
			return false
		}
		if owner.Controller != nil && *owner.Controller {
			controllers++
		}
	}
	return controllers <= 1
}

func areValidFinalizers(finalizers []string) bool {
	for _, name := range finalizers {
		// The two standard finalizers that exclude each other are for the library to judge.
		if !isQualifiedName(name) || !strings.Contains(name, "/") {
			return false
		}
	}
	return true
}

// areFinalizersAllowed mirrors what the library checks on update: good names, and a deletion that is not held up by new
// ones.
func areFinalizersAllowed(meta, old *metav1.ObjectMeta) bool {
	isNew := func(name string) bool { return !slices.Contains(old.Finalizers, name) }
	return areValidFinalizers(meta.Finalizers) &&
		(old.DeletionTimestamp == nil || !slices.ContainsFunc(meta.Finalizers, isNew))
}
