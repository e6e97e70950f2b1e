package upstream

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

// pair is the same scenario run by both.
type pair struct{ real, reference *sim.Result }

// firstDivergence is when the two first wrote something else; false if they never did.
func (p pair) firstDivergence() (time.Duration, bool) {
	a, b := writes(p.real.Trace), writes(p.reference.Trace)
	at := map[time.Duration]bool{}
	for t := range a {
		at[t] = true
	}
	for t := range b {
		at[t] = true
	}
	for _, t := range slices.Sorted(maps.Keys(at)) {
		if !slices.Equal(a[t], b[t]) {
			return t, true
		}
	}
	return 0, false
}

// writes are what the controller made of Jobs and their pods at each instant, in no order: which pods are there, and
// what each Job's status was in the end. Patches are left out, since the real controller repeats those that change nothing.
func writes(t *trace.Trace) map[time.Duration][]string {
	statuses := map[time.Duration]map[string]string{}
	found := map[time.Duration][]string{}
	for i := range t.Entries {
		e := &t.Entries[i]
		if e.Actor != "controller" || !e.Stored() {
			continue
		}
		switch job, isJob := e.Object.(*batchv1.Job); {
		case isJob && e.Verb == "update":
			if statuses[e.At] == nil {
				statuses[e.At] = map[string]string{}
			}
			statuses[e.At][e.Namespace+"/"+e.Name] = statusText(&job.Status)
		case e.Resource == "pods" && (e.Verb == "create" || e.Verb == "delete"):
			found[e.At] = append(found[e.At], e.Verb+" a pod of "+ownerOf(e.Object))
		}
	}
	for at, jobs := range statuses {
		for name, status := range jobs {
			found[at] = append(found[at], name+" "+status)
		}
	}
	for _, list := range found {
		slices.Sort(list)
	}
	return found
}

// statusText leaves out the UIDs of pods, which are not the same in two runs.
func statusText(status *batchv1.JobStatus) string {
	s := *status
	if u := s.UncountedTerminatedPods; u != nil {
		s.UncountedTerminatedPods = nil
		s.Succeeded += 1000 * int32(len(u.Succeeded))
		s.Failed += 1000 * int32(len(u.Failed))
	}
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // numbers, strings and times
	}
	return string(data)
}

// reason says why two runs may differ.
type reason string

// The reasons, each as narrow as it can be told from the two traces. FINDINGS.md describes them.
const (
	// tie: at the instant of the first difference a sync was due, and the world changed what it looks at by itself. A
	// program's timers come before the world's, a reconcile function is called after it.
	tie reason = "the world and a timer at one instant"
	// twoWatches: a user's change of a Job calls for a sync at once, and changes pods at the same instant, as the garbage
	// collector does for a Job that is deleted. The two watches tell it one after the other, and a program may act in between.
	twoWatches reason = "one change seen by two watches"
	// leftWakeUp: what was to wake the controller for a Job wakes it for the next one of that name, or not, depending on
	// whether the end of the first was seen before its last pod event.
	leftWakeUp reason = "a wake-up left by a Job of the same name"
	// noStart: the real controller cannot finish a suspended Job, since it has no startTime (STV-9).
	noStart reason = "a suspended Job has no startTime"
	// startOfDeleted: the reference stores startTime of a Job that was resumed while it is being deleted; the real
	// controller does not, and its deadline never comes.
	startOfDeleted reason = "startTime of a Job that is being deleted"
)

// why tells for which reason the runs may differ, and "" if there is none.
func (p pair) why() (reason, string) {
	at, ok := p.firstDivergence()
	if !ok {
		return "", "they wrote the same at all times"
	}
	where := fmt.Sprintf("first difference at %v:\nthe real controller: %s\nthe reference: %s", at,
		strings.Join(writes(p.real.Trace)[at], "\n  "), strings.Join(writes(p.reference.Trace)[at], "\n  "))
	switch {
	case p.refusedStart(at):
		return noStart, where
	case p.startsDeleted(at):
		return startOfDeleted, where
	case p.leftWakeUp(at):
		return leftWakeUp, where
	}
	return p.tied(at), where
}

// tied looks at the syncs of the reference, of which the trace knows what called for them.
func (p pair) tied(at time.Duration) reason {
	t := p.reference.Trace
	pods, syncs := 0, []*trace.Entry{}
	for i := range t.Entries {
		e := &t.Entries[i]
		switch {
		case e.At != at:
		case e.Kind == trace.Instance && e.Verb == "sync":
			syncs = append(syncs, e)
		case e.Actor != "controller" && e.Resource == "pods" && (e.Stored() || e.Kind == trace.Removed) && !ofController(t, e):
			pods++
		}
	}
	if pods == 0 {
		return ""
	}
	for _, s := range syncs {
		if cause := t.Find(s.Cause); cause == nil || cause.At < at {
			return tie
		}
	}
	if len(syncs) > 0 {
		return twoWatches
	}
	return ""
}

// ofController reports whether something is the consequence of what the controller did at the same instant.
func ofController(t *trace.Trace, e *trace.Entry) bool {
	for _, c := range t.Causes(e.Seq) {
		if c.At == e.At && c.Actor == "controller" && c.Kind == trace.Call {
			return true
		}
	}
	return false
}

func (p pair) refusedStart(at time.Duration) bool {
	for i := range p.real.Trace.Entries {
		e := &p.real.Trace.Entries[i]
		if e.At == at && e.Actor == "controller" && e.Kind == trace.Call && e.Subresource == "status" && e.Status != nil &&
			strings.Contains(e.Status.Message, "startTime is required for finished job") {
			return true
		}
	}
	return false
}

func (p pair) startsDeleted(at time.Duration) bool {
	for i := range p.reference.Trace.Entries {
		e := &p.reference.Trace.Entries[i]
		job, ok := e.Object.(*batchv1.Job)
		if !ok || e.At != at || e.Actor != "controller" || !e.Stored() || job.DeletionTimestamp == nil || job.Status.StartTime == nil {
			continue
		}
		if other := p.real.Job(job.Name); other != nil && other.Status.StartTime == nil {
			return true
		}
	}
	return false
}

// leftWakeUp looks for a Job that was created no longer than a batch after one of its name had gone.
func (p pair) leftWakeUp(at time.Duration) bool {
	const batch = time.Second
	gone := map[string]time.Duration{}
	for i := range p.reference.Trace.Entries {
		e := &p.reference.Trace.Entries[i]
		if e.At > at || e.Resource != "jobs" {
			continue
		}
		if e.Kind == trace.Removed {
			gone[e.Name] = e.At
		}
		if before, ok := gone[e.Name]; ok && e.Verb == "create" && e.Stored() && at <= before+batch {
			return true
		}
	}
	return false
}
