package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/onsi/gomega"
)

// outcome is what a call of the command line leaves behind.
type outcome struct {
	stdout, stderr string
	code           int
}

// call runs the command line in this process, away from the environment that the tests were started in.
func call(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	t.Setenv("COLUMNS", "")
	var stdout, stderr bytes.Buffer
	code := Main(args, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{stdout.String(), stderr.String(), code}
}

// job is a manifest without surprises, whose only container is never restarted.
const job = `apiVersion: batch/v1
kind: Job
metadata:
  name: tidy
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: main, image: busybox}
`

// file writes a text into a file in the directory in which the test goes on.
func file(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestHelpGoesToStandardOutput(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, args := range [][]string{{}, {"--help"}, {"help"}} {
		got := call(t, "", args...)
		g.Expect(got.code).To(gomega.Equal(exitHolds))
		g.Expect(got.stderr).To(gomega.BeEmpty())
		g.Expect(got.stdout).To(gomega.HavePrefix("jobsim runs Kubernetes Jobs in a simulated cluster"))
	}
	for _, args := range [][]string{{"run", "--help"}, {"scenarios", "--help"}, {"scenarios", "show", "-h"},
		{"conformance", "--help"}, {"requirements", "--help"}, {"requirements", "show", "-h"},
		{"features", "--help"}, {"broken", "--help"}} {
		got := call(t, "", args...)
		g.Expect(got.code).To(gomega.Equal(exitHolds))
		g.Expect(got.stdout).To(gomega.ContainSubstring("Examples:"))
		for _, line := range strings.Split(got.stdout, "\n") {
			g.Expect(len(line)).To(gomega.BeNumerically("<=", 80), "for a terminal of 80 columns: %s", line)
		}
	}
	g.Expect(call(t, "", "run", "--help").stdout).To(gomega.ContainSubstring("  3  inconclusive"))
}

func TestVersion(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "--version")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stderr).To(gomega.BeEmpty())
	g.Expect(got.stdout).To(gomega.MatchRegexp(`^jobsim \S+ \(.*go1\.\d+.*\)\n$`))
}

func TestUsageErrors(t *testing.T) {
	const root, run, list = "See 'jobsim --help'.\n", "See 'jobsim run --help'.\n", "See 'jobsim scenarios --help'.\n"
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"rnu"}, `jobsim: unknown command "rnu" for "jobsim"; did you mean jobsim run?` + "\n" + root},
		{[]string{"pi"}, `jobsim: unknown command "pi" for "jobsim"; did you mean jobsim run pi?` + "\n" + root},
		{[]string{"frobnicate"}, `jobsim: unknown command "frobnicate" for "jobsim"` + "\n" + root},
		{[]string{"help", "rnu"},
			`jobsim: unknown command "rnu" for "jobsim"; did you mean jobsim run?` + "\nSee 'jobsim help --help'.\n"},
		{[]string{"completion", "fsh"}, `jobsim: unknown command "fsh" for "jobsim completion"; ` +
			"did you mean jobsim completion fish?\nSee 'jobsim completion --help'.\n"},
		{[]string{"run", "pi", "--max-events", "0"}, `jobsim: invalid argument "0" for "--max-events" flag: ` +
			"expected a whole number above zero\n" + run},
		{[]string{"run"}, "jobsim: expected one file, one name of a built-in scenario, or -, found 0 arguments: []; " +
			"jobsim scenarios lists the names\n" + run},
		{[]string{"run", "pi", "node-lost"},
			"jobsim: expected one file, one name of a built-in scenario, or -, found 2 arguments: " +
				`["pi" "node-lost"]; jobsim scenarios lists the names` + "\n" + run},
		{[]string{"run", "pi", "--sed", "3"}, "jobsim: unknown flag: --sed; did you mean --seed?\n" + run},
		{[]string{"run", "pi", "--frobnicate"}, "jobsim: unknown flag: --frobnicate\n" + run},
		{[]string{"run", "pi", "-x"}, "jobsim: unknown shorthand flag: 'x' in -x\n" + run},
		{[]string{"run", "pi", "-o"}, "jobsim: flag needs an argument: 'o' in -o\n" + run},
		{[]string{"run", "pi", "-o", "json"}, `jobsim: invalid argument "json" for "-o, --output" flag: ` +
			"expected timeline, describe, get, trace, yaml or svg\n" + run},
		{[]string{"run", "pi", "--color", "red"}, `jobsim: invalid argument "red" for "--color" flag: ` +
			"expected auto, always or never\n" + run},
		{[]string{"run", "pi", "--implementation", "mine"}, `jobsim: invalid argument "mine" for "--implementation" flag: ` +
			"expected reference, first-attempt, example, or broken:NAME as jobsim broken lists them\n" + run},
		{[]string{"run", "pi", "--seed", "-1"}, `jobsim: invalid argument "-1" for "--seed" flag: ` +
			"expected a whole number from 0 to 18446744073709551615\n" + run},
		{[]string{"run", "pi", "--until", "10"}, `jobsim: invalid argument "10" for "--until" flag: ` +
			"expected a duration such as 5s or 2m30s\n" + run},
		{[]string{"run", "pi", "--until", "0s"}, `jobsim: invalid argument "0s" for "--until" flag: ` +
			"expected a duration above zero\n" + run},
		{[]string{"run", "pi", "--until", "1000000h"}, `jobsim: invalid argument "1000000h" for "--until" flag: ` +
			"expected at most 87600h\n" + run},
		{[]string{"run", "-", "--pod-duration", "long"}, `jobsim: invalid argument "long" for "--pod-duration" flag: ` +
			"expected a duration such as 5s or 2m30s, or forever\n" + run},
		{[]string{"run", "-", "--pod-duration", "1s", "--script", "oom"},
			"jobsim: if any flags in the group [script pod-duration] " +
				"are set none of the others can be; [pod-duration script] were all set\n" + run},
		{[]string{"scenarios", "pi"},
			`jobsim: expected no argument, found "pi"; did you mean jobsim scenarios show pi?` + "\n" + list},
		{[]string{"scenarios", "shwo"}, `jobsim: expected show NAME or no argument, found "shwo"` + "\n" + list},
		{[]string{"scenarios", "show"}, "jobsim: expected the name of one scenario, found 0 arguments; " +
			"jobsim scenarios lists them\nSee 'jobsim scenarios show --help'.\n"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			gomega.NewWithT(t).Expect(call(t, "", c.args...)).To(gomega.Equal(outcome{"", c.want, exitUsage}))
		})
	}
}

func TestUnknownCommandThatIsAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	file(t, "my.yaml", job)
	got := call(t, "", "my.yaml")
	gomega.NewWithT(t).Expect(got).To(gomega.Equal(outcome{
		"", `jobsim: unknown command "my.yaml" for "jobsim"; did you mean jobsim run my.yaml?` + "\nSee 'jobsim --help'.\n", exitUsage}))
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		t.Run(shell, func(t *testing.T) {
			g := gomega.NewWithT(t)
			got := call(t, "", "completion", shell)
			g.Expect(got.code).To(gomega.Equal(exitHolds))
			g.Expect(got.stderr).To(gomega.BeEmpty())
			g.Expect(got.stdout).To(gomega.ContainSubstring("__complete"))
		})
	}
}

func TestCompletions(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"run", "oom-k"}, "oom-killed\tKilled for its memory, restarted in place\n:0\n"},
		{[]string{"run", "my"}, ":0\n"}, // 0 lets the shell complete files
		{[]string{"run", "pi", ""}, ":4\n"},
		{[]string{"run", "pi", "--color", ""}, "auto\nalways\nnever\n:4\n"},
		{[]string{"run", "pi", "--implementation", "r"}, "reference\n:4\n"},
		{[]string{"run", "pi", "--seed", ""}, ":4\n"},
		{[]string{"scenarios", "show", "pi"}, "pi\tA Job that computes pi\n:4\n"},
		{[]string{"scenarios", "-o", ""}, "table\tname and title, one scenario on a line\nname\tnames only, for scripts\n" +
			"json\tnames and titles as a JSON list\n:4\n"},
		{[]string{"run", "pi", "-o", ""}, "timeline\twhat happened, as a picture\n" +
			"describe\twhat kubectl describe job shows at the end\n" +
			"get\twhat kubectl get job,pods shows at the end\n" +
			"trace\tevery entry of the trace, as JSON Lines\n" +
			"yaml\tthe Jobs and pods that there are at the end\n" +
			"svg\tthe timeline as an SVG picture\n:4\n"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			got := call(t, "", append([]string{"__complete"}, c.args...)...)
			gomega.NewWithT(t).Expect(got.stdout).To(gomega.Equal(c.want))
		})
	}
}

// closing is a reader at the other end that leaves after some bytes.
type closing struct {
	left int
	err  error
}

func (c *closing) Write(b []byte) (int, error) {
	if c.left -= len(b); c.left < 0 {
		return 0, c.err
	}
	return len(b), nil
}

func TestReaderThatLeavesIsNoError(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, args := range [][]string{{"run", "node-lost", "-o", "trace"}, {"run", "pi"}, {"run", "pi", "-o", "yaml"},
		{"scenarios"}, {"scenarios", "show", "pi"}, {"--help"}} {
		var stderr bytes.Buffer
		pipe := &closing{left: 10, err: &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}}
		g.Expect(Main(args, strings.NewReader(""), pipe, &stderr)).To(gomega.Equal(exitHolds))
		g.Expect(stderr.String()).To(gomega.BeEmpty())
	}
}

func TestOutputThatCannotBeWritten(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, args := range [][]string{{"run", "pi", "-o", "describe"}, {"scenarios", "-o", "json"}} {
		var stderr bytes.Buffer
		full := &closing{err: errors.New("no space left on device")}
		g.Expect(Main(args, strings.NewReader(""), full, &stderr)).To(gomega.Equal(exitHarness))
		g.Expect(stderr.String()).To(gomega.Equal("jobsim: the output could not be written: no space left on device\n"))
	}
}

func TestPanicInsideIsToldAsSuch(t *testing.T) {
	g := gomega.NewWithT(t)
	var stderr bytes.Buffer
	g.Expect(Main([]string{"run", "-"}, panicking{}, io.Discard, &stderr)).To(gomega.Equal(exitHarness))
	g.Expect(stderr.String()).To(gomega.HavePrefix("jobsim: internal error: no such luck\nThis is a mistake in jobsim itself."))
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("no such luck") }

// A file is not a buffer: whether it is a terminal is asked of the system.
func TestMainWritesToFiles(t *testing.T) {
	g := gomega.NewWithT(t)
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(Main([]string{"run", "pi"}, os.Stdin, out, io.Discard)).To(gomega.Equal(exitHolds))
	g.Expect(out.Close()).To(gomega.Succeed())
	text, err := os.ReadFile(out.Name())
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(text)).NotTo(gomega.ContainSubstring("\x1b"), "a file is no terminal")
}
