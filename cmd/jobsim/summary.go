package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/jobsim/jobsim/conformance"
)

// summary is a report on one screen: what was evaluated, how many requirements got which verdict, what was broken first,
// and the verdict as the last line.
type summary struct {
	report *conformance.Report
	width  int
	color  bool
}

// screenLines is how many lines a terminal shows at least, less the one of the next prompt.
const screenLines = 23

func (s *summary) text() []byte {
	head, tail := s.head(), s.tail()
	left := screenLines - s.rows(head) - s.rows(tail)
	var b bytes.Buffer
	for _, lines := range [][]string{head, s.findings(left), tail} {
		for _, line := range lines {
			fmt.Fprintln(&b, line)
		}
	}
	return b.Bytes()
}

// rows is how many lines of the terminal some lines take.
func (s *summary) rows(lines []string) int {
	n := 0
	for _, line := range lines {
		n += 1 + max(0, len([]rune(line))-1)/s.width
	}
	return n
}

func (s *summary) head() []string {
	r := s.report
	what := fmt.Sprintf("%s, held to %s of Kubernetes %s", r.Implementation, levelsText(r.Profile), r.Profile.Kubernetes)
	lines := []string{s.cut(what), "", s.cut("Runs:         " + runsText(r))}
	if r.Focus != "" {
		lines = append(lines, s.cut("Focus:        "+r.Focus))
	}
	lines = append(lines, "Requirements: "+countsText(r.Counts))
	if len(r.Profile.Features) > 0 {
		lines = append(lines, s.cut("Features:     "+featuresText(r.Profile)))
	}
	if f := r.Profile.Finalizer; f != batchv1.JobTrackingFinalizer {
		lines = append(lines, s.cut("Finalizer:    "+f))
	}
	if len(r.Profile.Neighbours) > 0 {
		lines = append(lines, s.cut("Neighbours:   "+strings.Join(r.Profile.Neighbours, ", ")))
	}
	if len(r.LeftOut) > 0 {
		lines = append(lines, s.cut("Left out:     "+leftOutText(r)))
	}
	if len(r.Scenarios) > 0 {
		lines = append(lines, "Scenarios:    "+countsText(scenarioCounts(r)))
	}
	return append(lines, "")
}

func levelsText(p conformance.Profile) string {
	var words []string
	for _, l := range p.Levels {
		words = append(words, string(l))
	}
	if last := len(words) - 1; last > 1 {
		words = []string{strings.Join(words[:last], ", "), words[last]}
	}
	return strings.Join(words, " and ")
}

// featuresText names the claimed features, unless they are all that there are.
func featuresText(p conformance.Profile) string {
	text := "all"
	if len(p.Features) < len(conformance.Features()) {
		var names []string
		for _, f := range p.Features {
			names = append(names, string(f))
		}
		text = strings.Join(names, ", ")
	}
	if p.ManagedBy != "" {
		text += "; all Jobs managed by " + p.ManagedBy
	}
	return text
}

// leftOutText says how much was not run for want of features; the report says which.
func leftOutText(r *conformance.Report) string {
	var all conformance.LeftOut
	for _, l := range r.LeftOut {
		all.Scenarios, all.Situations = all.Scenarios+l.Scenarios, all.Situations+l.Situations
	}
	return all.Count() + ", for want of features"
}

// runsText says what was run.
func runsText(r *conformance.Report) string {
	if r.Only != "" {
		return r.Only + " only"
	}
	scenarios := len(r.Scenarios) - scenarioCounts(r).NotClaimed
	return fmt.Sprintf("%d scenarios, %d situations and %d random cases of seed %d", scenarios, r.Situations, r.Cases, r.Seed)
}

// countsText leaves out what did not occur.
func countsText(c conformance.Counts) string {
	var parts []string
	for _, n := range []struct {
		count int
		what  conformance.Verdict
	}{
		{c.NotConformant, conformance.NotConformant}, {c.HarnessError, conformance.HarnessError},
		{c.Inconclusive, conformance.Inconclusive}, {c.Conformant, conformance.Conformant}, {c.NotClaimed, conformance.NotClaimed},
	} {
		if n.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n.count, n.what))
		}
	}
	return strings.Join(parts, ", ")
}

func scenarioCounts(r *conformance.Report) conformance.Counts {
	var c conformance.Counts
	for _, row := range r.Scenarios {
		c.Add(row.Verdict)
	}
	return c
}

// told is something that is worth a look: its name, one line about it, and how to see it again.
type told struct {
	name, text, reproduce string
	// run is the place of the run that shows it among all runs, and at is when it is seen.
	run int
	at  time.Duration
}

