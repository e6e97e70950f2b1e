package core

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

const useSeccompField = `non-functional in v1.27+; use the "seccompProfile" field instead`

// podAnnotations warns of settings of pods that are no longer read from annotations.
func (w *warner) podAnnotations() {
	for _, old := range [3]struct{ key, message string }{
		{"scheduler.alpha.kubernetes.io/critical-pod",
			`non-functional in v1.16+; use the "priorityClassName" field instead`},
		{"security.alpha.kubernetes.io/sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
		{"security.alpha.kubernetes.io/unsafe-sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
	} {
		if _, found := w.annotations[old.key]; found {
			w.add(w.annotationsPath.Key(old.key), "%s", old.message)
		}
	}
}

func (w *warner) seccompAnnotation() {
	ofPod := w.spec.SecurityContext
	_, found := w.annotations[corev1.SeccompPodAnnotationKey]
	if found && (ofPod == nil || ofPod.SeccompProfile == nil) {
		w.add(w.annotationsPath.Key(corev1.SeccompPodAnnotationKey), useSeccompField)
	}
}

// containerAnnotations warns of security profiles in annotations. One for AppArmor is still used, and is fine where the
// profile of the pod says the same.
func (w *warner) containerAnnotations(c *corev1.Container) {
	key := corev1.SeccompContainerAnnotationKeyPrefix + c.Name
	_, found := w.annotations[key]
	if found && (c.SecurityContext == nil || c.SecurityContext.SeccompProfile == nil) {
		w.add(w.annotationsPath.Key(key), useSeccompField)
	}
	key = corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + c.Name
	annotation, found := w.annotations[key]
	if !found || c.SecurityContext != nil && c.SecurityContext.AppArmorProfile != nil {
		return
	}
	if pod := w.spec.SecurityContext; pod != nil && pod.AppArmorProfile != nil &&
		equality.Semantic.DeepEqual(pod.AppArmorProfile, appArmorProfile(annotation)) {
		return
	}
	w.add(w.annotationsPath.Key(key), `deprecated since v1.30; use the "appArmorProfile" field instead`)
}

// appArmorProfile is the profile that an annotation asks for; nil if it is malformed.
func appArmorProfile(annotation string) *corev1.AppArmorProfile {
	name, local := strings.CutPrefix(annotation, corev1.DeprecatedAppArmorBetaProfileNamePrefix)
	switch {
	case annotation == corev1.DeprecatedAppArmorBetaProfileNameUnconfined:
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
	case annotation == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault:
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
	case local && name != "":
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: &name}
	}
	return nil
}
