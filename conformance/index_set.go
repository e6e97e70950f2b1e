package conformance

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// indexSet is a set of completion indexes: runs that rise and do not touch each other.
type indexSet []indexRun

// indexRun is the indexes from first to last.
type indexRun struct{ first, last int }

// parseIndexes reads a list of indexes as it stands in a status; false if it is none (STAT-10). It is as generous as a
// reader can be: 0-1 and 0,1 are the same set, of which only one is how the API writes it.
func parseIndexes(text string) (set indexSet, ok bool) {
	if text == "" {
		return nil, true
	}
	last := -1
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRun := strings.Cut(part, "-")
		if !isRun {
			to = from
		}
		a, errA := strconv.ParseInt(from, 10, 32)
		b, errB := strconv.ParseInt(to, 10, 32)
		if errA != nil || errB != nil || int(a) <= last || b < a {
			return nil, false
		}
		if n := len(set); n > 0 && int(a) == last+1 {
			set[n-1].last = int(b)
		} else {
			set = append(set, indexRun{int(a), int(b)})
		}
		last = int(b)
	}
	return set, true
}

// String writes the set as the API does: runs of three and more as from-to.
func (s indexSet) String() string {
	var parts []string
	for _, r := range s {
		first, last := strconv.Itoa(r.first), strconv.Itoa(r.last)
		switch r.last - r.first {
		case 0:
			parts = append(parts, first)
		case 1:
			parts = append(parts, first, last)
		default:
			parts = append(parts, first+"-"+last)
		}
	}
	return strings.Join(parts, ",")
}

func (s indexSet) has(index int) bool {
	_, found := slices.BinarySearchFunc(s, index, func(r indexRun, index int) int {
		switch {
		case r.last < index:
			return -1
		case r.first > index:
			return 1
		}
		return 0
	})
	return found
}

// count is how many indexes there are in the set, and countBelow how many of them are below n.
func (s indexSet) count() int { return s.countBelow(math.MaxInt) }

func (s indexSet) countBelow(n int) int {
	sum := 0
	for _, r := range s {
		sum += max(0, min(r.last, n-1)-r.first+1)
	}
	return sum
}

// below is the part of the set that is below n.
func (s indexSet) below(n int) indexSet {
	if s.most() < n {
		return s
	}
	var part indexSet
	for _, r := range s {
		if r.first < n {
			part = append(part, indexRun{r.first, min(r.last, n-1)})
		}
	}
	return part
}

// with is the set with more indexes, which rise.
func (s indexSet) with(more []int) indexSet {
	if len(more) == 0 {
		return s
	}
	var all indexSet
	add := func(r indexRun) {
		if n := len(all); n > 0 && r.first <= all[n-1].last+1 {
			all[n-1].last = max(all[n-1].last, r.last)
		} else {
			all = append(all, r)
		}
	}
	for _, r := range s {
		for len(more) > 0 && more[0] < r.first {
			add(indexRun{more[0], more[0]})
			more = more[1:]
		}
		add(r)
	}
	for _, index := range more {
		add(indexRun{index, index})
	}
	return all
}

// countIn is how many of its indexes are in another set.
func (s indexSet) countIn(other indexSet) int {
	n := 0
	for _, a := range s {
		for _, b := range other {
			n += max(0, min(a.last, b.last)-max(a.first, b.first)+1)
		}
	}
	return n
}

// most is the highest index, and -1 if there is none.
func (s indexSet) most() int {
	if len(s) == 0 {
		return -1
	}
	return s[len(s)-1].last
}

// common is the lowest index that is in both sets; false if none is.
func (s indexSet) common(other indexSet) (int, bool) {
	for i, k := 0, 0; i < len(s) && k < len(other); {
		a, b := s[i], other[k]
		if first := max(a.first, b.first); first <= min(a.last, b.last) {
			return first, true
		}
		if a.last < b.last {
			i++
		} else {
			k++
		}
	}
	return 0, false
}
