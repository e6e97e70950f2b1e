package kubelet

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// refusal is why no node was found for a pod, counted by reason.
type refusal struct {
	reasons []reasonCount
	// preemptible is how many nodes could have been made to fit by preempting pods; a simulated pod has no priority,
	// so that never helps.
	preemptible, nodes int
}

type reasonCount struct {
	reason string
	nodes  int
}

func (r *refusal) add(reason string, preemptible bool) {
	r.nodes++
	if preemptible {
		r.preemptible++
	}
	for i := range r.reasons {
		if r.reasons[i].reason == reason {
			r.reasons[i].nodes++
			return
		}
	}
	r.reasons = append(r.reasons, reasonCount{reason, 1})
}

// noRoom is the refusal of a pod that the scenario wants to wait: every node is short of CPU.
func (s *scheduler) noRoom() refusal {
	var r refusal
	for _, n := range s.cluster.nodes {
		if n.stored != nil {
			r.add("Insufficient cpu", true)
		}
	}
	return r
}

// message is the refusal in the form of the real scheduler.
func (r *refusal) message() string {
	if r.nodes == 0 {
		return "no nodes available to schedule pods"
	}
	lines := make([]string, len(r.reasons))
	for i, c := range r.reasons {
		lines[i] = fmt.Sprintf("%d %s", c.nodes, c.reason)
	}
	slices.Sort(lines)
	var help []string
	if r.preemptible > 0 {
		help = append(help, fmt.Sprintf("%d No preemption victims found for incoming pod", r.preemptible))
	}
	if rest := r.nodes - r.preemptible; rest > 0 {
		help = append(help, fmt.Sprintf("%d Preemption is not helpful for scheduling", rest))
	}
	slices.Sort(help)
	available := fmt.Sprintf("0/%d nodes are available:", r.nodes)
	return fmt.Sprintf("%s %s. preemption: %s %s.",
		available, strings.Join(lines, ", "), available, strings.Join(help, ", "))
}

// refuse says in the pod's status that no node was found, unless it already says so.
func (s *scheduler) refuse(p *pod, r refusal) {
	cond := corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse,
		Reason: corev1.PodReasonUnschedulable, Message: r.message(),
	}
	before := podCondition(p.stored, cond.Type)
	if before != nil && before.Reason == cond.Reason && before.Message == cond.Message {
		return
	}
	_, err := s.api.UpdateStatus(s.cluster.withCondition(p.stored, cond))
	must("marking pod %s unschedulable", p.stored.Name, err)
}
