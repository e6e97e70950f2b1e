package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// minimumGrace is the least time that a container gets between SIGTERM and SIGKILL, whatever was asked for.
	minimumGrace = 2 * time.Second

	sigkill, sigterm = 9, 15

	// statusUnknown is the reason of a container of which the kubelet cannot say how it ended.
	statusUnknown = "ContainerStatusUnknown"
)

// graceOf is the time that the containers of a pod get to end.
func (w *podWorker) graceOf(p *corev1.Pod) time.Duration {
	switch {
	case p.DeletionGracePeriodSeconds != nil:
		return time.Duration(*p.DeletionGracePeriodSeconds) * time.Second
	case p.Spec.TerminationGracePeriodSeconds != nil:
		return time.Duration(*p.Spec.TerminationGracePeriodSeconds) * time.Second
	}
	return 0
}

// deleted is the kubelet's reaction to a deletionTimestamp: from here on nothing is started any more (ONF-11).
func (w *podWorker) deleted() {
	if w.pod.script.Lost {
		w.stage = abandoned
		w.cancelPlans()
		return
	}
	w.terminate(w.graceOf(w.seen()))
}

// terminate stops the pod's containers within a grace period. Doing so again may shorten it and never lengthens it.
func (w *podWorker) terminate(grace time.Duration) {
	killAt := w.cluster.queue.Now() + max(grace, minimumGrace)
	switch {
	case w.stage == finished:
		return
	case w.stage == terminating && killAt >= w.killAt:
		return
	case w.stage != terminating:
		w.stage = terminating
		w.cancelPlans()
	}
	w.killAt = killAt
	w.killer.Stop()
	w.killer = nil
	w.progress()
	if w.stage == terminating {
		w.killer = w.cluster.after(killAt-w.cluster.queue.Now(), w.kill)
	}
}

// cancelPlans calls off everything that would start or end something later, except the runs in progress.
func (w *podWorker) cancelPlans() {
	w.preparation.Stop()
	w.pull.timer.Stop()
	w.evictAt.Stop()
	w.deadline.Stop()
	w.deadline, w.deadlineAt = nil, 0
	w.cancelBackOffs()
}

func (w *podWorker) cancelBackOffs() {
	for i := range w.containers {
		c := &w.containers[i]
		if c.state == backedOff {
			// A kubelet that will not restart a container shows again how it ended.
			c.timer.Stop()
			c.state, c.waiting = exited, nil
			w.dirty = true
		}
	}
}

// progress tells containers to terminate: all but the sidecars at once, then the sidecars, the last one first and each
// when the one after it has ended.
func (w *podWorker) progress() {
	for i := range w.containers {
		if c := &w.containers[i]; c.state == running && (c.kind != sidecar || w.hurry) {
			w.tell(c)
		}
	}
	if !w.hurry && w.anyRunning(func(c *container) bool { return c.kind != sidecar }) {
		return
	}
	for i := w.inits - 1; i >= 0; i-- {
		if c := &w.containers[i]; c.state == running {
			w.tell(c)
			if c.state == running && !w.hurry {
				return
			}
		}
	}
	if !w.anyRunning(anyContainer) {
		w.finish()
	}
}

func anyContainer(*container) bool { return true }

func (w *podWorker) anyRunning(which func(*container) bool) bool {
	for i := range w.containers {
		if c := &w.containers[i]; c.state == running && which(c) {
			return true
		}
	}
	return false
}

// tell sends SIGTERM to a container, which reacts as its script says.
func (w *podWorker) tell(c *container) {
	if c.told {
		return
	}
	c.told = true
	w.signal(c, sigterm, "told to terminate")
	stop := w.pod.script.Stop
	if stop.Ignore {
		return // its run goes on
	}
	end := ending{code: 128 + sigterm, signal: sigterm}
	if stop.Exit != nil {
		end = ending{code: *stop.Exit}
	}
	c.timer.Stop()
	c.timer = nil
	if stop.After <= 0 {
		w.exit(c, end)
		return
	}
	if stop.After >= w.killAt-w.cluster.queue.Now() {
		return // SIGKILL comes first
	}
	c.timer = w.cluster.after(stop.After, func() {
		w.exit(c, end)
		w.sync()
	})
}

