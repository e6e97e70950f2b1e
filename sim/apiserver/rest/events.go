package rest

import (
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// eventTranslation: events are stored as those of v1, to which old recorders write; the new recorder of client-go, which
// controller-runtime's managers use too, writes to events.k8s.io/v1.
var eventTranslation = translation{
	toStored: func(o apiserver.Object) apiserver.Object { return coreEvent(o.(*eventsv1.Event)) },
	toServed: func(o apiserver.Object) apiserver.Object { return newEvent(o.(*corev1.Event)) },
	stored:   corev1.SchemeGroupVersion.WithKind("Event"),
	names: map[string]string{
		"regarding": "involvedObject", "note": "message", "reportingController": "reportingComponent",
		"deprecatedSource": "source", "deprecatedFirstTimestamp": "firstTimestamp",
		"deprecatedLastTimestamp": "lastTimestamp", "deprecatedCount": "count",
	},
	check: func(o, old apiserver.Object) field.ErrorList {
		if old == nil {
			return core.ValidateNewEvent(o.(*corev1.Event))
		}
		return core.ValidateNewEventUpdate(o.(*corev1.Event), old.(*corev1.Event))
	},
}

func coreEvent(e *eventsv1.Event) *corev1.Event {
	stored := &corev1.Event{
		ObjectMeta: e.ObjectMeta, EventTime: e.EventTime, ReportingController: e.ReportingController,
		ReportingInstance: e.ReportingInstance, Action: e.Action, Reason: e.Reason, InvolvedObject: e.Regarding,
		Related: e.Related, Message: e.Note, Type: e.Type, Source: e.DeprecatedSource,
		FirstTimestamp: e.DeprecatedFirstTimestamp, LastTimestamp: e.DeprecatedLastTimestamp, Count: e.DeprecatedCount,
	}
	if e.Series != nil {
		stored.Series = &corev1.EventSeries{Count: e.Series.Count, LastObservedTime: e.Series.LastObservedTime}
	}
	return stored
}

func newEvent(e *corev1.Event) *eventsv1.Event {
	served := &eventsv1.Event{
		ObjectMeta: e.ObjectMeta, EventTime: e.EventTime, ReportingController: e.ReportingController,
		ReportingInstance: e.ReportingInstance, Action: e.Action, Reason: e.Reason, Regarding: e.InvolvedObject,
		Related: e.Related, Note: e.Message, Type: e.Type, DeprecatedSource: e.Source,
		DeprecatedFirstTimestamp: e.FirstTimestamp, DeprecatedLastTimestamp: e.LastTimestamp, DeprecatedCount: e.Count,
	}
	if e.Series != nil {
		served.Series = &eventsv1.EventSeries{Count: e.Series.Count, LastObservedTime: e.Series.LastObservedTime}
	}
	return served
}
