package kubelet

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// version is the memory of one version of a pod: the conditions and the statuses that nearly all pods have lie next to it,
// in one block.
type version struct {
	pod        corev1.Pod
	conditions [6]corev1.PodCondition
	statuses   [1]corev1.ContainerStatus
}

// report writes the pod's status, if there is something new to tell and somebody to tell it to: one write for all that
// has changed at an instant. While the node is cut off, what is new waits.
func (w *podWorker) report() {
	if w.node.cutOff {
		w.cause = 0 // what is reported later is reported because the node is back
		return
	}
	if !w.dirty || w.blocked && w.stage == terminating || w.pod.gone || w.stage == abandoned {
		return
	}
	w.dirty = false
	queue := w.cluster.queue
	outer := queue.Cause
	if w.cause != 0 {
		queue.Cause, w.cause = w.cause, 0
	}
	v := w.cluster.versions.New()
	obj := &v.pod
	*obj = *w.pod.stored
	w.fill(v)
	if !w.unsure || !equality.Semantic.DeepEqual(obj.Status, w.pod.stored.Status) {
		w.writing = true
		_, err := w.node.kubelet.UpdateStatus(obj)
		w.writing = false
		must("reporting the status of pod %s", obj.Name, err)
	}
	w.unsure = false
	queue.Cause = outer
}

// fill makes the status of a pod. A terminal phase is held back until no container runs, together with what explains it.
func (w *podWorker) fill(v *version) {
	before, s := &w.pod.stored.Status, &v.pod.Status
	phase := w.phase()
	ended := terminal(phase) && !w.anyRunning(anyContainer)
	if s.Phase = phase; terminal(phase) && !ended {
		s.Phase = before.Phase
	}
	switch {
	case ended && w.verdict != nil && w.verdict.phase == phase:
		s.Reason, s.Message = w.verdict.reason, w.verdict.message
	case s.Phase != before.Phase:
		s.Reason, s.Message = "", ""
	}
	if w.startTime.IsZero() {
		w.startTime = w.cluster.stamp()
	}
	if s.StartTime == nil {
		w.shown.start = w.startTime
		s.StartTime = &w.shown.start
	}
	s.ObservedGeneration = v.pod.Generation
	s.HostIP, s.HostIPs = w.node.address, w.shown.hostIPs[:]
	if w.podIP != "" && s.PodIP == "" {
		s.PodIP = w.podIP
		w.shown.podIPs[0].IP = w.podIP
		s.PodIPs = w.shown.podIPs[:]
	}
	s.InitContainerStatuses = w.statuses(w.containers[:w.inits], nil)
	s.ContainerStatuses = w.statuses(w.containers[w.inits:], v.statuses[:])
	s.Conditions = w.conditions(phase, ended, v.conditions[:])
}

// reconcile makes the kubelet, once it is connected again, hold what the API says against what there is: both may have
// changed.
func (w *podWorker) reconcile() {
	w.frozen = nil
	if w.stage != finished || w.dirty {
		w.dirty, w.unsure = true, true
		w.wake()
	}
}
