package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/jobsim/jobsim/conformance"
)

// progress is a line on the screen that says how far an evaluation is. What is no terminal gets nothing.
type progress struct {
	to     io.Writer
	shown  int // how long the line is that is on the screen
	latest time.Time
}

func newProgress(to io.Writer) *progress {
	file, ok := to.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		to = nil
	}
	return &progress{to: to}
}

// progressEvery is how often the line changes, in real time: more cannot be read, and costs time.
const progressEvery = 100 * time.Millisecond

func (p *progress) show(now conformance.Progress) {
	if p.to == nil || time.Since(p.latest) < progressEvery {
		return
	}
	p.latest = time.Now()
	line := fmt.Sprintf("%s %d/%d", now.Stage, now.Done, now.Total)
	if now.Broken > 0 {
		line += fmt.Sprintf(", %d broken", now.Broken)
	}
	fmt.Fprintf(p.to, "\r%s%s", line, strings.Repeat(" ", max(0, p.shown-len(line))))
	p.shown = max(p.shown, len(line))
}

// clear takes the line away.
func (p *progress) clear() {
	if p.shown > 0 {
		fmt.Fprintf(p.to, "\r%s\r", strings.Repeat(" ", p.shown))
		p.shown = 0
	}
}