// toldOf lists what has the verdict of the whole: what was broken, or what keeps it from being conformant. What the
// simplest run shows comes first, and of one run what happens first: the scenarios go from simple to hard, random runs
// of them and random cases follow, and what goes wrong late is often a consequence.
func toldOf(r *conformance.Report) []told {
	var all []told
	for i := range r.Requirements {
		row := &r.Requirements[i]
		switch {
		case row.Verdict != r.Verdict || row.Verdict == conformance.Conformant || row.Verdict == conformance.NotClaimed:
		case row.Violation != nil:
			v := row.Violation
			t := told{name: row.ID, text: fmt.Sprintf("%s, at %s: %s", v.Where(), v.At, v.Text), reproduce: v.Reproduce, run: placeOf(r, v)}
			t.at, _ = time.ParseDuration(v.At) // a report that was read may have anything there; then it is zero
			all = append(all, t)
		default:
			all = append(all, told{name: row.ID, text: row.Why})
		}
	}
	slices.SortStableFunc(all, func(a, b told) int { return cmp.Or(cmp.Compare(a.run, b.run), cmp.Compare(a.at, b.at)) })
	for _, row := range r.Scenarios {
		if row.Verdict == r.Verdict && len(row.Why) > 0 {
			all = append(all, told{name: "scenario " + row.Name, text: strings.Join(row.Why, "; "), reproduce: row.Reproduce})
		}
	}
	return all
}

// placeOf is the place of a run among all runs of an evaluation, the simple ones first: the scenarios as they are, their
// random runs, the random cases.
func placeOf(r *conformance.Report, v *conformance.ViolationRow) int {
	all := len(r.Scenarios)
	for i := range r.Scenarios {
		switch v.Where() {
		case "scenario " + r.Scenarios[i].Name:
			return i
		case "a random run of scenario " + r.Scenarios[i].Name:
			return all + i
		}
	}
	number := 0
	_, _ = fmt.Sscanf(v.Run, "case %d", &number) // a run of something else goes before the cases
	return 2*all + number
}

// mostText is how many lines what was seen may take, if there is room. The first takes leastText in any case: with a long
// command to see it again there is hardly any room, and half a sentence says nothing.
const (
	mostText  = 4
	leastText = 3
)

// findings are as many as there is room for, the first ones whole, with a word about the rest. At least one is shown.
func (s *summary) findings(room int) []string {
	all := toldOf(s.report)
	if len(all) == 0 {
		return nil
	}
	room -= 2 // an empty line, and the word about the rest
	shown := 0
	var lines []string
	for _, f := range all {
		if shown > 0 && room < 2 {
			break
		}
		text := strings.Split(wrapped(comment(f.text), 2), "\n")
		least := 1
		if shown == 0 {
			least = leastText
		}
		if most := min(mostText, max(least, room-1)); len(text) > most {
			text = append(text[:most-1], "  "+comment(strings.Join(text[most-1:], " ")))
		}
		for _, line := range append([]string{f.name}, text...) {
			lines = append(lines, s.cut(line))
		}
		shown++
		room -= 1 + len(text)
	}
	if more := len(all) - shown; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return append(lines, "")
}

// tail is how to go on, and the verdict.
func (s *summary) tail() []string {
	r := s.report
	var lines []string
	if r.Why != "" {
		lines = append(lines, s.cutAt(r.Why, 2*s.width), "")
	}
	if all := toldOf(r); len(all) > 0 {
		first := all[0]
		if first.reproduce != "" {
			lines = append(lines, "To see the first one again:", "  "+printers.EscapeTerminal(first.reproduce))
		}
		if strings.HasPrefix(first.name, "job/") {
			lines = append(lines, "What it asks for:", "  jobsim requirements show "+printers.EscapeTerminal(first.name))
		}
		lines = append(lines, "Everything, with timelines: --report report.html", "")
	}
	return append(lines, s.verdict())
}

func (s *summary) verdict() string {
	color := map[conformance.Verdict]int{
		conformance.Conformant: 32, conformance.NotConformant: 31, conformance.HarnessError: 31, conformance.Inconclusive: 33,
	}[s.report.Verdict]
	return paint(s.color && color > 0, color, string(s.report.Verdict))
}

// cut is text on one line of the screen.
func (s *summary) cut(text string) string { return s.cutAt(text, s.width) }

func (s *summary) cutAt(text string, most int) string {
	line := []rune(strings.ReplaceAll(printers.EscapeTerminal(text), "\n", " "))
	if len(line) > most {
		return string(line[:max(0, most-3)]) + "..."
	}
	return string(line)
}
