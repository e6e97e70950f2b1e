package rest

import (
	"fmt"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
)

var podPrinter = printer{
	columns: []metav1.TableColumnDefinition{
		nameColumn,
		column("Ready", "How many of the containers are ready."),
		column("Status", "The state of the containers in a word."),
		column("Restarts", "How often containers have been restarted, and when the last one was."),
		ageColumn,
		wide("IP", corev1.PodStatus{}.SwaggerDoc()["podIP"]),
		wide("Node", corev1.PodSpec{}.SwaggerDoc()["nodeName"]),
		wide("Nominated Node", corev1.PodStatus{}.SwaggerDoc()["nominatedNodeName"]),
		wide("Readiness Gates", corev1.PodSpec{}.SwaggerDoc()["readinessGates"]),
	},
	cells: func(o apiserver.Object, now time.Time) []any {
		pod := o.(*corev1.Pod)
		s := podSummaryOf(pod)
		return []any{pod.Name, fmt.Sprintf("%d/%d", s.ready, s.containers), s.status, s.restarts.text(now),
			age(pod.CreationTimestamp.Time, now), orElse(podIP(pod), "<none>"), orElse(pod.Spec.NodeName, "<none>"),
			orElse(pod.Status.NominatedNodeName, "<none>"), readinessGates(pod)}
	},
	conditions: func(o apiserver.Object) []metav1.TableRowCondition {
		phase := o.(*corev1.Pod).Status.Phase
		switch phase {
		case corev1.PodSucceeded:
			return completedRow(phase, "The pod has completed successfully.")
		case corev1.PodFailed:
			return completedRow(phase, "The pod failed.")
		}
		return nil
	},
}

func completedRow(phase corev1.PodPhase, message string) []metav1.TableRowCondition {
	return []metav1.TableRowCondition{{
		Type: metav1.RowCompleted, Status: metav1.ConditionTrue, Reason: string(phase), Message: message,
	}}
}

func podIP(pod *corev1.Pod) string {
	if pod.Status.PodIP == "" && len(pod.Status.PodIPs) > 0 {
		return pod.Status.PodIPs[0].IP
	}
	return pod.Status.PodIP
}

func readinessGates(pod *corev1.Pod) string {
	gates := pod.Spec.ReadinessGates
	if len(gates) == 0 {
		return "<none>"
	}
	open := 0
	for _, gate := range gates {
		if hasPodCondition(pod, gate.ConditionType) {
			open++
		}
	}
	return fmt.Sprintf("%d/%d", open, len(gates))
}

func hasPodCondition(pod *corev1.Pod, of corev1.PodConditionType) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == of {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// restarts counts the restarts of containers and keeps the end of the last run before one.
type restarts struct {
	count int
	last  metav1.Time
}

func (r *restarts) add(s *corev1.ContainerStatus) {
	r.count += int(s.RestartCount)
	if ended := s.LastTerminationState.Terminated; ended != nil && r.last.Before(&ended.FinishedAt) {
		r.last = ended.FinishedAt
	}
}

func (r *restarts) text(now time.Time) string {
	if r.count == 0 || r.last.IsZero() {
		return strconv.Itoa(r.count)
	}
	return fmt.Sprintf("%d (%s ago)", r.count, age(r.last.Time, now))
}
