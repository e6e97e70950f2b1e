package upstream

import (
	"flag"
	"fmt"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

var repeats = flag.Int("repeats", 3, "how often each scenario is run that must always give the same trace")

// Simulated time is worth nothing if the same scenario gives another run tomorrow.
func TestRunsAreRepeatable(t *testing.T) {
	for _, name := range []string{"parallelism-change", "suspend-resume", "api-errors", "controller-crash-loop", "scale-down-order", "recreated"} {
		for seed, opts := range map[string][]sim.Option{"calm": nil, "random": {sim.WithSeed(7)}} {
			t.Run(fmt.Sprintf("%s/%s", name, seed), func(t *testing.T) {
				g := NewWithT(t)
				s, err := scenarios.Get(name)
				g.Expect(err).NotTo(HaveOccurred())
				first := ""
				for range *repeats {
					result, err := sim.Run(s, Controller(), opts...)
					g.Expect(err).NotTo(HaveOccurred())
					if hash := result.Trace.Hash(); first == "" {
						first = hash
					} else {
						g.Expect(hash).To(Equal(first))
					}
				}
			})
		}
	}
}
