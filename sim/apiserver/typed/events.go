package typed

import (
	"fmt"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// EventRecorder records Kubernetes Events as client-go's recorder does, in whole seconds, and counts repetitions in one
// object.
type EventRecorder struct {
	post      func(send func(*apiserver.Caller))
	now       func() metav1.Time
	component string
	sent      map[repetition]apiserver.Key
	count     uint64
}

// repetition is what must be equal for two events to be one.
type repetition struct {
	uid                   types.UID
	kind, reason, message string
}

// NewEventRecorder returns a recorder for a component such as "job-controller". Post carries out each request; it may
// leave it out.
func NewEventRecorder(component string, now func() metav1.Time, post func(send func(*apiserver.Caller))) *EventRecorder {
	return &EventRecorder{post: post, now: now, component: component, sent: map[repetition]apiserver.Key{}}
}

var _ record.EventRecorder = (*EventRecorder)(nil)

// Event records an event about an object.
func (r *EventRecorder) Event(object runtime.Object, kind, reason, message string) {
	r.record(object, nil, kind, reason, message)
}

// Eventf is Event with a format.
func (r *EventRecorder) Eventf(object runtime.Object, kind, reason, format string, args ...any) {
	r.record(object, nil, kind, reason, fmt.Sprintf(format, args...))
}

// AnnotatedEventf is Eventf with annotations.
func (r *EventRecorder) AnnotatedEventf(object runtime.Object, annotations map[string]string,
	kind, reason, format string, args ...any) {
	r.record(object, annotations, kind, reason, fmt.Sprintf(format, args...))
}

func (r *EventRecorder) record(object runtime.Object, annotations map[string]string, kind, reason, message string) {
	about, ok := object.(apiserver.Object)
	if !ok {
		return
	}
	r.post(func(caller *apiserver.Caller) { r.send(caller, about, annotations, kind, reason, message) })
}

func (r *EventRecorder) send(caller *apiserver.Caller, about apiserver.Object, annotations map[string]string,
	kind, reason, message string) {
	key := repetition{uid: about.GetUID(), kind: kind, reason: reason, message: message}
	if k, ok := r.sent[key]; ok && r.repeat(caller, k) {
		return
	}
	stored, err := caller.Create(r.newEvent(caller, about, annotations, kind, reason, message))
	if err == nil {
		r.sent[key] = apiserver.KeyOf(stored)
	}
}

// repeat counts an event that has been recorded before.
func (r *EventRecorder) repeat(caller *apiserver.Caller, k apiserver.Key) bool {
	old, err := caller.Get(k)
	if err != nil {
		return false
	}
	e := *old.(*corev1.Event)
	e.Count++
	e.LastTimestamp = r.now()
	_, err = caller.Update(&e)
	return err == nil
}

// freeName makes a name as a real recorder does, which appends the nanosecond. A counter keeps events of one instant
// apart, and a look at the server those of a recorder that an instance had before it crashed.
func (r *EventRecorder) freeName(caller *apiserver.Caller, about apiserver.Object, namespace string, now metav1.Time) string {
	for {
		r.count++
		name := about.GetName() + "." + strconv.FormatUint(uint64(now.UnixNano())+r.count, 16)
		if !caller.Exists(apiserver.Key{Resource: apiserver.Events, Namespace: namespace, Name: name}) {
			return name
		}
	}
}

func (r *EventRecorder) newEvent(caller *apiserver.Caller, about apiserver.Object, annotations map[string]string,
	kind, reason, message string) *corev1.Event {
	ref := corev1.ObjectReference{
		Namespace: about.GetNamespace(), Name: about.GetName(), UID: about.GetUID(), ResourceVersion: about.GetResourceVersion(),
	}
	if _, ok := about.(*batchv1.Job); ok { // what nearly all are about, without asking the scheme
		ref.APIVersion, ref.Kind = "batch/v1", "Job"
	} else if gvk, err := kindOf(about.(runtime.Object)); err == nil {
		ref.APIVersion, ref.Kind = gvk.ToAPIVersionAndKind()
	}
	namespace := about.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	now := r.now()
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Name:        r.freeName(caller, about, namespace, now),
			Namespace:   namespace,
			Annotations: annotations,
		},
		InvolvedObject: ref, Reason: reason, Message: message, Type: kind,
		FirstTimestamp: now, LastTimestamp: now, Count: 1,
		Source: corev1.EventSource{Component: r.component}, ReportingController: r.component,
	}
}
