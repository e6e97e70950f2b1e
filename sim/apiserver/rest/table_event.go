package rest

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
)

var eventPrinter = printer{
	columns: []metav1.TableColumnDefinition{
		column("Last Seen", corev1.Event{}.SwaggerDoc()["lastTimestamp"]),
		column("Type", corev1.Event{}.SwaggerDoc()["type"]),
		column("Reason", corev1.Event{}.SwaggerDoc()["reason"]),
		column("Object", corev1.Event{}.SwaggerDoc()["involvedObject"]),
		wide("Subobject", corev1.ObjectReference{}.SwaggerDoc()["fieldPath"]),
		wide("Source", corev1.Event{}.SwaggerDoc()["source"]),
		column("Message", corev1.Event{}.SwaggerDoc()["message"]),
		wide("First Seen", corev1.Event{}.SwaggerDoc()["firstTimestamp"]),
		wide("Count", corev1.Event{}.SwaggerDoc()["count"]),
		{Name: "Name", Type: "string", Format: "name", Description: metaDoc["name"], Priority: 1},
	},
	cells: func(o apiserver.Object, now time.Time) []any {
		e := o.(*corev1.Event)
		first, last, count := eventOccurrences(e)
		return []any{age(last, now), e.Type, e.Reason, eventObject(e), e.InvolvedObject.FieldPath, eventSource(e),
			strings.TrimSpace(e.Message), age(first, now), int64(count), e.Name}
	},
}

// eventOccurrences tells when and how often an event was seen, whether it was written by the old recorder, which sets
// the timestamps and the count, or by the new one, which sets the event time and the series.
func eventOccurrences(e *corev1.Event) (first, last time.Time, count int32) {
	first, last, count = e.FirstTimestamp.Time, e.LastTimestamp.Time, e.Count
	if first.IsZero() {
		first = e.EventTime.Time
	}
	if last.IsZero() {
		last = first
	}
	switch {
	case e.Series != nil:
		last, count = e.Series.LastObservedTime.Time, e.Series.Count
	case count == 0:
		count = 1
	}
	return first, last, count
}

func eventObject(e *corev1.Event) string {
	kind := strings.ToLower(e.InvolvedObject.Kind)
	if e.InvolvedObject.Name == "" {
		return kind
	}
	return kind + "/" + e.InvolvedObject.Name
}

func eventSource(e *corev1.Event) string {
	component, instance := orElse(e.Source.Component, e.ReportingController), orElse(e.Source.Host, e.ReportingInstance)
	if instance == "" {
		return component
	}
	return component + ", " + instance
}
