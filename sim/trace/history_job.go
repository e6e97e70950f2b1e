package trace

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// jobHistory is what became of one Job. The one that collects pods without a Job has no job.
type jobHistory struct {
	name                      string
	job                       *batchv1.Job // its last version
	active, succeeded, failed counter
	// restarts is the sum that is compared with backoffLimit under restartPolicy OnFailure (ONF-3).
	restarts   counter
	sum        int32
	conditions []*conditionHistory
	pods       []*podHistory
	edited     []time.Duration // spec changes: what comes after them has another reason
}

// counter is one number of the status over time.
type counter []count

type count struct {
	at time.Duration
	n  int32
}

// set notes a value; of several at one instant the last counts.
func (c *counter) set(at time.Duration, n int32) {
	if last := len(*c) - 1; last >= 0 && (*c)[last].at == at {
		*c = (*c)[:last]
	}
	if c.value() != n {
		*c = append(*c, count{at, n})
	}
}

func (c *counter) value() int32 {
	if len(*c) == 0 {
		return 0
	}
	return (*c)[len(*c)-1].n
}

// conditionHistory is one condition type over time.
type conditionHistory struct {
	kind    batchv1.JobConditionType
	reason  string
	message string
	changes []conditionChange
}

type conditionChange struct {
	at   time.Duration
	true bool
}

func jobID(namespace, uid, name string) objectID {
	if uid == "" {
		uid = name
	}
	return objectID{"jobs", namespace, uid}
}

func (h *historian) jobStored(e *Entry, job *batchv1.Job) {
	id := jobID(e.Namespace, string(job.UID), job.Name)
	j := h.jobsByID[id]
	if j == nil {
		j = &jobHistory{name: inNamespace(e.Namespace, job.Name)}
		h.jobsByID[id] = j
		h.jobs = append(h.jobs, j)
		h.visible(e.At)
	} else if j.job != nil && j.job.Generation != job.Generation {
		j.edited = append(j.edited, e.At)
	}
	j.job = job
	before := [3]int32{j.active.value(), j.succeeded.value(), j.failed.value()}
	j.active.set(e.At, job.Status.Active)
	j.succeeded.set(e.At, job.Status.Succeeded)
	j.failed.set(e.At, job.Status.Failed)
	if before != [3]int32{job.Status.Active, job.Status.Succeeded, job.Status.Failed} {
		h.visible(e.At)
	}
	for i := range job.Status.Conditions {
		if j.condition(e.At, &job.Status.Conditions[i]) {
			h.visible(e.At)
		}
	}
}

// condition notes the status of a condition and reports whether it changed.
func (j *jobHistory) condition(at time.Duration, c *batchv1.JobCondition) bool {
	i := slices.IndexFunc(j.conditions, func(h *conditionHistory) bool { return h.kind == c.Type })
	isTrue := c.Status == corev1.ConditionTrue
	if i < 0 {
		if !isTrue {
			return false
		}
		j.conditions = append(j.conditions, &conditionHistory{kind: c.Type})
		i = len(j.conditions) - 1
	}
	h := j.conditions[i]
	if n := len(h.changes); n > 0 && h.changes[n-1].true == isTrue {
		return false
	}
	h.changes = append(h.changes, conditionChange{at, isTrue})
	if isTrue {
		h.reason, h.message = plain(c.Reason), plain(c.Message)
	}
	return true
}

// shortestWait is the shortest pause before a replacement that is drawn as a wait: shorter ones are the time that a
// controller takes to notice (SYNC-6).
const shortestWait = 1500 * time.Millisecond

// addWaits draws the back-off of the Job controller (BO-1): the time between the last failure and the creation of a
// replacement, when nothing else happened in between that would explain it.
func (j *jobHistory) addWaits() {
	lastEnd, resumed := time.Duration(0), time.Duration(-1)
	failed := false
	for _, ev := range j.podEvents() {
		if ev.ended {
			lastEnd, resumed, failed = ev.at, -1, ev.pod.phase == corev1.PodFailed
			continue
		}
		if resumed < 0 {
			resumed = ev.at // pods that are created later than this one have another reason
		}
		wait := ev.at - lastEnd
		if failed && resumed == ev.at && wait >= shortestWait && !j.editedWithin(lastEnd, ev.at) {
			ev.pod.lane.spans = slices.Insert(ev.pod.lane.spans, 0, span{from: lastEnd, to: ev.at, state: waiting,
				label: clock(wait), title: "no new pod for " + clock(wait) + " after a failure"})
		}
	}
}

// podEvent is the beginning or the end of a pod.
type podEvent struct {
	seq   int
	at    time.Duration
	pod   *podHistory
	ended bool
}

// podEvents are the beginnings and ends of the Job's pods in order.
func (j *jobHistory) podEvents() []podEvent {
	var events []podEvent
	for _, p := range j.pods {
		events = append(events, podEvent{seq: p.seq, at: p.created, pod: p})
		if p.ended {
			events = append(events, podEvent{seq: p.endSeq, at: p.endedAt, pod: p, ended: true})
		}
	}
	slices.SortStableFunc(events, func(a, b podEvent) int { return a.seq - b.seq })
	return events
}

func (j *jobHistory) editedWithin(from, to time.Duration) bool {
	return slices.ContainsFunc(j.edited, func(at time.Duration) bool { return at > from && at <= to })
}

// outcome counts how the Job's pods ended.
func outcome(pods []*podHistory) (succeeded, failed, open int) {
	for _, p := range pods {
		switch {
		case p.phase == corev1.PodSucceeded:
			succeeded++
		case p.phase == corev1.PodFailed || p.gone:
			failed++
		default:
			open++
		}
	}
	return succeeded, failed, open
}
