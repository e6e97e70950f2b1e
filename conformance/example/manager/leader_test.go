package manager_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"k8s.io/client-go/rest"

	"github.com/jobsim/jobsim/conformance/example/manager"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

// A controller that must be elected before it works starts, keeps its lease, and takes it over after a crash, when the
// dead instance's has run out.
func TestControllersElectTheirLeader(t *testing.T) {
	g := NewWithT(t)
	s, err := scenarios.Get("pi")
	g.Expect(err).NotTo(HaveOccurred())
	crashing := *s
	crashing.Expect = nil
	crashing.Faults = []sim.Fault{{When: sim.When{At: 5 * time.Second}, Crash: &sim.Crash{Down: time.Second}}}
	instance := 0
	r, err := sim.Run(&crashing, adapter.Concurrent("elected", func(ctx context.Context, cfg *rest.Config) error {
		instance++
		return manager.RunElected(ctx, cfg, []string{"", "first", "second"}[instance])
	}))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(r.Failure).NotTo(HaveOccurred())
	g.Expect(r.Jobs[0].Status.Succeeded).To(Equal(int32(1)))
	var took []time.Duration // when leases were created, or changed hands
	for _, e := range r.Trace.Entries {
		if e.Kind == trace.Call && e.Resource == "leases" && e.Status == nil && e.Verb != "get" && (len(took) == 0 || e.Instance > 1 && len(took) == 1) {
			took = append(took, e.At)
		}
	}
	g.Expect(took).To(HaveLen(2))
	g.Expect(took[0]).To(BeNumerically("<", time.Second))
	g.Expect(took[1]).To(BeNumerically(">=", 15*time.Second), "the first instance's lease of 15 s must run out")
	g.Expect(took[1]).To(BeNumerically("<", 30*time.Second))
}
