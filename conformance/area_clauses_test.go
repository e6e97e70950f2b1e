package conformance

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestClausesOfFailuresAreChecked finds clauses of these areas that no requirement is about and that are not listed as
// unchecked, and clauses that are both.
func TestClausesOfFailuresAreChecked(t *testing.T) {
	document, err := os.ReadFile("SEMANTICS.md")
	if err != nil {
		t.Fatal(err)
	}
	var checked, unchecked []string
	for _, q := range Requirements() {
		checked = append(checked, q.Clauses...)
	}
	for _, u := range UncheckedClauses() {
		unchecked = append(unchecked, u.Clause)
	}
	found := 0
	for _, m := range regexp.MustCompile(`(?m)^\*\*((?:ONF|BL|BO|ADS|SEL|EXT|DEL)-[0-9]+)\*\*`).FindAllSubmatch(document, -1) {
		found++
		clause := string(m[1])
		is, isNot := slices.Contains(checked, clause), slices.Contains(unchecked, clause)
		switch {
		case !is && !isNot:
			t.Errorf("%s: no requirement cites it, and it is not listed as unchecked", clause)
		case is && isNot:
			t.Errorf("%s: it is listed as unchecked, and a requirement cites it", clause)
		}
	}
	if found < 70 {
		t.Errorf("found %d clauses in SEMANTICS.md; expected about 77", found)
	}
}
