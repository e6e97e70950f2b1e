package scenarios

import (
	"strconv"
	"strings"
)

// checkIndexes refuses a list of indexes that no status has, because it is written in another way there.
func checkIndexes(w *where, field string, text *string) {
	if text != nil && !isIndexList(*text) {
		w.fail(field, "expected completion indexes as in a status, such as \"0,1\" or \"0-2,5\", found %q", *text)
	}
}

// isIndexList reports whether a text is a list of indexes as the API writes it: rising, and from-to where three or more
// follow one another (STAT-10).
func isIndexList(text string) bool {
	if text == "" {
		return true
	}
	type run struct{ first, last int64 }
	var runs []run
	last := int64(-1)
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRun := strings.Cut(part, "-")
		if !isRun {
			to = from
		}
		a, errA := strconv.ParseInt(from, 10, 32)
		b, errB := strconv.ParseInt(to, 10, 32)
		if errA != nil || errB != nil || a <= last || b < a {
			return false
		}
		if n := len(runs); n > 0 && a == last+1 {
			runs[n-1].last = b
		} else {
			runs = append(runs, run{a, b})
		}
		last = b
	}
	var parts []string
	for _, r := range runs {
		first, last := strconv.FormatInt(r.first, 10), strconv.FormatInt(r.last, 10)
		switch r.last - r.first {
		case 0:
			parts = append(parts, first)
		case 1:
			parts = append(parts, first, last)
		default:
			parts = append(parts, first+"-"+last)
		}
	}
	return strings.Join(parts, ",") == text
}
