package kubectl_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubectl/pkg/describe"

	"github.com/jobsim/jobsim/cmd/jobsim/internal/kubectl"
)

// eventSection is the table alone, as Describe prints it at now.
func eventSection(t *testing.T, events []*corev1.Event, now time.Time) string {
	t.Helper()
	out := &bytes.Buffer{}
	gomega.NewWithT(t).Expect(kubectl.Describe(out, retriedJob(), events, now)).To(gomega.Succeed())
	_, section, found := strings.Cut(out.String(), "\nEvents:")
	if !found {
		t.Fatalf("expected a section of events, saw\n%s", out)
	}
	return section
}

// assortedEvents has one event of each kind that the Age column tells apart, all seen before one hour.
func assortedEvents() []*corev1.Event {
	repeated := jobEvent(time.Minute, "FailedCreate", "quota exceeded")
	repeated.Type, repeated.Count, repeated.LastTimestamp = corev1.EventTypeWarning, 7, at(50*time.Minute)

	newStyle := jobEvent(0, "Suspended", "Job suspended")
	newStyle.FirstTimestamp, newStyle.LastTimestamp, newStyle.Count = metav1.Time{}, metav1.Time{}, 0
	newStyle.Source = corev1.EventSource{} // From is then the reporting controller
	newStyle.EventTime = metav1.NewMicroTime(start.Add(90*time.Second + 250*time.Millisecond))

	series := newStyle.DeepCopy()
	series.Reason, series.Message = "BackoffLimitExceeded", "  surrounded by space\n"
	series.Series = &corev1.EventSeries{Count: 3, LastObservedTime: metav1.NewMicroTime(start.Add(59 * time.Minute))}

	timeless := jobEvent(0, "Odd", "no time at all")
	timeless.FirstTimestamp, timeless.LastTimestamp = metav1.Time{}, metav1.Time{}
	timeless.InvolvedObject.FieldPath = "spec.template"

	early := jobEvent(10*time.Second, "SuccessfulCreate", "Created pod: pi-4hx7k")
	return []*corev1.Event{repeated, newStyle, series, timeless, early}
}

// Rows are sorted by lastTimestamp, so those without one come first, in the order given.
func TestEventAges(t *testing.T) {
	gomega.NewWithT(t).Expect(eventSection(t, assortedEvents(), start.Add(time.Hour))).To(gomega.Equal(`
  Type     Reason                Age                From            Message
  ----     ------                ----               ----            -------
  Normal   Suspended             58m                job-controller  Job suspended
  Normal   BackoffLimitExceeded  60s (x3 over 58m)  job-controller  surrounded by space
  Normal   Odd                   <unknown>          job-controller  spec.template: no time at all
  Normal   SuccessfulCreate      59m                job-controller  Created pod: pi-4hx7k
  Warning  FailedCreate          10m (x7 over 59m)  job-controller  quota exceeded
`))
}

// In a synctest bubble the wall clock is virtual, so kubectl on its own gets the ages right there: it must then
// print what we print outside, byte for byte, whatever the events are.
func TestDescribeAgreesWithKubectl(t *testing.T) {
	for _, at := range []time.Duration{time.Hour, 26 * time.Hour, 400 * 24 * time.Hour} {
		for name, events := range map[string][]*corev1.Event{
			"assorted": assortedEvents(), "plain": retriedJobEvents(), "none": nil, "a storm": stormOfEvents(),
		} {
			t.Run(fmt.Sprintf("%s after %v", name, at), func(t *testing.T) {
				ours := &bytes.Buffer{}
				gomega.NewWithT(t).Expect(
					kubectl.Describe(ours, retriedJob(), events, start.Add(at))).To(gomega.Succeed())
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(at) // no waiting: the bubble's clock jumps
					gomega.NewWithT(t).Expect(describeWithKubectl(t, retriedJob(), events)).To(
						gomega.Equal(ours.String()))
				})
			})
		}
	}
}

// stormOfEvents has so many events at one instant that kubectl's sort no longer keeps them in order.
func stormOfEvents() []*corev1.Event {
	var events []*corev1.Event
	for i := range 40 {
		second := time.Duration((40-i)/13) * time.Second
		events = append(events, jobEvent(second, "SuccessfulCreate", fmt.Sprintf("Created pod: pi-%d", i)))
	}
	return events
}

func describeWithKubectl(t *testing.T, job *batchv1.Job, events []*corev1.Event) string {
	t.Helper()
	list := &corev1.EventList{}
	for _, event := range events {
		list.Items = append(list.Items, *event)
	}
	text, err := describe.DefaultObjectDescriber.DescribeObject(job, list)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred(), "kubectl's own describer")
	return text
}

// The events of the Job's pods, of another Job and of an earlier Job of this name are somebody else's.
func TestEventsOfOthersAreLeftOut(t *testing.T) {
	for name, change := range map[string]func(*corev1.ObjectReference){
		"a pod":             func(o *corev1.ObjectReference) { o.Kind = "Pod" },
		"another Job":       func(o *corev1.ObjectReference) { o.Name = "e" },
		"another namespace": func(o *corev1.ObjectReference) { o.Namespace = "batch" },
		"an earlier Job":    func(o *corev1.ObjectReference) { o.UID = "uid-0" },
	} {
		t.Run(name, func(t *testing.T) {
			event := jobEvent(0, "SuccessfulCreate", "Created pod: pi-4hx7k")
			change(&event.InvolvedObject)
			gomega.NewWithT(t).Expect(eventSection(t, []*corev1.Event{event}, start)).To(
				gomega.Equal("            <none>\n"))
		})
	}
}
