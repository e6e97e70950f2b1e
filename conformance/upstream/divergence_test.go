package upstream

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

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
			found[e.At] = append(found[e.At], e.Verb+" a pod of "+ownerOf(e.Object)+" "+indexOf(e.Object))
		case isJob && e.Verb == "delete":
			found[e.At] = append(found[e.At], e.Verb+" "+e.Name)
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
	s := anyPod(status)
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

// batch is how long a change of a pod waits for others (SYNC-6).
const batch = time.Second

// reason says why two runs may differ.
type reason string

// The reasons, each as narrow as it can be told from the two traces. FINDINGS.md describes them.
const (
	// tie: at the instant of the first difference a sync was due, and the world changed what it looks at by itself. A
	// program's timers come before the world's, a reconcile function is called after it.
	tie reason = "the world and a timer at one instant"
	// seenInTurn: a user's change of a Job calls for a sync at once, and makes others change the Job or its pods at the same
	// instant, as the garbage collector does when a Job is deleted. Watches tell one thing after the other, and a program
	// may act in between.
	seenInTurn reason = "changes of one instant, seen in turn"
	// leftWakeUp: what was to wake the controller for a Job wakes it for the next one of that name, or not, depending on
	// whether the end of the first was seen before its last pod event.
	leftWakeUp reason = "a wake-up left by a Job of the same name"
	// noStart: the real controller cannot finish a suspended Job, since it has no startTime (STV-9).
	noStart reason = "a suspended Job has no startTime"
	// startOfDeleted: the reference stores startTime of a Job that was resumed while it is being deleted; the real
	// controller does not, and its deadline never comes.
	startOfDeleted reason = "startTime of a Job that is being deleted"
	// foreignEntry: somebody has written FailureTarget with status False. The real controller adds an entry each time, the
	// reference changes the one there is (FIN-14).
	foreignEntry reason = "a FailureTarget entry of somebody else"
	// otherWorld: what the cluster or a user did was not the same before what the controllers did was not. The cluster
	// reacts to each call of a controller before the next: a pod that is killed without grace, and freed at the same
	// instant, may be gone before the kubelet has reported its end, and one that is deleted makes room for another.
	otherWorld reason = "the world reacts between two calls"
)

// why tells for which reason the runs may differ, and "" if there is none.
func (p pair) why() (reason, string) {
	at, ok := p.firstDivergence()
	if !ok {
		if p.worldDiffers(p.real.Scenario.Until) {
			return otherWorld, "users or the cluster did not do the same"
		}
		return "", "they wrote the same at all times"
	}
	where := fmt.Sprintf("first difference at %v:\nthe real controller: %s\nthe reference: %s", at,
		strings.Join(writes(p.real.Trace)[at], "\n  "), strings.Join(writes(p.reference.Trace)[at], "\n  "))
	switch {
	case p.refusedStart(at):
		return noStart, where
	case p.startsDeleted(at):
		return startOfDeleted, where
	case p.foreignEntry(at):
		return foreignEntry, where
	case p.leftWakeUp(at):
		return leftWakeUp, where
	}
	if why := p.tied(at); why != "" {
		return why, where
	}
	if p.worldDiffers(at) {
		return otherWorld, where
	}
	return "", where
}

// worldDiffers reports whether users, the scheduler or kubelets did something else before the controllers did.
func (p pair) worldDiffers(before time.Duration) bool {
	acts := func(t *trace.Trace) []string {
		var found []string
		for i := range t.Entries {
			e := &t.Entries[i]
			if e.Kind != trace.Call || e.At >= before {
				continue
			}
			switch pod, isPod := e.Object.(*corev1.Pod); {
			case e.Actor == "user":
				found = append(found, fmt.Sprint(e.At, " ", e.Verb, " ", e.Resource))
			case isPod && (e.Actor == "kubelet" || e.Actor == "scheduler"):
				found = append(found, fmt.Sprint(e.At, " ", e.Verb, " ", ownerOf(pod), indexOf(pod), " ", pod.Status.Phase))
			}
		}
		slices.Sort(found)
		return found
	}
	return !slices.Equal(acts(p.real.Trace), acts(p.reference.Trace))
}

// tied looks at the syncs of the reference, of which the trace knows what called for them. What happened at an instant
// also decides what wakes the controllers later: a change of a pod calls for another sync after a batch if the one that
// was due had begun, and a sync that has not seen it may wait for something else.
func (p pair) tied(at time.Duration) reason {
	if why := p.tiedAt(at); why != "" {
		return why
	}
	if p.tiedAt(at-batch) == tie {
		return tie
	}
	for _, s := range p.syncs(at) {
		if cause := p.reference.Trace.Find(s.Cause); cause != nil && cause.At < at && p.tiedAt(cause.At) == tie {
			return tie
		}
	}
	return ""
}

func (p pair) tiedAt(at time.Duration) reason {
	t := p.reference.Trace
	found := reason("")
	for _, s := range p.syncs(at) {
		pods := changes(t, at, func(e *trace.Entry) bool { return e.Resource == "pods" && strings.HasPrefix(e.Name, s.Name+"-") })
		job := changes(t, at, func(e *trace.Entry) bool { return e.Resource == "jobs" && e.Name == s.Name })
		cause := t.Find(s.Cause)
		switch {
		case pods > 0 && (cause == nil || cause.At < at):
			return tie
		case job > 1, job == 1 && pods > 0:
			found = seenInTurn
		}
	}
	return found
}

func (p pair) syncs(at time.Duration) []*trace.Entry {
	var found []*trace.Entry
	for i := range p.reference.Trace.Entries {
		if e := &p.reference.Trace.Entries[i]; e.At == at && e.Kind == trace.Instance && e.Verb == "sync" {
			found = append(found, e)
		}
	}
	return found
}

// changes counts what others change at an instant, and not because of what the controller does there.
func changes(t *trace.Trace, at time.Duration, is func(*trace.Entry) bool) int {
	n := 0
	for i := range t.Entries {
		e := &t.Entries[i]
		if e.At == at && e.Actor != "controller" && (e.Stored() || e.Kind == trace.Removed) && is(e) && !ofController(t, e) {
			n++
		}
	}
	return n
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

// foreignEntry looks for two entries that only the real controller's status has.
func (p pair) foreignEntry(at time.Duration) bool {
	targets := func(t *trace.Trace) (falses, trues int) {
		for i := range t.Entries {
			e := &t.Entries[i]
			job, ok := e.Object.(*batchv1.Job)
			if !ok || e.At != at || e.Actor != "controller" || !e.Stored() {
				continue
			}
			falses, trues = 0, 0
			for _, c := range job.Status.Conditions {
				if c.Type == batchv1.JobFailureTarget && c.Status == corev1.ConditionFalse {
					falses++
				} else if c.Type == batchv1.JobFailureTarget {
					trues++
				}
			}
		}
		return falses, trues
	}
	realFalses, realTrues := targets(p.real.Trace)
	falses, trues := targets(p.reference.Trace)
	return realFalses == 1 && realTrues >= 1 && falses == 0 && trues == 1
}

// leftWakeUp looks for a Job that was created no longer than a batch after one of its name had gone.
func (p pair) leftWakeUp(at time.Duration) bool {
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
