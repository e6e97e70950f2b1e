package core

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidatePodStatusUpdate checks a write to pods/status after PreparePodForStatusUpdate. The API server does not look
// at the phase at all, and neither does this; what it guards is that a container which may not restart stays terminated.
func ValidatePodStatusUpdate(pod, old *corev1.Pod) field.ErrorList {
	metaPath, path := metadataPath, statusPath
	errs := ValidateObjectMetaUpdate(&pod.ObjectMeta, &old.ObjectMeta, metaPath)
	annotations := metaPath.Child("annotations")
	errs = append(errs, validateAnnotationUpdate(pod.Annotations, old.Annotations, annotations)...)
	errs = append(errs, validatePodAnnotations(pod.Annotations, &pod.Spec, annotations)...)
	for i := range pod.Status.Conditions {
		errs = append(errs, validatePodCondition(&pod.Status.Conditions[i], i, path)...)
	}
	errs = append(errs, validateNomination(pod, old, path.Child("nominatedNodeName"))...)
	if generation := pod.Status.ObservedGeneration; generation < 0 {
		errs = append(errs, field.Invalid(path.Child("observedGeneration"), generation,
			"must be a non-negative integer"))
	}
	if pod.Status.QOSClass != old.Status.QOSClass {
		errs = append(errs, field.Invalid(path.Child("qosClass"), pod.Status.QOSClass,
			apivalidation.FieldImmutableErrorMsg))
	}
	if !mayRestartAllContainers(&old.Spec) {
		errs = append(errs, validateStates(pod.Status.ContainerStatuses, old.Status.ContainerStatuses,
			old.Spec.Containers, &old.Spec, path.Child("containerStatuses"))...)
		errs = append(errs, validateStates(pod.Status.InitContainerStatuses, old.Status.InitContainerStatuses,
			old.Spec.InitContainers, &old.Spec, path.Child("initContainerStatuses"))...)
	}
	errs = append(errs, validateStates(pod.Status.EphemeralContainerStatuses, old.Status.EphemeralContainerStatuses,
		nil, &old.Spec, path.Child("ephemeralContainerStatuses"))...)
	errs = append(errs, validatePodIPs(&pod.Status, &old.Status, path.Child("podIPs"))...)
	return append(errs, validateHostIPs(&pod.Status, &old.Status, path.Child("hostIPs"))...)
}

func validatePodCondition(condition *corev1.PodCondition, i int, path *field.Path) field.ErrorList {
	if condition.ObservedGeneration >= 0 && isQualifiedName(string(condition.Type)) {
		return nil
	}
	var errs field.ErrorList
	path = path.Child("conditions").Index(i)
	if condition.ObservedGeneration < 0 {
		errs = append(errs, field.Invalid(path.Child("observedGeneration"), condition.ObservedGeneration,
			"must be a non-negative integer"))
	}
	return append(errs, ValidateQualifiedName(string(condition.Type), path.Child("Type"))...)
}

// validateNomination: the scheduler nominates a node only for a pod that has none yet.
func validateNomination(pod, old *corev1.Pod, path *field.Path) field.ErrorList {
	name := pod.Status.NominatedNodeName
	if name == "" || name == old.Status.NominatedNodeName {
		return nil
	}
	errs := validateDNSSubdomain(name, path)
	if old.Spec.NodeName != "" {
		errs = append(errs, field.Forbidden(path, "may not be set on pods that are already bound to a node"))
	}
	return errs
}

// validateStates: a terminated container leaves that state only by a restart that its policies allow (KUB). An
// ephemeral container, for which containers is nil, never does.
func validateStates(
	statuses, old []corev1.ContainerStatus, containers []corev1.Container, spec *corev1.PodSpec, path *field.Path,
) field.ErrorList {
	var errs field.ErrorList
	for i := range old {
		terminated := old[i].State.Terminated
		if terminated == nil {
			continue
		}
		for j := range statuses {
			if statuses[j].Name != old[i].Name || statuses[j].State.Terminated != nil {
				continue
			}
			if !mayRestart(containers, old[i].Name, spec, terminated.ExitCode) {
				errs = append(errs, field.Forbidden(path.Index(i).Child("state"),
					"may not be transitioned to non-terminated state"))
			}
			break
		}
	}
	return errs
}

