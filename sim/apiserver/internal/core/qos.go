package core

import (
	corev1 "k8s.io/api/core/v1"
)

// PodQOS computes the quality of service class that the API server records when a pod is created. Resources of the pod
// as a whole decide when there are any; otherwise all containers, init containers included, must agree.
func PodQOS(spec *corev1.PodSpec) corev1.PodQOSClass {
	if spec.Resources != nil && len(spec.Resources.Requests)+len(spec.Resources.Limits) > 0 {
		return requirementsQOS(spec.Resources)
	}
	class := corev1.PodQOSClass("")
	for _, containers := range [2][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			class = mergeQOS(class, requirementsQOS(&containers[i].Resources))
		}
	}
	if class == "" {
		return corev1.PodQOSBestEffort
	}
	return class
}

func requirementsQOS(resources *corev1.ResourceRequirements) corev1.PodQOSClass {
	if len(resources.Requests) == 0 && len(resources.Limits) == 0 {
		return corev1.PodQOSBestEffort
	}
	cpu := resourceQOS(resources, corev1.ResourceCPU)
	return mergeQOS(cpu, resourceQOS(resources, corev1.ResourceMemory))
}

func resourceQOS(resources *corev1.ResourceRequirements, name corev1.ResourceName) corev1.PodQOSClass {
	request, limit := resources.Requests[name], resources.Limits[name]
	switch {
	case !request.Equal(limit):
		return corev1.PodQOSBurstable
	case request.IsZero():
		return corev1.PodQOSBestEffort
	default:
		return corev1.PodQOSGuaranteed
	}
}

// mergeQOS is Burstable unless both parts are of one class; the empty class is the start value.
func mergeQOS(a, b corev1.PodQOSClass) corev1.PodQOSClass {
	if a == "" || a == b {
		return b
	}
	return corev1.PodQOSBurstable
}
