package conformance

import (
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// lateCaches are requirements on what an implementation may do while its caches do not show what it has done.
var lateCaches = []Requirement{
	{
		ID: "job/resilience/late-events-make-no-duplicates", Clauses: []string{"CTRL-2", "PAR-2"}, Level: Core, Strength: Should,
		Sentence: "Pods that the implementation has created, and whose events are late, should not be created again.",
		Observed: "While a created pod has not been delivered, no pod is created with which more are active than the Job may have, " +
			"those that this instance has created included.",
		Source: "upstream code, ControllerExpectations", Scenarios: []string{"stale-watch"},
		check: func() any { return &latePods{} },
	},
	{
		ID: "job/resilience/nothing-after-the-end", Clauses: []string{"CTRL-3", "SYNC-7"}, Level: Core, Strength: Should, Since: 34,
		Sentence: "After it has written a terminal condition an implementation should do nothing more for the Job, even if its cache " +
			"shows the Job unfinished.",
		Observed: "Until the cache shows that the Job is finished, the instance that finished it creates and deletes no pod of it and " +
			"writes no status of it.",
		Source: "upstream test TestDelayedJobUpdateEvent", Scenarios: []string{"stale-watch"},
		check: func() any { return &afterTheEnd{} },
	},
	{
		ID: "job/resilience/waits-for-its-own-writes", Clauses: []string{"CTRL-4"}, Level: UpstreamExact, Strength: Up, Since: 36,
		Sentence: "A Job must not be evaluated until the caches show what the implementation itself has last written to it and to its pods.",
		Observed: "No sync creates or deletes pods or writes status while an earlier creation or patch of a pod of the Job, or an earlier " +
			"status write, by the same instance, has not been delivered (five minutes at most).",
		Source: "upstream code, consistencyStore", Scenarios: []string{"stale-watch"},
		check: func() any { return &ownWrites{} },
	},
}

// latePods keeps the pods of the present instance that its cache does not show.
type latePods struct{ late []*podState }

func (c *latePods) pod(x *examiner, p *podState) {
	if p.created.entry != x.entry || !p.created.byImplementation() {
		return
	}
	for _, other := range c.late { // in order of creation
		if other.created.at == x.now || x.sync > 0 && other.created.entry.Seq > x.sync {
			break // it cannot have been delivered yet
		}
		if other.maker == p.maker && other.answered && other.seen == nil && !other.gone {
			tooMany(x, p, other.created.entry, "while pod "+other.obj.Name+" had not been delivered")
			break
		}
	}
	if p.answered {
		c.late = append(c.late, p)
	}
}

func (c *latePods) tick(x *examiner, _ time.Duration) {
	kept := c.late[:0]
	for _, p := range c.late {
		if p.answered && p.seen == nil && !p.gone {
			x.exercised() // time goes on without its event
			kept = append(kept, p)
		}
	}
	c.late = kept
}

// afterTheEnd follows Jobs of which the cache does not show yet that they are finished.
type afterTheEnd struct{ open []finishedJob }

type finishedJob struct {
	j     *jobState
	entry *trace.Entry
}

func (c *afterTheEnd) job(x *examiner, j *jobState) {
	if becameFinished(x, j) && !x.entry.Lost {
		c.open = append(c.open, finishedJob{j, x.entry})
	}
}

// ended returns the entry by which the present instance has finished a Job, if its cache does not show that yet.
func (c *afterTheEnd) ended(x *examiner, j *jobState) *trace.Entry {
	for _, open := range c.open {
		if open.j == j && open.entry != x.entry && open.entry.Instance == x.entry.Instance && !j.gone &&
			j.seen != nil && !isFinished(j.seen) {
			return open.entry
		}
	}
	return nil
}

func (c *afterTheEnd) pod(x *examiner, p *podState) {
	created := p.created.entry == x.entry && p.created.byImplementation()
	deleted := p.deleted.entry == x.entry && p.deleted.byImplementation()
	if !created && !deleted || p.maker == nil {
		return
	}
	if entry := c.ended(x, p.maker); entry != nil {
		what := "deleted"
		if created {
			what = "created"
		}
		x.violatedBy([]*trace.Entry{entry}, "pod %s was %s after the implementation had finished Job %s at %v", p.obj.Name, what,
			p.maker.obj.Name, entry.At)
	}
}

func (c *afterTheEnd) call(x *examiner, e *trace.Entry) {
	if e.Resource != jobsResource || e.Subresource != "status" || e.Verb == "get" {
		return
	}
	j := x.jobNamed(e.Namespace, e.Name)
	if j == nil {
		return
	}
	if entry := c.ended(x, j); entry != nil {
		x.violatedBy([]*trace.Entry{entry}, "the implementation had finished Job %s at %v, and has tried to write its status again",
			j.obj.Name, entry.At)
	}
}

func (c *afterTheEnd) tick(x *examiner, _ time.Duration) {
	kept := c.open[:0]
	for _, open := range c.open {
		if open.entry.Instance == x.instance && !x.down && !open.j.gone && open.j.seen != nil && !isFinished(open.j.seen) {
			x.exercised() // time goes on, and the cache shows it unfinished
			kept = append(kept, open)
		}
	}
	c.open = kept
}

// ownWrites keeps what the present instance has written and has not been shown.
type ownWrites struct{ open []ownWrite }

type ownWrite struct {
	j     *jobState
	p     *podState // nil for a status write
	entry *trace.Entry
}

func (c *ownWrites) instance(_ *examiner, e *trace.Entry) {
	if e.Verb == "crash" || e.Verb == "start" {
		c.open = nil
	}
}

func (c *ownWrites) call(x *examiner, e *trace.Entry) {
	if e.Verb == "list" && e.OK() && !e.Lost { // its cache may show what is listed from now on, before a watch follows
		c.open = slices.DeleteFunc(c.open, func(own ownWrite) bool { return own.entry.Resource == e.Resource })
	}
	if !x.evaluates() {
		return
	}
	j, p := writtenFor(x, e)
	if j == nil || j.gone {
		return
	}
	if e.Verb == "delete" || e.Verb == "create" || p == nil {
		c.check(x, j)
	}
	if e.Stored() && !e.Lost && e.Verb != "delete" {
		c.open = append(c.open, ownWrite{j, p, e})
	}
}

// writtenFor tells which Job a write of a pod or of a status is for.
func writtenFor(x *examiner, e *trace.Entry) (*jobState, *podState) {
	switch {
	case e.Resource == jobsResource && e.Subresource == "status" && e.Verb != "get":
		return x.jobNamed(e.Namespace, e.Name), nil
	case e.Resource == podsResource && (e.Verb == "create" || e.Verb == "patch" || e.Verb == "update" || e.Verb == "delete"):
		if pod, ok := e.Object.(*corev1.Pod); ok {
			if p := x.podByUID[pod.UID]; p != nil {
				return p.job, p
			}
		}
	}
	return nil, nil
}

func (c *ownWrites) check(x *examiner, j *jobState) {
	kept := c.open[:0]
	for _, own := range c.open {
		if own.shown(x) || x.now-own.entry.At > expectationsTimeout {
			continue
		}
		kept = append(kept, own)
		if own.j == j && own.entry.Seq < x.evaluation.began {
			x.violatedBy([]*trace.Entry{own.entry}, "Job %s was evaluated before the caches showed what the implementation itself had "+
				"written at %v", j.obj.Name, own.entry.At)
		}
	}
	c.open = kept
}

func (w ownWrite) shown(*examiner) bool {
	if w.p == nil {
		return w.j.seen != nil && atLeast(w.j.seen.ResourceVersion, w.entry.Object.(*batchv1.Job).ResourceVersion)
	}
	return w.p.gone || w.p.seen != nil && atLeast(w.p.seen.ResourceVersion, w.entry.Object.GetResourceVersion())
}

func (c *ownWrites) tick(x *examiner, _ time.Duration) {
	kept := c.open[:0]
	for _, own := range c.open {
		if !own.shown(x) && !own.j.gone {
			x.exercised()
			kept = append(kept, own)
		}
	}
	c.open = kept
}

// atLeast compares resource versions.
func atLeast(a, b string) bool {
	x, _ := strconv.ParseUint(a, 10, 64)
	y, _ := strconv.ParseUint(b, 10, 64)
	return x >= y
}
