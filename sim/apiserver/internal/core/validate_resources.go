package core

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

type resourceNameCheck func(corev1.ResourceName, *field.Path) field.ErrorList

// validateResources checks names and amounts, and that a request does not exceed its limit. Resources are taken in
// the order of their names, so that messages come in the same order every time.
func (v *specValidator) validateResources(
	resources *corev1.ResourceRequirements, checkName resourceNameCheck, path *field.Path,
) field.ErrorList {
	var errs field.ErrorList
	hugePages, compute := false, false
	note := func(name corev1.ResourceName) {
		hugePages = hugePages || isHugePages(name)
		compute = compute || name == corev1.ResourceCPU || name == corev1.ResourceMemory
	}
	limits := path.Child("limits")
	for _, name := range sortedNames(resources.Limits) {
		note(name)
		errs = append(errs, validateQuantity(name, resources.Limits[name], checkName, limits.Key(string(name)))...)
	}
	requests := path.Child("requests")
	for _, name := range sortedNames(resources.Requests) {
		note(name)
		request := resources.Requests[name]
		errs = append(errs, validateQuantity(name, request, checkName, requests.Key(string(name)))...)
		limit, limited := resources.Limits[name]
		switch {
		case !limited && !isOvercommitAllowed(name):
			errs = append(errs, field.Required(limits, "Limit must be set for non overcommitable resources"))
		case !limited:
		case request.Cmp(limit) != 0 && !isOvercommitAllowed(name):
			errs = append(errs, field.Invalid(requests, request.String(),
				fmt.Sprintf("must be equal to %s limit of %s", name, limit.String())))
		case request.Cmp(limit) > 0:
			errs = append(errs, field.Invalid(requests, request.String(),
				fmt.Sprintf("must be less than or equal to %s limit of %s", name, limit.String())))
		}
	}
	if hugePages && !compute {
		errs = append(errs, field.Forbidden(path, "HugePages require cpu or memory"))
	}
	for i := range resources.Claims {
		errs = append(errs, v.validateClaimUse(resources.Claims, i, path.Child("claims").Index(i))...)
	}
	return errs
}

func sortedNames(list corev1.ResourceList) []corev1.ResourceName {
	return slices.Sorted(maps.Keys(list))
}

func validateQuantity(
	name corev1.ResourceName, quantity resource.Quantity, checkName resourceNameCheck, path *field.Path,
) field.ErrorList {
	errs := checkName(name, path)
	if quantity.Sign() < 0 {
		errs = append(errs, field.Invalid(path, quantity.String(), apivalidation.IsNegativeErrorMsg))
	}
	if (isCounted(name) || isExtended(name)) && quantity.MilliValue()%1000 != 0 {
		errs = append(errs, field.Invalid(path, quantity, "must be an integer"))
	}
	if isHugePages(name) {
		if err := checkHugePages(name, quantity); err != nil {
			errs = append(errs, field.Invalid(path, quantity.String(), err.Error()))
		}
	}
	return errs
}

func checkHugePages(name corev1.ResourceName, quantity resource.Quantity) error {
	size, err := resource.ParseQuantity(strings.TrimPrefix(string(name), corev1.ResourceHugePagesPrefix))
	if err == nil && size.Sign() > 0 && size.MilliValue()%1000 == 0 && quantity.Value()%size.Value() == 0 {
		return nil
	}
	return errors.New(quantity.String() + " is not positive integer multiple of " + string(name))
}

func validateContainerResourceName(name corev1.ResourceName, path *field.Path) field.ErrorList {
	switch name {
	case corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage:
		return nil
	}
	errs := validateResourceName(name, path)
	switch {
	case !strings.Contains(string(name), "/"):
		if !isHugePages(name) {
			errs = append(errs, field.Invalid(path, name, "must be a standard resource for containers"))
		}
	case !isNative(name) && !isExtended(name):
		errs = append(errs, field.Invalid(path, name, "doesn't follow extended resource name standard"))
	}
	return errs
}

