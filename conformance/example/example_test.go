package example_test

import (
	"testing"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/conformance/example"
	"github.com/jobsim/jobsim/sim/adapter"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, adapter.Reconciler("example", example.New, example.Watches()))
}
