package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/jobsim/jobsim/sim/kubelet"
)

func TestParseScript(t *testing.T) {
	for _, c := range []struct {
		text string
		want kubelet.Script
	}{
		{"run 5s", kubelet.Script{Runs: []kubelet.Run{{For: 5 * time.Second}}}},
		{"run 5s exit 1; run 5s exit 0", kubelet.Script{Runs: []kubelet.Run{{For: 5 * time.Second, Exit: 1}, {For: 5 * time.Second}}}},
		{"start 2s; ready 1s; run forever; oom", kubelet.Script{Start: 2 * time.Second, Ready: time.Second,
			Runs: []kubelet.Run{{For: kubelet.Forever}, {OOM: true}}}},
		{" run  1m30s\tsignal 15 ;\n run 0s oom; ;", kubelet.Script{
			Runs: []kubelet.Run{{For: 90 * time.Second, Signal: 15}, {OOM: true}}}},
		{"ready forever;run 1h", kubelet.Script{Ready: kubelet.Forever, Runs: []kubelet.Run{{For: time.Hour}}}},
	} {
		t.Run(c.text, func(t *testing.T) {
			g := gomega.NewWithT(t)
			got, err := parseScript(c.text)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(got).To(gomega.Equal(c.want))
		})
	}
}

func TestScriptErrorsPointAtTheWord(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "column 1: expected a run, such as run 5s exit 1, found nothing\n  \n  ^"},
		{"start 2s", "column 9: expected a run, such as run 5s exit 1, found nothing\n  start 2s\n          ^"},
		{"run", "column 4: expected a duration such as 5s or 2m30s, or forever, found nothing\n  run\n     ^"},
		{"rnu 5s", "column 1: expected start, ready, run or oom, found \"rnu\"\n  rnu 5s\n  ^~~"},
		{"run 5", "column 5: expected a duration such as 5s or 2m30s, or forever, found \"5\"\n  run 5\n      ^"},
		{"run -5s", "column 5: expected a duration such as 5s or 2m30s, or forever, found \"-5s\"\n  run -5s\n      ^~~"},
		{"run 100000h", "column 5: expected at most 87600h, found \"100000h\"\n  run 100000h\n      ^~~~~~~"},
		{"run 5s exit 1; run 5s exitt 1", "column 23: expected exit, signal, oom, \";\" or the end, found \"exitt\"\n" +
			"  run 5s exitt 1\n         ^~~~~"},
		{"run 5s exit 256", "column 13: expected an exit code from 0 to 255, found \"256\"\n  run 5s exit 256\n              ^~~"},
		{"run 5s exit; oom", "column 12: expected an exit code from 0 to 255, found nothing\n  run 5s exit\n             ^"},
		{"run 5s signal KILL", "column 15: expected the number of a signal from 1 to 64, found \"KILL\"\n" +
			"  run 5s signal KILL\n                ^~~~"},
		{"run 5s exit 1 run", "column 15: expected \";\" or the end, found \"run\"\n  run 5s exit 1 run\n                ^~~"},
		{"run forever exit 1", "column 13: expected \";\" or the end, because this run never ends by itself, found \"exit\"\n" +
			"  run forever exit 1\n              ^~~~"},
		{"start 1s; run 1s; start 2s", "column 19: expected start once, found \"start\"\n  start 2s\n  ^~~~~"},
		{"start forever; oom", "column 7: expected a duration such as 5s or 2m30s, found \"forever\"\n  start forever\n        ^~~~~~~"},
		{"run\t5s\x1b[31m", "column 5: expected a duration such as 5s or 2m30s, or forever, found \"5s\\x1b[31m\"\n" +
			"  run 5s?[31m\n      ^~~~~~~"},
	} {
		t.Run(c.text, func(t *testing.T) {
			_, err := parseScript(c.text)
			gomega.NewWithT(t).Expect(err).To(gomega.MatchError(c.want))
		})
	}
}

func TestScriptErrorsStayShort(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, text := range []string{"run 5s " + strings.Repeat("x", 10000), "run 5s " + strings.Repeat(" ", 10000) + "x",
		strings.Repeat("oom; ", 10000) + "x"} {
		_, err := parseScript(text)
		g.Expect(err).To(gomega.HaveOccurred())
		for _, line := range strings.Split(err.Error(), "\n") {
			g.Expect(len(line)).To(gomega.BeNumerically("<=", 150), line)
		}
	}
}

// TestScriptHelp reads the examples that the help shows.
func TestScriptHelp(t *testing.T) {
	g := gomega.NewWithT(t)
	examples := 0
	for _, line := range strings.Split(scriptHelp, "\n") {
		if example, _, ok := strings.Cut(strings.TrimPrefix(line, "  "), "  "); ok && strings.HasPrefix(line, "  ") {
			examples++
			_, err := parseScript(example + "; run 1s")
			g.Expect(err).NotTo(gomega.HaveOccurred())
		}
	}
	g.Expect(examples).To(gomega.Equal(9))
}

// scriptText writes a script from what was read.
func scriptText(s kubelet.Script) string {
	steps := []string{"start " + spanText(s.Start), "ready " + spanText(s.Ready)}
	for _, r := range s.Runs {
		step := "run " + spanText(r.For)
		switch {
		case r.OOM:
			step += " oom"
		case r.Signal != 0:
			step += fmt.Sprint(" signal ", r.Signal)
		case r.Exit != 0:
			step += fmt.Sprint(" exit ", r.Exit)
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, "; ")
}

// FuzzParseScript: what is accepted means the same when it is written again, and what is refused is pointed at.
func FuzzParseScript(f *testing.F) {
	for _, seed := range []string{"", "run 5s", "start 2s; ready 1s; run 5s exit 1; run forever; oom", "run 5s signal 9;;", "run 1h oom 3",
		"run \u00a05s", "\xff", "ready forever; ready 1s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g := gomega.NewWithT(t)
		script, err := parseScript(text)
		if err == nil {
			again, err := parseScript(scriptText(script))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(again).To(gomega.Equal(script))
			g.Expect(script.Runs).NotTo(gomega.BeEmpty())
			return
		}
		var wrong *scriptError
		g.Expect(errors.As(err, &wrong)).To(gomega.BeTrue())
		g.Expect(wrong.Column).To(gomega.And(gomega.BeNumerically(">=", 1), gomega.BeNumerically("<=", len([]rune(text))+1)))
		lines := strings.Split(err.Error(), "\n")
		g.Expect(lines).To(gomega.HaveLen(3))
		mark := strings.IndexByte(lines[2], '^')
		g.Expect(mark).To(gomega.BeNumerically("<=", len([]rune(lines[1]))))
	})
}
