package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"
)

// validateClaimSources checks what the volume of a claim is filled from: the older field, which names an object in the
// claim's own namespace, the newer one, which may name one in another, or both if they say the same.
func validateClaimSources(spec *corev1.PersistentVolumeClaimSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	local, ref := spec.DataSource, spec.DataSourceRef
	if local != nil {
		errs = append(errs, validateClaimSource(local.APIGroup, local.Kind, local.Name, path.Child("dataSource"))...)
	}
	if ref == nil {
		return errs
	}
	errs = append(errs, validateClaimSource(ref.APIGroup, ref.Kind, ref.Name, path.Child("dataSourceRef"))...)
	elsewhere := ptr.Deref(ref.Namespace, "") != ""
	if elsewhere {
		errs = append(errs, validateDNSLabel(*ref.Namespace, path.Child("dataSourceRef", "namespace"))...)
	}
	switch {
	case local == nil:
	case elsewhere:
		errs = append(errs, field.Invalid(path, path.Child("dataSource").String(),
			"may not be specified when dataSourceRef.namespace is specified"))
	case !ptr.Equal(local.APIGroup, ref.APIGroup) || local.Kind != ref.Kind || local.Name != ref.Name:
		errs = append(errs, field.Invalid(path, path.Child("dataSource").String(), "must match dataSourceRef"))
	}
	return errs
}

// validateClaimSource checks one reference. The core group has nothing to fill a volume from but another claim.
func validateClaimSource(group *string, kind, name string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if name == "" {
		errs = append(errs, field.Required(path.Child("name"), ""))
	}
	if kind == "" {
		errs = append(errs, field.Required(path.Child("kind"), ""))
	}
	switch of := ptr.Deref(group, ""); {
	case of != "":
		errs = append(errs, validateDNSSubdomain(of, path.Child("apiGroup"))...)
	case kind != "PersistentVolumeClaim":
		errs = append(errs, field.Invalid(path, kind,
			"must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
	}
	return errs
}
