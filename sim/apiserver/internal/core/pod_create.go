package core

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidatePodCreate checks a pod after DefaultPod and after name, namespace and UID were set.
func ValidatePodCreate(pod *corev1.Pod) field.ErrorList {
	errs := validatePod(pod)
	path := specPath
	if len(pod.Spec.EphemeralContainers) > 0 {
		errs = append(errs, field.Forbidden(path.Child("ephemeralContainers"), "cannot be set on create"))
	}
	if pod.Spec.NodeName != "" && len(pod.Spec.SchedulingGates) > 0 {
		errs = append(errs, field.Forbidden(path.Child("nodeName"),
			"cannot be set until all schedulingGates have been cleared"))
	}
	return append(errs, validateProfileAnnotations(pod.Annotations, &pod.Spec, path)...)
}

// validatePod checks metadata and spec, which create and update have in common. It is stricter than the check of a
// template in a few points that templates were too widely used to be held to.
func validatePod(pod *corev1.Pod) field.ErrorList {
	metaPath, path := metadataPath, specPath
	errs := ValidateObjectMeta(&pod.ObjectMeta, metaPath)
	if len(pod.Annotations) > 0 {
		errs = append(errs, validatePodAnnotations(pod.Annotations, &pod.Spec, metaPath.Child("annotations"))...)
	}
	spec := &pod.Spec
	v := specValidator{spec: spec, meta: &pod.ObjectMeta}
	errs = append(errs, v.validate(path)...)
	if spec.ServiceAccountName == "" {
		errs = append(errs, validateNoTokens(spec.Volumes, path.Child("volumes"))...)
	}
	if grace := spec.TerminationGracePeriodSeconds; grace != nil && *grace < 0 {
		errs = append(errs, validateNonnegative(*grace, path.Child("terminationGracePeriodSeconds"))...)
	}
	padded := func(c *corev1.Container) bool { return c.Image != strings.TrimSpace(c.Image) }
	if v.anyContainer(padded) {
		for i := range spec.Containers {
			errs = append(errs, validateTrimmedImage(&spec.Containers[i], path.Child("containers").Index(i))...)
		}
		for i := range spec.InitContainers {
			errs = append(errs, validateTrimmedImage(&spec.InitContainers[i], path.Child("initContainers").Index(i))...)
		}
	}
	return errs
}

// validateNoTokens: without a service account there is nobody to issue a token for.
func validateNoTokens(volumes []corev1.Volume, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range volumes {
		if volumes[i].Projected == nil {
			continue
		}
		for j, source := range volumes[i].Projected.Sources {
			if source.ServiceAccountToken != nil {
				at := path.Index(i).Child("projected", "sources").Index(j).Child("serviceAccountToken")
				errs = append(errs, field.Forbidden(at, "must not be specified when serviceAccountName is not set"))
			}
		}
	}
	return errs
}
