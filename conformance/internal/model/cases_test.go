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
	policy := "Never"
	if strings.HasPrefix(spec, "OnFailure, ") {
		policy, spec = "OnFailure", spec[len("OnFailure, "):]
	}
	s, err := scenarios.Parse("case.yaml", []byte(`
apiVersion: jobsim/v1alpha1
kind: Scenario
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {name: job}
  spec: {`+spec+`, template: {spec: {restartPolicy: `+policy+`, containers: [{name: main, image: busybox}]}}}
`+rest))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// singleCases say what is predicted of single scenarios; a word with a dash is why nothing is.
var singleCases = []struct{ name, spec, rest, predicted string }{
	{"a lost pod may keep its Job from finishing, if it is there when the Job fails",
		"completions: 2, parallelism: 2, backoffLimit: 0, podFailurePolicy: {rules: []}",
		"pods: [{runs: [{for: 5s}], lost: true}, {runs: [{exit: 1}]}]",
		"Failed (BackoffLimitExceeded) at some time with succeeded 0 to 2, failed 1 to 2 and 1 to 6 pods; or no end of the Job"},
	{"a lost pod that nobody deletes", "completions: 2, parallelism: 2, podFailurePolicy: {rules: []}",
		"pods: [{runs: [{for: 5s}], lost: true}]",
		"Complete (CompletionsReached) at some time with succeeded 2, failed 0 and 2 pods"},
	{"any of the indexes takes the pod that succeeds", "completions: 2, parallelism: 2, backoffLimit: 1, completionMode: Indexed",
		"pods: [{runs: [{exit: 1}]}, {runs: [{for: 1s}]}, {runs: [{exit: 1}]}]",
		"Failed (BackoffLimitExceeded) at some time with succeeded 0 to 1, failed 2 to 4 and 1 to 64 pods, " +
			"of the indexes [0 1] completed and [] failed, surely [] and []"},
	{"an index that hangs keeps the others waiting", "completions: 2, backoffLimit: 0, completionMode: Indexed, activeDeadlineSeconds: 60",
		"pods: [{match: {index: 0}, runs: [{for: forever}]}, {runs: [{exit: 1}]}]",
		"Failed (BackoffLimitExceeded) at some time with succeeded 0, failed 1 and 1 to 4 pods, of the indexes [] completed and [] failed, " +
			"surely [] and []; or Failed (DeadlineExceeded)"},
	{"pods that a suspension takes do not count (SUS-3)", "completions: 2, parallelism: 2, backoffLimit: 0",
		"pods: [{runs: [{for: 5s}]}]\nactions: [{at: 3s, suspend: true}, {at: 10s, resume: true}]",
		"Complete (CompletionsReached) after 5s with succeeded 2, failed 0 and 2 to 4 pods"},
	{"a Job that is not resumed", "completions: 2, parallelism: 2, completionMode: Indexed, suspend: true", "pods: [{runs: [{for: 5s}]}]",
		"no end of the Job, with succeeded 0, failed 0 and 0 pods"},
	{"a pod that somebody deletes counts as failed, or as it ends (BL-3, PRP-2)", "completions: 1, backoffLimit: 0",
		"pods: [{runs: [{for: 5s}]}]\nactions: [{at: 3s, pod: 1, delete: {}}]",
		"Complete (CompletionsReached) after 5s with succeeded 1, failed 0 and 1 to 2 pods; or Failed (BackoffLimitExceeded) at some time with"},
	{"without a policy, an evicted pod has one end only", "completions: 1, backoffLimit: 0, completionMode: Indexed, activeDeadlineSeconds: 3600",
		"pods: [{runs: [{for: 1h}], evictAfter: 5s}]",
		"Complete (CompletionsReached) at some time with succeeded 1"},
	{"restarts of pods with an index (ONF-3)", "OnFailure, completions: 1, backoffLimit: 2, completionMode: Indexed", "pods: [{runs: [{for: 1s, exit: 1}]}]",
		"Failed (BackoffLimitExceeded) at some time with succeeded 0 to 1, failed 1 and 1 to 3 pods, of the indexes [0] completed and [] failed, surely [] and []"},
	{"a limit that is lowered", "completions: 2, backoffLimit: 3, completionMode: Indexed",
		"pods: [{runs: [{for: 1s, exit: 1}]}, {runs: [{for: 1s}]}]\nactions: [{at: 1s, edit: {spec: {backoffLimit: 0}}}]",
		"Complete (CompletionsReached) after 2s with succeeded 2, failed 1 and 3 pods"},
	{"indexes that come and go (EIJ-2)", "completions: 3, parallelism: 3, completionMode: Indexed",
		"pods: [{runs: [{for: 1s}]}]\nactions: [{at: 2s, scale: {parallelism: 2, completions: 2}}]",
		"Complete (CompletionsReached) after 1s with succeeded 2 to 3, failed 0 and 2 to"},
	{"faults", "completions: 1", "pods: [{runs: [{for: 1s}]}]\nfaults: [{at: 1s, crash: controller}]", "-faults"},
	{"the Job is deleted", "completions: 1", "pods: [{runs: [{for: 1s}]}]\nactions: [{at: 1s, delete: {}}]", "-the Job is deleted"},
}

func TestSingleCases(t *testing.T) {
	for _, c := range singleCases {
		t.Run(c.name, func(t *testing.T) {
			scenario := parse(t, c.spec, c.rest)
			p, ok := model.Predict(scenario, reaction)
			got := p.String()
			if !ok {
				got = "-" + model.Declined(scenario, reaction)
			}
			if !strings.HasPrefix(got, c.predicted) {
				t.Errorf("expected %s\ngot %s", c.predicted, got)
			}
		})
	}
}
