package trace

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// laneGroup is one line for all pods of a Job that did the same at the same times.
type laneGroup struct {
	pods []*podHistory
	lane *lane
}

// groupLanes puts pods with equal lanes together, in order of their first pod. When that leaves more than most lines,
// it keeps an example of every story and the earliest of the others; rest are the pods that are not shown.
func groupLanes(pods []*podHistory, most int) (groups []*laneGroup, rest []*podHistory) {
	byKey := map[string]*laneGroup{}
	for _, p := range pods {
		key := p.lane.key()
		g := byKey[key]
		if g == nil {
			g = &laneGroup{lane: &p.lane}
			byKey[key] = g
			groups = append(groups, g)
		}
		g.pods = append(g.pods, p)
	}
	if len(groups) <= most {
		return groups, nil
	}
	keep := examples(groups, most)
	var kept []*laneGroup
	for i, g := range groups {
		if keep[i] {
			kept = append(kept, g)
		} else {
			rest = append(rest, g.pods...)
		}
	}
	return kept, rest
}

// examples chooses which groups to show: the first of each shape, then the earliest.
func examples(groups []*laneGroup, most int) []bool {
	keep := make([]bool, len(groups))
	kept := 0
	shapes := map[string]bool{}
	for i, g := range groups {
		if shape := g.lane.shape(); !shapes[shape] && kept < most {
			shapes[shape], keep[i] = true, true
			kept++
		}
	}
	for i := range groups {
		if !keep[i] && kept < most {
			keep[i] = true
			kept++
		}
	}
	return keep
}

// label names the pods of a group in at most so many characters.
func (g *laneGroup) label(most int) string {
	if len(g.pods) > 1 {
		numbers := make([]int, len(g.pods))
		for i, p := range g.pods {
			numbers[i] = p.number
		}
		if s := "pods " + ranges(numbers); len([]rune(s)) <= most {
			return s
		}
		return fmt.Sprintf("%d pods from %d", len(numbers), slices.Min(numbers))
	}
	p := g.pods[0]
	s := fmt.Sprintf("pod %d", p.number)
	if p.index != "" {
		s += " index " + plain(p.index)
	} else if long := s + " " + plain(p.name); len([]rune(long)) <= most {
		s = long
	}
	return shorten(s, most)
}

// ranges writes increasing numbers as 1-3,7.
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		switch j - i {
		case 0:
			parts = append(parts, fmt.Sprint(numbers[i]))
		default:
			parts = append(parts, fmt.Sprintf("%d-%d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ",")
}

func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:max(most-1, 0)]) + "…"
}

// restText tells what became of pods that have no line of their own.
func restText(rest []*podHistory) string {
	succeeded, failed, open := outcome(rest)
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{{succeeded, "succeeded"}, {failed, "failed"}, {open, "did not end"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	return fmt.Sprintf("… and %d more pods: %s", len(rest), strings.Join(parts, ", "))
}

// instants tells the axis of every time at which a lane changes.
func (l *lane) instants(weights map[time.Duration]int, weight int) {
	for _, s := range l.spans {
		weights[s.from] = max(weights[s.from], weight)
		weights[s.to] = max(weights[s.to], weight)
	}
	for _, m := range l.marks {
		weights[m.at] = max(weights[m.at], weight)
	}
}
