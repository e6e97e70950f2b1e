package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim/adapter"
)

// patient never fails a Job for the pods that failed.
func patient() adapter.Implementation {
	d := fakes.Reference()
	d.FailuresExceeded = func(*batchv1.Job, int32) bool { return false }
	return fakes.Implementation("patient", d)
}

// exceeding is the requirement that patient is meant to break.
const exceeding = "job/backoff-limit/exceeding-fails-the-job"

// hold runs the command line with patient as one more implementation.
func hold(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	t.Setenv("COLUMNS", "")
	var stdout, stderr bytes.Buffer
	p := &program{
		stdin: strings.NewReader(stdin), stdout: &output{to: &stdout}, screen: &stdout, stderr: &stderr,
		implementations: []adapter.Implementation{fakes.ReferenceImplementation(), patient()}, untilInterrupted: untilInterrupted,
		claimsAll: map[string]bool{"reference": true},
	}
	code := p.run(append([]string{"conformance"}, args...))
	return outcome{stdout.String(), stderr.String(), code}
}

func TestReferenceIsConformant(t *testing.T) {
	g := gomega.NewWithT(t)
	got := hold(t, "", "--checks", "200", "--focus", "job/implementation/*")
	g.Expect(got.code).To(gomega.Equal(exitHolds))
	g.Expect(got.stderr).To(gomega.BeEmpty(), "standard error is no terminal")
	g.Expect(got.stdout).To(gomega.HavePrefix(fmt.Sprintf("reference, held to core and extended of Kubernetes 1.37\n\n"+
		"Runs:         %d scenarios, %d situations and 200 random cases of seed 1\nFocus:        job/implementation/*\n",
		len(scenarios.Names()), len(situations.All()))))
	g.Expect(got.stdout).To(gomega.HaveSuffix("\n\nconformant\n"))
	again := hold(t, "", "--checks", "200", "--focus", "job/implementation/*")
	g.Expect(again).To(gomega.Equal(got), "the same options give the same bytes")
}

func TestMistakeIsNotConformant(t *testing.T) {
	g := gomega.NewWithT(t)
	got := hold(t, "", "--implementation", "patient", "--checks", "50")
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stdout).To(gomega.HaveSuffix("\n\nnot conformant\n"))
	g.Expect(got.stdout).To(gomega.ContainSubstring("\nTo see the first one again:\n  jobsim conformance --implementation patient --focus job/"))
	g.Expect(got.stdout).To(gomega.ContainSubstring("  jobsim requirements show job/"))
	fitsOneScreen(t, got.stdout)
}

