package sim_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/fakes"
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

func benchmarkLifecycles(b *testing.B, s *sim.Scenario) {
	completions := *s.Jobs[0].Spec.Completions
	b.ReportAllocs()
	start := cpuTime(b)
	for b.Loop() {
		res, err := sim.Run(s, fakes.ReferenceImplementation())
		if err != nil || res.Jobs[0].Status.Succeeded != completions {
			b.Fatal(err, res.Ending, res.Failure, res.Jobs[0].Status)
		}
	}
	pods := float64(b.N) * float64(completions)
	b.ReportMetric(pods/(cpuTime(b)-start).Seconds(), "pods/cpu-s")
	b.ReportMetric(float64(kept(b, s))/float64(completions), "kept-B/pod")
}

// kept is how many bytes of the heap a finished run holds on to: the trace with every version of every object.
func kept(b *testing.B, s *sim.Scenario) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	res, err := sim.Run(s, fakes.ReferenceImplementation())
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(res)
	return after.HeapAlloc - before.HeapAlloc
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
	b.Run("1000-at-50", func(b *testing.B) { benchmarkLifecycles(b, lifecycles(1000, 50)) })
	b.Run("10000-at-500", func(b *testing.B) { benchmarkLifecycles(b, lifecycles(10000, 500)) })
	b.Run("indexed-1000-at-50", func(b *testing.B) { benchmarkLifecycles(b, indexed(lifecycles(1000, 50))) })
	b.Run("indexed-10000-at-500", func(b *testing.B) { benchmarkLifecycles(b, indexed(lifecycles(10000, 500))) })
}

// BenchmarkLargeJobs is the largest Job that a test of scale would have, without indexes and with them, whose status holds
// the completed ones. What an index costs must not grow with how many there are: run it with -benchtime 1x.
func BenchmarkLargeJobs(b *testing.B) {
	b.Run("100000-at-500", func(b *testing.B) { benchmarkLifecycles(b, lifecycles(100_000, 500)) })
	b.Run("indexed-100000-at-500", func(b *testing.B) { benchmarkLifecycles(b, indexed(lifecycles(100_000, 500))) })
}

// BenchmarkQuietWait is a pod that runs for ten and for ten thousand seconds: waiting costs nothing.
func BenchmarkQuietWait(b *testing.B) {
	for _, d := range []time.Duration{10 * time.Second, 10_000 * time.Second} {
		b.Run(d.String(), func(b *testing.B) {
			s := lifecycles(1, 1)
			s.Pods = []kubelet.Script{{Runs: []kubelet.Run{{For: d}}}}
			for b.Loop() {
				if res, err := sim.Run(s, fakes.ReferenceImplementation()); err != nil || res.Jobs[0].Status.Succeeded != 1 {
					b.Fatal(err)
				}
			}
		})
	}
}

// indexed makes the Job of a scenario an Indexed one.
func indexed(s *sim.Scenario) *sim.Scenario {
	s.Jobs[0].Spec.CompletionMode = new(batchv1.IndexedCompletion)
	return s
}
