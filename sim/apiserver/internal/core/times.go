package core

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A Truncater cuts times to whole seconds, which is all that a stored object keeps (TIME-0). Like defaulter it first
// looks and then, on a copy that its user makes, writes.
type Truncater struct {
	// Write says that the object is private and may be changed.
	Write bool
	// Found says that some time is finer than a second.
	Found bool
}

// Time cuts one time.
func (t *Truncater) Time(at *metav1.Time) {
	if at == nil || at.Nanosecond() == 0 {
		return
	}
	t.Found = true
	if t.Write {
		at.Time = at.Truncate(time.Second)
	}
}

// ObjectMeta cuts the times of metadata.
func (t *Truncater) ObjectMeta(meta *metav1.ObjectMeta) {
	t.Time(&meta.CreationTimestamp)
	t.Time(meta.DeletionTimestamp)
	for i := range meta.ManagedFields {
		t.Time(meta.ManagedFields[i].Time)
	}
}

// TruncatePodTimes cuts the times of a pod to whole seconds. Nothing is copied when they are whole already.
func TruncatePodTimes(pod *corev1.Pod) {
	var t Truncater
	t.pod(pod)
	if !t.Found {
		return
	}
	// A spec has no times.
	pod.ObjectMeta = *pod.ObjectMeta.DeepCopy()
	pod.Status = *pod.Status.DeepCopy()
	t.Write = true
	t.pod(pod)
}

func (t *Truncater) pod(pod *corev1.Pod) {
	t.ObjectMeta(&pod.ObjectMeta)
	t.Time(pod.Status.StartTime)
	for i := range pod.Status.Conditions {
		t.Time(&pod.Status.Conditions[i].LastProbeTime)
		t.Time(&pod.Status.Conditions[i].LastTransitionTime)
	}
	for _, statuses := range [3][]corev1.ContainerStatus{
		pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses, pod.Status.EphemeralContainerStatuses,
	} {
		for i := range statuses {
			t.containerState(&statuses[i].State)
			t.containerState(&statuses[i].LastTerminationState)
		}
	}
}

func (t *Truncater) containerState(state *corev1.ContainerState) {
	if state.Running != nil {
		t.Time(&state.Running.StartedAt)
	}
	if state.Terminated != nil {
		t.Time(&state.Terminated.StartedAt)
		t.Time(&state.Terminated.FinishedAt)
	}
}

// TruncateEventTimes cuts the times of an event: what is called a timestamp to seconds, the rest to microseconds.
func TruncateEventTimes(e *corev1.Event) {
	e.FirstTimestamp.Time = e.FirstTimestamp.Truncate(time.Second)
	e.LastTimestamp.Time = e.LastTimestamp.Truncate(time.Second)
	e.EventTime.Time = e.EventTime.Truncate(time.Microsecond)
	if e.Series != nil {
		series := *e.Series
		series.LastObservedTime.Time = series.LastObservedTime.Truncate(time.Microsecond)
		e.Series = &series
	}
}
