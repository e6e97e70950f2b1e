package scenarios_test

import (
	"testing"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

// sixRetries is one Job, seven pods, six back-offs: some twenty virtual minutes.
const sixRetries = `apiVersion: jobsim/v1alpha1
kind: Scenario
title: Six retries
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {name: retries}
  spec:
    template:
      spec:
        restartPolicy: Never
        containers: [{name: main, image: busybox}]
pods:
- {start: 5s, runs: [{for: 75s, exit: 1}]}
expect:
- {condition: Failed, reason: BackoffLimitExceeded}
- {pods: 7}
`

// BenchmarkSmallScenario is one small scenario from its file to the verdict.
func BenchmarkSmallScenario(b *testing.B) {
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if _, err := scenarios.Parse("retries.yaml", []byte(sixRetries)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("run and judge", func(b *testing.B) {
		s, err := scenarios.Parse("retries.yaml", []byte(sixRetries))
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			res, err := sim.Run(s, fakes.ReferenceImplementation())
			if err != nil || len(res.Unmet()) > 0 {
				b.Fatal(err, res.Unmet())
			}
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			s, err := scenarios.Parse("retries.yaml", []byte(sixRetries))
			if err != nil {
				b.Fatal(err)
			}
			res, err := sim.Run(s, fakes.ReferenceImplementation())
			if err != nil || len(res.Unmet()) > 0 {
				b.Fatal(err, res.Unmet())
			}
		}
	})
}
