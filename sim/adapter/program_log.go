package adapter

import (
	"cmp"
	"slices"
	"sync"

	"github.com/jobsim/jobsim/sim/internal/bubble"
	"github.com/jobsim/jobsim/sim/trace"
)

// mostLines bounds the lines that a program logs between two of the simulator's steps.
const mostLines = 10_000

// programLog keeps what goroutines log until the simulator is back. Which of several goroutines logs first is chance, so
// the lines of each stay together, and those of the one whose lines come first by the alphabet go first.
type programLog struct {
	mu     sync.Mutex
	speech []*speech
	lines  int
}

// speech is what one goroutine has logged.
type speech struct {
	goroutine uint64
	entries   []trace.Entry
}

func (s *speech) before(o *speech) int {
	return slices.CompareFunc(s.entries, o.entries, func(a, b trace.Entry) int { return cmp.Compare(a.Text, b.Text) })
}

func (l *programLog) add(e trace.Entry) {
	self, _ := bubble.Self()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines++; l.lines >= mostLines {
		if l.lines > mostLines {
			return
		}
		e.Text = "more lines at this instant are left out"
	}
	for _, s := range l.speech {
		if s.goroutine == self {
			s.entries = append(s.entries, e)
			return
		}
	}
	l.speech = append(l.speech, &speech{self, []trace.Entry{e}})
}

// flush writes all into the trace.
func (l *programLog) flush(w World) {
	l.mu.Lock()
	all := l.speech
	l.speech, l.lines = nil, 0
	l.mu.Unlock()
	slices.SortStableFunc(all, (*speech).before)
	for _, s := range all {
		for _, e := range s.entries {
			w.Record(e)
		}
	}
}
