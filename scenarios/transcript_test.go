package scenarios_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

// update rewrites the golden transcripts: go test ./scenarios -run Transcripts -update. Commit one only when you
// understand why it has changed.
var update = flag.Bool("update", false, "rewrite the golden transcripts")

// runs is how often each scenario is run to see whether it differs from itself.
var runs = flag.Int("runs", 20, "how many runs of each scenario must have the same hash")

func runBuiltIn(t *testing.T, name string) *sim.Result {
	t.Helper()
	s, err := scenarios.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	res, err := sim.Run(s, fakes.ReferenceImplementation())
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// TestTranscripts runs every built-in scenario on the reference: it comes to a good end, what the scenario expects
// holds, and the transcript is the golden one.
func TestTranscripts(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			res := runBuiltIn(t, name)
			if res.Failure != nil || res.Ending != sim.Quiet && res.Ending != sim.Finished {
				t.Errorf("the run ended with %q: %v", res.Ending, res.Failure)
			}
			for _, u := range res.Unmet() {
				t.Errorf("line %d: %s", u.Expectation.Line, u.Text)
			}
			var got bytes.Buffer
			fmt.Fprintf(&got, "# %s\n# The reference implementation, calm cluster.\n\n", res.Scenario.Title)
			if err := res.Trace.Transcript(&got); err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("library", name+".golden"), got.Bytes())
		})
	}
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	gotLines, wantLines := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(gotLines), len(wantLines)) {
		if !bytes.Equal(gotLines[i], wantLines[i]) {
			t.Fatalf("%s:%d: the transcript differs\nwant: %s\n got: %s\nIf you understand why: go test ./scenarios -run Transcripts -update",
				file, i+1, wantLines[i], gotLines[i])
		}
	}
	t.Fatalf("%s: the transcript has %d lines, the golden one %d", file, len(gotLines), len(wantLines))
}

// TestEveryRunHasTheSameHash is determinism: a run is a function of the scenario, the implementation and the choices.
func TestEveryRunHasTheSameHash(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			want := runBuiltIn(t, name).Trace.Hash()
			for i := range *runs {
				if got := runBuiltIn(t, name).Trace.Hash(); got != want {
					t.Fatalf("run %d has hash %s, the first had %s", i+2, got, want)
				}
			}
		})
	}
}

// TestGoldenFilesBelongToScenarios finds transcripts that no scenario has.
func TestGoldenFilesBelongToScenarios(t *testing.T) {
	files, err := filepath.Glob("library/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden transcripts found", err)
	}
	for _, f := range files {
		name := filepath.Base(f[:len(f)-len(".golden")])
		if _, err := scenarios.Get(name); err != nil {
			t.Errorf("%s belongs to no scenario: %v", f, err)
		}
	}
}
