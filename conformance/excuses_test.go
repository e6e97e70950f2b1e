package conformance

import (
	"testing"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

// excuse is a scenario that random search has found, in which the reference does what kube-controller-manager does, and
// a check once blamed it.
type excuse struct{ name, requirement, scenario string }

const indexedWork = `
apiVersion: jobsim/v1alpha1
kind: Scenario
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {name: job}
  spec:
    completionMode: Indexed
    template:
      spec:
        restartPolicy: Never
        containers: [{name: main, image: busybox}]
`

var excuses = []excuse{
	{"an evaluation that takes a pod away creates none (SYNC-5)", "job/parallelism/raising-creates-at-once", indexedWork + `
        terminationGracePeriodSeconds: 0
    completions: 3
    parallelism: 3
pods:
- {runs: [{for: 10s}]}
actions:
- {at: 1s, scale: {parallelism: 1}}
- {at: 5s, scale: {parallelism: 2, completions: 2}}
`},
	{"parallelism is lowered before anybody sees that it was raised", "job/parallelism/raising-creates-at-once", indexedWork + `
    completions: 1
    parallelism: 1
pods:
- {runs: [{for: 10s}]}
actions:
- {at: 1s, scale: {parallelism: 2, completions: 2}}
- {at: 1s, scale: {parallelism: 0}}
`},
	{"a pod whose finalizer a suspension has taken fails its index no more (TRK-7)", "job/failure-policy/failed-index-is-not-retried", indexedWork + `
    backoffLimitPerIndex: 0
    completions: 1
    podFailurePolicy:
      rules:
      - {action: FailIndex, onExitCodes: {operator: In, values: [1]}}
pods:
- {runs: [{for: 2s, exit: 1}]}
actions:
- {at: 1s, suspend: true}
- {at: 5s, resume: true}
faults:
- {error: timeout, verb: delete, resource: pods, times: 1}
`},
	{"a failure that comes after a success counts, although its pod was last ready before it (BO-3)", "job/backoff-delay/later-failures-count",
		indexedWork + `
        initContainers: [{name: init, image: busybox}]
    completions: 3
    parallelism: 2
pods:
- {match: {index: 0}, containers: {init: [{for: 30s, exit: 1}]}}
- {match: {index: 1}, containers: {init: [{for: 5s}], main: [{for: 5s}]}}
- {containers: {init: [{exit: 1}]}}
`},
	{"the time to live is taken away between the look at the Job and its deletion", "job/deletion/finished-jobs-stay", indexedWork + `
    completions: 1
    ttlSecondsAfterFinished: 30
pods:
- {runs: [{for: 10s}]}
actions:
- {at: 31s, after: {condition: Complete}, edit: {spec: {ttlSecondsAfterFinished: null}}}
faults:
- {crash: controller, down: 1s, call: 1, verb: get}
`},
}

func TestExcuses(t *testing.T) {
	claims := DefaultClaims()
	for _, e := range excuses {
		t.Run(e.name, func(t *testing.T) {
			s, err := scenarios.Parse("excuse.yaml", []byte(e.scenario))
			if err != nil {
				t.Fatal(err)
			}
			for seed := range uint64(300) {
				var how []sim.Option
				if seed > 0 {
					how = []sim.Option{sim.WithSeed(seed)}
				}
				r, err := sim.Run(s, fakes.ReferenceImplementation(), how...)
				if err != nil {
					t.Fatal(err)
				}
				if v := Examine(r, []*Requirement{Lookup(e.requirement)}, &claims).Violations[0]; v != nil {
					t.Fatalf("seed %d: %s", seed, v.Text)
				}
			}
		})
	}
}