// kill is the end of the grace period. Sidecars that have been waiting for their turn get the minimum.
func (w *podWorker) kill() {
	w.killTold()
	w.hurry = true
	w.killAt = w.cluster.queue.Now() + minimumGrace
	w.progress()
	if w.stage == terminating {
		w.killer = w.cluster.after(minimumGrace, w.kill)
	}
	w.sync()
}

// killTold kills the containers that have been told to terminate and have not.
func (w *podWorker) killTold() {
	for i := range w.containers {
		if c := &w.containers[i]; c.state == running && c.told {
			w.signal(c, sigkill, "killed at the end of the grace period")
			w.exit(c, ending{code: 128 + sigkill, signal: sigkill})
		}
	}
}

// signal records that a container is sent a signal.
func (w *podWorker) signal(c *container, signal int, text string) {
	e := w.entry("kill", c)
	e.Number, e.Signal, e.Text = c.number, signal, text
	w.cause = w.cluster.recorder.Record(e)
	w.cluster.queue.Cause = w.cause
	w.announce(c, "Killing", "Stopping container "+c.spec.Name)
}

// finish is when the last container has ended. Containers that were to run and of which nothing is known are taken to
// have failed, so a pod that is deleted before it ran ends as Failed (KUB-8).
func (w *podWorker) finish() {
	w.stage = finished
	w.killer.Stop()
	w.cancelPlans()
	w.dirty = true
	known := 1
	for i := range w.containers[:w.inits] {
		if w.containers[i].number > 0 {
			known = i + 1
		}
	}
	for i := range w.containers[:min(known, w.inits)] {
		w.containers[i].presumeFailed()
	}
	if w.initialized() {
		for i := w.inits; i < len(w.containers); i++ {
			w.containers[i].presumeFailed()
		}
	}
}

// initialized tells whether the regular containers were allowed to run.
func (w *podWorker) initialized() bool {
	if w.inits == 0 || w.containers[w.inits].number > 0 {
		return true
	}
	last := &w.containers[w.inits-1]
	return last.kind == plainInit && last.ended != nil && last.ended.ExitCode == 0
}

// presumeFailed gives an end to a container that never ran.
func (c *container) presumeFailed() {
	if c.state != created {
		return
	}
	c.state, c.waiting = exited, nil
	c.ended = &corev1.ContainerStateTerminated{
		ExitCode: 137, Reason: statusUnknown,
		Message: "The container could not be located when the pod was terminated",
	}
}

// release lets the API server remove a pod that is being deleted and whose end it knows.
func (w *podWorker) release() {
	p := w.pod.stored
	if w.stage != finished || w.released || w.dirty || w.pod.gone || w.node.cutOff || p.DeletionTimestamp == nil {
		return
	}
	w.released = true
	if grace := p.DeletionGracePeriodSeconds; grace != nil && *grace == 0 {
		return // only finalizers hold it
	}
	options := metav1.NewDeleteOptions(0)
	options.Preconditions = metav1.NewUIDPreconditions(string(p.UID))
	w.writing = true
	must("removing pod %s", p.Name, w.node.kubelet.Delete(podKey(p), options))
	w.writing = false
}

// vanish is the end of everything on a machine that is gone. Nobody reports it.
func (w *podWorker) vanish() {
	w.cancelPlans()
	w.killer.Stop()
	for i := range w.containers {
		if c := &w.containers[i]; c.state == running {
			w.exit(c, ending{code: 128 + sigkill, signal: sigkill, reason: statusUnknown})
		}
	}
	w.stage = finished
}
