package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim/trace"
)

func TestRunShowsATimeline(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "run", "pi")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stderr).To(gomega.BeEmpty())
	g.Expect(got.stdout).To(gomega.HavePrefix("A Job that computes pi\n\nJob pi: completions 1"))
	g.Expect(got.stdout).To(gomega.HaveSuffix("\nAll 6 expectations hold.\n"))
	g.Expect(call(t, "", "run", "pi", "-o", "timeline")).To(gomega.Equal(got))
}

func TestEveryBuiltInScenarioHolds(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			got := call(t, "", "run", name)
			gomega.NewWithT(t).Expect(got.code).To(gomega.Equal(exitHolds), got.stdout)
		})
	}
}

func TestRunDescribes(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "run", "pi", "-o", "describe")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stderr).To(gomega.BeEmpty())
	g.Expect(got.stdout).To(gomega.MatchRegexp(`(?m)^Duration: +65s$`))
	g.Expect(got.stdout).To(gomega.MatchRegexp(`(?m)^Pods Statuses: +0 Active \(0 Ready\) / 1 Succeeded / 0 Failed$`))
	g.Expect(got.stdout).To(gomega.MatchRegexp(`(?m)^  Normal  Completed +1s +job-controller  Job completed$`))
}

func TestRunGets(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "run", "pi", "-o", "get")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stderr).To(gomega.BeEmpty())
	lines := strings.Split(got.stdout, "\n")
	g.Expect(lines).To(gomega.HaveLen(6))
	g.Expect(lines[0]).To(gomega.MatchRegexp(`^NAME +STATUS +COMPLETIONS +DURATION +AGE`))
	g.Expect(lines[1]).To(gomega.MatchRegexp(`^job.batch/pi +Complete +1/1 +65s +66s`))
	g.Expect(lines[4]).To(gomega.MatchRegexp(`^pod/pi-[a-z0-9]{5} +0/1 +Completed +0 +66s`))
}

func TestRunWritesATrace(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "run", "pi", "-o", "trace")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stderr).To(gomega.BeEmpty())
	decoded, err := trace.Decode(strings.NewReader(got.stdout))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(len(decoded.Entries)).To(gomega.BeNumerically(">", 10))
	g.Expect(call(t, "", "run", "pi", "-o", "trace").stdout).To(gomega.Equal(got.stdout), "the same run gives the same bytes")
}

func TestRunWritesYAML(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "run", "pi", "-o", "yaml")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	documents := strings.Split(got.stdout, "\n---\n")
	g.Expect(documents).To(gomega.HaveLen(2))
	g.Expect(documents[0]).To(gomega.And(gomega.ContainSubstring("kind: Job\n"), gomega.ContainSubstring("succeeded: 1\n")))
	g.Expect(documents[1]).To(gomega.And(gomega.ContainSubstring("kind: Pod\n"), gomega.ContainSubstring("phase: Succeeded\n")))
}

func TestRunDrawsSVG(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, "", "run", "pi", "-o", "svg")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stdout).To(gomega.HavePrefix("<svg "))
	for d := xml.NewDecoder(strings.NewReader(got.stdout)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		g.Expect(err).NotTo(gomega.HaveOccurred())
	}
}

func TestBareManifest(t *testing.T) {
	g := gomega.NewWithT(t)
	got := call(t, job, "run", "-", "-o", "get")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stderr).To(gomega.BeEmpty())
	g.Expect(got.stdout).To(gomega.MatchRegexp(`job.batch/tidy +Complete +1/1 +6s`), "5 s, and the reaction to the end of the pod")

	got = call(t, job, "run", "-", "-o", "get", "--pod-duration", "1h")
	g.Expect(got.stdout).To(gomega.MatchRegexp(`job.batch/tidy +Complete +1/1 +60m`))

	got = call(t, job, "run", "-", "-o", "get", "--pod-duration", "forever")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stdout).To(gomega.MatchRegexp(`job.batch/tidy +Running +0/1 `))

	got = call(t, job, "run", "-", "-o", "get", "--until", "4s")
	g.Expect(got.stdout).To(gomega.MatchRegexp(`job.batch/tidy +Running +0/1 +4s +4s`))

	got = call(t, job, "run", "-", "--script", "run 5s exit 3")
	g.Expect(got.code).To(gomega.Equal(exitHolds), "a bare manifest expects nothing")
	g.Expect(got.stdout).To(gomega.ContainSubstring("Job tidy is Failed (BackoffLimitExceeded"))
	g.Expect(got.stdout).NotTo(gomega.ContainSubstring("expectation"))
}

