package trace

import (
	"strings"
	"time"
)

// told is something that is told, with what it caused at the same instant.
type told struct {
	seq    int
	at     time.Duration
	object objectID // that it happens to
	cause  *told    // below which it is told; nil for none
	// sentence has subject in place of the pod.
	sentence string
	pods     []objectID
	where    []string // nodes that pods were bound to
	creation bool
	effects  []*told
	alike    string // the same for events that are told together
}

// longestPattern is how many events in a row may make up what several pods go through alike, such as the removal of a
// finalizer and a deletion.
const longestPattern = 3

// mergeAlike tells once what happened alike to several pods one after the other.
func mergeAlike(events []*told) []*told {
	for _, n := range events {
		n.sign()
	}
	var merged []*told
	for len(events) > 0 {
		period, times := pattern(events)
		for i, n := range events[:period] {
			if times > 1 {
				n = n.clone()
			}
			for k := 1; k < times; k++ {
				n.absorb(events[k*period+i])
			}
			merged = append(merged, n)
		}
		events = events[period*times:]
	}
	return merged
}

// pattern finds out how many events at the beginning repeat for other pods, and how often they come.
func pattern(events []*told) (period, times int) {
	for period = 1; period <= longestPattern; period++ {
		times = 1
		for aboutOnePod(events, period*(times-1), period) && aboutOnePod(events, period*times, period) &&
			alike(events, period*times, period) {
			times++
		}
		if times > 1 {
			return period, times
		}
	}
	return 1, 1
}

func aboutOnePod(events []*told, from, n int) bool {
	if from+n > len(events) {
		return false
	}
	for _, e := range events[from : from+n] {
		if len(e.pods) != 1 || e.pods[0] != events[from].pods[0] {
			return false
		}
	}
	return true
}

// alike compares n events with the n before them.
func alike(events []*told, from, n int) bool {
	for i := from; i < from+n; i++ {
		if events[i].alike != events[i-n].alike {
			return false
		}
	}
	return true
}

// sign sets alike: the sentence and the signs of all effects.
func (n *told) sign() {
	if n.alike != "" {
		return
	}
	var b strings.Builder
	b.WriteString(n.sentence)
	for _, e := range n.effects {
		e.sign()
		b.WriteString("\n(" + e.alike + ")")
	}
	n.alike = b.String()
}

// clone copies what absorb changes.
func (n *told) clone() *told {
	c := *n
	c.pods, c.where = append([]objectID(nil), n.pods...), append([]string(nil), n.where...)
	c.effects = make([]*told, len(n.effects))
	for i, e := range n.effects {
		c.effects[i] = e.clone()
	}
	return &c
}

// absorb makes the event one about the pods of another like it too, and so with their effects.
func (n *told) absorb(m *told) {
	n.pods, n.where = append(n.pods, m.pods...), append(n.where, m.where...)
	for i := range n.effects {
		n.effects[i].absorb(m.effects[i])
	}
}
