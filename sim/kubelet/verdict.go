package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// verdict is how a pod must end because somebody has decided so, not because of its containers. The API is told when the
// containers have stopped.
type verdict struct {
	phase           corev1.PodPhase
	reason, message string
	// disruption adds the condition DisruptionTarget to the end.
	disruption bool
	// final holds even against what the containers say. An eviction does not: a pod whose containers all exit 0 when
	// they are told to terminate has succeeded, as with a real kubelet.
	final bool
}

// evictionGrace is what a hard eviction gives a pod; minimumGrace is what it gets.
const evictionGrace = time.Second

// evict ends a pod because its node is short of memory (EXT-8).
func (w *podWorker) evict() {
	if w.stage == finished || w.stage == abandoned || w.pod.gone {
		return
	}
	if w.verdict == nil {
		w.verdict = &verdict{
			phase: corev1.PodFailed, reason: "Evicted", disruption: true,
			message: "The node was low on resource: memory. ",
		}
	}
	w.warnPod("Evicted", w.verdict.message)
	w.condemn(evictionGrace)
}

// armDeadline sets the timer for the pod's own activeDeadlineSeconds, which counts from the startTime that the kubelet
// has reported, in whole seconds (ADS-11).
func (w *podWorker) armDeadline() {
	limit := w.seen().Spec.ActiveDeadlineSeconds
	if limit == nil || w.stage == admitted || w.stage >= terminating {
		return
	}
	due := w.startTime.Add(time.Duration(*limit) * time.Second).Sub(w.cluster.queue.Time())
	due += w.cluster.queue.Now()
	if due == w.deadlineAt {
		return
	}
	w.deadline.Stop()
	w.deadlineAt = due
	w.deadline = w.cluster.after(due-w.cluster.queue.Now(), func() {
		if w.verdict == nil {
			w.verdict = &verdict{
				phase: corev1.PodFailed, reason: "DeadlineExceeded", final: true,
				message: "Pod was active on the node longer than the specified deadline",
			}
		}
		w.condemn(w.graceOf(w.seen()))
	})
}

// condemn ends a pod on which there is a verdict.
func (w *podWorker) condemn(grace time.Duration) {
	w.dirty = true
	w.terminate(grace)
	w.sync()
}
