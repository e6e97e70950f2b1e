package core

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	resourcehelper "k8s.io/component-helpers/resource"
)

func (v *specValidator) validateResourceClaims(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	claims := v.spec.ResourceClaims
	for i := range claims {
		claim, at := &claims[i], path.Index(i)
		if v.isPod() && isMirrorPod(v.meta.Annotations) {
			errs = append(errs, field.Forbidden(field.NewPath(""), "static pods do not support resource claims"))
			continue
		}
		sameName := func(other corev1.PodResourceClaim) bool { return other.Name == claim.Name }
		switch {
		case claim.Name == "":
			errs = append(errs, field.Required(at.Child("name"), ""))
		case slices.ContainsFunc(claims[:i], sameName):
			errs = append(errs, field.Duplicate(at.Child("name"), claim.Name))
		default:
			errs = append(errs, validateDNSLabel(claim.Name, at.Child("name"))...)
		}
		if claim.ResourceClaimName != nil && claim.ResourceClaimTemplateName != nil {
			errs = append(errs, field.Invalid(at, *claim,
				"at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"))
		}
		if claim.ResourceClaimName == nil && claim.ResourceClaimTemplateName == nil {
			errs = append(errs, field.Invalid(at, *claim,
				"must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"))
		}
		if claim.ResourceClaimName != nil {
			errs = append(errs, validateDNSSubdomain(*claim.ResourceClaimName, at.Child("resourceClaimName"))...)
		}
		if claim.ResourceClaimTemplateName != nil {
			name := *claim.ResourceClaimTemplateName
			errs = append(errs, validateDNSSubdomain(name, at.Child("resourceClaimTemplateName"))...)
		}
	}
	return errs
}

// validateClaimUse checks the i-th claim that a container uses: declared by the pod, and named once. A claim named
// as a whole overlaps with every request of it that is named.
func (v *specValidator) validateClaimUse(claims []corev1.ResourceClaim, i int, path *field.Path) field.ErrorList {
	claim := claims[i]
	if claim.Name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	whole, exact, parts := false, false, 0
	for _, earlier := range claims[:i] {
		if earlier.Name != claim.Name {
			continue
		}
		whole = whole || earlier.Request == ""
		exact = exact || earlier.Request == claim.Request
		if earlier.Request != "" {
			parts++
		}
	}
	key := claim.Name
	if claim.Request != "" {
		key += "/" + claim.Request
	}
	if claim.Request != "" && !whole {
		errs = append(errs, validateDNSLabel(claim.Request, path.Child("request"))...)
	}
	switch {
	case whole:
		errs = append(errs, field.Duplicate(path, claim.Name))
	case exact:
		errs = append(errs, field.Duplicate(path, key))
	case claim.Request == "":
		for range parts {
			errs = append(errs, field.Duplicate(path, claim.Name))
		}
	}
	return append(errs, v.validateClaimDeclared(claim.Name, path)...)
}

func (v *specValidator) validateClaimDeclared(name string, path *field.Path) field.ErrorList {
	declared := map[string]bool{}
	for _, claim := range v.spec.ResourceClaims {
		if claim.Name != "" {
			declared[claim.Name] = true
		}
	}
	if declared[name] {
		return nil
	}
	err := field.NotFound(path, name)
	err.Detail = "must be one of the names in pod.spec.resourceClaims"
	if len(declared) == 0 {
		err.Detail += " which is empty"
	} else {
		err.Detail += ": " + strings.Join(slices.Sorted(maps.Keys(declared)), ", ")
	}
	return field.ErrorList{err}
}

// validatePodResources checks resources of the pod as a whole against those of its containers.
func (v *specValidator) validatePodResources(path *field.Path) field.ErrorList {
	spec := v.spec
	if spec.OS != nil && spec.OS.Name == corev1.Windows {
		return field.ErrorList{field.Forbidden(path, "may not be set for a windows pod")}
	}
	var errs field.ErrorList
	if spec.Resources.Claims != nil {
		errs = append(errs, field.Forbidden(path.Child("claims"), "claims may not be set for Resources at pod-level"))
	}
	errs = append(errs, v.validateResources(spec.Resources, validatePodResourceName, path)...)
	pod := &corev1.Pod{Spec: *spec}
	requests := resourcehelper.AggregateContainerRequests(pod, resourcehelper.PodResourcesOptions{})
	for _, name := range sortedNames(requests) {
		ofPod, set := spec.Resources.Requests[name]
		if sum := requests[name]; set && sum.Cmp(ofPod) > 0 {
			errs = append(errs, field.Invalid(path.Child("requests").Key(string(name)), ofPod.String(),
				fmt.Sprintf("must be greater than or equal to aggregate container requests of %s", sum.String())))
		}
	}
	limits := resourcehelper.AggregateContainerLimits(pod, resourcehelper.PodResourcesOptions{})
	for _, name := range sortedNames(limits) {
		ofPod, set := spec.Resources.Limits[name]
		if sum := limits[name]; set && isHugePages(name) && sum.Cmp(ofPod) > 0 {
			errs = append(errs, field.Invalid(path.Child("limits").Key(string(name)), ofPod.String(),
				fmt.Sprintf("must be greater than or equal to aggregate container limits of %s", sum.String())))
		}
	}
	for i := range spec.Containers {
		list := spec.Containers[i].Resources.Limits
		for _, name := range sortedNames(list) {
			ofPod, set := spec.Resources.Limits[name]
			if limit := list[name]; set && limit.Cmp(ofPod) > 0 {
				at := path.Child("containers").Index(i).Key(string(name)).Child("limits")
				errs = append(errs, field.Invalid(at, limit.String(),
					fmt.Sprintf("must be less than or equal to pod limits of %s", ofPod.String())))
			}
		}
	}
	return errs
}

func validatePodResourceName(name corev1.ResourceName, path *field.Path) field.ErrorList {
	if errs := validateResourceName(name, path); len(errs) > 0 || resourcehelper.IsSupportedPodLevelResource(name) {
		return errs
	}
	supported := slices.Sorted(maps.Keys(resourcehelper.SupportedPodLevelResources()))
	return field.ErrorList{field.NotSupported(path, name, supported)}
}