func TestBareManifestsInJSONAndManyDocuments(t *testing.T) {
	g := gomega.NewWithT(t)
	json := `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"second"},"spec":{"template":{"spec":` +
		`{"restartPolicy":"Never","containers":[{"name":"main","image":"busybox"}]}}}}`
	got := call(t, json, "run", "-", "-o", "get")
	g.Expect(got.stdout).To(gomega.ContainSubstring("job.batch/second "))
	got = call(t, "---\n"+job+"---\n"+json+"\n", "run", "-", "-o", "describe")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(regexp.MustCompile(`(?m)^Name: +(\w+)$`).FindAllString(got.stdout, -1)).To(gomega.HaveLen(2))
	g.Expect(got.stdout).To(gomega.ContainSubstring("\n\n\nName: "))
}

func TestScriptGoesOnWhereTheNextRunIs(t *testing.T) {
	g := gomega.NewWithT(t)
	again := strings.Replace(job, "Never", "OnFailure", 1)
	got := call(t, again, "run", "-", "-o", "get", "--script", "run 5s exit 1; run 5s exit 0")
	g.Expect(got.stderr).To(gomega.BeEmpty())
	g.Expect(got.stdout).To(gomega.MatchRegexp(`pod/tidy-\w+ +0/1 +Completed +1 `))

	// With restartPolicy Never the next run is the next pod's.
	got = call(t, job, "run", "-", "-o", "get", "--script", "run 5s exit 1; run 5s exit 0")
	g.Expect(got.stderr).To(gomega.BeEmpty())
	g.Expect(got.stdout).To(gomega.MatchRegexp(`pod/tidy-\w+ +0/1 +Error +0 `))
	g.Expect(got.stdout).To(gomega.MatchRegexp(`pod/tidy-\w+ +0/1 +Completed +0 `))
	g.Expect(got.stdout).To(gomega.MatchRegexp(`job.batch/tidy +Complete `))
}

func TestRunThatLeavesNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	const deleted = "apiVersion: jobsim/v1alpha1\nkind: Scenario\nactions:\n- {at: 2s, delete: {propagation: Background}}\njob:\n"
	scenario := deleted + "  " + strings.ReplaceAll(strings.TrimSpace(job), "\n", "\n  ") + "\n"
	g.Expect(call(t, scenario, "run", "-", "-o", "describe").stderr).To(
		gomega.MatchRegexp(`^jobsim: no Job is left at the end, after \S+s\n$`))
	for _, format := range []string{"get", "yaml"} {
		got := call(t, scenario, "run", "-", "-o", format)
		g.Expect(got.code).To(gomega.Equal(exitHolds))
		g.Expect(got.stdout).To(gomega.BeEmpty())
		g.Expect(got.stderr).To(gomega.MatchRegexp(`^jobsim: no Job and no pod is left at the end, after \S+s\n$`))
	}
}

var replayed = regexp.MustCompile(`(?m)^replay: jobsim run (\S+) (--until 1h )?--replay (j1-\S+)$`)

func TestReplayRepeatsARandomRun(t *testing.T) {
	g := gomega.NewWithT(t)
	hash := func(args ...string) string {
		got := call(t, "", append(args, "-o", "trace")...)
		g.Expect(got.code).To(gomega.Equal(exitHolds), got.stderr)
		decoded, err := trace.Decode(strings.NewReader(got.stdout))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		return decoded.Hash()
	}
	got := call(t, "", "run", "never-backoff", "--seed", "7", "--until", "1h")
	line := replayed.FindStringSubmatch(got.stdout)
	g.Expect(line).NotTo(gomega.BeNil(), got.stdout)
	g.Expect(line[1]).To(gomega.Equal("never-backoff"))
	again := strings.Fields(strings.TrimPrefix(line[0], "replay: jobsim "))
	g.Expect(hash(again...)).To(gomega.Equal(hash("run", "never-backoff", "--seed", "7", "--until", "1h")))
	g.Expect(hash(again...)).NotTo(gomega.Equal(hash("run", "never-backoff", "--seed", "8", "--until", "1h")))
	g.Expect(call(t, "", again...)).To(gomega.Equal(got))
}

