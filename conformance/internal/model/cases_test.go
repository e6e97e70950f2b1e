package model_test

import (
	"strings"
	"testing"

	"github.com/jobsim/jobsim/conformance/internal/model"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

// parse reads what a Job asks for and the rest of its scenario.
func parse(t *testing.T, spec, rest string) *sim.Scenario {
	t.Helper()
	s, err := scenarios.Parse("case.yaml", []byte(`
apiVersion: jobsim/v1alpha1
kind: Scenario
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {name: job}
  spec: {`+spec+`, template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}}
`+rest))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// singleCases say what is predicted of single scenarios; empty means nothing.
var singleCases = []struct{ name, spec, rest, predicted string }{
	{"a lost pod keeps its Job from finishing, if it is there when the Job fails",
		"completions: 2, parallelism: 2, backoffLimit: 0, podFailurePolicy: {rules: []}",
		"pods: [{runs: [{for: 5s}], lost: true}, {runs: [{exit: 1}]}]", ""},
	{"a lost pod that nobody deletes", "completions: 2, parallelism: 2, podFailurePolicy: {rules: []}",
		"pods: [{runs: [{for: 5s}], lost: true}]",
		"Complete (CompletionsReached) at some time with succeeded 2, failed 0 and 2 pods"},
	{"any of the indexes takes the pod that succeeds", "completions: 2, parallelism: 2, backoffLimit: 1, completionMode: Indexed",
		"pods: [{runs: [{exit: 1}]}, {runs: [{for: 1s}]}, {runs: [{exit: 1}]}]",
		"Failed (BackoffLimitExceeded) at some time with succeeded 0 to 1, failed 2 to 4 and 1 to 64 pods, " +
			"of the indexes [0 1] completed and [] failed, surely [] and []"},
}

func TestSingleCases(t *testing.T) {
	for _, c := range singleCases {
		t.Run(c.name, func(t *testing.T) {
			p, ok := model.Predict(parse(t, c.spec, c.rest), reaction)
			if ok != (c.predicted != "") {
				t.Fatalf("expected a prediction: %v, got %v: %v", c.predicted != "", ok, p)
			}
			if got := p.String(); ok && !strings.HasPrefix(got, c.predicted) {
				t.Errorf("expected %s\ngot %s", c.predicted, got)
			}
		})
	}
}
