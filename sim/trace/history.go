package trace

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// history is a trace as a picture needs it: lanes that are in some state for some time, instead of single entries. The
// text timeline and the SVG are drawn from it.
type history struct {
	jobs       []*jobHistory // in order of creation; pods without a Job come last
	controller controllerHistory
	nodes      []*nodeHistory // those to which something happened
	moments    []moment
	starts     int // container starts
	end        time.Duration
}

type nodeHistory struct {
	name string
	lane lane
}

type controllerHistory struct {
	lane    lane
	starts  int
	trouble bool // it did not just run
}

// historian walks through the entries in order.
type historian struct {
	history
	pods     map[objectID]*podHistory
	jobsByID map[objectID]*jobHistory
	lost     map[string]bool // nodes that are lost now
	narrator *narrator
	// fromStatus means that the trace has no Container entries, as one recorded on a cluster has none: what the
	// containers did is then read from the pods' status.
	fromStatus bool
}

func (t *Trace) history() *history {
	h := &historian{
		pods: map[objectID]*podHistory{}, jobsByID: map[objectID]*jobHistory{}, lost: map[string]bool{},
		narrator: newNarrator(), fromStatus: true,
	}
	h.narrator.pod = t.podNames().short
	for i := range t.Entries {
		if t.Entries[i].Kind == Container {
			h.fromStatus = false
			break
		}
	}
	for i := range t.Entries {
		e := &t.Entries[i]
		h.entry(e)
		h.moment(e)
		h.narrator.seen(e)
	}
	h.visible(t.End)
	h.close()
	return &h.history
}

// visible notes that a reader can see something happen at this time: the picture ends with the last such time.
func (h *historian) visible(at time.Duration) { h.end = max(h.end, at) }

func (h *historian) entry(e *Entry) {
	switch e.Kind {
	case Call:
		if !e.stored() {
			return
		}
		switch obj := e.Object.(type) {
		case *batchv1.Job:
			h.jobStored(e, obj)
		case *corev1.Pod:
			h.podStored(e, obj)
		}
	case Removed:
		switch obj := e.Object.(type) {
		case *batchv1.Job:
			h.visible(e.At)
			delete(h.jobsByID, jobID(e.Namespace, string(obj.UID), obj.Name))
		case *corev1.Pod:
			h.podRemoved(e)
		}
	case Container:
		h.container(e)
	case Node:
		h.node(e)
	case Instance:
		h.instance(e)
	}
}

func (h *historian) node(e *Entry) {
	h.visible(e.At)
	var node *nodeHistory
	for _, n := range h.nodes {
		if n.name == e.Name {
			node = n
		}
	}
	if node == nil {
		node = &nodeHistory{name: e.Name}
		h.nodes = append(h.nodes, node)
	}
	h.lost[e.Name] = e.Verb == "lost"
	switch e.Verb {
	case "lost":
		node.lane.move(e.At, unreachable, "lost", "node lost")
	case "back":
		node.lane.move(e.At, absent, "", "")
		node.lane.mark(e.At, "back", good, "node back")
	default:
		node.lane.move(e.At, absent, "", "")
		node.lane.mark(e.At, plain(e.Verb), bad, "node "+plain(e.Verb))
	}
	for _, j := range h.jobs {
		for _, p := range j.pods {
			if p.node == e.Name {
				p.update(e.At, h.lost[p.node])
			}
		}
	}
}

func (h *historian) instance(e *Entry) {
	c := &h.controller
	switch e.Verb {
	case "start":
		c.starts++
		c.trouble = c.trouble || c.starts > 1
		c.lane.move(e.At, running, "", h.narrator.instance(e))
	case "stop":
		c.lane.move(e.At, absent, "", "")
		return // every run ends with it
	case "crash", "panic", "exit", "stuck":
		c.trouble = true
		c.lane.move(e.At, absent, "", "")
		c.lane.mark(e.At, "✗", bad, h.narrator.instance(e))
	default:
		return
	}
	if c.trouble {
		h.visible(e.At)
	}
}

// close ends everything that is still going on at the end of the picture.
func (h *historian) close() {
	for _, j := range h.jobs {
		for _, p := range j.pods {
			p.lane.close(h.end)
		}
		j.addWaits()
	}
	for _, n := range h.nodes {
		n.lane.close(h.end)
	}
	h.controller.lane.close(h.end)
}
