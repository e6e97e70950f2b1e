package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/jobsim/jobsim/cmd/jobsim/internal/kubectl"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

// format is one of the words of -o.
type format struct {
	name, about string
	write       func(*show) error
}

// formats are the words of -o, the default first.
var formats = []format{
	{"timeline", "what happened, as a picture", (*show).timeline},
	{"describe", "what kubectl describe job shows at the end", (*show).describe},
	{"get", "what kubectl get job,pods shows at the end", (*show).get},
	{"trace", "every entry of the trace, as JSON Lines", func(s *show) error {
		return s.result.Trace.Encode(s.program.stdout)
	}},
	{"yaml", "the Jobs and pods that there are at the end", (*show).yaml},
	{"svg", "the timeline as an SVG picture", func(s *show) error {
		return s.result.Trace.SVG(s.program.stdout, trace.SVGOptions{})
	}},
}

// show is a run and how it is to be shown.
type show struct {
	program *program
	input   *input
	options *runOptions
	result  *sim.Result
	verdict verdict
}

// write writes the run in the format that was asked for. The verdict follows a timeline, whose readers are people;
// other formats are for programs too, so there it is a message, and only if something is wrong.
func (s *show) write() error {
	for _, f := range formats {
		if f.name != s.options.output.value {
			continue
		}
		if err := f.write(s); err != nil {
			return err
		}
		if f.name != formats[0].name && s.verdict.code != exitHolds {
			_, err := io.WriteString(s.program.stderr, s.outcome(false))
			return err
		}
	}
	return nil
}

func (s *show) timeline() error {
	out := &bytes.Buffer{}
	color := useColor(s.options.color.value, s.program.screen)
	if title := s.result.Scenario.Title; title != "" {
		fmt.Fprintf(out, "%s\n\n", paint(color, 1, printers.EscapeTerminal(title)))
	}
	options := trace.TimelineOptions{Width: width(), Color: color}
	if err := s.result.Trace.Timeline(out, options); err != nil {
		return err
	}
	if text := s.outcome(color); text != "" {
		fmt.Fprintf(out, "\n%s", text)
	}
	_, err := s.program.stdout.Write(out.Bytes())
	return err
}

// outcome says what the verdict is and why, each reason on a line of its own with its place in front.
func (s *show) outcome(color bool) string {
	var b strings.Builder
	r, v := s.result, s.verdict
	if r.Failure != nil {
		what := fmt.Sprintf("implementation %s failed at %v (%s):", r.Implementation, r.End, r.Ending)
		if v.code == exitInconclusive {
			what = fmt.Sprintf("inconclusive at %v (%s):", r.End, r.Ending)
		}
		fmt.Fprintf(&b, "%s %s\n", paint(color, 31, what), strings.TrimRight(r.Failure.Error(), "\n"))
	}
	total := len(r.Scenario.Expect)
	switch {
	case r.Failure == nil && total > 0 && len(v.unmet)+len(v.undecided) == 0:
		fmt.Fprintln(&b, paint(color, 32, fmt.Sprintf("All %d expectations hold.", total)))
	case len(v.unmet) > 0:
		fmt.Fprintln(&b, paint(color, 31, fmt.Sprintf("%d of %d expectations do not hold:", len(v.unmet), total)))
		s.list(&b, v.unmet)
	}
	if len(v.undecided) > 0 {
		text := fmt.Sprintf("inconclusive: --until %s ended the run too early for %d of %d expectations:",
			&s.options.until, len(v.undecided), total)
		fmt.Fprintln(&b, paint(color, 33, text))
		s.list(&b, v.undecided)
	}
	if s.options.seed.set || s.options.replay.set {
		fmt.Fprintln(&b, s.replayLine())
	}
	return b.String()
}

func (s *show) list(b *strings.Builder, unmet []sim.Unmet) {
	for _, u := range unmet {
		fmt.Fprintf(b, "%s:%d: %s\n", s.input.file, u.Expectation.Line, u.Text)
	}
}

func (s *show) describe() error {
	for i, job := range s.result.Jobs {
		if i > 0 {
			fmt.Fprint(s.program.stdout, "\n\n") // as kubectl does between objects
		}
		if err := kubectl.Describe(s.program.stdout, job, s.result.KubeEvents, s.result.Time()); err != nil {
			return err
		}
	}
	if len(s.result.Jobs) == 0 {
		s.nothing("Job")
	}
	return nil
}

func (s *show) get() error {
	if len(s.result.Jobs)+len(s.result.Pods) == 0 {
		s.nothing("Job and no pod")
	}
	return kubectl.Get(s.program.stdout, s.result.Jobs, s.result.Pods, s.result.Time())
}

func (s *show) yaml() error {
	var objects []runtime.Object
	for _, job := range s.result.Jobs {
		objects = append(objects, job)
	}
	for _, pod := range s.result.Pods {
		objects = append(objects, pod)
	}
	if len(objects) == 0 {
		s.nothing("Job and no pod")
	}
	return kubectl.YAML(s.program.stdout, objects...)
}

// nothing explains empty output.
func (s *show) nothing(what string) {
	fmt.Fprintf(s.program.stderr, "jobsim: no %s is left at the end, after %v\n", what, s.result.End)
}