// evaluated is the report on an implementation.
func evaluated(t *testing.T, i adapter.Implementation, o ...conformance.Option) *conformance.Report {
	t.Helper()
	r, err := conformance.Evaluate(t.Context(), i, append([]conformance.Option{conformance.WithChecks(50)}, o...)...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fitsOneScreen counts the lines of a terminal, of which commands may take several because they must stay whole.
func fitsOneScreen(t *testing.T, text string) {
	t.Helper()
	rows := 0
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		rows += 1 + max(0, len([]rune(line))-1)/80
		if len([]rune(line)) > 80 && !strings.HasPrefix(line, "  jobsim ") {
			t.Errorf("too wide: %s", line)
		}
	}
	if rows > 23 {
		t.Errorf("%d rows, expected 23 at most:\n%s", rows, text)
	}
}

// TestSummaryOfEverythingFitsOneScreen has more to tell than there is room for, and text that is too long.
func TestSummaryOfEverythingFitsOneScreen(t *testing.T) {
	g := gomega.NewWithT(t)
	r := evaluated(t, patient())
	row := r.Requirements[0]
	row.Verdict = conformance.NotConformant
	row.Violation = &conformance.ViolationRow{Run: "scenario pi", At: "5s", Text: strings.Repeat("too long ", 100) + "\x1b[31m", Reproduce: "jobsim x"}
	for range 40 {
		r.Requirements = append([]conformance.RequirementRow{row}, r.Requirements...)
	}
	text := string((&summary{report: r, width: 80}).text())
	fitsOneScreen(t, text)
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^and \d\d more$`))
	g.Expect(text).NotTo(gomega.ContainSubstring("\x1b"))
	g.Expect(string((&summary{report: r, width: 80, color: true}).text())).To(gomega.HaveSuffix("\n\x1b[31mnot conformant\x1b[0m\n"))
}

// TestSummaryBeginsWithTheSimplestRun has scenarios before cases, and what happens first before what it leads to.
func TestSummaryBeginsWithTheSimplestRun(t *testing.T) {
	r := &conformance.Report{Verdict: conformance.NotConformant, Scenarios: []conformance.ScenarioRow{{Name: "pi"}, {Name: "work-queue"}}}
	for _, v := range []conformance.ViolationRow{
		{Run: "case 12", At: "0s"}, {Run: "case 7", At: "5s"}, {Run: "scenario work-queue", At: "1s"},
		{Run: "scenario pi", At: "0s", Replay: "j1-200vrvDR0Jje3depHgIBAQEEAQIBAAEBAQABAgEAAQIBAQEAAQUBAwEAAQUBAQECAQMCAQEAAQIBAAEFAQEBAAEBAgABAQEAAQICAQMDAQIBAwEAAQIBAAECAQABAQEFAQIBBQEBAgIBBAE"},
		{Run: "scenario pi", At: "1m0s"}, {Run: "scenario pi", At: "9s"},
	} {
		r.Requirements = append(r.Requirements, conformance.RequirementRow{
			ID: v.Run + " at " + v.At, Verdict: conformance.NotConformant, Violation: &v})
	}
	var order []string
	for _, f := range toldOf(r) {
		order = append(order, f.name)
	}
	gomega.NewWithT(t).Expect(order).To(gomega.Equal([]string{"scenario pi at 9s", "scenario pi at 1m0s",
		"scenario work-queue at 1s", "scenario pi at 0s",
		"case 7 at 5s", "case 12 at 0s"}))
}

// TestReproduceLinesWork types every command that a report has, and finds the requirement broken by the same run each
// time. It may have been made small in another way, if others were broken by it too.
func TestReproduceLinesWork(t *testing.T) {
	g := gomega.NewWithT(t)
	report := reportOf(t, hold(t, "", "--implementation", "patient", "--checks", "30", "-o", "json"))
	typed := 0
	for _, row := range report.Requirements {
		if row.Violation == nil {
			continue
		}
		typed++
		again := reportOf(t, hold(t, "", append(words(t, row.Violation.Reproduce), "-o", "json")...))
		found := again.Requirements[0]
		g.Expect(again.Verdict).To(gomega.Equal(conformance.NotConformant), row.Violation.Reproduce)
		g.Expect(found.ID).To(gomega.Equal(row.ID))
		g.Expect(found.Violation.Run).To(gomega.Equal(row.Violation.Run))
	}
	g.Expect(typed).To(gomega.BeNumerically(">", 0))
	typed = 0
	for _, row := range report.Scenarios {
		if row.Reproduce != "" {
			typed++
			again := hold(t, "", words(t, row.Reproduce)...)
			g.Expect(again.code).To(gomega.Equal(exitFails), row.Reproduce)
		}
	}
	g.Expect(typed).To(gomega.BeNumerically(">", 0))
}

// words are the arguments after jobsim conformance, as a shell reads them.
func words(t *testing.T, line string) []string {
	t.Helper()
	out, err := exec.Command("bash", "-c", `jobsim() { printf '%s\n' "$@"; }; `+line).Output()
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if all[0] != "conformance" {
		t.Fatalf("expected a call of jobsim conformance: %s", line)
	}
	return all[1:]
}

func reportOf(t *testing.T, o outcome) *conformance.Report {
	t.Helper()
	r, err := conformance.ReadReport(strings.NewReader(o.stdout))
	if err != nil {
		t.Fatalf("%v: %+v", err, o)
	}
	return r
}

func TestCommandSaysWhatIsNotUsual(t *testing.T) {
	o := newConformanceOptions(&program{implementations: []adapter.Implementation{fakes.ReferenceImplementation()}})
	for _, c := range []struct {
		change func()
		r      conformance.Reproduction
		want   string
	}{
		{func() {}, conformance.Reproduction{Implementation: "broken:x", Requirement: "job/a/b", Seed: 3, Case: 17},
			"jobsim conformance --implementation broken:x --focus job/a/b --seed 3 --case 17"},
		{func() {}, conformance.Reproduction{Implementation: "it's mine", Scenario: "pi", Replay: "j1-AAAA"},
			`jobsim conformance --implementation 'it'\''s mine' --scenario pi --replay j1-AAAA`},
		{func() {}, conformance.Reproduction{Implementation: "x", Scenario: "pi", Replay: strings.Repeat("j", 200)},
			"jobsim conformance --implementation x --scenario pi --seed 1"},
		{func() { o.seed = seed{5, true} }, conformance.Reproduction{Implementation: "x", Scenario: "pi", Replay: strings.Repeat("j", 200)},
			"jobsim conformance --implementation x --scenario pi --seed 5"},
		{func() { o.scenario = given{value: "my file.yaml", set: true} }, conformance.Reproduction{Implementation: "x", Scenario: "my file"},
			"jobsim conformance --implementation x --scenario 'my file.yaml'"},
		{func() { o.kubernetes.value, o.reaction.value = 30, 2*o.reaction.value },
			conformance.Reproduction{Implementation: "x", Seed: 1, Case: 2, UpstreamExact: true},
			"jobsim conformance --implementation x --seed 1 --case 2 --profile upstream-exact --kubernetes 1.30 --reaction 20s"},
	} {
		c.change()
		gomega.NewWithT(t).Expect(o.again(c.r)).To(gomega.Equal(c.want))
	}
}

