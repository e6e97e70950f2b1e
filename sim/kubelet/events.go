package kubelet

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// warn creates a Warning about a container (EV-7).
func (w *podWorker) warn(c *container, reason, message string) {
	if !w.node.cutOff && !w.pod.gone {
		w.cluster.emit(w.node.kubelet, w.pod.stored, w.event(c, corev1.EventTypeWarning, reason, message))
	}
}

// warnPod creates a Warning about the pod.
func (w *podWorker) warnPod(reason, message string) {
	if !w.node.cutOff && !w.pod.gone {
		w.cluster.emit(w.node.kubelet, w.pod.stored, w.event(nil, corev1.EventTypeWarning, reason, message))
	}
}

// announce creates a Normal Event about a container, if the cluster has them.
func (w *podWorker) announce(c *container, reason, message string) {
	if w.cluster.options.Events && !w.node.cutOff && !w.pod.gone {
		w.cluster.emit(w.node.kubelet, w.pod.stored, w.event(c, corev1.EventTypeNormal, reason, message))
	}
}

func (w *podWorker) event(c *container, kind, reason, message string) *corev1.Event {
	e := &corev1.Event{
		Type: kind, Reason: reason, Message: message,
		Source: corev1.EventSource{Component: "kubelet", Host: w.node.name},
	}
	if c != nil {
		field := "spec.containers{"
		if c.kind != regular {
			field = "spec.initContainers{"
		}
		e.InvolvedObject.FieldPath = field + c.spec.Name + "}"
	}
	return e
}

// emit completes and creates an Event about a pod. Nobody waits for the answer: a refused Event is one that is missing.
func (c *Cluster) emit(api API, p *corev1.Pod, e *corev1.Event) {
	c.events++
	now := c.stamp()
	e.ObjectMeta = metav1.ObjectMeta{
		Namespace: p.Namespace,
		Name:      fmt.Sprintf("%s.%016x", p.Name, c.queue.Time().UnixNano()+int64(c.events)),
	}
	e.InvolvedObject.Kind, e.InvolvedObject.APIVersion = "Pod", "v1"
	e.InvolvedObject.Namespace, e.InvolvedObject.Name, e.InvolvedObject.UID = p.Namespace, p.Name, p.UID
	e.InvolvedObject.ResourceVersion = p.ResourceVersion
	e.ReportingController, e.ReportingInstance = e.Source.Component, e.Source.Host
	e.FirstTimestamp, e.LastTimestamp, e.Count = now, now, 1
	_, _ = api.Create(e)
}
