package core

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// defaulter walks an object twice with the same code: first to learn whether anything is missing, then, on a private
// copy, to fill it in. Most pods come from a template that is complete already; they cost one walk and no copy.
type defaulter struct {
	write   bool
	missing bool
}

// lacks notes that something is missing and says whether to fill it in.
func (d *defaulter) lacks() bool {
	d.missing = true
	return d.write
}

// set fills a zero value.
func set[T comparable](d *defaulter, p *T, value T) {
	var zero T
	if *p == zero && d.lacks() {
		*p = value
	}
}

// point fills a nil pointer. The copy of the value is made only when it is needed: value itself must not escape.
func point[T any](d *defaulter, p **T, value T) {
	if *p == nil && d.lacks() {
		filled := new(T)
		*filled = value
		*p = filled
	}
}

// DefaultPodSpec fills the defaults that pods and pod templates share, as decoding a manifest does. An empty
// restartPolicy becomes Always, which a Job's template may not be (VAL-2). It allocates nothing when nothing is missing.
func DefaultPodSpec(spec *corev1.PodSpec) {
	var d defaulter
	d.podSpec(spec)
	if !d.missing {
		return
	}
	*spec = *spec.DeepCopy()
	d.write = true
	d.podSpec(spec)
}

func (d *defaulter) podSpec(spec *corev1.PodSpec) {
	d.serviceAccount(spec)
	set(d, &spec.DNSPolicy, corev1.DNSClusterFirst)
	set(d, &spec.RestartPolicy, corev1.RestartPolicyAlways)
	if spec.SecurityContext == nil && d.lacks() {
		spec.SecurityContext = &corev1.PodSecurityContext{}
	}
	point(d, &spec.TerminationGracePeriodSeconds, int64(corev1.DefaultTerminationGracePeriodSeconds))
	set(d, &spec.SchedulerName, corev1.DefaultSchedulerName)
	for i := range spec.Volumes {
		d.volume(&spec.Volumes[i])
	}
	for i := range spec.InitContainers {
		d.container(&spec.InitContainers[i])
	}
	for i := range spec.Containers {
		d.container(&spec.Containers[i])
	}
	for i := range spec.EphemeralContainers {
		d.container((*corev1.Container)(&spec.EphemeralContainers[i].EphemeralContainerCommon))
	}
	d.resourceList(spec.Overhead)
	if spec.Resources != nil {
		d.resourceList(spec.Resources.Limits)
		d.resourceList(spec.Resources.Requests)
	}
}

// serviceAccount keeps the deprecated alias equal to serviceAccountName, which wins when both are set.
func (d *defaulter) serviceAccount(spec *corev1.PodSpec) {
	if spec.DeprecatedServiceAccount != "" {
		set(d, &spec.ServiceAccountName, spec.DeprecatedServiceAccount)
	}
	if spec.DeprecatedServiceAccount != spec.ServiceAccountName && d.lacks() {
		spec.DeprecatedServiceAccount = spec.ServiceAccountName
	}
}

// resourceList rounds quantities up to thousandths, the finest unit the API keeps.
func (d *defaulter) resourceList(list corev1.ResourceList) {
	for name, quantity := range list {
		rounded := quantity.DeepCopy()
		if !rounded.RoundUp(resource.Milli) && d.lacks() {
			list[name] = rounded
		}
	}
}

// requestsFromLimits gives every container a request where it has only a limit. That is done for pods and not for
// templates, so a complete template still meets it: the copy is of the containers alone.
func requestsFromLimits(containers []corev1.Container) []corev1.Container {
	copied := false
	for i := range containers {
		if !limitWithoutRequest(&containers[i].Resources) {
			continue
		}
		if !copied {
			containers, copied = slices.Clone(containers), true
		}
		resources := &containers[i].Resources
		requests := make(corev1.ResourceList, len(resources.Limits))
		for name, limit := range resources.Limits {
			requests[name] = limit.DeepCopy()
		}
		for name, request := range resources.Requests {
			requests[name] = request
		}
		resources.Requests = requests
	}
	return containers
}

func limitWithoutRequest(resources *corev1.ResourceRequirements) bool {
	for name := range resources.Limits {
		if _, found := resources.Requests[name]; !found {
			return true
		}
	}
	return resources.Limits != nil && resources.Requests == nil
}
