package core

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// profilesFromAnnotations copies AppArmor profiles that are asked for by annotation into the fields of the containers,
// where those are empty and the pod as a whole does not ask for the same.
func profilesFromAnnotations(pod *corev1.Pod) {
	if len(pod.Annotations) == 0 || pod.Spec.OS != nil && pod.Spec.OS.Name == corev1.Windows {
		return
	}
	pod.Spec.Containers = withProfiles(pod, pod.Spec.Containers)
	pod.Spec.InitContainers = withProfiles(pod, pod.Spec.InitContainers)
}

func withProfiles(pod *corev1.Pod, containers []corev1.Container) []corev1.Container {
	var ofPod *corev1.AppArmorProfile
	if pod.Spec.SecurityContext != nil {
		ofPod = pod.Spec.SecurityContext.AppArmorProfile
	}
	copied := false
	for i := range containers {
		c := &containers[i]
		annotation, found := pod.Annotations[corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix+c.Name]
		if !found || c.SecurityContext != nil && c.SecurityContext.AppArmorProfile != nil {
			continue
		}
		profile := appArmorProfile(annotation)
		if profile == nil || len(validateAppArmor(profile, nil)) > 0 || equality.Semantic.DeepEqual(profile, ofPod) {
			continue
		}
		if !copied {
			containers, copied = slices.Clone(containers), true
			c = &containers[i]
		}
		settings := corev1.SecurityContext{}
		if c.SecurityContext != nil {
			settings = *c.SecurityContext
		}
		settings.AppArmorProfile = profile
		c.SecurityContext = &settings
	}
	return containers
}
