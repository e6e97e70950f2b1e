package trace

import (
	"fmt"
	"strings"
)

// used returns what of the picture a legend has to explain: the states of pods, and the signs in words.
func (c *chart) used() (states []state, signs []string) {
	seen := map[state]bool{}
	marks, conditions, code := map[tone]bool{}, false, ""
	for _, r := range c.rows {
		conditions = conditions || r.condition != nil
		if r.lane == nil || r.actor {
			continue
		}
		for _, s := range r.lane.spans {
			seen[s.state] = true
		}
		for _, m := range r.lane.marks {
			marks[m.tone] = true
			if number, ok := strings.CutPrefix(m.text, "✗"); ok && code == "" {
				code = number
			}
		}
	}
	for _, s := range []state{pending, running, waiting, terminating, unreachable} {
		if seen[s] {
			states = append(states, s)
		}
	}
	switch {
	case code != "":
		signs = append(signs, fmt.Sprintf("✗%s exits with %s", code, code))
	case marks[bad]:
		signs = append(signs, "✗ fails")
	}
	if marks[good] {
		signs = append(signs, "✓ succeeds")
	}
	if conditions {
		signs = append(signs, "◆ condition")
	}
	return states, signs
}

// notes tells how far the axis can be trusted.
func (a *axis) notes() []string {
	notes := []string{"time is not to scale"}
	if a.within > 0 {
		notes = append(notes, fmt.Sprintf("instants within %s share a column", tick(a.within)))
	}
	return notes
}
