package kubelet

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// conditions are the pod's conditions: those of others as they are, then the kubelet's in the kubelet's order. They are
// filled in where they stand: this runs for every report, and copying conditions costs more than making them. Room is for
// them, if they fit.
func (w *podWorker) conditions(phase corev1.PodPhase, ended bool, room []corev1.PodCondition) []corev1.PodCondition {
	before := w.pod.stored.Status.Conditions
	disrupted := w.verdict != nil && w.verdict.disruption && ended
	own := 5
	if w.resettable {
		own++
	}
	n := w.foreign(before) + own
	if n > len(room) {
		room = make([]corev1.PodCondition, n)
	}
	list := room[:0:n]
	for i := range before {
		if !ownedByKubelet(before[i].Type) {
			list = append(list, before[i])
		}
	}
	if disrupted {
		list = w.disrupted(list, w.verdict)
	}
	n = len(list)
	list = list[:n+own]
	mine := list[n:]
	w.sandboxReady(&mine[0])
	w.initializedCondition(&mine[1], phase)
	w.readiness(&mine[3], phase)
	mine[2].Status, mine[2].Reason, mine[2].Message = mine[3].Status, mine[3].Reason, mine[3].Message
	mine[2].Type, mine[3].Type = corev1.PodReady, corev1.ContainersReady
	if mine[2].Status == corev1.ConditionTrue && len(w.pod.stored.Spec.ReadinessGates) > 0 {
		w.applyGates(&mine[2], before)
	}
	mine[4].Type, mine[4].Status = corev1.PodScheduled, corev1.ConditionTrue
	if w.resettable {
		w.restartingCondition(&mine[5], phase)
	}
	for i := range mine {
		w.date(&mine[i], before)
	}
	return list
}

// foreign counts the conditions of others, with one more if a disruption is to be told.
func (w *podWorker) foreign(conditions []corev1.PodCondition) int {
	n := 0
	if w.verdict != nil {
		n++
	}
	for i := range conditions {
		if !ownedByKubelet(conditions[i].Type) {
			n++
		}
	}
	return n
}

func ownedByKubelet(t corev1.PodConditionType) bool {
	switch t {
	case corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.PodReady, corev1.ContainersReady,
		corev1.PodScheduled, corev1.AllContainersRestarting:
		return true
	}
	return false
}

// date gives a condition its generation and the time of its latest transition.
func (w *podWorker) date(cond *corev1.PodCondition, before []corev1.PodCondition) {
	cond.ObservedGeneration = w.pod.stored.Generation
	for i := range before {
		if before[i].Type != cond.Type {
			continue
		}
		if before[i].Status == cond.Status {
			cond.LastTransitionTime = before[i].LastTransitionTime
			return
		}
		break
	}
	cond.LastTransitionTime = w.cluster.stamp()
}

// disrupted adds or replaces the condition that tells of an eviction.
func (w *podWorker) disrupted(list []corev1.PodCondition, v *verdict) []corev1.PodCondition {
	cond := corev1.PodCondition{
		Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue,
		Reason: corev1.PodReasonTerminationByKubelet, Message: v.message,
	}
	w.date(&cond, w.pod.stored.Status.Conditions)
	for i := range list {
		if list[i].Type == cond.Type {
			list[i] = cond
			return list
		}
	}
	return append(list, cond)
}

func (w *podWorker) sandboxReady(cond *corev1.PodCondition) {
	cond.Type, cond.Status = corev1.PodReadyToStartContainers, corev1.ConditionTrue
	switch {
	case w.podIP == "":
		cond.Message = "no pod sandbox exists"
	case w.stage == finished:
		cond.Message = "pod sandbox is not ready"
	default:
		return
	}
	cond.Status, cond.Reason = corev1.ConditionFalse, "PodSandboxNotReady"
}

