package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

const (
	restartingAll = "RestartingAllContainers"
	// restartAllNoticed is when the kubelet notices that all containers are gone and starts anew. There is no back-off
	// in this, so without the time that its next look at the runtime takes, a container that exits at once would
	// restart its pod for ever within one instant.
	restartAllNoticed = time.Second
)

// restartsAll tells whether some container has ended in a way that restarts the whole pod (KUB-9).
func (w *podWorker) restartsAll() bool {
	for i := range w.containers {
		c := &w.containers[i]
		if c.state != exited {
			continue
		}
		if rule := matchingRule(c.spec, c.ended.ExitCode); rule != nil &&
			rule.Action == corev1.ContainerRestartRuleActionRestartAllContainers {
			return true
		}
	}
	return false
}

// resetAll stops what still runs, with the least grace there is, so that everything can start anew.
func (w *podWorker) resetAll() {
	w.stage = resetting
	w.cancelBackOffs()
	w.killAt = w.cluster.queue.Now() + minimumGrace
	for i := range w.containers {
		if c := &w.containers[i]; c.state == running {
			w.tell(c)
		}
	}
	w.dirty = true // the condition
	if w.anyRunning(anyContainer) {
		w.killer = w.cluster.after(minimumGrace, func() {
			w.killTold()
			w.sync()
		})
	}
}

// reset forgets the containers once none runs, and starts anew a moment later, with the first init container.
func (w *podWorker) reset() {
	if w.anyRunning(anyContainer) {
		return
	}
	w.stage = cleared
	w.killer.Stop()
	const message = "The container is removed because RestartAllContainers in place"
	for i := range w.containers {
		c := &w.containers[i]
		if c.number == 0 {
			continue
		}
		c.state, c.cleared = created, true
		c.restarts++
		c.id = ""
		c.waiting = &corev1.ContainerStateWaiting{Reason: restartingAll, Message: message}
		c.ended = &corev1.ContainerStateTerminated{ExitCode: 137, Reason: restartingAll, Message: message}
	}
	w.dirty = true
	w.preparation = w.cluster.after(restartAllNoticed, func() {
		w.stage = active
		w.sync()
	})
}

// mayRestartAll tells whether a pod has a rule that restarts all its containers.
func mayRestartAll(p *corev1.PodSpec) bool {
	for _, list := range [2][]corev1.Container{p.InitContainers, p.Containers} {
		for i := range list {
			for _, rule := range list[i].RestartPolicyRules {
				if rule.Action == corev1.ContainerRestartRuleActionRestartAllContainers {
					return true
				}
			}
		}
	}
	return false
}

// restartingCondition is the condition AllContainersRestarting of a pod that may restart all its containers.
func (w *podWorker) restartingCondition(cond *corev1.PodCondition, phase corev1.PodPhase) {
	cond.Type, cond.Status = corev1.AllContainersRestarting, corev1.ConditionFalse
	switch {
	case phase == corev1.PodSucceeded:
		cond.Reason = "PodCompleted"
	case phase == corev1.PodFailed:
		cond.Reason = "PodFailed"
	case w.stage == resetting:
		cond.Status, cond.Reason = corev1.ConditionTrue, "RestartAllContainersStarted"
		cond.Message = "container exited with restart policy rule"
	}
}
