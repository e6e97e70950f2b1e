package core

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// DefaultPodFields fills what decoding a pod fills, on every write: the defaults of its spec, requests from limits,
// enableServiceLinks, host ports, and status.podIPs from status.podIP.
func DefaultPodFields(pod *corev1.Pod) {
	spec := &pod.Spec
	// A negative grace period once meant "at once"; it is legal in stored templates, never in a pod.
	if grace := spec.TerminationGracePeriodSeconds; grace != nil && *grace < 0 {
		one := int64(1)
		spec.TerminationGracePeriodSeconds = &one
	}
	spec.Containers = requestsFromLimits(spec.Containers)
	spec.InitContainers = requestsFromLimits(spec.InitContainers)
	if spec.EnableServiceLinks == nil {
		links := corev1.DefaultEnableServiceLinks
		spec.EnableServiceLinks = &links
	}
	if spec.HostNetwork {
		defaultHostPorts(spec)
	}
	DefaultPodSpec(spec)
	defaultPodIPs(&pod.Status)
}

func defaultHostPorts(spec *corev1.PodSpec) {
	var d defaulter
	d.hostPorts(spec.Containers)
	d.hostPorts(spec.InitContainers)
	if !d.missing {
		return
	}
	*spec = *spec.DeepCopy()
	d.write = true
	d.hostPorts(spec.Containers)
	d.hostPorts(spec.InitContainers)
}

// defaultPodIPs keeps the single address and the list in step; the single one wins.
func defaultPodIPs(status *corev1.PodStatus) {
	switch {
	case status.PodIP == "" && len(status.PodIPs) > 0:
		status.PodIP = status.PodIPs[0].IP
	case status.PodIP != "" && (len(status.PodIPs) == 0 || status.PodIPs[0].IP != status.PodIP):
		status.PodIPs = []corev1.PodIP{{IP: status.PodIP}}
	}
}

// DefaultPod makes of a submitted pod the one that is stored on create: the defaults of decoding, what admission adds
// in every cluster (service account, priority, tolerations of a lost node), generation 1, and a fresh status with phase
// Pending and the QoS class. Use it on create only, once metadata.creationTimestamp is set: any status that the pod
// carries is discarded.
func DefaultPod(pod *corev1.Pod) {
	admitPod(&pod.Spec)
	DefaultPodFields(pod)
	dropDisabledPodSpec(&pod.Spec)
	pod.Annotations = dropDisabledAnnotations(pod.Annotations)
	profilesFromAnnotations(pod)
	defaultPodResources(&pod.Spec)
	pod.Generation = 1
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: PodQOS(&pod.Spec)}
	if len(pod.Spec.SchedulingGates) > 0 {
		pod.Status.Conditions = []corev1.PodCondition{{
			Type:               corev1.PodScheduled,
			Status:             corev1.ConditionFalse,
			LastTransitionTime: pod.CreationTimestamp,
			Reason:             corev1.PodReasonSchedulingGated,
			Message:            "Scheduling is blocked due to non-empty scheduling gates",
		}}
	}
}

// PreparePodForUpdate settles what a client may not set on the main resource: status stays, admission's additions are
// put back when the client left them out, and generation counts changes of the spec. Call DefaultPodFields before it.
func PreparePodForUpdate(pod, old *corev1.Pod) {
	PrepareObjectMetaForUpdate(&pod.ObjectMeta, &old.ObjectMeta)
	pod.Status = old.Status
	if pod.Spec.Priority == nil {
		pod.Spec.Priority = old.Spec.Priority
	}
	if pod.Spec.PreemptionPolicy == nil {
		pod.Spec.PreemptionPolicy = old.Spec.PreemptionPolicy
	}
	if pod.Spec.Resources == nil {
		pod.Spec.Resources = old.Spec.Resources
	}
	tolerateLostNode(&pod.Spec, &admission{})
	dropDisabledPodSpec(&pod.Spec)
	pod.Annotations = dropDisabledAnnotations(pod.Annotations)
	if !samePodSpec(&pod.Spec, &old.Spec) && !equality.Semantic.DeepEqual(&pod.Spec, &old.Spec) {
		pod.Generation++
	}
}

// PreparePodForStatusUpdate settles what a write to pods/status may not touch: spec, owner references, the deletion
// timestamp, and the QoS class unless one is given.
func PreparePodForStatusUpdate(pod, old *corev1.Pod) {
	PrepareObjectMetaForUpdate(&pod.ObjectMeta, &old.ObjectMeta)
	pod.Spec = old.Spec
	pod.DeletionTimestamp = old.DeletionTimestamp
	pod.OwnerReferences = old.OwnerReferences
	if pod.Status.QOSClass == "" {
		pod.Status.QOSClass = old.Status.QOSClass
	}
	if pod.Status.ResourceClaimStatuses == nil {
		pod.Status.ResourceClaimStatuses = old.Status.ResourceClaimStatuses
	}
	if pod.Status.ObservedGeneration == 0 {
		pod.Status.ObservedGeneration = old.Status.ObservedGeneration
	}
	keepObservedGenerations(&pod.Status, &old.Status)
}

// keepObservedGenerations stops clients that do not know the field from clearing it: the n-th condition of a type
// takes over the observedGeneration of the n-th old condition of that type.
func keepObservedGenerations(status, old *corev1.PodStatus) {
	copied := false
	for i := range status.Conditions {
		if status.Conditions[i].ObservedGeneration != 0 {
			continue
		}
		known := observedGeneration(status.Conditions, i, old.Conditions)
		if known == 0 {
			continue
		}
		if !copied {
			status.Conditions, copied = slices.Clone(status.Conditions), true
		}
		status.Conditions[i].ObservedGeneration = known
	}
}

func observedGeneration(conditions []corev1.PodCondition, i int, old []corev1.PodCondition) int64 {
	skip := 0
	for j := range conditions[:i] {
		if conditions[j].Type == conditions[i].Type {
			skip++
		}
	}
	for j := range old {
		if old[j].Type != conditions[i].Type {
			continue
		}
		if skip == 0 {
			return old[j].ObservedGeneration
		}
		skip--
	}
	return 0
}
