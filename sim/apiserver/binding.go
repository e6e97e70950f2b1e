package apiserver

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Bind assigns a pod to a node: the scheduler's pods/binding request. As on the real server, nobody looks whether
// there is such a node.
func (c *Caller) Bind(namespace, name, node string) error {
	k := Key{Resource: Pods, Namespace: namespace, Name: name}
	old, ok := c.server.store.get(k).(*corev1.Pod)
	var err error
	if ok {
		err = checkBinding(old)
	} else {
		err = notFound(k)
	}
	if err != nil {
		c.record("create", "binding", k, nil, err)
		return err
	}
	pod := c.server.pods.New()
	*pod = *old
	pod.Spec.NodeName = node
	pod.Status.NominatedNodeName = ""
	pod.Status.Conditions = bound(old.Status.Conditions, corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: c.server.now(),
	})
	c.storeSuccessor("create", "binding", k, old, pod, "to "+node)
	return nil
}

// checkBinding tells why a pod cannot be given a node.
func checkBinding(pod *corev1.Pod) error {
	var err error
	switch {
	case pod.DeletionTimestamp != nil:
		err = fmt.Errorf("pod %s is being deleted, cannot be assigned to a host", pod.Name)
	case pod.Spec.NodeName != "":
		err = fmt.Errorf("pod %s is already assigned to node %q", pod.Name, pod.Spec.NodeName)
	case len(pod.Spec.SchedulingGates) > 0:
		err = fmt.Errorf("pod %s has non-empty .spec.schedulingGates", pod.Name)
	default:
		return nil
	}
	return apierrors.NewConflict(schema.GroupResource{Resource: "pods/binding"}, pod.Name, err)
}

// bound returns the conditions with PodScheduled set, leaving the old slice as it is. A condition that keeps its status
// keeps the time of its last transition.
func bound(conditions []corev1.PodCondition, scheduled corev1.PodCondition) []corev1.PodCondition {
	i := slices.IndexFunc(conditions, func(c corev1.PodCondition) bool { return c.Type == corev1.PodScheduled })
	if i < 0 {
		return append(slices.Clip(conditions), scheduled)
	}
	conditions = slices.Clone(conditions)
	if conditions[i].Status == scheduled.Status {
		scheduled.LastTransitionTime = conditions[i].LastTransitionTime
	}
	conditions[i] = scheduled
	return conditions
}
