package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// The implementation sees the cluster through caches that lag, so whatever it does may rest on any of several versions
// of an object. Two words say what they have in common:
//
//   - perhaps: it is so in one of the versions. Excuses are asked this way.
//   - surely: it is so in all of them, and the implementation knows the object. Accusations are asked this way.
//
// perhapsThere and surelyThere add, for pods, that the implementation takes them for existing; surelyStill is for what
// is so of every new pod. Numbers made of this are called least and most (knowledge_numbers.go), and what follows from
// them for a Job is in knowledge_reasons.go.

// known are the versions of the Job on which the implementation may act: the one that its cache shows, all that are
// newer, and those that it may have read a moment ago. It is never empty while the Job exists.
func (j *jobState) known(do func(*batchv1.Job)) {
	for _, version := range j.overtaken {
		do(version)
	}
	if j.seen != nil {
		do(j.seen)
	}
	for _, version := range j.unseen {
		do(version)
	}
}

// perhaps reports whether something holds of a version of the Job that the implementation may act on.
func (j *jobState) perhaps(holds func(*batchv1.Job) bool) (found bool) {
	j.known(func(version *batchv1.Job) { found = found || holds(version) })
	return found
}

// surely reports whether it holds of every version that the implementation may act on.
func (j *jobState) surely(holds func(*batchv1.Job) bool) bool {
	return !j.perhaps(func(version *batchv1.Job) bool { return !holds(version) })
}

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

// perhaps reports whether something holds of a version of the pod on which the implementation may act: what is stored,
// what its cache shows, or what it read a moment ago.
func (p *podState) perhaps(holds func(*corev1.Pod) bool) bool {
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
	return p.seen != nil && !p.perhaps(func(pod *corev1.Pod) bool { return !holds(pod) })
}

// perhapsThere reports whether it holds, and the implementation may take the pod for existing.
func (p *podState) perhapsThere(holds func(*corev1.Pod) bool) bool {
	if p.gone && p.seen == nil && p.settled() {
		return false
	}
	return p.perhaps(holds)
}

// surelyThere reports whether it holds, and the implementation has taken in that the pod exists, which is so.
func (p *podState) surelyThere(holds func(*corev1.Pod) bool) bool {
	return !p.gone && p.settled() && p.surely(holds)
}

// surelyStill is for what holds of every new pod, and not again once it has ended: that it is active, say. Of pods that
// the implementation has created itself it knows so without a cache.
func (p *podState) surelyStill(holds func(*corev1.Pod) bool) bool {
	return !p.gone && holds(p.obj) && (p.answered || p.surelyThere(holds))
}

// surelyAlive reports whether the implementation knows of the pod, and that it has not ended.
func (p *podState) surelyAlive() bool { return (p.answered || p.settled()) && p.surely(isUnfinished) }

// settled reports whether what the cache shows of a pod is what the implementation acts on by now. A reconcile function
// has read the cache since it was called; of other shapes nobody says when they begin to decide.
func (p *podState) settled() bool {
	v := p.view
	if v.sync > 0 {
		return p.seenSeq < v.sync
	}
	return v.takenIn(p.seenAt)
}

// takenIn reports whether what the cache has shown since then is what the implementation acts on by now: it may have
// read the cache a moment ago, at the beginning of what it is doing.
func (v *view) takenIn(since time.Duration) bool {
	return v.now-since > v.slowness() && (!v.patient() || since < v.patience.from)
}
