package kubectl

import (
	"fmt"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// podTable is the table of pods that a real API server computes for kubectl.
func podTable(pods []*corev1.Pod, now time.Time) *metav1.Table {
	table := &metav1.Table{ColumnDefinitions: columns("Name", "Ready", "Status", "Restarts", "Age")}
	for _, pod := range pods {
		summary := summarize(pod)
		table.Rows = append(table.Rows, row(pod,
			pod.Name, fmt.Sprintf("%d/%d", summary.ready, summary.containers), summary.status,
			summary.restarts.cell(now), age(now, pod.CreationTimestamp)))
	}
	return table
}

// restarts are those of some containers together. They are restarts in place; a Job's replacement pods start
// at zero.
type restarts struct {
	count int
	last  metav1.Time // when the latest of the ended runs finished, zero if no ended run is on record
}

func (r *restarts) add(container *corev1.ContainerStatus) {
	r.count += int(container.RestartCount)
	if ended := container.LastTerminationState.Terminated; ended != nil && r.last.Before(&ended.FinishedAt) {
		r.last = ended.FinishedAt
	}
}

// cell is "3 (10s ago)", or a bare number if there was no restart or no record of one.
func (r *restarts) cell(now time.Time) string {
	if r.count == 0 || r.last.IsZero() {
		return strconv.Itoa(r.count)
	}
	return fmt.Sprintf("%d (%s ago)", r.count, age(now, r.last))
}
