package conformance

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// overtakenPod is a version of a pod that a newer one has replaced, in the store or in the cache.
type overtakenPod struct {
	version *corev1.Pod
	by      int // the Seq of the entry that did it
	at      time.Duration
}

// overtake notes that a version of the pod is replaced.
func (p *podState) overtake(version *corev1.Pod) {
	v := p.view
	over := 0
	for over < len(p.overtaken) && !v.atWork(p.overtaken[over].by, p.overtaken[over].at) {
		over++
	}
	p.overtaken = slices.Delete(p.overtaken, 0, over)
	if version != nil {
		p.overtaken = append(p.overtaken, overtakenPod{version, v.entry.Seq, v.now})
	}
}

// atWork reports whether what the implementation does now may have begun before an entry.
func (v *view) atWork(seq int, at time.Duration) bool {
	if v.sync > 0 {
		return seq > v.sync
	}
	return !v.takenIn(at)
}

// mayBe reports whether something holds of a version of the pod on which the implementation may act: what is stored,
// what its cache shows, or what it read a moment ago.
func (p *podState) mayBe(holds func(*corev1.Pod) bool) bool {
	if holds(p.obj) || p.seen != nil && holds(p.seen) {
		return true
	}
	for _, old := range p.overtaken {
		if p.view.atWork(old.by, old.at) && holds(old.version) {
			return true
		}
	}
	return false
}

// surely reports whether the implementation knows the pod, and something holds of every version that it may act on.
func (p *podState) surely(holds func(*corev1.Pod) bool) bool {
	return p.seen != nil && !p.mayBe(func(pod *corev1.Pod) bool { return !holds(pod) })
}

// surelyAlive reports whether the implementation knows of the pod, and that it has not ended.
func (p *podState) surelyAlive(x *examiner) bool {
	return (p.answered || x.settled(p)) && p.seen != nil && p.surely(func(pod *corev1.Pod) bool { return !terminal(pod) })
}
