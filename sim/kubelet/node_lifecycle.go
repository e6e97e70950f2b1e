package kubelet

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// nodeMonitorGrace is how long after its last heartbeat a node is taken for unreachable (EXT-5).
const nodeMonitorGrace = 50 * time.Second

// nodeLifecycle is the controller that notices silent nodes. A real kubelet renews its lease every 10 s and the
// controller looks every 5 s; here the last heartbeat is the loss itself and the controller looks exactly when the grace
// period has passed, so that a quiet cluster has no events. It taints all unreachable nodes at once, where the real one
// takes 10 s for each.
type nodeLifecycle struct {
	cluster *Cluster
	api     API
}

// watch waits for the end of a lost node's grace period.
func (l *nodeLifecycle) watch(n *node) {
	loss := n.losses
	l.cluster.after(nodeMonitorGrace, func() {
		if n.losses == loss && n.cutOff && n.stored != nil {
			l.giveUp(n)
		}
	})
}

// giveUp marks a node unreachable and its pods not ready.
func (l *nodeLifecycle) giveUp(n *node) {
	n.unreachable = true
	obj := *n.stored
	now := l.cluster.stamp()
	unknown := corev1.NodeCondition{
		Type: corev1.NodeReady, Status: corev1.ConditionUnknown, LastTransitionTime: now,
		Reason: "NodeStatusUnknown", Message: "Kubelet stopped posting node status.",
	}
	if ready := nodeReady(n.stored); ready != nil {
		unknown.LastHeartbeatTime = ready.LastHeartbeatTime
	}
	obj.Status.Conditions = withNodeCondition(obj.Status.Conditions, unknown)
	_, err := l.api.UpdateStatus(&obj)
	must("marking node %s unreachable", n.name, err)
	l.settle()
	for _, p := range l.cluster.inOrder(func(p *pod) bool { return p.node == n }) {
		l.markNotReady(p)
	}
}

// markNotReady takes the readiness of a pod that nobody reports about any more.
func (l *nodeLifecycle) markNotReady(p *pod) {
	ready := podCondition(p.stored, corev1.PodReady)
	if ready == nil || ready.Status == corev1.ConditionFalse {
		return
	}
	cond := *ready
	cond.Status = corev1.ConditionFalse
	_, err := l.api.UpdateStatus(l.cluster.withCondition(p.stored, cond))
	must("marking pod %s not ready", p.stored.Name, err)
}

// settle gives every node the taints that its reachability asks for. When no node at all is reachable the trouble is
// taken to be the controller's own: nothing is evicted then.
func (l *nodeLifecycle) settle() {
	blind := true
	for _, n := range l.cluster.nodes {
		if n.stored != nil && !n.unreachable {
			blind = false
		}
	}
	for _, n := range l.cluster.nodes {
		if n.stored != nil {
			l.taint(n, n.unreachable, n.unreachable && !blind)
		}
	}
}

// taint sets or removes the two taints of an unreachable node.
func (l *nodeLifecycle) taint(n *node, noSchedule, noExecute bool) {
	taints := slices.Clone(n.stored.Spec.Taints)
	changed := false
	set := func(effect corev1.TaintEffect, wanted bool) {
		at := slices.IndexFunc(taints, func(t corev1.Taint) bool {
			return t.Key == corev1.TaintNodeUnreachable && t.Effect == effect
		})
		switch {
		case wanted && at < 0:
			now := l.cluster.stamp()
			taints = append(taints, corev1.Taint{Key: corev1.TaintNodeUnreachable, Effect: effect, TimeAdded: &now})
		case !wanted && at >= 0:
			taints = slices.Delete(taints, at, at+1)
		default:
			return
		}
		changed = true
	}
	set(corev1.TaintEffectNoSchedule, noSchedule)
	set(corev1.TaintEffectNoExecute, noExecute)
	if !changed {
		return
	}
	obj := *n.stored
	obj.Spec.Taints = taints
	_, err := l.api.Update(&obj)
	must("tainting node %s", n.name, err)
}
