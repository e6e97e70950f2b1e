package scenarios

import (
	"strings"
)

// didYouMean ends a message about an unknown name: with the nearest known name if one is near, else with all of them
// if they are few.
func didYouMean(found string, known []string) string {
	best, distance := "", len(found)/2+1
	for _, name := range known {
		if d := editDistance(strings.ToLower(found), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	switch {
	case best != "":
		return "did you mean " + best + "?"
	case len(known) == 0:
		return "there are none"
	case len(known) <= 12:
		return "known are " + strings.Join(known, ", ")
	}
	return "known are " + strings.Join(known[:12], ", ") + " and others"
}

// editDistance is how many letters must be put in, taken away or replaced to make b of a.
func editDistance(a, b string) int {
	const longest = 64 // names are short; anything longer is not a slip of the finger
	if len(a) > longest || len(b) > longest {
		return longest
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
