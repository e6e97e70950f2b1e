package core

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const immutableSpecDetail = "pod updates may not change fields other than `spec.containers[*].image`," +
	"`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing " +
	"tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

// ValidatePodUpdate checks a write to the main resource after PreparePodForUpdate. What may change of a spec: images,
// an active deadline that gets shorter, more tolerations, fewer scheduling gates, and for a gated pod more narrow node
// selection.
func ValidatePodUpdate(pod, old *corev1.Pod) field.ErrorList {
	metaPath, path := metadataPath, specPath
	errs := ValidateObjectMetaUpdate(&pod.ObjectMeta, &old.ObjectMeta, metaPath)
	annotations := metaPath.Child("annotations")
	if samePodSpec(&pod.Spec, &old.Spec) {
		// A spec that is untouched was valid when it was stored, and metadata is all that is left to check.
		errs = append(errs, ValidateObjectMeta(&pod.ObjectMeta, metaPath)...)
		errs = append(errs, validatePodAnnotations(pod.Annotations, &pod.Spec, annotations)...)
		return append(errs, validateAnnotationUpdate(pod.Annotations, old.Annotations, annotations)...)
	}
	errs = append(errs, validatePod(pod)...)
	errs = append(errs, validateAnnotationUpdate(pod.Annotations, old.Annotations, annotations)...)
	errs = append(errs, validatePodAnnotations(pod.Annotations, &pod.Spec, annotations)...)
	for _, list := range [2]struct {
		name     string
		new, old []corev1.Container
	}{
		{"containers", pod.Spec.Containers, old.Spec.Containers},
		{"initContainers", pod.Spec.InitContainers, old.Spec.InitContainers},
	} {
		problems, same := validateContainerImages(list.new, list.old, path.Child(list.name))
		errs = append(errs, problems...)
		if !same {
			return errs
		}
	}
	deadlineErrs, stop := validateDeadlineUpdate(pod, old, path.Child("activeDeadlineSeconds"))
	errs = append(errs, deadlineErrs...)
	if stop {
		return errs
	}
	errs = append(errs, validateAddedTolerations(pod.Spec.Tolerations, old.Spec.Tolerations,
		path.Child("tolerations"))...)
	errs = append(errs, validateRemovedGates(pod.Spec.SchedulingGates, old.Spec.SchedulingGates,
		path.Child("schedulingGates"))...)
	return append(errs, validateImmutableSpec(&pod.Spec, &old.Spec, path)...)
}

// validateContainerImages says also whether both lists have the same length; nothing else can be compared otherwise.
func validateContainerImages(containers, old []corev1.Container, path *field.Path) (field.ErrorList, bool) {
	if len(containers) != len(old) {
		return field.ErrorList{field.Forbidden(path, "pod updates may not add or remove containers")}, false
	}
	var errs field.ErrorList
	for i := range containers {
		if containers[i].Image == "" {
			errs = append(errs, field.Required(path.Index(i).Child("image"), ""))
		}
		errs = append(errs, validateTrimmedImage(&containers[i], path.Index(i))...)
	}
	return errs, true
}

// validateDeadlineUpdate: a deadline may be set once and then only shortened.
func validateDeadlineUpdate(pod, old *corev1.Pod, path *field.Path) (errs field.ErrorList, stop bool) {
	now, before := pod.Spec.ActiveDeadlineSeconds, old.Spec.ActiveDeadlineSeconds
	switch {
	case now == nil && before != nil:
		return field.ErrorList{field.Invalid(path, now, "must not update from a positive integer to nil value")}, false
	case now == nil:
		return nil, false
	case *now < 0 || *now > math.MaxInt32:
		return field.ErrorList{field.Invalid(path, *now, validation.InclusiveRangeError(0, math.MaxInt32))}, true
	case before != nil && *before < *now:
		return field.ErrorList{field.Invalid(path, *now, "must be less than or equal to previous value")}, true
	}
	return nil, false
}

// validateAddedTolerations: an old toleration may change only in how long it tolerates.
func validateAddedTolerations(tolerations, old []corev1.Toleration, path *field.Path) field.ErrorList {
	for i := range old {
		kept := slices.ContainsFunc(tolerations, func(t corev1.Toleration) bool {
			t.TolerationSeconds = old[i].TolerationSeconds
			return t == old[i]
		})
		if !kept {
			return field.ErrorList{field.Forbidden(path,
				"existing toleration can not be modified except its tolerationSeconds")}
		}
	}
	return validateTolerations(tolerations, path)
}

func validateRemovedGates(gates, old []corev1.PodSchedulingGate, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, gate := range gates {
		repeated := slices.Contains(gates[i+1:], gate)
		if !repeated && !slices.Contains(old, gate) {
			errs = append(errs, field.Forbidden(path.Index(i).Child("name"),
				fmt.Sprintf("only deletion is allowed, but found new scheduling gate '%s'", gate.Name)))
		}
	}
	return errs
}

// validateImmutableSpec puts the old values into what may change and compares the rest.
func validateImmutableSpec(spec, old *corev1.PodSpec, path *field.Path) field.ErrorList {
	if equality.Semantic.DeepEqual(spec, old) {
		return nil
	}
	rest := *spec
	rest.Containers = withImagesOf(spec.Containers, old.Containers)
	rest.InitContainers = withImagesOf(spec.InitContainers, old.InitContainers)
	rest.ActiveDeadlineSeconds = old.ActiveDeadlineSeconds
	rest.SchedulingGates = old.SchedulingGates
	rest.Tolerations = old.Tolerations
	if grace := old.TerminationGracePeriodSeconds; grace != nil && *grace < 0 &&
		spec.TerminationGracePeriodSeconds != nil && *spec.TerminationGracePeriodSeconds == 1 {
		rest.TerminationGracePeriodSeconds = grace
	}
	var errs field.ErrorList
	if len(old.SchedulingGates) > 0 {
		errs = validateGatedPlacement(&rest, old, path)
	}
	if !equality.Semantic.DeepEqual(&rest, old) {
		errs = append(errs, field.Forbidden(path, immutableSpecDetail))
	}
	return errs
}

func withImagesOf(containers, old []corev1.Container) []corev1.Container {
	containers = slices.Clone(containers)
	for i := range containers {
		containers[i].Image = old[i].Image
	}
	return containers
}

// validateAnnotationUpdate: a mirror pod stays one, and AppArmor profiles are decided at creation.
func validateAnnotationUpdate(annotations, old map[string]string, path *field.Path) field.ErrorList {
	const appArmor = corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix
	watched := func(key string) bool {
		return key == corev1.MirrorPodAnnotationKey || strings.HasPrefix(key, appArmor)
	}
	what := func(key string) string {
		if key == corev1.MirrorPodAnnotationKey {
			return "mirror pod annotation"
		}
		return "AppArmor annotations"
	}
	var errs field.ErrorList
	if !anyKey(old, watched) && !anyKey(annotations, watched) {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		if value, kept := annotations[key]; watched(key) && (!kept || value != old[key]) {
			errs = append(errs, field.Forbidden(path.Key(key), "may not remove or update "+what(key)))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		if _, existed := old[key]; watched(key) && !existed {
			errs = append(errs, field.Forbidden(path.Key(key), "may not add "+what(key)))
		}
	}
	return errs
}

func anyKey(annotations map[string]string, test func(string) bool) bool {
	for key := range annotations {
		if test(key) {
			return true
		}
	}
	return false
}
