package core

import (
	"fmt"
	"math"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidatePodTemplateSpec checks a defaulted pod template at path. Labels and annotations are reported at path itself
// and not under its metadata, as the API server does.
func ValidatePodTemplateSpec(template *corev1.PodTemplateSpec, path *field.Path) field.ErrorList {
	errs := ValidateLabels(template.Labels, path.Child("labels"))
	errs = append(errs, validateAnnotations(template.Annotations, path.Child("annotations"))...)
	errs = append(errs, validatePodAnnotations(template.Annotations, &template.Spec, path.Child("annotations"))...)
	specPath := path.Child("spec")
	v := specValidator{spec: &template.Spec}
	errs = append(errs, v.validate(specPath)...)
	errs = append(errs, validateProfileAnnotations(template.Annotations, &template.Spec, specPath)...)
	if len(template.Spec.EphemeralContainers) > 0 {
		errs = append(errs, field.Forbidden(specPath.Child("ephemeralContainers"),
			"ephemeral containers not allowed in pod template"))
	}
	return errs
}

// specValidator checks one pod spec. A path is made only where an error or a part that is present needs one: the usual
// spec has neither volumes nor probes nor affinity, and paths are most of the cost.
type specValidator struct {
	spec *corev1.PodSpec
	// meta is nil for a template, which becomes many pods with other names.
	meta *metav1.ObjectMeta
	// volumes are those that passed validation; mounting another one is an error as well.
	volumes []*corev1.Volume
}

func (v *specValidator) isPod() bool { return v.meta != nil }

func (v *specValidator) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	spec := v.spec
	if spec.TerminationGracePeriodSeconds == nil {
		errs = append(errs, field.Required(path.Child("terminationGracePeriodSeconds"), ""))
	}
	if len(spec.Volumes) > 0 {
		errs = append(errs, v.validateVolumes(path.Child("volumes"))...)
	}
	if len(spec.ResourceClaims) > 0 {
		errs = append(errs, v.validateResourceClaims(path.Child("resourceClaims"))...)
	}
	errs = append(errs, v.validateContainers(path)...)
	if len(spec.InitContainers) > 0 {
		errs = append(errs, v.validateInitContainers(path.Child("initContainers"))...)
	}
	if len(spec.EphemeralContainers) > 0 {
		errs = append(errs, v.validateEphemeralContainers(path.Child("ephemeralContainers"))...)
	}
	if spec.Resources != nil {
		errs = append(errs, v.validatePodResources(path.Child("resources"))...)
	}
	errs = append(errs, v.validateHostNetworkPorts(path)...)
	errs = append(errs, validateRestartPolicy(spec.RestartPolicy, path)...)
	errs = append(errs, validateDNSPolicy(spec.DNSPolicy, path)...)
	if len(spec.NodeSelector) > 0 {
		errs = append(errs, ValidateLabels(spec.NodeSelector, path.Child("nodeSelector"))...)
	}
	errs = append(errs, v.validateSecurity(path)...)
	errs = append(errs, v.validateScheduling(path)...)
	errs = append(errs, v.validateIdentity(path)...)
	errs = append(errs, v.validateOS(path)...)
	errs = append(errs, v.validateFileKeyVolumes(path)...)
	return errs
}

// validateScheduling checks what decides where and when a pod runs.
func (v *specValidator) validateScheduling(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	spec := v.spec
	if spec.Affinity != nil {
		errs = append(errs, validateAffinity(spec.Affinity, path.Child("affinity"))...)
	}
	if spec.DNSConfig != nil || spec.DNSPolicy == corev1.DNSNone {
		errs = append(errs, validateDNSConfig(spec.DNSConfig, spec.DNSPolicy, path.Child("dnsConfig"))...)
	}
	for i, gate := range spec.ReadinessGates {
		at := path.Child("readinessGates").Index(i).Child("conditionType")
		errs = append(errs, ValidateQualifiedName(string(gate.ConditionType), at)...)
	}
	for i, gate := range spec.SchedulingGates {
		at := path.Child("schedulingGates").Index(i)
		errs = append(errs, ValidateQualifiedName(gate.Name, at)...)
		if slices.Contains(spec.SchedulingGates[:i], gate) {
			errs = append(errs, field.Duplicate(at, gate.Name))
		}
	}
	if len(spec.TopologySpreadConstraints) > 0 {
		errs = append(errs,
			validateTopologySpread(spec.TopologySpreadConstraints, path.Child("topologySpreadConstraints"))...)
	}
	if len(spec.Tolerations) > 0 {
		errs = append(errs, validateTolerations(spec.Tolerations, path.Child("tolerations"))...)
	}
	if spec.PriorityClassName != "" {
		errs = append(errs, validateDNSSubdomain(spec.PriorityClassName, path.Child("priorityClassName"))...)
	}
	if spec.PreemptionPolicy != nil {
		errs = append(errs, validatePreemptionPolicy(spec.PreemptionPolicy, path.Child("preemptionPolicy"))...)
	}
	if spec.NodeName != "" {
		errs = append(errs, validateDNSSubdomain(spec.NodeName, path.Child("nodeName"))...)
	}
	if spec.Overhead != nil {
		overhead := corev1.ResourceRequirements{Limits: spec.Overhead}
		errs = append(errs, v.validateResources(&overhead, validateContainerResourceName, path.Child("overhead"))...)
	}
	return errs
}

