package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// gcPeriod is how often the pod garbage collector looks, quarantine how long a node must be missing (EXT-7).
	gcPeriod   = 20 * time.Second
	quarantine = 40 * time.Second
)

// podGC removes pods that nobody else will: those of nodes that no longer exist, those that were deleted before they
// had a node, and those that are deleted on a node which is out of service. Its rounds are at the multiples of its
// period; only those that will find something take place.
type podGC struct {
	cluster *Cluster
	api     API
	// quarantine tells since which round a node is known to be missing, as the time from which it counts as gone.
	quarantine map[string]time.Duration
	next       time.Duration // the round that is scheduled; zero when none is
}

// want makes sure that there is a round after an instant.
func (g *podGC) want(after time.Duration) {
	at := (after/gcPeriod + 1) * gcPeriod
	if g.next != 0 && g.next <= at {
		return
	}
	g.next = at
	g.cluster.after(at-g.cluster.queue.Now(), func() {
		if g.next == at {
			g.next = 0
			g.round()
		}
	})
}

func (g *podGC) round() {
	c := g.cluster
	for _, p := range c.inOrder(g.isStuck) {
		switch name := p.stored.Spec.NodeName; {
		case name == "":
			g.failAndDelete(p, nil)
		case c.nodeExists(name): // out of service
			g.failAndDelete(p, nil)
		default:
			g.orphan(p, name)
		}
	}
	for name := range g.quarantine { // order does not matter: entries are only dropped
		if g.quarantine[name] <= c.queue.Now() || c.nodeExists(name) {
			delete(g.quarantine, name)
		}
	}
}

// isStuck tells whether a pod is one that only the garbage collector removes. One that it has dealt with and that a
// finalizer holds is no longer its business.
func (g *podGC) isStuck(p *pod) bool {
	deleted := p.stored.DeletionTimestamp != nil
	grace := p.stored.DeletionGracePeriodSeconds
	if deleted && terminal(p.stored.Status.Phase) && grace != nil && *grace == 0 {
		return false
	}
	name := p.stored.Spec.NodeName
	switch {
	case name == "":
		return deleted
	case !g.cluster.nodeExists(name):
		return true
	}
	return deleted && g.cluster.byName[name].outOfService()
}

// orphan deals with a pod whose node is missing: the first round that finds the node missing starts its quarantine.
func (g *podGC) orphan(p *pod, nodeName string) {
	now := g.cluster.queue.Now()
	gone, known := g.quarantine[nodeName]
	if !known {
		gone = now + quarantine
		g.quarantine[nodeName] = gone
	}
	if now < gone {
		g.want(gone - gcPeriod)
		return
	}
	g.failAndDelete(p, &corev1.PodCondition{
		Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue,
		Reason: "DeletionByPodGC", Message: "PodGC: node no longer exists",
	})
}

// failAndDelete makes a pod terminal, then deletes it without grace.
func (g *podGC) failAndDelete(p *pod, cond *corev1.PodCondition) {
	if !terminal(p.stored.Status.Phase) {
		obj := *p.stored
		if cond != nil {
			obj = *g.cluster.withCondition(p.stored, *cond)
		}
		obj.Status.Phase = corev1.PodFailed
		obj.Status.ObservedGeneration = obj.Generation
		_, err := g.api.UpdateStatus(&obj)
		must("failing pod %s", obj.Name, err)
	}
	if !p.gone {
		must("deleting pod %s", p.stored.Name, g.api.Delete(podKey(p.stored), metav1.NewDeleteOptions(0)))
	}
}

func (c *Cluster) nodeExists(name string) bool {
	n := c.byName[name]
	return n != nil && n.stored != nil
}
