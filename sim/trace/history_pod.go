package trace

import (
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// podHistory is what became of one pod.
type podHistory struct {
	number  int // from 1, within its Job
	name    string
	index   string // completion index, if it has one
	seq     int    // of the entry that created it
	created time.Duration
	ended   bool // terminal, or gone without ever being so
	endedAt time.Duration
	endSeq  int
	phase   corev1.PodPhase
	gone    bool
	node    string
	init    []string // names of init containers

	deleting   bool
	containers map[string]*containerHistory
	job        *jobHistory
	restarts   int32
	marked     bool // how its last run ended has been shown
	pullFailed bool // that the image cannot be pulled has been told
	last       *corev1.Pod
	lane       lane
}

type containerHistory struct {
	running bool
	run     int
	waiting bool
	wait    time.Duration // 0 when not known
}

func (h *historian) podStored(e *Entry, pod *corev1.Pod) {
	p := h.pods[e.object()]
	if p == nil || p.last.UID != pod.UID {
		p = h.newPod(e, pod)
	}
	before := p.last
	p.last = pod
	p.node = pod.Spec.NodeName
	p.deleting = pod.DeletionTimestamp != nil
	if h.fromStatus {
		h.containersFromStatus(e, before, pod)
	}
	if p.phase != pod.Status.Phase {
		p.phase = pod.Status.Phase
		if p.terminal() {
			p.showEnd(e, pod)
		}
	}
	p.countRestarts(e.At)
	if p.update(e.At, h.lost[p.node]) {
		h.visible(e.At)
	}
}

// countRestarts keeps the sum of the restarts of all pods that have not ended (ONF-3, ONF-7).
func (p *podHistory) countRestarts(at time.Duration) {
	restarts := int32(0)
	if !p.gone && !p.terminal() {
		for _, c := range slices.Concat(p.last.Status.InitContainerStatuses, p.last.Status.ContainerStatuses) {
			restarts += c.RestartCount
		}
	}
	p.job.sum += restarts - p.restarts
	p.restarts = restarts
	if p.last.Spec.RestartPolicy == corev1.RestartPolicyOnFailure {
		p.job.restarts.set(at, p.job.sum)
	}
}

func (h *historian) newPod(e *Entry, pod *corev1.Pod) *podHistory {
	j := h.jobOf(pod)
	p := &podHistory{job: j, number: len(j.pods) + 1, name: suffix(pod),
		index: pod.Annotations[batchv1.JobCompletionIndexAnnotation],
		seq:   e.Seq, created: e.At, containers: map[string]*containerHistory{}, last: pod}
	for _, c := range pod.Spec.InitContainers {
		p.init = append(p.init, c.Name)
	}
	j.pods = append(j.pods, p)
	h.pods[e.object()] = p
	h.visible(e.At)
	return p
}

// jobOf finds the Job that controls a pod, and makes up one for pods whose Job is not in the trace.
func (h *historian) jobOf(pod *corev1.Pod) *jobHistory {
	id, name := objectID{}, ""
	if owner := metav1.GetControllerOfNoCopy(pod); owner != nil && owner.Kind == "Job" {
		id, name = jobID(pod.Namespace, string(owner.UID), owner.Name), inNamespace(pod.Namespace, owner.Name)
	}
	j := h.jobsByID[id]
	if j == nil {
		j = &jobHistory{name: name}
		h.jobsByID[id] = j
		h.jobs = append(h.jobs, j)
	}
	return j
}

func (p *podHistory) terminal() bool {
	return p.phase == corev1.PodSucceeded || p.phase == corev1.PodFailed
}

// showEnd marks the end of a pod of which no container's exit has been seen: evicted, lost, never started.
func (p *podHistory) showEnd(e *Entry, pod *corev1.Pod) {
	p.end(e)
	if p.marked {
		return
	}
	title := string(pod.Status.Phase) + because(pod.Status.Reason, pod.Status.Message)
	if pod.Status.Phase == corev1.PodSucceeded {
		p.lane.mark(e.At, "✓", good, title)
	} else {
		p.lane.mark(e.At, "✗", bad, title)
	}
}

func (p *podHistory) end(e *Entry) {
	p.ended, p.endedAt, p.endSeq = true, e.At, e.Seq
}

func (h *historian) podRemoved(e *Entry) {
	p := h.pods[e.object()]
	if p == nil {
		return
	}
	p.gone = true
	p.countRestarts(e.At)
	if !p.ended {
		p.end(e)
	}
	if p.update(e.At, false) {
		h.visible(e.At)
	}
	delete(h.pods, e.object())
}

// container takes an entry of kind Container into its pod's lane.
func (h *historian) container(e *Entry) {
	p := h.pods[objectID{"pods", e.Namespace, e.Name}]
	if p == nil {
		return
	}
	c := p.containers[e.Container]
	if c == nil {
		c = &containerHistory{}
		p.containers[e.Container] = c
	}
	switch e.Verb {
	case "start":
		h.starts++
		p.marked = false
		*c = containerHistory{running: true, run: e.Number}
	case "exit":
		c.running = false
		p.exit(e, h.narrator.container(e))
	case "backoff":
		c.waiting, c.wait = true, e.Wait
	}
	p.update(e.At, h.lost[p.node])
	h.visible(e.At)
}

// exit marks how a run ended. That an init container succeeded is not worth a mark: it is what they do.
func (p *podHistory) exit(e *Entry, title string) {
	init := slices.Contains(p.init, e.Container)
	switch {
	case e.Code != 0:
		p.lane.mark(e.At, fmt.Sprintf("✗%d", e.Code), bad, title)
	case !init:
		p.lane.mark(e.At, "✓", good, title)
	}
	p.marked = p.marked || !init
}

// update brings the lane in line with what is known, and reports whether that changed it.
func (p *podHistory) update(at time.Duration, lost bool) bool {
	now := p.lane.now
	to, label, title := p.state(lost)
	p.lane.move(at, to, label, title)
	return p.lane.now != now
}

func (p *podHistory) state(lost bool) (s state, label, title string) {
	run, wait, waits := 0, time.Duration(0), false
	for _, c := range p.containers { // the largest of each: no order matters
		if c.running {
			run = max(run, c.run, 1)
		}
		waits, wait = waits || c.waiting, max(wait, c.wait)
	}
	switch {
	case p.gone || p.terminal():
		return absent, "", ""
	case lost:
		return unreachable, "", "its node is lost"
	case p.deleting:
		return terminating, "", "terminating"
	case run > 0:
		return running, "", fmt.Sprintf("running (run %d)", run)
	case waits && wait > 0:
		return waiting, clock(wait), "waits " + clock(wait) + " before the next start"
	case waits:
		return waiting, "", "waits before the next start"
	}
	return pending, "", "pending"
}
