package manager_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/conformance/example"
	"github.com/jobsim/jobsim/conformance/example/manager"
	"github.com/jobsim/jobsim/sim/adapter"
)

// The same controller has the same verdicts whether jobsim calls its Reconcile function or runs its manager.
func TestBothAdaptersGiveTheSameVerdicts(t *testing.T) {
	g := NewWithT(t)
	called := conformance.Run(t, adapter.Reconciler("example", example.New, example.Watches()), conformance.WithChecks(200))
	run := conformance.Run(t, adapter.Concurrent("manager", manager.Run), conformance.WithChecks(200))
	g.Expect(run.Verdict).To(Equal(called.Verdict))
	for i, row := range run.Requirements {
		g.Expect(row.Verdict).To(Equal(called.Requirements[i].Verdict), row.ID)
	}
}
