package core

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Seconds that a pod stays on a node that is not ready or unreachable (DefaultTolerationSeconds).
const lostNodeTolerationSeconds = 300

const defaultServiceAccount = "default"

// admission is the memory for everything that admission adds to one pod. One block instead of six: pods are created
// in masses. No two pods share it, because an implementation under test may write into the pods it is given.
type admission struct {
	priority         int32
	preemptionPolicy corev1.PreemptionPolicy
	serviceLinks     bool
	seconds          [2]int64
	tolerations      [2]corev1.Toleration
}

// admitPod applies the admission plugins of a default cluster that leave a mark on pods: ServiceAccount (the name, not
// the token volume), Priority and DefaultTolerationSeconds.
func admitPod(spec *corev1.PodSpec) {
	if spec.ServiceAccountName == "" && spec.DeprecatedServiceAccount == "" {
		spec.ServiceAccountName = defaultServiceAccount
		spec.DeprecatedServiceAccount = defaultServiceAccount
	}
	if isAdmitted(spec) {
		return
	}
	added := &admission{
		priority:         priorityOfClass(spec.PriorityClassName),
		preemptionPolicy: corev1.PreemptLowerPriority,
		serviceLinks:     corev1.DefaultEnableServiceLinks,
	}
	if spec.Priority == nil {
		spec.Priority = &added.priority
	}
	if spec.PreemptionPolicy == nil {
		spec.PreemptionPolicy = &added.preemptionPolicy
	}
	if spec.EnableServiceLinks == nil {
		spec.EnableServiceLinks = &added.serviceLinks
	}
	tolerateLostNode(spec, added)
}

func isAdmitted(spec *corev1.PodSpec) bool {
	return spec.Priority != nil && spec.PreemptionPolicy != nil && spec.EnableServiceLinks != nil &&
		toleratesNoExecute(spec.Tolerations, corev1.TaintNodeNotReady) &&
		toleratesNoExecute(spec.Tolerations, corev1.TaintNodeUnreachable)
}

// priorityOfClass knows the two classes that every cluster has. Pods without a class, or with one that only a cluster
// administrator could have made, have priority 0.
func priorityOfClass(name string) int32 {
	switch name {
	case "system-cluster-critical":
		return 2000000000
	case "system-node-critical":
		return 2000001000
	}
	return 0
}

// tolerateLostNode appends the tolerations of a node that is not ready or unreachable, unless the pod has its own.
func tolerateLostNode(spec *corev1.PodSpec, added *admission) {
	missing := added.tolerations[:0]
	for i, key := range [2]string{corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable} {
		if toleratesNoExecute(spec.Tolerations, key) {
			continue
		}
		added.seconds[i] = lostNodeTolerationSeconds
		missing = append(missing, corev1.Toleration{
			Key:               key,
			Operator:          corev1.TolerationOpExists,
			Effect:            corev1.TaintEffectNoExecute,
			TolerationSeconds: &added.seconds[i],
		})
	}
	switch {
	case len(missing) == 0:
	case len(spec.Tolerations) == 0:
		spec.Tolerations = slices.Clip(missing)
	default:
		spec.Tolerations = append(slices.Clip(spec.Tolerations), missing...)
	}
}

func toleratesNoExecute(tolerations []corev1.Toleration, key string) bool {
	for i := range tolerations {
		t := &tolerations[i]
		if (t.Key == key || t.Key == "") && (t.Effect == corev1.TaintEffectNoExecute || t.Effect == "") {
			return true
		}
	}
	return false
}
