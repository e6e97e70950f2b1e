package core

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const podDeletionCost = corev1.PodDeletionCost

func isMirrorPod(annotations map[string]string) bool {
	_, found := annotations[corev1.MirrorPodAnnotationKey]
	return found
}

// validatePodAnnotations checks the annotations that mean something to Kubernetes itself.
func validatePodAnnotations(annotations map[string]string, spec *corev1.PodSpec, path *field.Path) field.ErrorList {
	if len(annotations) == 0 {
		return nil
	}
	var errs field.ErrorList
	if value, found := annotations[corev1.MirrorPodAnnotationKey]; found && spec.NodeName == "" {
		errs = append(errs, field.Invalid(path.Key(corev1.MirrorPodAnnotationKey), value,
			"must set spec.nodeName if mirror pod annotation is set"))
	}
	if value := annotations[corev1.TolerationsAnnotationKey]; value != "" {
		var tolerations []corev1.Toleration
		if err := json.Unmarshal([]byte(value), &tolerations); err != nil {
			errs = append(errs, field.Invalid(path, corev1.TolerationsAnnotationKey, err.Error()))
		}
		errs = append(errs, validateTolerations(tolerations, path.Child(corev1.TolerationsAnnotationKey))...)
	}
	if value, found := annotations[podDeletionCost]; found && !isDeletionCost(value) {
		errs = append(errs, field.Invalid(path.Key(podDeletionCost), value, "must be a 32bit integer"))
	}
	return append(errs, validateLegacyProfiles(annotations, spec, path)...)
}

// isDeletionCost refuses a leading plus sign and leading zeros, which ParseInt would take.
func isDeletionCost(value string) bool {
	if value == "" || value[0] == '+' || value[0] == '0' && value != "0" {
		return false
	}
	_, err := strconv.ParseInt(value, 10, 32)
	return err == nil
}

// validateLegacyProfiles checks the annotations in which seccomp and AppArmor profiles were once written.
func validateLegacyProfiles(annotations map[string]string, spec *corev1.PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, key := range legacyProfileKeys(annotations) {
		value := annotations[key]
		name, appArmor := strings.CutPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix)
		if !appArmor {
			errs = append(errs, validateLegacySeccomp(value, path.Child(key))...)
			continue
		}
		named := func(c *corev1.Container) bool { return c.Name == name }
		if v := (specValidator{spec: spec}); !v.anyContainer(named) {
			errs = append(errs, field.Invalid(path.Key(key), name, "container not found"))
		}
		known := value == "" || value == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault ||
			value == corev1.DeprecatedAppArmorBetaProfileNameUnconfined ||
			strings.HasPrefix(value, corev1.DeprecatedAppArmorBetaProfileNamePrefix)
		if !known {
			errs = append(errs, field.Invalid(path.Key(key), value,
				fmt.Sprintf("invalid AppArmor profile name: %q", value)))
		}
	}
	return errs
}

func legacyProfileKeys(annotations map[string]string) []string {
	var keys []string
	for key := range maps.Keys(annotations) {
		if key == corev1.SeccompPodAnnotationKey || strings.HasPrefix(key, corev1.SeccompContainerAnnotationKeyPrefix) ||
			strings.HasPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func validateLegacySeccomp(profile string, path *field.Path) field.ErrorList {
	switch profile {
	case corev1.SeccompProfileRuntimeDefault, corev1.DeprecatedSeccompProfileDockerDefault,
		corev1.SeccompProfileNameUnconfined:
		return nil
	}
	if name, local := strings.CutPrefix(profile, corev1.SeccompLocalhostProfileNamePrefix); local {
		return validateRelative(name, path)
	}
	return field.ErrorList{field.Invalid(path, profile, "must be a valid seccomp profile")}
}

// validateProfileAnnotations: where a profile is given by annotation and by field, both must say the same.
func validateProfileAnnotations(annotations map[string]string, spec *corev1.PodSpec, path *field.Path) field.ErrorList {
	if len(legacyProfileKeys(annotations)) == 0 {
		return nil
	}
	var errs field.ErrorList
	var podAppArmor *corev1.AppArmorProfile
	if sc := spec.SecurityContext; sc != nil {
		podAppArmor = sc.AppArmorProfile
		if value, found := annotations[corev1.SeccompPodAnnotationKey]; found && sc.SeccompProfile != nil {
			at := path.Child("securityContext", "seccompProfile")
			errs = append(errs, matchSeccomp(value, sc.SeccompProfile, at)...)
		}
	}
	windows := spec.OS != nil && spec.OS.Name == corev1.Windows
	visitContainers(spec, path, func(c *corev1.Container, at *field.Path) {
		seccomp, appArmor := (*corev1.SeccompProfile)(nil), podAppArmor
		if c.SecurityContext != nil {
			seccomp = c.SecurityContext.SeccompProfile
			if own := c.SecurityContext.AppArmorProfile; own != nil {
				appArmor = own
			}
		}
		at = at.Child("securityContext")
		if value, found := annotations[corev1.SeccompContainerAnnotationKeyPrefix+c.Name]; found && seccomp != nil {
			errs = append(errs, matchSeccomp(value, seccomp, at.Child("seccompProfile"))...)
		}
		key := corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + c.Name
		if value, found := annotations[key]; found && appArmor != nil && !windows {
			errs = append(errs, matchAppArmor(value, appArmor, at.Child("appArmorProfile"))...)
		}
	})
	return errs
}

func matchSeccomp(annotation string, profile *corev1.SeccompProfile, path *field.Path) field.ErrorList {
	mismatch := field.ErrorList{field.Forbidden(path.Child("type"), "seccomp type in annotation and field must match")}
	switch profile.Type {
	case corev1.SeccompProfileTypeUnconfined:
		if annotation != corev1.SeccompProfileNameUnconfined {
			return mismatch
		}
	case corev1.SeccompProfileTypeRuntimeDefault:
		if annotation != corev1.SeccompProfileRuntimeDefault &&
			annotation != corev1.DeprecatedSeccompProfileDockerDefault {
			return mismatch
		}
	case corev1.SeccompProfileTypeLocalhost:
		name, local := strings.CutPrefix(annotation, corev1.SeccompLocalhostProfileNamePrefix)
		if !local {
			return mismatch
		}
		if profile.LocalhostProfile == nil || name != *profile.LocalhostProfile {
			return field.ErrorList{field.Forbidden(path.Child("localhostProfile"),
				"seccomp profile in annotation and field must match")}
		}
	}
	return nil
}

func matchAppArmor(annotation string, profile *corev1.AppArmorProfile, path *field.Path) field.ErrorList {
	mismatch := field.ErrorList{field.Forbidden(path.Child("type"), "apparmor type in annotation and field must match")}
	switch profile.Type {
	case corev1.AppArmorProfileTypeUnconfined:
		if annotation != corev1.DeprecatedAppArmorBetaProfileNameUnconfined {
			return mismatch
		}
	case corev1.AppArmorProfileTypeRuntimeDefault:
		if annotation != corev1.DeprecatedAppArmorBetaProfileRuntimeDefault {
			return mismatch
		}
	case corev1.AppArmorProfileTypeLocalhost:
		name, local := strings.CutPrefix(annotation, corev1.DeprecatedAppArmorBetaProfileNamePrefix)
		if !local {
			return mismatch
		}
		if profile.LocalhostProfile == nil || name != *profile.LocalhostProfile {
			return field.ErrorList{field.Forbidden(path.Child("localhostProfile"),
				"apparmor profile in annotation and field must match")}
		}
	}
	return nil
}