func (w *podWorker) initializedCondition(cond *corev1.PodCondition, phase corev1.PodPhase) {
	cond.Type, cond.Status = corev1.PodInitialized, corev1.ConditionTrue
	if phase == corev1.PodSucceeded {
		cond.Reason = "PodCompleted"
		return
	}
	if w.inits == 0 || w.regularStarted() {
		return
	}
	var incomplete []string
	for i := range w.containers[:w.inits] {
		c := &w.containers[i]
		if done := c.isReady() || c.kind == sidecar && c.state == running; !done {
			incomplete = append(incomplete, c.spec.Name)
		}
	}
	if incomplete != nil {
		cond.Status, cond.Reason = corev1.ConditionFalse, "ContainersNotInitialized"
		cond.Message = "containers with incomplete status: [" + strings.Join(incomplete, " ") + "]"
	}
}

// regularStarted tells whether some regular container has run.
func (w *podWorker) regularStarted() bool {
	for i := w.inits; i < len(w.containers); i++ {
		if w.containers[i].number > 0 {
			return true
		}
	}
	return false
}

// readiness is what the conditions Ready and ContainersReady say.
func (w *podWorker) readiness(cond *corev1.PodCondition, phase corev1.PodPhase) {
	cond.Status = corev1.ConditionFalse
	switch phase {
	case corev1.PodSucceeded:
		cond.Reason = "PodCompleted"
		return
	case corev1.PodFailed:
		cond.Reason = "PodFailed"
		return
	}
	if names := w.unready(); names != "" {
		cond.Reason, cond.Message = "ContainersNotReady", "containers with unready status: ["+names+"]"
		return
	}
	cond.Status = corev1.ConditionTrue
}

// unready are the names of the sidecars and regular containers that are not ready.
func (w *podWorker) unready() string {
	var names []string
	for i := range w.containers {
		if c := &w.containers[i]; c.kind != plainInit && !c.isReady() {
			names = append(names, c.spec.Name)
		}
	}
	return strings.Join(names, " ")
}

// applyGates makes a pod whose containers are ready not ready while a readiness gate is not open.
func (w *podWorker) applyGates(ready *corev1.PodCondition, conditions []corev1.PodCondition) {
	var closed []string
	for _, gate := range w.pod.stored.Spec.ReadinessGates {
		status := corev1.ConditionStatus("")
		for i := range conditions {
			if conditions[i].Type == gate.ConditionType {
				status = conditions[i].Status
			}
		}
		switch {
		case status == "":
			closed = append(closed, "corresponding condition of pod readiness gate \""+string(gate.ConditionType)+
				"\" does not exist.")
		case status != corev1.ConditionTrue:
			closed = append(closed, "the status of pod readiness gate \""+string(gate.ConditionType)+
				"\" is not \"True\", but "+string(status))
		}
	}
	if closed != nil {
		ready.Status, ready.Reason = corev1.ConditionFalse, "ReadinessGatesNotReady"
		ready.Message = strings.Join(closed, ", ")
	}
}

// podCondition is a pod's condition of a type; nil when it has none.
func podCondition(p *corev1.Pod, t corev1.PodConditionType) *corev1.PodCondition {
	for i := range p.Status.Conditions {
		if p.Status.Conditions[i].Type == t {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

// withCondition returns a pod like the stored one with a condition set.
func (c *Cluster) withCondition(stored *corev1.Pod, cond corev1.PodCondition) *corev1.Pod {
	obj := *stored
	cond.ObservedGeneration = stored.Generation
	cond.LastTransitionTime = c.stamp()
	obj.Status.Conditions = slices.Clone(stored.Status.Conditions)
	for i := range obj.Status.Conditions {
		if old := &obj.Status.Conditions[i]; old.Type == cond.Type {
			if old.Status == cond.Status {
				cond.LastTransitionTime = old.LastTransitionTime
			}
			*old = cond
			return &obj
		}
	}
	obj.Status.Conditions = append(obj.Status.Conditions, cond)
	return &obj
}
