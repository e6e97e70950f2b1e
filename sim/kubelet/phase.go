package kubelet

import corev1 "k8s.io/api/core/v1"

// phase is the pod's phase as the kubelet sees it. What the API is told may lag behind: see report.
func (w *podWorker) phase() corev1.PodPhase {
	if w.verdict != nil && w.verdict.final {
		return w.verdict.phase
	}
	phase := w.phaseOfContainers()
	if !terminal(phase) && (w.verdict != nil || w.stage == finished) {
		return corev1.PodFailed // KUB-8
	}
	return phase
}

// phaseOfContainers is what the containers alone make of the phase (KUB-7).
func (w *podWorker) phaseOfContainers() corev1.PodPhase {
	waiting, going, restarting, failed := false, false, false, false
	for i := range w.containers {
		c := &w.containers[i]
		switch {
		case c.kind == plainInit && c.failedForGood(w):
			return corev1.PodFailed
		case c.number == 0 && c.ended == nil:
			waiting = true
		case c.kind == plainInit:
			// The regular containers wait for it: so far, or again when all containers are being restarted.
			waiting = waiting || c.state == running
		case c.state == running:
			going = true
		case c.kind == regular:
			failed = failed || c.ended.ExitCode != 0
			restarting = restarting || w.restartable(c)
		}
	}
	switch {
	case waiting:
		return corev1.PodPending
	case going || restarting && w.stage != finished:
		return corev1.PodRunning
	case failed:
		return corev1.PodFailed
	}
	return corev1.PodSucceeded
}

// failedForGood tells whether an init container has failed and is not started again.
func (c *container) failedForGood(w *podWorker) bool {
	return c.ended != nil && c.state != running && c.ended.ExitCode != 0 && !w.restartable(c)
}
