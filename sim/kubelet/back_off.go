package kubelet

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// backOff lets a container wait for its restart, and says so. A kubelet reports the exit first and the wait in its next
// sync; here both are one write.
func (w *podWorker) backOff(c *container, wait time.Duration) {
	p := w.pod.stored
	name := fmt.Sprintf("%s_%s(%s)", p.Name, p.Namespace, p.UID)
	c.state = backedOff
	c.waiting = &corev1.ContainerStateWaiting{
		Reason: "CrashLoopBackOff",
		Message: fmt.Sprintf("back-off %s restarting failed container=%s pod=%s",
			c.backoff.wait, c.spec.Name, name),
	}
	w.dirty = true
	e := w.entry("backoff", c)
	e.Number, e.Wait, e.Reason = c.number+1, wait, "CrashLoopBackOff"
	w.cause = w.cluster.recorder.Record(e)
	outer := w.cluster.queue.Cause
	w.cluster.queue.Cause = w.cause
	c.timer = w.cluster.after(wait, func() {
		c.state = exited
		w.sync()
	})
	w.warn(c, "BackOff", "Back-off restarting failed container "+c.spec.Name+" in pod "+name) // EV-7
	w.cluster.queue.Cause = outer
}