func mayRestart(containers []corev1.Container, name string, spec *corev1.PodSpec, exitCode int32) bool {
	for i := range containers {
		if containers[i].Name == name {
			return RestartsAfter(&containers[i], spec, exitCode)
		}
	}
	return false
}

// RestartsAfter reports whether the kubelet starts a container again in place after it exited with exitCode: by the
// first of the container's rules that matches, else by the container's policy, else by the pod's.
func RestartsAfter(c *corev1.Container, spec *corev1.PodSpec, exitCode int32) bool {
	policy := string(spec.RestartPolicy)
	if c.RestartPolicy != nil {
		if _, found := MatchingRestartRule(c, exitCode); found {
			return true
		}
		policy = string(*c.RestartPolicy)
	}
	switch policy {
	case string(corev1.RestartPolicyNever):
		return false
	case string(corev1.RestartPolicyOnFailure):
		return exitCode != 0
	}
	return true
}

// MatchingRestartRule returns the first restart rule of a container that applies to an exit code.
func MatchingRestartRule(c *corev1.Container, exitCode int32) (*corev1.ContainerRestartRule, bool) {
	for i := range c.RestartPolicyRules {
		rule := &c.RestartPolicyRules[i]
		if rule.ExitCodes == nil {
			continue
		}
		listed := false
		for _, code := range rule.ExitCodes.Values {
			listed = listed || code == exitCode
		}
		switch rule.ExitCodes.Operator {
		case corev1.ContainerRestartRuleOnExitCodesOpIn:
			if listed {
				return rule, true
			}
		case corev1.ContainerRestartRuleOnExitCodesOpNotIn:
			if !listed {
				return rule, true
			}
		}
	}
	return nil, false
}

// mayRestartAllContainers: if some container's rule restarts the whole pod, any container may run again.
func mayRestartAllContainers(spec *corev1.PodSpec) bool {
	for _, containers := range [2][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			for _, rule := range containers[i].RestartPolicyRules {
				if rule.Action == corev1.ContainerRestartRuleActionRestartAllContainers {
					return true
				}
			}
		}
	}
	return false
}

func validatePodIPs(status, old *corev1.PodStatus, path *field.Path) field.ErrorList {
	if status.PodIP == "" && len(status.PodIPs) == 0 {
		return nil
	}
	addresses := make([]string, len(status.PodIPs))
	for i := range status.PodIPs {
		addresses[i] = status.PodIPs[i].IP
	}
	known := make([]string, len(old.PodIPs))
	for i := range old.PodIPs {
		known[i] = old.PodIPs[i].IP
	}
	errs := validateIPs(addresses, known, fmt.Sprint(status.PodIPs), path)
	switch {
	case status.PodIP == "" || len(addresses) == 0:
		errs = append(errs, field.Invalid(path, status.PodIPs,
			"podIP and podIPs must either both be set or both be unset"))
	case status.PodIP != addresses[0]:
		errs = append(errs, field.Invalid(path.Index(0).Child("ip"), addresses[0], "must be equal to `podIP`"))
	}
	return errs
}

func validateHostIPs(status, old *corev1.PodStatus, path *field.Path) field.ErrorList {
	if len(status.HostIPs) == 0 {
		return nil
	}
	addresses := make([]string, len(status.HostIPs))
	for i := range status.HostIPs {
		addresses[i] = status.HostIPs[i].IP
	}
	known := make([]string, len(old.HostIPs))
	for i := range old.HostIPs {
		known[i] = old.HostIPs[i].IP
	}
	var errs field.ErrorList
	if status.HostIP != addresses[0] {
		errs = append(errs, field.Invalid(path.Index(0).Child("ip"), addresses[0], "must be equal to `hostIP`"))
	}
	return append(errs, validateIPs(addresses, known, fmt.Sprint(status.HostIPs), path)...)
}

func validateIPs(addresses, known []string, shown string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, address := range addresses {
		errs = append(errs, validateIP(address, known, path.Index(i))...)
	}
	if len(addresses) > 1 && !isDualStack(addresses) {
		errs = append(errs, field.Invalid(path, shown, "may specify no more than one IP for each IP family"))
	}
	return errs
}