// validateIdentity checks names by which the pod is known and how long it may run.
func (v *specValidator) validateIdentity(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	spec := v.spec
	for i, secret := range spec.ImagePullSecrets {
		if secret != (corev1.LocalObjectReference{Name: secret.Name}) {
			errs = append(errs, field.Invalid(path.Child("imagePullSecrets").Index(i), secret, "only name may be set"))
		}
	}
	if spec.HostnameOverride != nil {
		errs = append(errs, validateHostnameOverride(spec, path)...)
	}
	if spec.ServiceAccountName != "" {
		errs = append(errs, validateDNSSubdomain(spec.ServiceAccountName, path.Child("serviceAccountName"))...)
	}
	if alias := spec.DeprecatedServiceAccount; alias != spec.ServiceAccountName {
		errs = append(errs, field.Invalid(path.Child("deprecatedServiceAccount"), alias,
			fmt.Sprintf("must be the same as serviceAccountName: %q", spec.ServiceAccountName)))
	}
	if seconds := spec.ActiveDeadlineSeconds; seconds != nil && (*seconds < 1 || *seconds > math.MaxInt32) {
		errs = append(errs, field.Invalid(path.Child("activeDeadlineSeconds"), *seconds,
			validation.InclusiveRangeError(1, math.MaxInt32)))
	}
	if spec.Hostname != "" {
		errs = append(errs, validateDNSLabel(spec.Hostname, path.Child("hostname"))...)
	}
	if spec.Subdomain != "" {
		errs = append(errs, validateDNSLabel(spec.Subdomain, path.Child("subdomain"))...)
	}
	for i := range spec.HostAliases {
		errs = append(errs, validateHostAlias(&spec.HostAliases[i], path.Child("hostAliases").Index(i))...)
	}
	if spec.RuntimeClassName != nil {
		errs = append(errs, validateDNSSubdomain(*spec.RuntimeClassName, path.Child("runtimeClassName"))...)
	}
	if spec.SchedulingGroup != nil {
		errs = append(errs, validateSchedulingGroup(spec.SchedulingGroup, path.Child("schedulingGroup"))...)
	}
	return errs
}

func validateSchedulingGroup(group *corev1.PodSchedulingGroup, path *field.Path) field.ErrorList {
	path = path.Child("podGroupName")
	if group.PodGroupName == nil {
		return field.ErrorList{field.Invalid(path, group.PodGroupName, "must specify one of: `podGroupName`")}
	}
	return validateDNSSubdomain(*group.PodGroupName, path)
}

func validateRestartPolicy(policy corev1.RestartPolicy, path *field.Path) field.ErrorList {
	switch policy {
	case corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever:
		return nil
	case "":
		return field.ErrorList{field.Required(path.Child("restartPolicy"), "")}
	}
	return field.ErrorList{field.NotSupported(path.Child("restartPolicy"), policy, []corev1.RestartPolicy{
		corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever})}
}

func validateDNSPolicy(policy corev1.DNSPolicy, path *field.Path) field.ErrorList {
	switch policy {
	case corev1.DNSClusterFirstWithHostNet, corev1.DNSClusterFirst, corev1.DNSDefault, corev1.DNSNone:
		return nil
	case "":
		return field.ErrorList{field.Required(path.Child("dnsPolicy"), "")}
	}
	return field.ErrorList{field.NotSupported(path.Child("dnsPolicy"), policy, []corev1.DNSPolicy{
		corev1.DNSClusterFirstWithHostNet, corev1.DNSClusterFirst, corev1.DNSDefault, corev1.DNSNone})}
}

func validatePreemptionPolicy(policy *corev1.PreemptionPolicy, path *field.Path) field.ErrorList {
	switch *policy {
	case corev1.PreemptLowerPriority, corev1.PreemptNever:
		return nil
	case "":
		return field.ErrorList{field.Required(path, "")}
	}
	return field.ErrorList{field.NotSupported(path, *policy, []corev1.PreemptionPolicy{
		corev1.PreemptLowerPriority, corev1.PreemptNever})}
}

// validateHostNetworkPorts: a host port may differ from the container port only where there is a network in between.
func (v *specValidator) validateHostNetworkPorts(path *field.Path) field.ErrorList {
	if !v.spec.HostNetwork {
		return nil
	}
	var errs field.ErrorList
	for i := range v.spec.Containers {
		for j, port := range v.spec.Containers[i].Ports {
			// A template may leave the host port to the defaulting of pods.
			if port.HostPort != port.ContainerPort && (v.isPod() || port.HostPort != 0) {
				at := path.Child("containers").Index(i).Child("ports").Index(j).Child("hostPort")
				errs = append(errs, field.Invalid(at, port.HostPort,
					"must match `containerPort` when `hostNetwork` is true"))
			}
		}
	}
	return errs
}

func validateNonnegative(value int64, path *field.Path) field.ErrorList {
	return apivalidation.ValidateNonnegativeField(value, path)
}

// isOneOf reports a value outside a fixed list. The list is in the order in which the API server prints it.
func isOneOf[T ~string](value T, path *field.Path, allowed ...T) field.ErrorList {
	if slices.Contains(allowed, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, value, allowed)}
}
