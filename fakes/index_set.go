package fakes

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// IndexRun is a run of completion indexes, both ends included.
type IndexRun struct{ First, Last int32 }

// IndexSet is a set of completion indexes: increasing runs with a gap between any two. Its size is that of its text in
// the status, not that of the Job. A set is never changed once it is made.
type IndexSet []IndexRun

// ParseIndexes reads a list such as "1,3-5" (STAT-10) of indexes below completions. What is malformed or out of range
// is left out: the API server refuses the one, and the other is left when an elastic Job shrinks (EIJ-2).
func ParseIndexes(text string, completions int32) IndexSet {
	if text == "" {
		return nil
	}
	var runs []IndexRun
	for part := range strings.SplitSeq(text, ",") {
		run, ok := parseRun(part)
		if ok && run.First < completions {
			runs = append(runs, IndexRun{run.First, min(run.Last, completions-1)})
		}
	}
	return setOf(runs)
}

// setOf makes a set of runs in any order, which it sorts. They mostly are in order.
func setOf(runs []IndexRun) IndexSet {
	slices.SortFunc(runs, func(a, b IndexRun) int { return cmp.Compare(a.First, b.First) })
	var set IndexSet
	for _, run := range runs {
		set = set.appended(run)
	}
	return set
}

func parseRun(text string) (IndexRun, bool) {
	first, last, ranged := strings.Cut(text, "-")
	x, ok := parseIndex(first)
	if !ok || !ranged {
		return IndexRun{x, x}, ok
	}
	y, ok := parseIndex(last)
	return IndexRun{x, y}, ok && x <= y
}

// parseIndex reads a number from 0 to what fits into spec.completions.
func parseIndex(text string) (int32, bool) {
	index, err := strconv.ParseInt(text, 10, 32)
	return int32(index), err == nil && index >= 0
}

// indexesOf makes a set of indexes in any order, which it sorts.
func indexesOf(indexes []int32) IndexSet {
	slices.Sort(indexes)
	var set IndexSet
	for _, index := range indexes {
		set = set.appended(IndexRun{index, index})
	}
	return set
}

// appended adds a run that begins no earlier than the last one.
func (s IndexSet) appended(run IndexRun) IndexSet {
	n := len(s)
	if n == 0 || int64(run.First) > int64(s[n-1].Last)+1 {
		return append(s, run)
	}
	s[n-1].Last = max(s[n-1].Last, run.Last)
	return s
}

// Union returns the indexes that are in either set.
func (s IndexSet) Union(other IndexSet) IndexSet {
	if len(other) == 0 {
		return s
	}
	union := make(IndexSet, 0, len(s)+len(other))
	for len(s) > 0 || len(other) > 0 {
		if len(other) == 0 || len(s) > 0 && s[0].First <= other[0].First {
			union, s = union.appended(s[0]), s[1:]
		} else {
			union, other = union.appended(other[0]), other[1:]
		}
	}
	return union
}

// Has tells whether the index is in the set.
func (s IndexSet) Has(index int32) bool {
	_, found := slices.BinarySearchFunc(s, index, func(run IndexRun, index int32) int {
		switch {
		case run.Last < index:
			return -1
		case run.First > index:
			return 1
		}
		return 0
	})
	return found
}

// Count returns the number of indexes in the set.
func (s IndexSet) Count() int32 {
	count := int32(0)
	for _, run := range s {
		count += run.Last - run.First + 1
	}
	return count
}

// CountIn returns how many indexes of the set are in the other one as well.
func (s IndexSet) CountIn(other IndexSet) int32 {
	count := int32(0)
	for len(s) > 0 && len(other) > 0 {
		count += max(0, min(s[0].Last, other[0].Last)-max(s[0].First, other[0].First)+1)
		if s[0].Last < other[0].Last {
			s = s[1:]
		} else {
			other = other[1:]
		}
	}
	return count
}

// Missing returns the n lowest indexes below completions that are not in the set, or as many as there are.
func (s IndexSet) Missing(n int, completions int32) []int32 {
	var missing []int32
	candidate := int32(0)
	for candidate < completions && len(missing) < n {
		for len(s) > 0 && s[0].Last < candidate {
			s = s[1:]
		}
		if len(s) > 0 && s[0].First <= candidate {
			if s[0].Last >= completions-1 {
				return missing
			}
			candidate = s[0].Last + 1
			continue
		}
		missing = append(missing, candidate)
		candidate++
	}
	return missing
}

// String formats the set as the status shows it (STAT-10): two indexes in a row are a pair, more are a range.
func (s IndexSet) String() string {
	var text []byte
	for i, run := range s {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(run.First), 10)
		if run.Last == run.First {
			continue
		}
		separator := byte('-')
		if run.Last == run.First+1 {
			separator = ','
		}
		text = strconv.AppendInt(append(text, separator), int64(run.Last), 10)
	}
	return string(text)
}

// indexText remembers the set that a text of the status stands for, so that it is parsed once.
type indexText struct {
	text        string
	completions int32
	set         IndexSet
}

func (t *indexText) parse(text string, completions int32) IndexSet {
	if t.text != text || t.completions != completions {
		*t = indexText{text: text, completions: completions, set: ParseIndexes(text, completions)}
	}
	return t.set
}

// format returns the text of a set, which will most likely be read back.
func (t *indexText) format(set IndexSet, completions int32) string {
	*t = indexText{text: set.String(), completions: completions, set: set}
	return t.text
}
