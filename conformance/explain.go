package conformance

import (
	"fmt"
	"strings"
)

// Explain tells somebody who has never seen this suite what rule was broken, where the rule comes from, what was seen,
// and how to see it again. It is empty for a requirement that was not broken.
func (r *RequirementRow) Explain() string {
	v := r.Violation
	if v == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.ID)
	fmt.Fprintf(&b, "The rule (%s%s): %s\n", r.Strength, clauseList(r.Clauses), r.Sentence)
	fmt.Fprintf(&b, "It comes from: %s\n\n", r.Source)
	fmt.Fprintf(&b, "Seen in %s at %s of virtual time: %s\n", v.Where(), v.At, v.Text)
	for _, e := range v.Entries {
		fmt.Fprintf(&b, "  - %s\n", e)
	}
	fmt.Fprintf(&b, "\n%s\n", indent(strings.TrimRight(v.Timeline, "\n")))
	if v.Scenario != "" {
		fmt.Fprintf(&b, "The scenario%s, a file for jobsim run:\n\n%s\n", shrunkBy(v.Shrunk), indent(strings.TrimRight(v.Scenario, "\n")))
	}
	fmt.Fprintf(&b, "To see it again: %s\n", v.Reproduce)
	return b.String()
}

func shrunkBy(runs int) string {
	if runs == 0 {
		return ""
	}
	return fmt.Sprintf(", made small in %d runs", runs)
}

func clauseList(clauses []string) string {
	if len(clauses) == 0 {
		return ""
	}
	return ", " + strings.Join(clauses, ", ") + " in SEMANTICS.md"
}

func indent(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = "    " + line
		}
	}
	return strings.Join(lines, "\n")
}