func TestTokenOfAnotherScenarioIsRefused(t *testing.T) {
	g := gomega.NewWithT(t)
	token := replayed.FindStringSubmatch(call(t, "", "run", "pi", "--seed", "7").stdout)[3]
	got := call(t, "", "run", "never-backoff", "--replay", token)
	g.Expect(got).To(gomega.Equal(outcome{"", "jobsim: --replay: token \"" + token[:20] + "\" belongs to another scenario than " +
		"never-backoff.yaml, or to another version of it: expected one of the same file, with the same --until, --script and " +
		"--pod-duration\n", exitUsage}))
	for bad, want := range map[string]string{
		"":       `jobsim: --replay: replay token "": expected it to start with "j1-", as printed by an earlier run`,
		"zzz":    `jobsim: --replay: replay token "zzz": expected it to start with "j1-", as printed by an earlier run`,
		"j1-!!!": `jobsim: --replay: replay token "j1-!!!": expected URL-safe base64; was it cut off when copied?`,
	} {
		g.Expect(call(t, "", "run", "pi", "--replay", bad)).To(gomega.Equal(outcome{"", want + "\n", exitUsage}))
	}
}

func TestReplayLineCanBePasted(t *testing.T) {
	g := gomega.NewWithT(t)
	t.Chdir(t.TempDir())
	file(t, "it's mine.yaml", job)
	got := call(t, "", "run", "it's mine.yaml", "--seed", "0", "--script", "run 5s exit 1")
	g.Expect(got.stdout).To(gomega.MatchRegexp(
		`\nreplay: jobsim run 'it'\\''s mine\.yaml' --script 'run 5s exit 1' --replay j1-\S+\n$`))
	got = call(t, "", "run", "it's mine.yaml", "--seed", "1", "--pod-duration", "1m")
	g.Expect(got.stdout).To(gomega.MatchRegexp(` --pod-duration 1m --replay j1-\S+\n$`))
}

func TestWidthComesFromCOLUMNS(t *testing.T) {
	g := gomega.NewWithT(t)
	widest := func(columns string) int {
		t.Setenv("COLUMNS", columns)
		var out bytes.Buffer
		g.Expect(Main([]string{"run", "never-backoff"}, strings.NewReader(""), &out, io.Discard)).To(gomega.Equal(exitHolds))
		most := 0
		for _, line := range strings.Split(out.String(), "\n") {
			most = max(most, len([]rune(line)))
		}
		return most
	}
	g.Expect(widest("60")).To(gomega.BeNumerically("<=", 60))
	g.Expect(widest("")).To(gomega.And(gomega.BeNumerically("<=", 80), gomega.BeNumerically(">", 60)))
	g.Expect(widest("wide")).To(gomega.BeNumerically("<=", 80))
	g.Expect(widest("120")).To(gomega.And(gomega.BeNumerically("<=", 120), gomega.BeNumerically(">", 80)))
	g.Expect(widest("1000000000")).To(gomega.BeNumerically("<=", mostWidth))
}

func TestColor(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(call(t, "", "run", "pi").stdout).NotTo(gomega.ContainSubstring("\x1b"), "a buffer is no terminal")
	g.Expect(call(t, "", "run", "pi", "--color", "never").stdout).NotTo(gomega.ContainSubstring("\x1b"))
	t.Setenv("NO_COLOR", "1")
	got := call(t, "", "run", "pi", "--color", "always")
	g.Expect(got.stdout).To(gomega.HavePrefix("\x1b[1mA Job that computes pi\x1b[0m\n"))
	g.Expect(got.stdout).To(gomega.HaveSuffix("\x1b[32mAll 6 expectations hold.\x1b[0m\n"))
	for _, format := range []string{"describe", "get", "trace", "yaml"} {
		g.Expect(call(t, "", "run", "pi", "--color", "always", "-o", format).stdout).NotTo(gomega.ContainSubstring("\x1b"))
	}
}