func validateResourceName(name corev1.ResourceName, path *field.Path) field.ErrorList {
	if messages := validation.IsQualifiedName(string(name)); len(messages) > 0 {
		return invalid(path, name, messages)
	}
	if !strings.Contains(string(name), "/") && !isStandardResource(name) {
		return field.ErrorList{field.Invalid(path, name, "must be a standard resource type or fully qualified")}
	}
	return nil
}

// isStandardResource lists the names without a domain that have a meaning anywhere, quota included.
func isStandardResource(name corev1.ResourceName) bool {
	switch name {
	case corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage, corev1.ResourceRequestsCPU,
		corev1.ResourceRequestsMemory, corev1.ResourceRequestsEphemeralStorage, corev1.ResourceLimitsCPU,
		corev1.ResourceLimitsMemory, corev1.ResourceLimitsEphemeralStorage, corev1.ResourcePods,
		corev1.ResourceQuotas, corev1.ResourceServices, corev1.ResourceReplicationControllers, corev1.ResourceSecrets,
		corev1.ResourceConfigMaps, corev1.ResourcePersistentVolumeClaims, corev1.ResourceStorage,
		corev1.ResourceRequestsStorage, corev1.ResourceServicesNodePorts, corev1.ResourceServicesLoadBalancers:
		return true
	}
	return isHugePages(name) || strings.HasPrefix(string(name), corev1.ResourceRequestsHugePagesPrefix)
}

// isCounted lists the native resources that are counted objects; only quotas may name them.
func isCounted(name corev1.ResourceName) bool {
	switch name {
	case corev1.ResourcePods, corev1.ResourceQuotas, corev1.ResourceServices, corev1.ResourceReplicationControllers,
		corev1.ResourceSecrets, corev1.ResourceConfigMaps, corev1.ResourcePersistentVolumeClaims,
		corev1.ResourceServicesNodePorts, corev1.ResourceServicesLoadBalancers:
		return true
	}
	return false
}

func isHugePages(name corev1.ResourceName) bool {
	return strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
}

// isNative: resources without a domain, or in the domain of Kubernetes itself.
func isNative(name corev1.ResourceName) bool {
	return !strings.Contains(string(name), "/") ||
		strings.Contains(string(name), corev1.ResourceDefaultNamespacePrefix)
}

// isExtended: resources that somebody else's device plugin counts. They must also do as names in a quota.
func isExtended(name corev1.ResourceName) bool {
	return !isNative(name) && !strings.HasPrefix(string(name), corev1.DefaultResourceRequestsPrefix) &&
		len(validation.IsQualifiedName(corev1.DefaultResourceRequestsPrefix+string(name))) == 0
}

func isOvercommitAllowed(name corev1.ResourceName) bool {
	return isNative(name) && !isHugePages(name)
}

func (v *specValidator) validateResizePolicy(
	policies []corev1.ContainerResizePolicy, path *field.Path,
) field.ErrorList {
	var errs field.ErrorList
	for i, policy := range policies {
		same := func(other corev1.ContainerResizePolicy) bool { return other.ResourceName == policy.ResourceName }
		if slices.ContainsFunc(policies[:i], same) {
			errs = append(errs, field.Duplicate(path.Index(i), policy.ResourceName))
		}
		if policy.ResourceName == "" {
			errs = append(errs, field.Required(path, ""))
		} else {
			errs = append(errs, isOneOf(policy.ResourceName, path, corev1.ResourceCPU, corev1.ResourceMemory)...)
		}
		if policy.RestartPolicy == "" {
			errs = append(errs, field.Required(path, ""))
		} else {
			errs = append(errs, isOneOf(policy.RestartPolicy, path, corev1.NotRequired, corev1.RestartContainer)...)
		}
		if v.spec.RestartPolicy == corev1.RestartPolicyNever && policy.RestartPolicy != corev1.NotRequired {
			errs = append(errs, field.Invalid(path, policy.RestartPolicy,
				"must be 'NotRequired' when pod `restartPolicy` is 'Never'"))
		}
	}
	return errs
}
