package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
)

// taintEviction deletes the pods of nodes whose NoExecute taints they do not tolerate, or tolerate no longer (EXT-5).
// Like the real controller it makes no difference between pods that run and pods that have ended.
type taintEviction struct {
	cluster *Cluster
	api     API
}

// considerNode looks at all pods of a node whose taints have changed.
func (t *taintEviction) considerNode(n *node) {
	if n.stored == nil {
		return // what was going to be evicted still is
	}
	for _, p := range t.cluster.inOrder(func(p *pod) bool { return p.node == n }) {
		t.consider(p)
	}
}

// consider schedules the eviction of a pod, or calls it off.
func (t *taintEviction) consider(p *pod) {
	if p.node.stored == nil {
		return
	}
	if len(p.node.stored.Spec.Taints) == 0 && p.taintWork == nil {
		return
	}
	stay, evicted := staysFor(p.stored, p.node.stored.Spec.Taints)
	switch {
	case !evicted:
		p.taintWork.Stop()
		p.taintWork = nil
	case stay == 0 || p.taintWork == nil: // a wait that has begun goes on
		p.taintWork.Stop()
		p.taintWork = t.cluster.after(stay, func() { t.evict(p) })
	}
}

// evict tells why, then deletes.
func (t *taintEviction) evict(p *pod) {
	if p.gone {
		return
	}
	p.taintWork = nil
	cond := corev1.PodCondition{
		Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue,
		Reason: "DeletionByTaintManager", Message: "Taint manager: deleting due to NoExecute taint",
	}
	if before := podCondition(p.stored, cond.Type); before == nil || before.Reason != cond.Reason {
		_, err := t.api.UpdateStatus(t.cluster.withCondition(p.stored, cond))
		must("marking pod %s as a disruption target", p.stored.Name, err)
	}
	if p.gone || p.stored.DeletionTimestamp != nil {
		return
	}
	must("evicting pod %s", p.stored.Name, t.api.Delete(podKey(p.stored), &metav1.DeleteOptions{}))
}

// staysFor is how long a pod may stay on a node with some taints, if it is to be evicted at all: the shortest time among
// the tolerations that match, and not at all when a taint is not tolerated.
func staysFor(p *corev1.Pod, taints []corev1.Taint) (stay time.Duration, evicted bool) {
	stay = Forever
	for i := range taints {
		if taints[i].Effect != corev1.TaintEffectNoExecute {
			continue
		}
		toleration := tolerationOf(p, &taints[i])
		if toleration == nil {
			return 0, true
		}
		if s := toleration.TolerationSeconds; s != nil {
			stay = min(stay, time.Duration(max(*s, 0))*time.Second)
		}
	}
	return stay, stay != Forever
}

// tolerationOf is the first toleration of a pod that matches a taint.
func tolerationOf(p *corev1.Pod, taint *corev1.Taint) *corev1.Toleration {
	for i := range p.Spec.Tolerations {
		if p.Spec.Tolerations[i].ToleratesTaint(klog.Background(), taint, true) {
			return &p.Spec.Tolerations[i]
		}
	}
	return nil
}
