package sim

import (
	"fmt"
	"sort"
	"strings"
	"time"
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
		if seen := judge(e, r, job); seen != "" {
			unmet = append(unmet, Unmet{Expectation: e, Text: fmt.Sprintf("expected %s; %s", e.describe(job), seen)})
		}
	}
	return unmet
}

// judge returns what was seen instead of what was expected, and nothing if the expectation is met.
func judge(e *Expectation, r *Result, job string) string {
	v := newJobView(job)
	var when []time.Duration // instants at which it became so
	var inWindow, before bool
	for i := range r.Trace.Entries {
		entry := &r.Trace.Entries[i]
		if e.At != nil && !inWindow && entry.At > *e.At {
			inWindow = before && e.persists() // it was so when the window opened
		}
		if !v.take(entry) {
			continue
		}
		now := e.holds(v)
		if now && !before {
			when = append(when, entry.At)
		}
		if now && e.At != nil && entry.At >= *e.At && entry.At <= *e.At+e.Within && (e.persists() || !before) {
			inWindow = true
		}
		before = now
	}
	switch {
	case e.Never && len(when) > 0:
		return fmt.Sprintf("it was so at %v", when[0])
	case e.Never || e.At == nil && before || inWindow:
		return ""
	case e.At != nil && before && e.persists() && r.End >= *e.At && (len(when) > 0 && when[len(when)-1] <= *e.At+e.Within):
		return "" // nothing happened after the window had opened
	}
	return "but " + e.saw(v, when)
}

// persists tells whether the expectation is about a state that lasts, rather than about the moment it came about.
func (e *Expectation) persists() bool { return e.Condition == "" && !e.Deleted && e.Event == "" }

// holds reports whether everything that the expectation says is so now.
func (e *Expectation) holds(v *jobView) bool {
	if e.Deleted != (v.job == nil && v.existed) && (e.Deleted || e.needsJob()) {
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
	return (e.Pods == nil || v.pods == *e.Pods) && (e.Starts == nil || v.starts == *e.Starts) &&
		(e.Restarts == nil || v.restarts() == *e.Restarts) && (e.Event == "" || v.events[e.Event] > 0) &&
		(v.job != nil || !e.needsJob())
}

func (e *Expectation) needsJob() bool { return e.Condition != "" || len(e.Status) > 0 }

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
func (e *Expectation) saw(v *jobView, when []time.Duration) string {
	if len(when) > 0 {
		return fmt.Sprintf("it came about at %s; %s", joinTimes(when), v.describe(e))
	}
	return "that was never so; " + v.describe(e)
}

func joinTimes(times []time.Duration) string {
	const most = 5
	var parts []string
	for i, t := range times {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more times", len(times)-most))
			break
		}
		parts = append(parts, t.String())
	}
	return strings.Join(parts, ", ")
}

func sortedKeys(m map[string]int32) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