func TestConformanceWritesReports(t *testing.T) {
	g := gomega.NewWithT(t)
	t.Chdir(t.TempDir())
	file(t, "r.json", "old")
	got := hold(t, "", "--implementation", "patient", "--focus", "BL-1", "--checks", "5", "-o", "md",
		"--report", "r.json", "--report", "r.xml", "--report", "r.md", "--report", "r.html", "--report", "r.yaml")
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stderr).To(gomega.MatchRegexp(`^jobsim: patient is not conformant: \d+ not conformant, .*\n$`))
	data, err := os.ReadFile("r.md")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(got.stdout).To(gomega.Equal(string(data)))
	data, err = os.ReadFile("r.json")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_, err = conformance.ReadReport(bytes.NewReader(data))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	data, err = os.ReadFile("r.xml")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(xml.Unmarshal(data, new(struct{}))).To(gomega.Succeed())
	data, err = os.ReadFile("r.html")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(data)).To(gomega.ContainSubstring("<svg"), "the picture of the run")
	g.Expect(filepath.Glob("*")).To(gomega.HaveLen(5))
}

func TestOldReportOutlivesBadUsage(t *testing.T) {
	g := gomega.NewWithT(t)
	t.Chdir(t.TempDir())
	file(t, "r.json", "old")
	got := hold(t, "", "--report", "r.json", "--focus", "nothing-like-it")
	g.Expect(got.code).To(gomega.Equal(exitUsage))
	g.Expect(os.ReadFile("r.json")).To(gomega.BeEquivalentTo("old"))
	g.Expect(os.ReadDir(".")).To(gomega.HaveLen(1), "nothing is left behind")
}

// TestSavedCounterexampleBreaksAgain does what the head of the saved file says.
func TestSavedCounterexampleBreaksAgain(t *testing.T) {
	g := gomega.NewWithT(t)
	t.Chdir(t.TempDir())
	g.Expect(os.Mkdir("found", 0o700)).To(gomega.Succeed())
	hold(t, "", "--implementation", "patient", "--checks", "30", "--save", "found")
	saved, err := filepath.Glob("found/*.yaml")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(saved).NotTo(gomega.BeEmpty())
	for _, path := range saved {
		data, err := os.ReadFile(path)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		head := strings.Split(string(data), "\n")[:4]
		got := hold(t, "", words(t, strings.TrimPrefix(head[3], "# "))...)
		g.Expect(got.code).To(gomega.Equal(exitFails), "%s\n%s", head, got)
		g.Expect(got.stdout).To(gomega.ContainSubstring(strings.TrimPrefix(head[0], "# ")))
	}
	g.Expect(saved).To(gomega.ContainElement("found/backoff-limit-exceeding-fails-the-job.yaml"))
}

// stopping is a context that ends after it has been asked some times.
type stopping struct {
	context.Context
	left int
}

func (s *stopping) Err() error {
	if s.left--; s.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestInterruptedEvaluationSaysWhatIsKnown(t *testing.T) {
	g := gomega.NewWithT(t)
	t.Chdir(t.TempDir())
	var stdout, stderr bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &output{to: &stdout}, screen: &stdout, stderr: &stderr,
		implementations: []adapter.Implementation{fakes.ReferenceImplementation()},
		untilInterrupted: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return &stopping{ctx, len(situations.All()) + 300}, func() {} // somewhere in the random cases
		},
	}
	g.Expect(p.run([]string{"conformance", "--report", "r.json"})).To(gomega.Equal(exitInconclusive))
	g.Expect(stdout.String()).To(gomega.ContainSubstring("\nthe evaluation was stopped\n"))
	g.Expect(stdout.String()).To(gomega.HaveSuffix("\n\ninconclusive\n"))
	data, err := os.ReadFile("r.json")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	var r conformance.Report
	g.Expect(json.Unmarshal(data, &r)).To(gomega.Succeed())
	g.Expect(r.Cases).To(gomega.And(gomega.BeNumerically(">", 0), gomega.BeNumerically("<", conformance.DefaultChecks)))
}
