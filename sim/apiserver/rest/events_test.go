package rest

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applyeventsv1 "k8s.io/client-go/applyconfigurations/events/v1"
	"pgregory.net/rapid"
)

var eventTime = metav1.NewMicroTime(time.Date(2025, 1, 1, 0, 0, 7, 123000, time.UTC))

// started is an event as the new recorder writes it.
func started(name string) *eventsv1.Event {
	return &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}, EventTime: eventTime,
		ReportingController: "example.com/controller", ReportingInstance: "controller-0", Action: "Creating", Reason: "SuccessfulCreate",
		Regarding: corev1.ObjectReference{Kind: "Job", Namespace: "default", Name: "pi"}, Note: "Created pod: pi-1", Type: "Normal",
	}
}

func TestOneEventInTwoVersions(t *testing.T) {
	for _, contentType := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		t.Run(contentType, func(t *testing.T) {
			c := newCluster(t)
			client := c.client(contentType)
			news, olds := client.EventsV1().Events("default"), client.CoreV1().Events("default")
			w, err := news.Watch(t.Context(), metav1.ListOptions{ResourceVersion: "0"})
			c.Expect(err).NotTo(HaveOccurred())
			made, err := news.Create(t.Context(), started("e"), metav1.CreateOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(made.Note).To(Equal("Created pod: pi-1"))

			old, err := olds.Get(t.Context(), "e", metav1.GetOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(old.Message).To(Equal("Created pod: pi-1"))
			c.Expect(old.InvolvedObject.Name).To(Equal("pi"))
			c.Expect(old.EventTime.UTC()).To(Equal(eventTime.UTC()))
			c.Expect(old.ReportingController).To(Equal("example.com/controller"))
			again, err := news.Get(t.Context(), "e", metav1.GetOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(again).To(Equal(made), "in the other version meanwhile, and not from its encoding")

			c.queue.AdvanceTo(time.Second)
			c.Eventually(w.ResultChan()).Should(Receive(HaveField("Object", HaveField("Note", "Created pod: pi-1"))))
			w.Stop()
			list, err := news.List(t.Context(), metav1.ListOptions{FieldSelector: "regarding.name=pi,reportingController=example.com/controller"})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(list.Items).To(HaveLen(1))
			list, err = news.List(t.Context(), metav1.ListOptions{FieldSelector: "regarding.name=other"})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(list.Items).To(BeEmpty())
		})
	}
}

// The recorder patches the series of an event that happens again.
func TestPatchesOfEventsAreTranslated(t *testing.T) {
	series := `{"count": 2, "lastObservedTime": "2025-01-01T00:00:09.000000Z"}`
	for kind, patch := range map[types.PatchType]string{
		types.StrategicMergePatchType: `{"series": ` + series + `, "note": "Created pod: pi-1"}`,
		types.MergePatchType:          `{"series": ` + series + `}`,
		types.JSONPatchType:           `[{"op": "test", "path": "/regarding/name", "value": "pi"}, {"op": "add", "path": "/series", "value": ` + series + `}]`,
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newCluster(t)
			news := c.client(runtime.ContentTypeJSON).EventsV1().Events("default")
			_, err := news.Create(t.Context(), started("e"), metav1.CreateOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			e, err := news.Patch(t.Context(), "e", kind, []byte(patch), metav1.PatchOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(e.Series.Count).To(BeEquivalentTo(2))
			_, err = news.Patch(t.Context(), "e", types.MergePatchType, []byte(`{"note": "something else"}`), metav1.PatchOptions{})
			c.Expect(err).To(MatchError(ContainSubstring("message: Invalid value: \"something else\": field is immutable")))
			_, err = news.Patch(t.Context(), "e", kind, []byte(`"rubbish"`), metav1.PatchOptions{})
			c.Expect(apierrors.IsBadRequest(err)).To(BeTrue(), "%v", err)
		})
	}
}

func TestEventsAreApplied(t *testing.T) {
	c := newCluster(t)
	news := c.client(runtime.ContentTypeJSON).EventsV1().Events("default")
	e := applyeventsv1.Event("e", "default").WithEventTime(eventTime).WithReportingController("example.com/controller").
		WithReportingInstance("controller-0").WithAction("Creating").WithReason("SuccessfulCreate").WithType("Normal").WithNote("Created")
	e.WithRegarding(applycorev1.ObjectReference().WithKind("Job").WithNamespace("default").WithName("pi"))
	made, err := news.Apply(t.Context(), e, metav1.ApplyOptions{FieldManager: "tester"})
	c.Expect(err).NotTo(HaveOccurred())
	c.Expect(made.Note).To(Equal("Created"))
	c.Expect(made.Regarding.Name).To(Equal("pi"))
}

func TestRefusedEvents(t *testing.T) {
	c := newCluster(t)
	client := c.client(runtime.ContentTypeJSON)
	for why, spoil := range map[string]func(e *eventsv1.Event){
		"eventTime: Required value":                        func(e *eventsv1.Event) { e.EventTime = metav1.MicroTime{} },
		"type: Invalid value":                              func(e *eventsv1.Event) { e.Type = "Bad" },
		"reportingInstance: Required value":                func(e *eventsv1.Event) { e.ReportingInstance = "" },
		"action: Required value":                           func(e *eventsv1.Event) { e.Action = "" },
		"message: Invalid value":                           func(e *eventsv1.Event) { e.Note = fmt.Sprintf("%1025d", 0) },
		"count: Invalid value":                             func(e *eventsv1.Event) { e.DeprecatedCount = 1 },
		"source: Invalid value":                            func(e *eventsv1.Event) { e.DeprecatedSource.Component = "x" },
		"firstTimestamp: Invalid value":                    func(e *eventsv1.Event) { e.DeprecatedFirstTimestamp = metav1.Now() },
		"series.count: Invalid value":                      func(e *eventsv1.Event) { e.Series = &eventsv1.EventSeries{Count: 1, LastObservedTime: eventTime} },
		"series.lastObservedTime: Required value":          func(e *eventsv1.Event) { e.Series = &eventsv1.EventSeries{Count: 2} },
		"reportingComponent: Invalid value: \"a b\": name": func(e *eventsv1.Event) { e.ReportingController = "a b" },
	} {
		e := started("e")
		spoil(e)
		_, err := client.EventsV1().Events("default").Create(t.Context(), e, metav1.CreateOptions{})
		c.Expect(apierrors.IsInvalid(err)).To(BeTrue(), "%s: %v", why, err)
		c.Expect(err).To(MatchError(ContainSubstring(why)))
	}
	// The old version takes what the new one calls deprecated, and no event time.
	_, err := client.CoreV1().Events("default").Create(t.Context(), &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Name: "old"}, Count: 1, Type: "Whatever",
		InvolvedObject: corev1.ObjectReference{Namespace: "default"},
	}, metav1.CreateOptions{})
	c.Expect(err).NotTo(HaveOccurred())
}

func TestTranslationLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewWithT(t)
		text := func(label string) string { return rapid.StringN(0, 3, 9).Draw(t, label) }
		e := &eventsv1.Event{
			ObjectMeta: metav1.ObjectMeta{Name: text("name")}, EventTime: eventTime, ReportingController: text("controller"),
			ReportingInstance: text("instance"), Action: text("action"), Reason: text("reason"), Note: text("note"), Type: text("type"),
			Regarding: corev1.ObjectReference{Name: text("regarding")}, Related: &corev1.ObjectReference{Name: text("related")},
			DeprecatedSource: corev1.EventSource{Host: text("host")}, DeprecatedFirstTimestamp: metav1.Unix(1, 0),
			DeprecatedLastTimestamp: metav1.Unix(2, 0), DeprecatedCount: rapid.Int32().Draw(t, "count"),
		}
		if rapid.Bool().Draw(t, "series") {
			e.Series = &eventsv1.EventSeries{Count: 3, LastObservedTime: eventTime}
		}
		g.Expect(newEvent(coreEvent(e))).To(Equal(e))
	})
}
