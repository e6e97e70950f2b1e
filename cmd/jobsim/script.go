package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/jobsim/jobsim/sim/kubelet"
)

// scriptHelp is the grammar for people. The test of the parser reads its examples.
const scriptHelp = `A script has steps with semicolons between them:
  start 2s          the containers start 2 s after the pod is bound to a node
  ready 1s          a container is ready 1 s after its start
  ready forever     it never is
  run 5s            a run of 5 s, which ends with exit code 0
  run 5s exit 1     ... with exit code 1
  run 5s signal 15  ... by signal 15, which is exit code 143
  run 5s oom        ... killed because it has exceeded its memory limit
  oom               the same at once
  run forever       a run that only ends when it is killed
The last run repeats. With restartPolicy OnFailure runs follow each other in
each pod, where the kubelet restarts the container. With Never the Job's first
pod has the first run, the second pod the second, and so on.`

// parseScript reads the script of --script. The error is a *scriptError.
func parseScript(text string) (kubelet.Script, error) {
	r := &scriptReader{text: []rune(text)}
	for start := 0; start <= len(r.text); {
		end := start
		for end < len(r.text) && r.text[end] != ';' {
			end++
		}
		if err := r.step(start, end); err != nil {
			return kubelet.Script{}, err
		}
		start = end + 1
	}
	if len(r.script.Runs) == 0 {
		r.from, r.to = 0, len(r.text)
		return kubelet.Script{}, r.wrong(word{at: len(r.text)}, "expected a run, such as run 5s exit 1")
	}
	return r.script, nil
}

// word is one word of a script; an empty one stands for the end of a step.
type word struct {
	text string
	at   int // which character it begins at
}

// scriptReader takes a script step by step.
type scriptReader struct {
	text     []rune
	script   kubelet.Script
	from, to int    // the present step
	rest     []word // its words that have not been read
	started  bool
	ready    bool
}

// step reads one step. An empty one means nothing, so that a script may end with a semicolon.
func (r *scriptReader) step(from, to int) error {
	r.from, r.to, r.rest = from, to, nil
	for i := from; i < to; i++ {
		switch {
		case unicode.IsSpace(r.text[i]):
		case i == from || unicode.IsSpace(r.text[i-1]):
			r.rest = append(r.rest, word{string(r.text[i]), i})
		default:
			r.rest[len(r.rest)-1].text += string(r.text[i])
		}
	}
	if len(r.rest) == 0 {
		return nil
	}
	var err error
	switch verb := r.next(); verb.text {
	case "start":
		err = r.once(verb, &r.started, &r.script.Start, false)
	case "ready":
		err = r.once(verb, &r.ready, &r.script.Ready, true)
	case "run":
		err = r.run()
	case "oom":
		r.script.Runs = append(r.script.Runs, kubelet.Run{OOM: true})
	default:
		return r.wrong(verb, "expected start, ready, run or oom")
	}
	if err == nil && len(r.rest) > 0 {
		err = r.wrong(r.next(), `expected ";" or the end`)
	}
	return err
}

// next takes the next word of the step.
func (r *scriptReader) next() word {
	if len(r.rest) == 0 {
		return word{at: r.to}
	}
	w := r.rest[0]
	r.rest = r.rest[1:]
	return w
}

// once reads the duration of a step that makes sense only once.
func (r *scriptReader) once(verb word, seen *bool, to *time.Duration, forever bool) error {
	if *seen {
		return r.wrong(verb, "expected %s once", verb.text)
	}
	*seen = true
	w := r.next()
	var err error
	if *to, err = parseSpan(w.text, forever); err != nil {
		return r.wrong(w, "%v", err)
	}
	return nil
}

// run reads how long a run takes and how it ends.
func (r *scriptReader) run() error {
	w := r.next()
	d, err := parseSpan(w.text, true)
	if err != nil {
		return r.wrong(w, "%v", err)
	}
	run := kubelet.Run{For: d}
	if len(r.rest) > 0 {
		if err := r.ending(&run); err != nil {
			return err
		}
	}
	r.script.Runs = append(r.script.Runs, run)
	return nil
}

func (r *scriptReader) ending(run *kubelet.Run) error {
	w := r.next()
	if run.For == kubelet.Forever {
		return r.wrong(w, `expected ";" or the end, because this run never ends by itself`)
	}
	switch w.text {
	case "exit":
		return r.number(&run.Exit, "an exit code", 0, 255)
	case "signal":
		return r.number(&run.Signal, "the number of a signal", 1, 64)
	case "oom":
		run.OOM = true
		return nil
	}
	return r.wrong(w, `expected exit, signal, oom, ";" or the end`)
}

func (r *scriptReader) number(to *int32, what string, from, most int64) error {
	w := r.next()
	n, err := strconv.ParseInt(w.text, 10, 32)
	if err != nil || n < from || n > most {
		return r.wrong(w, "expected %s from %d to %d", what, from, most)
	}
	*to = int32(n)
	return nil
}

// wrong makes the error about a word of the present step.
func (r *scriptReader) wrong(w word, format string, args ...any) error {
	for r.from < r.to && unicode.IsSpace(r.text[r.from]) {
		r.from++
	}
	for r.to > r.from && r.to > w.at && unicode.IsSpace(r.text[r.to-1]) {
		r.to--
	}
	return &scriptError{
		Message: fmt.Sprintf(format, args...),
		Word:    w.text, Column: w.at + 1,
		step: string(r.text[r.from:r.to]), at: max(0, w.at-r.from),
	}
}

// scriptError is a mistake in a script.
type scriptError struct {
	// Message says what was expected.
	Message string
	// Word is what was found, empty at the end of a step, and Column is the character at which it begins, from 1.
	Word   string
	Column int

	step string // the step that it is in
	at   int    // where in the step, from 0
}

// Error shows the step with a mark under the word.
func (e *scriptError) Error() string {
	const most = 60 // of a word that is quoted
	found, mark := "nothing", "^"
	if e.Word != "" {
		found = strconv.Quote(e.Word)
		if length := len([]rune(e.Word)); length > most {
			found = strconv.Quote(string([]rune(e.Word)[:most])) + "..."
		} else {
			mark += strings.Repeat("~", length-1)
		}
	}
	step, at := e.clip()
	return fmt.Sprintf("column %d: %s, found %s\n  %s\n  %s%s",
		e.Column, e.Message, found, step, strings.Repeat(" ", at), mark)
}

// clip returns what is shown of the step, and where in that the word is: a line that a terminal can show as it is.
func (e *scriptError) clip() (string, int) {
	const most, before = 110, 40
	step, at := []rune(e.step), e.at
	if at > before && len(step) > most {
		step, at = step[at-before:], before
	}
	step = step[:min(len(step), most)]
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case !unicode.IsPrint(c):
			return '?'
		}
		return c
	}, string(step)), at
}
