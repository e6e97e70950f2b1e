package conformance

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestClausesOfTheEnd finds clauses about ends, counters, status writes, times, tracking and faults that no requirement
// cites and of which nobody says why.
func TestClausesOfTheEnd(t *testing.T) {
	document, err := os.ReadFile("SEMANTICS.md")
	if err != nil {
		t.Fatal(err)
	}
	cited := map[string]bool{}
	for _, q := range slices.Concat(conditions, counters, statusWrites, times, tracking, resilience) {
		for _, clause := range q.Clauses {
			cited[clause] = true
		}
	}
	for _, u := range slices.Concat(uncheckedConditions, uncheckedCounters, uncheckedStatusWrites, uncheckedTimes,
		uncheckedTracking, uncheckedResilience) {
		if u.Reason == "" {
			t.Errorf("%s is not checked, and nobody says why", u.Clause)
		}
		if cited[u.Clause] {
			t.Errorf("%s is said not to be checked, and a requirement cites it", u.Clause)
		}
		cited[u.Clause] = true
	}
	found := regexp.MustCompile(`\*\*((?:FIN|STAT|STV|TIME|TRK|CTRL)-[0-9]+)\*\*`).FindAllSubmatch(document, -1)
	if len(found) < 70 {
		t.Fatalf("found %d clauses of these areas; expected some 75", len(found))
	}
	for _, m := range found {
		if clause := string(m[1]); !cited[clause] {
			t.Errorf("no requirement cites %s, and it is not said why", clause)
		}
	}
}
