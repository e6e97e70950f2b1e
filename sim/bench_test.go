package sim_test

import (
	"syscall"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// lifecycles is a Job of many pods that run for 30 seconds each.
func lifecycles(completions, parallelism int32) *sim.Scenario {
	return &sim.Scenario{
		Name: "lifecycles",
		Jobs: []*batchv1.Job{job("many", func(s *batchv1.JobSpec) {
			s.Completions, s.Parallelism = &completions, &parallelism
		})},
		Pods:  []kubelet.Script{{Start: 2 * time.Second, Runs: []kubelet.Run{{For: 30 * time.Second}}}},
		Until: 1000 * time.Hour,
	}
}

func benchmarkLifecycles(b *testing.B, completions, parallelism int32) {
	s := lifecycles(completions, parallelism)
	b.ReportAllocs()
	start := cpuTime(b)
	for b.Loop() {
		res, err := sim.Run(s, reference())
		if err != nil || res.Jobs[0].Status.Succeeded != completions {
			b.Fatal(err, res.Ending, res.Failure, res.Jobs[0].Status)
		}
	}
	pods := float64(b.N) * float64(completions)
	b.ReportMetric(pods/(cpuTime(b)-start).Seconds(), "pods/cpu-s")
}

// cpuTime is what the process has used, garbage collection included: the machine may be busy with other things.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkLifecycles is a pod's life through the reference implementation: created, scheduled, running, succeeded,
// counted, finalizer removed, with the trace on.
func BenchmarkLifecycles(b *testing.B) {
	b.Run("1000-at-50", func(b *testing.B) { benchmarkLifecycles(b, 1000, 50) })
	b.Run("10000-at-500", func(b *testing.B) { benchmarkLifecycles(b, 10000, 500) })
}
