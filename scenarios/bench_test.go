package scenarios_test

import (
	"testing"

	"github.com/jobsim/jobsim/scenarios"
)

// BenchmarkParse is part of the way from a file to a verdict, for which there is a millisecond.
func BenchmarkParse(b *testing.B) {
	source := scenarios.Source("onfailure-exhausted")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := scenarios.Parse("onfailure-exhausted.yaml", source); err != nil {
			b.Fatal(err)
		}
	}
}
