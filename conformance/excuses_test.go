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

var excusesOfIndexes = []excuse{
	{"no status can be stored until an index has succeeded anew (EIJ-2, STV-13)", "job/suspension/resume-is-said", indexedWork + `
    completions: 2
    parallelism: 2
pods:
- {match: {index: 0}, runs: [{for: 5s}]}
actions:
- {at: 1s, suspend: true}
- {at: 5s, scale: {parallelism: 0, completions: 0}}
- {at: 5s, scale: {parallelism: 1}}
- {at: 5s, resume: true}
`},
	{"nor that pods have ended", "job/counters/ended-pods-are-counted", indexedWork + `
    completions: 3
    parallelism: 3
pods:
- {match: {index: 0}, runs: [{for: 1s}]}
actions:
- {at: 1m, scale: {parallelism: 1, completions: 1}}
- {at: 1m, scale: {parallelism: 0}}
faults:
- {at: 1ms, watch: all, delay: 30s, for: 1m}
`},
	{"a pod without an index is taken away (IDX-5)", "job/conditions/false-decides-nothing", indexedWork + `
    completions: 2
actions:
- {after: {pod: 2, phase: Running}, pod: 2, edit: {metadata: {annotations: {batch.kubernetes.io/job-completion-index: null}}}}
- {at: 0s, edit: {status: {conditions: [{reason: Somebody, status: "False", type: FailureTarget}]}}, type: strategic, subresource: status}
`},
	{"it is no attempt that counts", "job/retries/attempts", indexedWork + `
    completions: 1
pods:
- {runs: [{exit: 1}]}
actions:
- {after: {pod: 4, phase: Running}, pod: 4, edit: {metadata: {annotations: {batch.kubernetes.io/job-completion-index: "-1"}}}}
`},
	{"a failed pod whose index is no more does not count (EIJ-7)", "job/failure-policy/unmatched-failures-count", indexedWork + `
    completions: 2
    parallelism: 2
    podFailurePolicy: {rules: []}
pods:
- {runs: [{exit: 1}]}
actions:
- {at: 1s, scale: {parallelism: 1, completions: 1}}
`},
	{"what becomes of a pod that has counted fails no index", "job/failure-policy/fail-index", indexedWork + `
    completions: 2
    parallelism: 2
    backoffLimitPerIndex: 1
    podFailurePolicy:
      rules:
      - {action: FailIndex, onPodConditions: [{type: DisruptionTarget, status: "True"}]}
pods:
- {runs: [{exit: 1}]}
faults:
- {at: 1s, node: node-2, lost: true, for: 10m}
`},
	{"successes of indexes that are no more leave room (EIJ-2)", "job/resilience/conflict-makes-no-duplicates", indexedWork + `
    completions: 2
    parallelism: 2
pods:
- {match: {index: 0}, runs: [{for: 1s}]}
actions:
- {after: {status: {succeeded: 1}}, scale: {parallelism: 1, completions: 1}}
- {at: 1s, suspend: true}
- {after: {condition: Suspended}, resume: true}
faults:
- {watch: all, delay: 1s, for: 5s}
`},
	{"a failed pod of an index makes it wait by itself (BPI-8), whatever else fails", "job/pod-creation/retry-delay", indexedWork + `
    backoffLimitPerIndex: 0
    completions: 1
    podFailurePolicy:
      rules:
      - {action: Ignore, onExitCodes: {operator: NotIn, values: [137]}}
pods:
- {runs: [{exit: 1}]}
- {runs: [{for: 1s}]}
faults:
- {error: 409, verb: update, resource: jobs, subresource: status, times: 4}
`},
	{"a pod that lost its index before it could count", "job/deadline/killed-pods-count", indexedWork + `
    activeDeadlineSeconds: 1
    completions: 2
    parallelism: 2
actions:
- {at: 5s, pod: 1, edit: {metadata: {annotations: {batch.kubernetes.io/job-completion-index: "2"}}}}
faults:
- {crash: controller, down: 5s, call: 5}
`},
	{"an ignored pod that matches another rule once it has been let go", "job/failure-policy/exit-codes", indexedWork + `
    completions: 1
    podFailurePolicy:
      rules:
      - {action: Count, onPodConditions: [{type: DisruptionTarget, status: "True"}]}
      - {action: Ignore, onExitCodes: {operator: In, values: [1]}}
pods:
- {runs: [{exit: 1}]}
- {runs: [{for: 1h}]}
faults:
- {at: 1s, node: node-1, lost: true, for: 10m}
`},
	{"a deadline that is no more has left its timer", "job/pod-creation/retry-delay", indexedWork + `
    completions: 1
    activeDeadlineSeconds: 4
actions:
- {at: 1s, suspend: true}
- {at: 3s, resume: true}
- {at: 5s, edit: {spec: {activeDeadlineSeconds: null}}}
faults:
- {error: 409, verb: update, resource: jobs, subresource: status, skip: 3, for: 10s}
`},
	{"a pod of which one container has failed so that it is ignored, when the other is killed (PFP-10)", "job/deadline/killed-pods-count", `
apiVersion: jobsim/v1alpha1
kind: Scenario
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {name: job}
  spec:
    activeDeadlineSeconds: 11
    podFailurePolicy:
      rules:
      - {action: FailJob, onExitCodes: {operator: In, values: [143]}}
      - {action: Ignore, onExitCodes: {operator: NotIn, values: [139]}}
    template:
      spec:
        restartPolicy: Never
        containers: [{name: main, image: busybox}, {name: helper, image: busybox}]
pods:
- {runs: [{exit: 1}]}
- {runs: [{exit: 1}], containers: {helper: [{for: 5s}]}}
`},
	{"an ignored failure is news in each evaluation until its finalizer can be taken (BO-8)", "job/parallelism/reaches-target", `
apiVersion: jobsim/v1alpha1
kind: Scenario
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {name: job}
  spec:
    podFailurePolicy:
      rules:
      - {action: Ignore, onExitCodes: {operator: In, values: [1]}}
    template:
      spec:
        restartPolicy: Never
        containers: [{name: main, image: busybox}]
pods:
- {runs: [{exit: 1}]}
- {runs: [{exit: 1}]}
- {runs: [{for: 1h}]}
faults:
- {error: 500, verb: patch, resource: pods, times: 5}
`},
}

func TestExcuses(t *testing.T) {
	claims := DefaultClaims()
	for _, e := range append(excuses, excusesOfIndexes...) {
		t.Run(e.name, func(t *testing.T) {
			s, err := scenarios.Parse("excuse.yaml", []byte(e.scenario))
			if err != nil {
				t.Fatal(err)
			}
			for seed := range uint64(100) {
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
