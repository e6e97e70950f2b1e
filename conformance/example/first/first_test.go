package first_test

import (
	"slices"
	"testing"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/conformance/example/first"
	"github.com/jobsim/jobsim/sim/adapter"
)

// TestFirstVerdict is what the author of a first attempt is told.
func TestFirstVerdict(t *testing.T) {
	report, err := conformance.Evaluate(t.Context(), adapter.Reconciler("first", first.New), conformance.WithChecks(20))
	if err != nil {
		t.Fatal(err)
	}
	if report.Verdict != conformance.NotConformant {
		t.Fatalf("verdict %s (%s)", report.Verdict, report.Why)
	}
	var broken []string
	for _, row := range report.Requirements {
		if row.Verdict == conformance.NotConformant {
			broken = append(broken, row.ID)
		}
	}
	for _, id := range []string{
		"job/status-writes/no-end-without-decision", // Failed without FailureTarget
		"job/pod-creation/tracking-finalizer",       // pods that can vanish uncounted
		"job/status-writes/no-falling-counters",     // and then the counters fall
		"job/deadline/needs-no-event",               // nobody wakes it at the deadline
		"job/restarts/sum-fails-the-job",            // restarts in place are not looked at
		"job/resilience/late-events-make-no-duplicates",
	} {
		if !slices.Contains(broken, id) {
			t.Errorf("%s is not among the %d broken requirements", id, len(broken))
		}
	}
}
