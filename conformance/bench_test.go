package conformance

import (
	"context"
	"testing"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
)

// BenchmarkCase is one random case: made, run, and examined.
func BenchmarkCase(b *testing.B) {
	e := benchmarked(b)
	b.ReportAllocs()
	number := 0
	for b.Loop() {
		number++
		if err := e.runCase(number); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
}

// BenchmarkCaseWithFeatures is the same with every feature claimed.
func BenchmarkCaseWithFeatures(b *testing.B) {
	e := benchmarked(b, WithAllFeatures())
	b.ReportAllocs()
	number := 0
	for b.Loop() {
		number++
		if err := e.runCase(number); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
}

// BenchmarkExamine is the examination alone, of runs made before.
func BenchmarkExamine(b *testing.B) {
	e := benchmarked(b)
	var results []*sim.Result
	for number := 1; number <= 500; number++ {
		c := e.newCase(number)
		r, err := e.simulate(c.scenario, c.how...)
		if err != nil {
			b.Fatal(err)
		}
		results = append(results, r)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		e.examiner.examine(results[i%len(results)])
		i++
	}
}

// BenchmarkCoreProfile is the whole core profile: all scenarios, and 10,000 random cases.
func BenchmarkCoreProfile(b *testing.B) {
	for b.Loop() {
		r, err := Evaluate(b.Context(), fakes.ReferenceImplementation(), WithChecks(10_000))
		if err != nil || r.Verdict == NotConformant {
			b.Fatalf("%v: %v", err, r)
		}
	}
}

func benchmarked(b *testing.B, opts ...Option) *evaluator {
	o, err := newOptions(opts)
	if err != nil {
		b.Fatal(err)
	}
	return newEvaluator(context.Background(), fakes.ReferenceImplementation(), o)
}
