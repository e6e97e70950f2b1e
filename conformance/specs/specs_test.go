package specs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/conformance/specs"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim/adapter"
)

// The reference conforms, and a spec that has nothing to do with it stands beside.
var _ = specs.Describe(fakes.ReferenceImplementation())

var _ = ginkgo.Describe("a spec of the user's own", ginkgo.Label("core"), func() {
	ginkgo.It("runs as well", func() { gomega.Expect(1 + 1).To(gomega.Equal(2)) })
})

// patient never fails a Job for the pods that failed. It has specs only in the processes that a test starts.
func patient() adapter.Implementation {
	d := fakes.Reference()
	d.FailuresExceeded = func(*batchv1.Job, int32) bool { return false }
	return fakes.Implementation("patient", d)
}

const withPatient = "JOBSIM_SPECS_WITH_PATIENT"

var _ = os.Getenv(withPatient) != "" && specs.Describe(patient(), conformance.WithChecks(100))

func TestSpecs(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "conformance specs")
}

// outcome is what came of a suite: the state of each spec that was not left out by a filter, by its name.
type outcome struct {
	states map[string]types.SpecState
	specs  map[string]types.SpecReport
	passed bool
}

// runSuite runs this suite once more, in a process of its own because Ginkgo allows one in each.
func runSuite(t *testing.T, env string, arguments ...string) outcome {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.json")
	command := exec.Command(os.Args[0], append([]string{"-test.run=^TestSpecs$", "-ginkgo.json-report=" + path}, arguments...)...)
	command.Env = append(os.Environ(), env)
	text, failed := command.CombinedOutput()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var reports []types.Report
	if err := json.Unmarshal(data, &reports); err != nil {
		t.Fatal(err)
	}
	o := outcome{map[string]types.SpecState{}, map[string]types.SpecReport{}, failed == nil}
	for _, s := range reports[0].SpecReports {
		// What a filter leaves out is skipped too, but never began.
		if !s.StartTime.IsZero() && !s.EndTime.IsZero() {
			o.states[s.FullText()], o.specs[s.FullText()] = s.State, s
		}
	}
	return o
}

func TestLabelFilterSelectsSpecs(t *testing.T) {
	got := runSuite(t, "", "-ginkgo.label-filter=conformance && area: containsAny backoff-limit && level: containsAny core")
	if !got.passed {
		t.Error("the suite fails")
	}
	want := 0
	for _, r := range conformance.Requirements() {
		if r.Area() == "backoff-limit" && r.Level == conformance.Core {
			want++
			if name := fmt.Sprintf("conformance of reference %s: %s", r.ID, r.Sentence); got.states[name] == types.SpecStateInvalid {
				t.Errorf("%s did not run", name)
			}
		}
	}
	if len(got.states) != want || want == 0 {
		t.Errorf("%d specs ran, expected the %d of the area: %v", len(got.states), want, got.states)
	}
}

func TestFocusSelectsSpecs(t *testing.T) {
	got := runSuite(t, "", "-ginkgo.focus=scenarios (pi|node-lost)$")
	if len(got.states) != 2 || got.states["conformance of reference scenarios pi"] != types.SpecStatePassed {
		t.Errorf("expected two specs that pass: %v", got.states)
	}
}

func TestEverythingHasASpec(t *testing.T) {
	got := runSuite(t, "", "-ginkgo.label-filter=conformance")
	if want := 1 + len(scenarios.Names()) + len(conformance.Requirements()); len(got.states) != want {
		t.Errorf("%d specs ran, expected %d", len(got.states), want)
	}
	skipped := 0
	for name, s := range got.specs {
		switch s.State {
		case types.SpecStateSkipped:
			skipped++
			if !strings.Contains(s.Failure.Message, "not claimed: ") && !strings.Contains(s.Failure.Message, "inconclusive: no run") {
				t.Errorf("%s is skipped without a reason: %s", name, s.Failure.Message)
			}
		case types.SpecStateFailed:
			t.Errorf("%s fails: %s", name, s.Failure.Message)
		}
	}
	if skipped == 0 {
		t.Error("neither the upstream-exact level nor a feature is claimed, but nothing is skipped")
	}
}

func TestMistakeFailsTheSpecOfItsRequirement(t *testing.T) {
	got := runSuite(t, withPatient+"=1", "-ginkgo.focus=conformance of patient")
	if got.passed {
		t.Error("the suite passes")
	}
	for name, s := range got.specs {
		if strings.HasPrefix(name, "conformance of patient job/backoff-limit/exceeding-fails-the-job: ") {
			if s.State != types.SpecStateFailed || !strings.Contains(s.Failure.Message, "The rule (MUST, BL-1") {
				t.Errorf("%v: %s", s.State, s.Failure.Message)
			}
			if file := filepath.Base(s.Failure.Location.FileName); file != "describe.go" {
				t.Errorf("the failure is in %s", file)
			}
			return
		}
	}
	t.Errorf("no such spec: %v", got.states)
}

// panicOf is what a call panics with.
func panicOf(t *testing.T, call func()) (text string) {
	t.Helper()
	defer func() {
		text = fmt.Sprint(recover())
	}()
	call()
	return ""
}

func TestDescribeRefusesWhatMakesNoSense(t *testing.T) {
	for want, call := range map[string]func(){
		`specs: Describe("reference") was called before`:                                        func() { specs.Describe(fakes.ReferenceImplementation()) },
		`specs: Describe("patient"): conformance: focus "no-such-thing" selects no requirement`: func() { specs.Describe(patient(), conformance.WithFocus("no-such-thing")) },
		`specs: Describe("patient"): conformance: -1 checks, case 0: expected zero or more`:     func() { specs.Describe(patient(), conformance.WithChecks(-1)) },
	} {
		if got := panicOf(t, call); !strings.HasPrefix(got, want) {
			t.Errorf("panics with %q, expected %q", got, want)
		}
	}
}
