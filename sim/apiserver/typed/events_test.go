package typed

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// recorderOf is a recorder whose requests are served at once.
func recorderOf(c *cluster) *EventRecorder {
	now := func() metav1.Time { return metav1.NewTime(c.queue.Time().Truncate(time.Second)) }
	return NewEventRecorder("job-controller", now, func(send func(*apiserver.Caller)) { send(c.server.For("controller", 1)) })
}

func (c *cluster) events() []corev1.Event {
	var list corev1.EventList
	c.Expect(c.live.List(background(), &list)).To(gomega.Succeed())
	return list.Items
}

func TestEventsAreCounted(t *testing.T) {
	c := newCluster(t)
	r := recorderOf(c)
	job := create(c, newJob("pi"))
	r.Event(job, "Normal", "SuccessfulCreate", "Created pod: pi-1")
	c.queue.AdvanceTo(90*time.Second + time.Millisecond)
	r.Eventf(job, "Normal", "SuccessfulCreate", "Created pod: %s", "pi-1")
	r.Eventf(job, "Normal", "SuccessfulCreate", "Created pod: %s", "pi-2")
	r.AnnotatedEventf(job, map[string]string{"a": "b"}, "Warning", "Failed", "twice in %d s", 3)
	events := c.events()
	c.Expect(events).To(gomega.HaveLen(3))
	first := events[0]
	c.Expect(first.Count).To(gomega.Equal(int32(2)))
	c.Expect(first.FirstTimestamp.Unix()).To(gomega.Equal(c.queue.Time().Unix() - 90))
	c.Expect(first.LastTimestamp.Unix()).To(gomega.Equal(c.queue.Time().Unix()))
	c.Expect(first.LastTimestamp.Nanosecond()).To(gomega.BeZero(), "TIME-0")
	c.Expect(first.Name).To(gomega.MatchRegexp(`^pi\.[0-9a-f]+$`))
	c.Expect(first.Source.Component).To(gomega.Equal("job-controller"))
	c.Expect(first.InvolvedObject).To(gomega.Equal(corev1.ObjectReference{
		APIVersion: "batch/v1", Kind: "Job", Namespace: "default", Name: "pi", UID: job.UID, ResourceVersion: job.ResourceVersion,
	}))
	c.Expect(events[2].Annotations).To(gomega.Equal(map[string]string{"a": "b"}))
	c.Expect(events[2].Type + " " + events[2].Message).To(gomega.Equal("Warning twice in 3 s"))
}

// Somebody has deleted the event that would be counted.
func TestEventsThatAreGoneAreMadeAnew(t *testing.T) {
	c := newCluster(t)
	r := recorderOf(c)
	job := create(c, newJob("pi"))
	r.Event(job, "Normal", "Suspended", "Job suspended")
	e := c.events()[0]
	c.Expect(c.live.Delete(background(), &e)).To(gomega.Succeed())
	r.Event(job, "Normal", "Suspended", "Job suspended")
	c.Expect(c.events()).To(gomega.HaveLen(1))
	c.Expect(c.events()[0].Count).To(gomega.Equal(int32(1)))
	c.Expect(c.events()[0].Name).NotTo(gomega.Equal(e.Name))
}

func TestEventsOfWhatHasNoNamespace(t *testing.T) {
	c := newCluster(t)
	r := recorderOf(c)
	r.Event(create(c, newNode("n")), "Normal", "Ready", "is ready")
	c.Expect(c.events()).To(gomega.HaveLen(1))
	c.Expect(c.events()[0].Namespace).To(gomega.Equal("default"))
	r.Event(&metav1.Status{}, "Normal", "What", "has no metadata")
	c.Expect(c.events()).To(gomega.HaveLen(1))
}

// An event that cannot be sent is lost, and is not taken for a repetition later.
func TestEventsThatAreRefused(t *testing.T) {
	c := newCluster(t)
	r := recorderOf(c)
	job := create(c, newJob("pi"))
	nameless := job.DeepCopy()
	nameless.Name = "No_Name"
	r.Event(nameless, "Normal", "Suspended", "Job suspended")
	c.Expect(c.events()).To(gomega.BeEmpty())
	r.Event(job, "Normal", "Suspended", "Job suspended")
	c.Expect(c.events()).To(gomega.HaveLen(1))
	c.Expect(c.events()[0].Count).To(gomega.Equal(int32(1)))
}

// An instance that crashes and starts again within a second has a recorder that knows nothing of the first one's names.
func TestEventsOfTwoRecordersOfOneInstant(t *testing.T) {
	c := newCluster(t)
	job := create(c, newJob("pi"))
	recorderOf(c).Event(job, "Normal", "SuccessfulCreate", "Created pod: pi-1")
	recorderOf(c).Event(job, "Normal", "SuccessfulCreate", "Created pod: pi-2")
	c.Expect(c.events()).To(gomega.HaveLen(2))
}
