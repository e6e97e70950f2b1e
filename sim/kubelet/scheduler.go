package kubelet

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
)

// scheduler binds each pod to the least loaded node that will have it, the first of equals. Of a real scheduler it
// knows node selectors and required node affinity, taints, cordoned nodes and a limit on the number of pods.
type scheduler struct {
	cluster *Cluster
	api     API
	// waiting are the pods for which no node was found, in order of their last attempt.
	waiting  []*pod
	retrying bool
}

// add schedules the first attempt for a new pod.
func (s *scheduler) add(p *pod) {
	s.cluster.soon(func() { s.attempt(p) })
}

// podUpdated looks again at a pod whose gates are gone.
func (s *scheduler) podUpdated(p *pod) {
	if p.gated && len(p.stored.Spec.SchedulingGates) == 0 {
		p.gated = false
		s.add(p)
	}
}

// retry schedules another attempt for all waiting pods, because something has changed.
func (s *scheduler) retry() {
	if s.retrying || len(s.waiting) == 0 {
		return
	}
	s.retrying = true
	s.cluster.soon(func() {
		s.retrying = false
		waiting := s.waiting
		s.waiting = nil
		for i, p := range waiting {
			if !s.room() { // a node that is full is full for all
				s.waiting = append(s.waiting, waiting[i:]...)
				return
			}
			s.attempt(p)
		}
	})
}

// room tells whether some node is not full.
func (s *scheduler) room() bool {
	return slices.ContainsFunc(s.cluster.nodes, func(n *node) bool {
		return n.stored != nil && (n.capacity == 0 || n.load < n.capacity)
	})
}

func (s *scheduler) attempt(p *pod) {
	spec := &p.stored.Spec
	if p.gone || spec.NodeName != "" || p.stored.DeletionTimestamp != nil {
		return
	}
	if p.gated = len(spec.SchedulingGates) > 0; p.gated {
		return
	}
	if wait := s.heldBack(p); wait > 0 {
		s.cluster.after(wait, func() { s.attempt(p) })
		return
	}
	n, verdict := s.pick(p)
	if n == nil {
		s.refuse(p, verdict)
		s.waiting = append(s.waiting, p)
		return
	}
	if err := s.api.Bind(p.stored.Namespace, p.stored.Name, n.name); !must("binding pod %s", p.stored.Name, err) {
		s.waiting = append(s.waiting, p)
		return
	}
	if s.cluster.options.Events {
		s.cluster.emit(s.api, p.stored, &corev1.Event{
			Type: corev1.EventTypeNormal, Reason: "Scheduled",
			Message: "Successfully assigned " + p.stored.Namespace + "/" + p.stored.Name + " to " + n.name,
			Source:  corev1.EventSource{Component: "default-scheduler"},
		})
	}
}

// heldBack is how long the pod's script lets it find no node; it says so in the pod's status.
func (s *scheduler) heldBack(p *pod) time.Duration {
	if p.script.Unschedulable == Forever {
		s.refuse(p, s.noRoom())
		return Forever
	}
	wait := p.born + p.script.Unschedulable - s.cluster.queue.Now()
	if wait > 0 {
		s.refuse(p, s.noRoom())
	}
	return wait
}

// pick finds the node for a pod, or says why there is none.
func (s *scheduler) pick(p *pod) (*node, refusal) {
	var best *node
	var verdict refusal
	spec := &p.stored.Spec
	choosy := spec.NodeSelector != nil || spec.Affinity != nil && spec.Affinity.NodeAffinity != nil
	for _, n := range s.cluster.nodes {
		if n.stored == nil {
			continue
		}
		if reason, preemptible := s.objection(p.stored, n, choosy); reason != "" {
			verdict.add(reason, preemptible)
			continue
		}
		if best == nil || n.load < best.load {
			best = n
		}
	}
	return best, verdict
}

// objection is why a pod cannot run on a node, in the words of the scheduler's plugins; preemptible is whether removing
// pods could help.
func (s *scheduler) objection(p *corev1.Pod, n *node, choosy bool) (reason string, preemptible bool) {
	if n.stored.Spec.Unschedulable && !tolerates(p, &corev1.Taint{
		Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule,
	}) {
		return "node(s) were unschedulable", false
	}
	for i := range n.stored.Spec.Taints {
		taint := &n.stored.Spec.Taints[i]
		if taint.Effect != corev1.TaintEffectPreferNoSchedule && !tolerates(p, taint) {
			return "node(s) had untolerated taint(s)", false
		}
	}
	if choosy {
		if fits, err := nodeaffinity.GetRequiredNodeAffinity(p).Match(n.stored); err != nil || !fits {
			return "node(s) didn't match Pod's node affinity/selector", false
		}
	}
	if n.capacity > 0 && n.load >= n.capacity {
		return "Too many pods", true
	}
	return "", false
}

// tolerates tells whether a pod may be placed on a node with a taint.
func tolerates(p *corev1.Pod, taint *corev1.Taint) bool { return tolerationOf(p, taint) != nil }
