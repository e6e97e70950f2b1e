//go:debug randseednop=0

package adapter_test

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
)

// faulty are scenarios in which much happens at the same instants.
var faulty = map[string]func(*sim.Scenario){
	"calm": func(*sim.Scenario) {},
	"slow": func(s *sim.Scenario) { s.Latency, s.WatchDelay = 30*time.Millisecond, time.Second },
	"crash": func(s *sim.Scenario) {
		s.Faults = []sim.Fault{
			{Crash: &sim.Crash{Call: 2, Match: sim.CallMatch{Verb: "create"}, After: true, Down: time.Second}},
			{When: sim.When{At: 5 * time.Second}, Crash: &sim.Crash{}},
		}
	},
	"watches break": func(s *sim.Scenario) {
		for n := range 3 {
			at := sim.When{At: time.Duration(3*n+3) * time.Second}
			s.Faults = append(s.Faults, sim.Fault{When: at, Watch: &sim.WatchFault{Break: true}})
		}
	},
	"creations are refused": func(s *sim.Scenario) {
		s.Faults = []sim.Fault{{Error: &sim.CallError{Match: sim.CallMatch{Verb: "create"}, Times: 4,
			Status: apierrors.NewForbidden(batchv1.Resource("pods"), "x", errors.New("exceeded quota")).Status()}}}
	},
}

// repeats is how often each scenario is run; more is for measuring.
func repeats() int {
	if n, err := strconv.Atoi(os.Getenv("JOBSIM_REPEATS")); err == nil {
		return n
	}
	return 4
}

// The trace of an unmodified client-go controller is a function of scenario and seed, however many threads there are. What
// remains is a race of its own: after a list, handlers and workers run side by side, and a key may be queued once or twice.
func TestClassicControllerIsRepeatable(t *testing.T) {
	for name, change := range faulty {
		for seed, opts := range map[string][]sim.Option{"calm": nil, "random": {sim.WithSeed(7)}} {
			t.Run(name+"/"+seed, func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
				g := NewWithT(t)
				hashes := map[string]int{}
				for _, threads := range []int{1, 2, 4} {
					runtime.GOMAXPROCS(threads)
					for range repeats() {
						s := three()
						change(s)
						res := run(t, s, adapter.Concurrent("classic", runClassic), opts...)
						g.Expect(res.Failure).NotTo(HaveOccurred())
						g.Expect(res.Ending).To(Equal(sim.Finished))
						g.Expect(res.Leaked).To(BeEmpty())
						hashes[res.Trace.Hash()]++
					}
				}
				g.Expect(hashes).To(HaveLen(1))
			})
		}
	}
}

// How long client-go waits before it tries a refused watch again is drawn from the global source of random numbers, which
// a run seeds.
func TestRetriesAreRepeatable(t *testing.T) {
	g := NewWithT(t)
	retries := func(opts ...sim.Option) (found []string) {
		s := three()
		s.Faults = []sim.Fault{
			{When: sim.When{At: time.Second}, Watch: &sim.WatchFault{Break: true}},
			{When: sim.When{At: time.Second}, Error: &sim.CallError{Match: sim.CallMatch{Verb: "watch"}, For: 5 * time.Second,
				Status: apierrors.NewInternalError(errors.New("etcd")).Status()}},
		}
		for _, call := range calls(run(t, s, adapter.Concurrent("classic", runClassic), opts...)) {
			if strings.Contains(call, " watch ") {
				found = append(found, call)
			}
		}
		return found
	}
	calm := retries()
	g.Expect(len(calm)).To(BeNumerically(">", 6))
	for range 5 {
		g.Expect(retries()).To(Equal(calm))
	}
	g.Expect(retries(sim.WithSeed(3))).NotTo(Equal(calm))
}
