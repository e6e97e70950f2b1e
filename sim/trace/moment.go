package trace

import (
	"fmt"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// moment is something that lanes cannot show: what somebody decided, and what went wrong.
type moment struct {
	at   time.Duration
	text string
	// each is how to say it for several at once, such as "controller deletes %d pods"; empty when it stands alone.
	each  string
	count int
}

// moment adds an entry to the moments if it is one.
func (h *historian) moment(e *Entry) {
	m := moment{at: e.At, count: 1}
	switch e.Kind {
	case Call:
		m.text, m.each = h.callMoment(e)
	case Removed:
		if e.Resource == "jobs" {
			m.text = h.narrator.sentence(e)
		}
	case Container:
		if p := h.pods[objectID{"pods", e.Namespace, e.Name}]; e.Verb == "pull-failed" && p != nil && !p.pullFailed {
			p.pullFailed = true
			m.text = h.narrator.sentence(e)
		}
	case Node, Fault:
		m.text = h.narrator.sentence(e)
	case Instance:
		if e.Verb != "stop" && e.Verb != "sync" && (e.Verb != "start" || h.controller.starts > 1) {
			m.text = h.narrator.sentence(e)
		}
	}
	if m.text != "" {
		h.visible(e.At)
		h.addMoment(m)
	}
}

// addMoment counts what several pods have in common at one instant.
func (h *historian) addMoment(m moment) {
	for i := len(h.moments) - 1; i >= 0 && h.moments[i].at == m.at; i-- {
		if last := &h.moments[i]; m.each != "" && last.each == m.each {
			last.count++
			return
		}
	}
	h.moments = append(h.moments, m)
}

func (m *moment) String() string {
	if m.count > 1 {
		return fmt.Sprintf(m.each, m.count)
	}
	return m.text
}

// callMoment is the sentence for an API call that is worth one.
func (h *historian) callMoment(e *Entry) (text, each string) {
	escaped := strings.ReplaceAll(actor(e), "%", "%%")
	switch {
	case e.Status != nil && isRead(e.Verb), e.Resource == "events":
		return "", ""
	case e.Status != nil:
		kind := strings.ReplaceAll(plain(e.Verb+" "+e.Resource), "%", "%%")
		return h.narrator.sentence(e), escaped + " is refused %d times: " + kind
	case e.Lost && !isRead(e.Verb):
		return h.narrator.sentence(e), ""
	case !e.stored():
		return "", ""
	}
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		return h.jobMoment(e, obj), ""
	case *corev1.Node:
		if _, known := h.narrator.before[e.object()]; known && len(h.narrator.changes(e)) > 0 {
			return h.narrator.sentence(e), ""
		}
	case *corev1.Pod:
		return h.podMoment(e, obj, escaped)
	}
	return "", ""
}

func isRead(verb string) bool { return verb == "get" || verb == "list" || verb == "watch" }

// jobMoment tells of what users do, and of what a Job has come to.
func (h *historian) jobMoment(e *Entry, job *batchv1.Job) string {
	switch {
	case e.Verb == "create":
		return actor(e) + " creates " + h.narrator.thing(e) // the outline is above the picture
	case e.Subresource != "status" && e.Verb != "delete" && len(h.narrator.changes(e)) == 0:
		return ""
	case e.Subresource != "status":
		return h.narrator.sentence(e)
	}
	old := &batchv1.JobStatus{}
	if before, ok := h.narrator.before[e.object()].(*batchv1.Job); ok {
		old = &before.Status
	}
	changed, _ := conditionDiff(old.Conditions, job.Status.Conditions)
	var parts []string
	for _, c := range changed {
		why := because(c.Reason, c.Message)
		for _, before := range old.Conditions {
			if before.Type != c.Type && before.Reason == c.Reason && before.Message == c.Message {
				why = "" // has been told
			}
		}
		if n := len(parts); n > 0 && why != "" {
			parts[n-1] = strings.TrimSuffix(parts[n-1], why)
		}
		is := "becomes "
		if c.Status != corev1.ConditionTrue {
			is = "is no longer "
		}
		parts = append(parts, is+string(c.Type)+why)
	}
	if len(parts) == 0 {
		return ""
	}
	return h.narrator.thing(e) + " " + strings.ReplaceAll(strings.Join(parts, " and "), " and becomes ", " and ")
}

// podMoment tells of deletions by others than the kubelet, and of pods that end or wait without any container's doing.
func (h *historian) podMoment(e *Entry, pod *corev1.Pod, actor string) (text, each string) {
	switch {
	case e.Verb == "delete" && !strings.HasPrefix(e.Actor, "kubelet"):
		return h.narrator.sentence(e), actor + " deletes %d pods"
	case e.Verb == "create" || e.Verb == "delete":
		return "", ""
	}
	old := &corev1.PodStatus{}
	if before, ok := h.narrator.before[e.object()].(*corev1.Pod); ok {
		old = &before.Status
	}
	p := h.pods[e.object()]
	ended := pod.Status.Phase != old.Phase && pod.Status.Phase == corev1.PodFailed && p != nil && !p.marked
	disrupted := podCondition(pod.Status.Conditions, corev1.DisruptionTarget).Status == corev1.ConditionTrue &&
		podCondition(old.Conditions, corev1.DisruptionTarget).Status != corev1.ConditionTrue
	is, was := podCondition(pod.Status.Conditions, corev1.PodScheduled), podCondition(old.Conditions, corev1.PodScheduled)
	unschedulable := is.Status == corev1.ConditionFalse && was.Status != is.Status
	if ended || disrupted || unschedulable {
		return h.narrator.sentence(e), ""
	}
	return "", ""
}
