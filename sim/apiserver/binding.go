package apiserver

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Bind assigns a pod to a node: the scheduler's pods/binding request.
func (c *Caller) Bind(namespace, name, node string) error {
	k := Key{Resource: Pods, Namespace: namespace, Name: name}
	err := c.bind(k, node)
	if err != nil {
		c.record("create", "binding", k, nil, err)
	}
	return err
}

func (c *Caller) bind(k Key, node string) error {
	old, ok := c.server.store.get(k).(*corev1.Pod)
	switch {
	case !ok:
		return notFound(k)
	case old.DeletionTimestamp != nil:
		return conflict(k, errBeingDeleted)
	case old.Spec.NodeName != "":
		return conflict(k, errBound(old.Spec.NodeName))
	case c.server.store.get(Key{Resource: Nodes, Name: node}) == nil:
		return apierrors.NewNotFound(Key{Resource: Nodes}.groupResource(), node)
	}
	pod := *old
	pod.Spec.NodeName = node
	pod.Status.Conditions = bound(old.Status.Conditions, corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: c.server.now(),
		ObservedGeneration: old.Generation,
	})
	c.storeSuccessor("create", "binding", k, old, &pod, "to "+node)
	return nil
}

// bound returns the conditions with PodScheduled set, leaving the old slice as it is.
func bound(conditions []corev1.PodCondition, scheduled corev1.PodCondition) []corev1.PodCondition {
	i := slices.IndexFunc(conditions, func(c corev1.PodCondition) bool { return c.Type == corev1.PodScheduled })
	if i < 0 {
		return append(slices.Clip(conditions), scheduled)
	}
	conditions = slices.Clone(conditions)
	conditions[i] = scheduled
	return conditions
}
