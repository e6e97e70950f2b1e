package generate_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
)

var cases = flag.Int("cases", 400, "how many seeds the tests of generated scenarios try")

// reasonable reports why a scenario is not one that may be generated, or nil.
func reasonable(s *sim.Scenario) error {
	if err := s.Check(); err != nil {
		return err
	}
	jobs := slices.Clone(s.Jobs)
	for i := range s.Actions {
		if j := s.Actions[i].Create; j != nil {
			jobs = append(jobs, j)
		}
	}
	for _, j := range jobs {
		if errs := apiserver.CheckJob(j); len(errs) > 0 {
			return fmt.Errorf("the API server rejects Job %s: %v", j.Name, errs.ToAggregate())
		}
	}
	return readAgain(s)
}

// readAgain writes a scenario, reads it and compares.
func readAgain(s *sim.Scenario) error {
	text, err := scenarios.Write(s)
	if err != nil {
		return err
	}
	again, err := scenarios.Parse(s.Name+".yaml", text)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	for i := range again.Actions {
		again.Actions[i].Line = 0
	}
	for i := range again.Faults {
		again.Faults[i].Line = 0
	}
	if !equality.Semantic.DeepEqual(s, again) {
		return fmt.Errorf("expected %+v\nfound %+v\nby way of\n%s", s, again, text)
	}
	return nil
}

func TestScenariosAreReasonable(t *testing.T) {
	for seed := range uint64(*cases) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{})
		if err := reasonable(s); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func TestEveryChooserMakesReasonableScenarios(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := generate.Scenario(generate.Rapid(t), generate.Options{})
		if err := reasonable(s); err != nil {
			t.Fatal(err)
		}
		data := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		if err := reasonable(generate.Scenario(generate.FromBytes(data), generate.Options{})); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheSimplestScenario(t *testing.T) {
	s := generate.Scenario(event.Fixed{}, generate.Options{})
	text, err := scenarios.Write(s)
	if err != nil {
		t.Fatal(err)
	}
	const want = `apiVersion: jobsim/v1alpha1
kind: Scenario
job:
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: work
  spec:
    template:
      spec:
        containers:
        - image: busybox
          name: main
        restartPolicy: Never
pods:
- {runs: [{for: 5s}]}
until: 2h
`
	if string(text) != want {
		t.Errorf("expected the simplest choices to make\n%s\ngot\n%s", want, text)
	}
}

func TestTheSameChoicesMakeTheSameScenario(t *testing.T) {
	for seed := range uint64(50) {
		recorded := &event.Recorded{From: event.NewSeeded(seed)}
		first := generate.Scenario(recorded, generate.Options{})
		again := generate.Scenario(&event.Replay{Choices: recorded.Choices}, generate.Options{})
		if !equality.Semantic.DeepEqual(first, again) {
			t.Fatalf("seed %d: expected %+v again, got %+v", seed, first, again)
		}
	}
}

func TestOnlyOneKind(t *testing.T) {
	for _, kind := range []generate.Kind{generate.Plain, generate.Edited, generate.Faulty} {
		for seed := range uint64(50) {
			s := generate.Scenario(event.NewSeeded(seed), generate.Options{Only: kind})
			if found := generate.KindOf(s); found != kind && (kind != generate.Plain || !onlyResumes(s)) {
				t.Fatalf("seed %d: expected a scenario that is %s, got one that is %s", seed, kind, found)
			}
		}
	}
}

// onlyResumes reports whether all that users do is to resume a Job that was created suspended.
func onlyResumes(s *sim.Scenario) bool {
	return len(s.Actions) == 1 && s.Actions[0].Suspend != nil && !*s.Actions[0].Suspend
}

// TestEverythingHeals checks that a correct implementation comes to an end in every scenario, whatever happens in it.
func TestEverythingHeals(t *testing.T) {
	for seed := range uint64(*cases) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{})
		for _, options := range [][]sim.Option{nil, {sim.WithSeed(seed)}} {
			r, err := sim.Run(s, fakes.ReferenceImplementation(), options...)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if r.Failure != nil || r.Ending != sim.Finished && r.Ending != sim.Quiet {
				text, _ := scenarios.Write(s)
				t.Errorf("seed %d: expected the Job to finish or to come to rest, got %s at %v (%v)\n%s",
					seed, r.Ending, r.End.Round(time.Second), r.Failure, text)
			}
		}
	}
}
