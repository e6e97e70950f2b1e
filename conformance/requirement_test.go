package conformance

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jobsim/jobsim/scenarios"
)

// TestClausesAreCheckedOrExcused finds promises of SEMANTICS.md that no requirement cites and that are not listed as
// unchecked, clauses that are both, and excuses for clauses that do not exist or that say nothing.
func TestClausesAreCheckedOrExcused(t *testing.T) {
	document, err := os.ReadFile("SEMANTICS.md")
	if err != nil {
		t.Fatal(err)
	}
	checked, excused := map[string]string{}, map[string]string{}
	for _, q := range Requirements() {
		for _, clause := range q.Clauses {
			checked[clause] = q.ID
		}
	}
	for _, u := range UncheckedClauses() {
		if excused[u.Clause] != "" {
			t.Errorf("%s: it is listed as unchecked twice", u.Clause)
		}
		if excused[u.Clause] = u.Reason; u.Reason == "" {
			t.Errorf("%s: it is listed as unchecked without a reason", u.Clause)
		}
	}
	// Quirks and the like need no requirement; they may be listed all the same.
	areas := lettersOfSections(string(document), 4, 32)
	defined, promises := map[string]bool{}, 0
	for _, m := range regexp.MustCompile(`(?m)^(?:\| )?\*\*([A-Z]+-[0-9]+)\*\* (?:\[([A-Z]+)|\|)`).FindAllStringSubmatch(string(document), -1) {
		clause, strength := m[1], Strength(m[2])
		if strength == "" {
			strength = Must // the table of what the API server refuses
		}
		defined[clause] = true
		is, isNot := checked[clause] != "", excused[clause] != ""
		if is && isNot {
			t.Errorf("%s: it is listed as unchecked, and %s cites it", clause, checked[clause])
		}
		if !areas[strings.Split(clause, "-")[0]] || !slices.Contains([]Strength{Must, Should, Up}, strength) {
			continue
		}
		promises++
		if !is && !isNot {
			t.Errorf("%s [%s]: no requirement cites it, and it is not listed as unchecked", clause, strength)
		}
	}
	for clause := range excused {
		if !defined[clause] {
			t.Errorf("%s: it is listed as unchecked, and SEMANTICS.md does not have it", clause)
		}
	}
	if len(areas) < 29 {
		t.Errorf("the titles of SEMANTICS.md name %d kinds of clauses; expected one or two of each section", len(areas))
	}
	if promises < 250 {
		t.Errorf("found %d clauses in SEMANTICS.md; expected many more", promises)
	}
}

// lettersOfSections are the letters of the clauses of some sections of SEMANTICS.md, which stand in their titles.
func lettersOfSections(document string, first, last int) map[string]bool {
	letters := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^## ([0-9]+)\. (.*)$`).FindAllStringSubmatch(document, -1) {
		if n, err := strconv.Atoi(m[1]); err != nil || n < first || n > last {
			continue
		}
		for _, of := range regexp.MustCompile(`\(([A-Z]+)\)`).FindAllStringSubmatch(m[2], -1) {
			letters[of[1]] = true
		}
	}
	return letters
}

// TestRequirementsAreComplete checks what every requirement must say of itself.
func TestRequirementsAreComplete(t *testing.T) {
	id := regexp.MustCompile(`^job/[a-z]+(-[a-z]+)*/[a-z0-9]+(-[a-z0-9]+)*$`)
	sentence := regexp.MustCompile(`^[A-Z].*\.$`)
	promise := regexp.MustCompile(`\b([Mm]ust|[Ss]hould)\b`)
	known, areaOf := map[string]bool{}, map[int]string{}
	for number, area := range catalog {
		for i := range area {
			q := &area[i]
			if known[q.ID] || !id.MatchString(q.ID) {
				t.Errorf("%q is no ID of its own of the form job/area/what-must-be-so", q.ID)
			}
			known[q.ID] = true
			if areaOf[number] == "" {
				areaOf[number] = q.Area()
			}
			if q.Area() != areaOf[number] {
				t.Errorf("%s stands among the requirements of %s", q.ID, areaOf[number])
			}
			if !sentence.MatchString(q.Sentence) || !promise.MatchString(q.Sentence) {
				t.Errorf("%s: expected a sentence that says what must or should be: %q", q.ID, q.Sentence)
			}
			if !strings.HasSuffix(q.Observed, ".") || q.Source == "" || q.check == nil {
				t.Errorf("%s: expected a sentence on how it is observed, a source and a check", q.ID)
			}
			for _, name := range q.Scenarios {
				if !slices.Contains(scenarios.Names(), name) {
					t.Errorf("%s: there is no built-in scenario %s", q.ID, name)
				}
			}
			if len(q.Clauses) == 0 && q.Area() != "implementation" {
				t.Errorf("%s cites no clause", q.ID)
			}
			if !slices.Contains([]Level{Core, Extended, UpstreamExact}, q.Level) || (q.Level == UpstreamExact) != (q.Strength == Up) {
				t.Errorf("%s: level %q does not go with strength %q", q.ID, q.Level, q.Strength)
			}
		}
	}
	if len(known) < 200 {
		t.Errorf("found %d requirements; expected many more", len(known))
	}
}
