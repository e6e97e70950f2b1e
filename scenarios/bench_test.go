package scenarios_test

import (
	"syscall"
	"testing"
	"time"

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

// reportCPU adds what the process has used for each pass, garbage collection included, since start: the machine may be
// busy with other things.
func reportCPU(b *testing.B, start time.Duration) {
	b.ReportMetric(float64((cpuTime(b)-start).Microseconds())/float64(b.N), "cpu-µs/op")
}

func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkSmallScenario is one small scenario from its file to the verdict.
func BenchmarkSmallScenario(b *testing.B) {
	b.Run("load", func(b *testing.B) {
		defer reportCPU(b, cpuTime(b))
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
		defer reportCPU(b, cpuTime(b))
		for b.Loop() {
			res, err := sim.Run(s, fakes.ReferenceImplementation())
			if err != nil || len(res.Unmet()) > 0 {
				b.Fatal(err, res.Unmet())
			}
		}
	})
	b.Run("all", func(b *testing.B) {
		defer reportCPU(b, cpuTime(b))
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
