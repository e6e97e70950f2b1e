package trace

import (
	"fmt"
	"strings"
	"time"
)

// state is what a lane is in between two instants.
type state int

const (
	absent      state = iota
	waiting           // for the next start, after a failure
	pending           // created, nothing runs yet or any longer
	running           // at least one container runs
	terminating       // deletionTimestamp set, not terminal
	unreachable       // its node is lost: whatever it does, nobody knows
)

// meaning explains a state in a legend.
func (s state) meaning() string {
	return [...]string{"", "waits for the next start", "pending", "running", "terminating", "node lost"}[s]
}

// span is a lane in one state for a time.
type span struct {
	from, to time.Duration
	state    state
	label    string // short, to be written into the span
	title    string // one line for a reader who points at it
	open     bool   // it goes on when the trace ends
}

// columns are the instants of an axis between which the span lies.
func (s *span) columns(a *axis) (from, to int) {
	if s.open {
		return a.index(s.from), len(a.instants)
	}
	return a.index(s.from), a.index(s.to)
}

// tone says how a mark is meant.
type tone int

const (
	neutral tone = iota
	good
	bad
)

// mark is something at one instant of a lane.
type mark struct {
	at    time.Duration
	text  string
	tone  tone
	title string
}

// lane is one horizontal line of a timeline.
type lane struct {
	spans []span
	marks []mark
	now   span // the state that is going on
}

// move ends the current span and begins another, unless nothing changes.
func (l *lane) move(at time.Duration, to state, label, title string) {
	if l.now.state == to && l.now.label == label && l.now.title == title {
		return
	}
	l.finish(at)
	l.now = span{from: at, state: to, label: label, title: title}
}

// finish closes the current span at a time; what lasted no time leaves no span.
func (l *lane) finish(at time.Duration) {
	if l.now.state != absent && at > l.now.from {
		l.now.to = at
		l.spans = append(l.spans, l.now)
	}
	l.now = span{from: at}
}

// close leaves the current span open at the end of the picture.
func (l *lane) close(end time.Duration) {
	if l.now.state != absent {
		l.now.to, l.now.open = end, true
		l.spans = append(l.spans, l.now)
	}
	l.now = span{from: end}
}

func (l *lane) mark(at time.Duration, text string, tone tone, title string) {
	l.marks = append(l.marks, mark{at: at, text: text, tone: tone, title: title})
}

// key is the same for lanes that look the same, times included.
func (l *lane) key() string {
	var b strings.Builder
	for _, s := range l.spans {
		fmt.Fprintf(&b, "%d %d %d %s %v;", s.from, s.to, s.state, s.label, s.open)
	}
	for _, m := range l.marks {
		fmt.Fprintf(&b, "%d %s;", m.at, m.text)
	}
	return b.String()
}

// shape is the same for lanes that tell the same story, at whatever time.
func (l *lane) shape() string {
	var b strings.Builder
	for _, s := range l.spans {
		fmt.Fprintf(&b, "%d;", s.state)
	}
	for _, m := range l.marks {
		b.WriteString(m.text + ";")
	}
	return b.String()
}
