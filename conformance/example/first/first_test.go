package first_test

import (
	"testing"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/conformance/example/first"
	"github.com/jobsim/jobsim/sim/adapter"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, adapter.Reconciler("first", first.New))
}
