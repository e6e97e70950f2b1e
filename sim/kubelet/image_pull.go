package kubelet

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/event"
)

const (
	// pullInitial and pullMax are the waits between two attempts to pull an image.
	pullInitial = 10 * time.Second
	pullMax     = 300 * time.Second
	// pullNoticed is how long a failed attempt is shown as ErrImagePull before the wait for the next one is shown as
	// ImagePullBackOff: the time until the kubelet's next sync, which varies on a real node.
	pullNoticed = time.Second
)

// imagePull is the state of a pod whose image is not there yet.
type imagePull struct {
	since    time.Duration // the first attempt
	attempts int
	wait     time.Duration
	timer    *event.Timer
}

// tryPull attempts to get the image; without it no container of the pod starts. One image stands for all.
func (w *podWorker) tryPull() {
	now := w.cluster.queue.Now()
	if w.pull.attempts == 0 {
		w.pull.since = now
	}
	w.pull.attempts++
	if fails := w.pod.script.PullFails; fails != Forever && now >= w.pull.since+fails {
		w.stage = active
		for i := range w.containers {
			w.containers[i].waiting = nil
		}
		w.dirty = true
		return
	}
	w.pullFailed()
}

// pullFailed shows the failure on the containers that were to start: the first init container, else all.
func (w *podWorker) pullFailed() {
	w.stage = pulling
	w.pull.wait = min(max(2*w.pull.wait, pullInitial), pullMax)
	w.showPull("ErrImagePull", func(image string) string { return pullError(image) })
	outer := w.cluster.queue.Cause
	for i := range w.needImage() {
		c := &w.needImage()[i]
		e := w.entry("pull-failed", c)
		e.Wait, e.Reason, e.Text = w.pull.wait, "ErrImagePull", pullError(c.spec.Image)
		w.cause = w.cluster.recorder.Record(e)
		w.cluster.queue.Cause = w.cause
		w.warn(c, "Failed", fmt.Sprintf("Failed to pull image %q: %s", c.spec.Image, pullError(c.spec.Image)))
	}
	w.pull.timer = w.cluster.after(pullNoticed, func() {
		w.showPull("ImagePullBackOff", func(image string) string {
			return fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %s", image, pullError(image))
		})
		w.pull.timer = w.cluster.after(w.pull.wait-pullNoticed, func() {
			w.tryPull()
			w.sync()
		})
		w.report()
	})
	w.cluster.queue.Cause = outer
}

func (w *podWorker) needImage() []container {
	if w.inits > 0 {
		return w.containers[:1]
	}
	return w.containers
}

func (w *podWorker) showPull(reason string, message func(image string) string) {
	for i := range w.needImage() {
		c := &w.containers[i]
		c.waiting = &corev1.ContainerStateWaiting{Reason: reason, Message: message(c.spec.Image)}
	}
	w.dirty = true
}

func pullError(image string) string {
	return fmt.Sprintf("failed to pull and unpack image %q: not found", image)
}
