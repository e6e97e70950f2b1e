package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"
)

// defaultPodResources completes resources that are given for the pod as a whole, from those of its containers: limits
// of huge pages first, then requests, which follow limits where containers ask for nothing, and at last the limits of
// whatever all containers limit.
func defaultPodResources(spec *corev1.PodSpec) {
	if spec.Resources == nil || len(spec.Resources.Requests) == 0 && len(spec.Resources.Limits) == 0 {
		return
	}
	spec.Resources = spec.Resources.DeepCopy()
	containers := &corev1.Pod{Spec: corev1.PodSpec{Containers: spec.Containers, InitContainers: spec.InitContainers}}
	requests, limits := &spec.Resources.Requests, &spec.Resources.Limits
	sumOfLimits := resourcehelper.AggregateContainerLimits(containers, resourcehelper.PodResourcesOptions{})
	for name, sum := range sumOfLimits {
		if _, requested := (*requests)[name]; isHugePages(name) && !requested {
			setMissing(limits, name, sum)
		}
	}
	sumOfRequests := resourcehelper.AggregateContainerRequests(containers, resourcehelper.PodResourcesOptions{})
	for name, sum := range sumOfRequests {
		if isOvercommitAllowed(name) {
			setMissing(requests, name, sum)
		}
	}
	for name, limit := range *limits {
		setMissing(requests, name, limit)
	}
	for name, request := range *requests {
		limit, found := sumOfLimits[name]
		if !found || !limitedEverywhere(spec, name) {
			continue
		}
		if request.Cmp(limit) > 0 {
			limit = request
		}
		setMissing(limits, name, limit)
	}
}

// setMissing fills one entry of a list of the resources that a pod as a whole can have.
func setMissing(list *corev1.ResourceList, name corev1.ResourceName, amount resource.Quantity) {
	if _, found := (*list)[name]; found || !resourcehelper.IsSupportedPodLevelResource(name) {
		return
	}
	if *list == nil {
		*list = corev1.ResourceList{}
	}
	(*list)[name] = amount.DeepCopy()
}

func limitedEverywhere(spec *corev1.PodSpec, name corev1.ResourceName) bool {
	v := specValidator{spec: spec}
	return !v.anyContainer(func(c *corev1.Container) bool {
		_, limited := c.Resources.Limits[name]
		return !limited
	})
}
