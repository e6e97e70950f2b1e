package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// Unmet is an expectation that a run did not meet.
type Unmet struct {
	Expectation *Expectation
	// Text says what was expected and what was seen.
	Text string
}

// Unmet returns the expectations of the scenario that the run did not meet, in their order. Only the trace is looked at.
func (r *Result) Unmet() []Unmet {
	var unmet []Unmet
	for i := range r.Scenario.Expect {
		e := &r.Scenario.Expect[i]
		job := e.Job
		if job == "" {
			job = r.Scenario.job("").Name
		}
		v := newJobView(job)
		if spells := r.spells(e, v); !e.met(spells) {
			unmet = append(unmet, Unmet{Expectation: e, Text: fmt.Sprintf("expected %s; %s", e.describe(job), e.saw(spells, v))})
		}
	}
	return unmet
}

// spell is a time in which what an expectation says was so: from an instant on and until another, which may be the same
// one.
type spell struct {
	from, to time.Duration
	// last marks one that the end of the run did not end.
	last bool
}

// spells looks through the trace for when it was as the expectation says. The view is left at the end of the run.
func (r *Result) spells(e *Expectation, v *jobView) []spell {
	var found []spell
	so := e.holds(v)
	if so {
		found = append(found, spell{})
	}
	for i := range r.Trace.Entries {
		entry := &r.Trace.Entries[i]
		if !v.take(entry) || e.holds(v) == so {
			continue
		}
		if so = !so; so {
			found = append(found, spell{from: entry.At})
		} else {
			found[len(found)-1].to = entry.At
		}
	}
	if so {
		open := &found[len(found)-1]
		open.to, open.last = r.End, true
		if r.Ending == Finished || r.Ending == Quiet {
			open.to = forever // nothing would have changed it
		}
	}
	return found
}

const forever = time.Duration(1<<63 - 1)

// met reports whether those times satisfy the expectation.
func (e *Expectation) met(spells []spell) bool {
	switch {
	case e.Never:
		return len(spells) == 0
	case e.At == nil:
		return len(spells) > 0 && spells[len(spells)-1].last
	}
	return slices.ContainsFunc(spells, e.inWindow)
}

// inWindow reports whether a spell lies in the window as it should: it must begin there if the expectation is about
// something that comes about, and touch it if it is about how things stand.
func (e *Expectation) inWindow(s spell) bool {
	opens, closes := *e.At, *e.At+e.Within
	if closes < opens {
		closes = forever
	}
	begins := s.from >= opens && s.from <= closes
	if e.comesAbout() {
		return begins
	}
	// A state that gives way to another at the very instant at which the window opens has been before it.
	return begins || s.from < opens && (s.to > opens || s.last && s.to == opens)
}

// comesAbout tells whether the expectation is about something that happens, rather than about how things stand.
func (e *Expectation) comesAbout() bool { return e.Condition != "" || e.Deleted || e.Event != "" }

// holds reports whether everything that the expectation says is so now.
func (e *Expectation) holds(v *jobView) bool {
	if v.job == nil && (e.Condition != "" || len(e.Status) > 0 || e.CompletedIndexes != nil || e.FailedIndexes != nil) {
		return false
	}
	if e.Deleted && !v.gone() {
		return false
	}
	if e.Condition != "" && !hasCondition(v.job, e.Condition, e.Reason) {
		return false
	}
	for name, want := range e.Status {
		if have, _ := counter(&v.job.Status, name); have != want {
			return false
		}
	}
	for _, i := range e.indexes(v.job) {
		if i.want != nil && *i.want != i.have {
			return false
		}
	}
	return (e.Pods == nil || *e.Pods == v.pods) &&
		(e.Starts == nil || *e.Starts == v.starts) &&
		(e.Restarts == nil || *e.Restarts == v.restarts()) &&
		(e.Event == "" || v.events[e.Event] > 0)
}

// indexList is a list of indexes in a status and what it should be; nil if nothing is asked of it.
type indexList struct {
	name string
	want *string
	have string
}

// indexes are the lists of indexes that an expectation can ask for. A Job without failedIndexes has no failed ones.
func (e *Expectation) indexes(job *batchv1.Job) [2]indexList {
	lists := [2]indexList{{name: "completedIndexes", want: e.CompletedIndexes}, {name: "failedIndexes", want: e.FailedIndexes}}
	if job != nil {
		lists[0].have = job.Status.CompletedIndexes
		if failed := job.Status.FailedIndexes; failed != nil {
			lists[1].have = *failed
		}
	}
	return lists
}

// describe says what is expected.
func (e *Expectation) describe(job string) string {
	var parts []string
	if e.Condition != "" {
		s := "condition " + string(e.Condition)
		if e.Reason != "" {
			s += " (" + e.Reason + ")"
		}
		parts = append(parts, s)
	}
	for _, name := range sortedKeys(e.Status) {
		parts = append(parts, fmt.Sprintf("%s=%d", name, e.Status[name]))
	}
	for _, i := range e.indexes(nil) {
		if i.want != nil {
			parts = append(parts, fmt.Sprintf("%s=%q", i.name, *i.want))
		}
	}
	count := func(what string, n *int) {
		if n != nil {
			parts = append(parts, fmt.Sprintf("%d %s", *n, what))
		}
	}
	count("pods created", e.Pods)
	count("container starts", e.Starts)
	count("container restarts", e.Restarts)
	if e.Event != "" {
		parts = append(parts, "event "+e.Event)
	}
	if e.Deleted {
		parts = append(parts, "the Job to be gone")
	}
	s := "Job " + job + ": " + strings.Join(parts, ", ")
	switch {
	case e.Never:
		return s + ", never"
	case e.At == nil:
		return s + ", at the end"
	case e.Within == 0:
		return fmt.Sprintf("%s, at %v", s, *e.At)
	}
	return fmt.Sprintf("%s, between %v and %v", s, *e.At, *e.At+e.Within)
}

// saw says how it was instead.
func (e *Expectation) saw(spells []spell, v *jobView) string {
	switch {
	case len(spells) == 0:
		return "but that was never so; " + v.describe(e)
	case e.Never:
		return fmt.Sprintf("it was so at %v", spells[0].from)
	}
	return fmt.Sprintf("but it came about at %s; %s", joinStarts(spells), v.describe(e))
}

func joinStarts(spells []spell) string {
	const most = 5
	var parts []string
	for i, s := range spells {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more times", len(spells)-most))
			break
		}
		parts = append(parts, s.from.String())
	}
	return strings.Join(parts, ", ")
}

func sortedKeys(m map[string]int32) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
