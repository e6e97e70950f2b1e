package batch

import (
	"fmt"
	"strconv"
	"strings"
)

// interval is a run of indexes, both ends included.
type interval struct{ first, last int32 }

// intervals are increasing and do not overlap.
type intervals []interval

func (list intervals) count() int32 {
	total := int32(0)
	for _, run := range list {
		total += run.last - run.first + 1
	}
	return total
}

// parseIndexes reads a list such as "1,3-5" (STAT-10) of indexes below completions. On error it returns none. Negative
// numbers cannot occur: their sign reads as the dash of an interval.
func parseIndexes(text string, completions int32) (intervals, error) {
	if text == "" {
		return nil, nil
	}
	var list intervals
	for _, part := range strings.Split(text, ",") {
		run, err := parseInterval(part, completions)
		if err != nil {
			return nil, err
		}
		if n := len(list); n > 0 && list[n-1].last >= run.first {
			return nil, fmt.Errorf("non-increasing order, previous: %d, current: %d", list[n-1].last, run.first)
		}
		list = append(list, run)
	}
	return list, nil
}

func parseInterval(text string, completions int32) (interval, error) {
	first, last, ranged := strings.Cut(text, "-")
	if strings.Contains(last, "-") {
		return interval{}, fmt.Errorf("the fragment %q violates the requirement that an index interval can have at "+
			"most two parts separated by '-'", text)
	}
	x, err := parseIndex(first, completions)
	if err != nil || !ranged {
		return interval{x, x}, err
	}
	y, err := parseIndex(last, completions)
	if err == nil && x >= y {
		err = fmt.Errorf("non-increasing order, previous: %d, current: %d", x, y)
	}
	return interval{x, y}, err
}

func parseIndex(text string, completions int32) (int32, error) {
	index, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("cannot convert string to integer for index: %q", text)
	}
	if index >= int(completions) {
		return 0, fmt.Errorf("too large index: %q", text)
	}
	return int32(index), nil
}

// readableIndexes reads what can be read of a list, leaving out malformed parts: those are reported elsewhere.
func readableIndexes(text string, completions int32) intervals {
	var list intervals
	for _, part := range strings.Split(text, ",") {
		if run, err := parseInterval(part, completions); err == nil {
			list = append(list, run)
		}
	}
	return list
}

// overlap finds an index that is in both lists, walking them side by side.
func overlap(a, b intervals) (int32, bool) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if a[i].first <= b[j].last && b[j].first <= a[i].last {
			return max(a[i].first, b[j].first), true
		}
		if a[i].first <= b[j].first {
			i++
		} else {
			j++
		}
	}
	return 0, false
}
