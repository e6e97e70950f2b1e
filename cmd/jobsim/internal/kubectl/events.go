package kubectl

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubectl/pkg/describe"
)

// eventsAbout are the events whose involved object is this Job: the same name and kind are not enough, because
// a Job of the same name may have been there before.
func eventsAbout(job *batchv1.Job, events []*corev1.Event) *corev1.EventList {
	list := &corev1.EventList{}
	for _, event := range events {
		object := event.InvolvedObject
		if object.Kind == "Job" && object.Namespace == job.Namespace && object.Name == job.Name &&
			(job.UID == "" || object.UID == job.UID) {
			list.Items = append(list.Items, *event)
		}
	}
	return list
}

// writeEvents writes the table of events that ends a description. Layout, order and wording are kubectl's.
func writeEvents(w io.Writer, list *corev1.EventList, now time.Time) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0) // as kubectl sets up the writer of its descriptions
	aged := &virtualAges{PrefixWriter: describe.NewPrefixWriter(table), now: now, list: list}
	describe.DescribeEvents(list, aged)
	if aged.rows != len(list.Items) {
		return fmt.Errorf("events: expected kubectl to write %d rows of %d cells, saw %d",
			len(list.Items), eventCells, aged.rows)
	}
	return table.Flush()
}

const (
	eventCells = 5 // Type, Reason, Age, From, Message
	ageCell    = 2
)

// virtualAges stands between kubectl's event table and its writer. kubectl hands over each row as separate
// cells with an Age taken from the wall clock; that cell is replaced before it can reach the output.
// DescribeEvents sorts the list in place before it writes, so row n is about the list's item n.
type virtualAges struct {
	describe.PrefixWriter
	now  time.Time
	list *corev1.EventList
	rows int
}

// Write passes text through, and rows with their virtual age.
func (v *virtualAges) Write(level int, format string, cells ...any) {
	if len(cells) == eventCells && v.rows < len(v.list.Items) {
		cells = slices.Clone(cells)
		cells[ageCell] = eventAge(v.now, &v.list.Items[v.rows])
		v.rows++
	}
	v.PrefixWriter.Write(level, format, cells...)
}

// eventAge is the Age of an event: since it was seen, and for a repeated one since it was last and first seen.
// Both generations of the events API occur: EventTime and Series, or FirstTimestamp, LastTimestamp and Count.
func eventAge(now time.Time, event *corev1.Event) string {
	first := age(now, metav1.Time{Time: event.EventTime.Time})
	if event.EventTime.IsZero() {
		first = age(now, event.FirstTimestamp)
	}
	if series := event.Series; series != nil {
		last := age(now, metav1.Time{Time: series.LastObservedTime.Time})
		return repeated(last, series.Count, first)
	}
	if event.Count > 1 {
		return repeated(age(now, event.LastTimestamp), event.Count, first)
	}
	return first
}

func repeated(last string, count int32, first string) string {
	return fmt.Sprintf("%s (x%d over %s)", last, count, first)
}
