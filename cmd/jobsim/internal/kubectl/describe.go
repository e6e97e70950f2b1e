package kubectl

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubectl/pkg/describe"
)

// Describe writes what `kubectl describe job` prints for the Job at the virtual time now. Of the events it
// shows those about this Job, like the field selector that kubectl sends, in the order in which kubectl sorts
// them. Pods are not needed: kubectl takes their counts from the Job's status.
func Describe(w io.Writer, job *batchv1.Job, events []*corev1.Event, now time.Time) error {
	if job == nil {
		return errors.New("describe job: expected a Job, got nil")
	}
	about := eventsAbout(job, events)
	// With an empty list kubectl aligns "Events: <none>" with the lines above it, so that line must be written
	// together with them; with a nil list it leaves the section out, and the table follows with our ages.
	inBody := about
	if len(about.Items) > 0 {
		inBody = nil
	}
	body, err := describe.DefaultObjectDescriber.DescribeObject(printable(job), inBody)
	if err != nil {
		return fmt.Errorf("describe job %s/%s: %w", job.Namespace, job.Name, err)
	}
	out := bytes.NewBufferString(body)
	if len(about.Items) > 0 {
		if err := writeEvents(out, about, now); err != nil {
			return fmt.Errorf("describe job %s/%s: %w", job.Namespace, job.Name, err)
		}
	}
	_, err = w.Write(out.Bytes())
	return err
}

// printable is a copy of the Job for kubectl's describer, which sorts tolerations in place and prints times in
// the zone that they carry: the output must not depend on the zone of the machine that decoded the object.
func printable(job *batchv1.Job) *batchv1.Job {
	job = job.DeepCopy()
	for _, t := range []*metav1.Time{job.Status.StartTime, job.Status.CompletionTime} {
		if t != nil {
			t.Time = t.UTC()
		}
	}
	return job
}
