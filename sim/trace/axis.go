package trace

import (
	"math/bits"
	"slices"
	"time"
)

// An axis gives every instant at which something changed a column of its own, so that what took a second is as visible
// as what took ten minutes. Room that is left goes to the long intervals, by the logarithm of their length. When one
// line is too short for all instants, the axis goes on in further bands; when even those are too short, instants near
// each other share a column.
type axis struct {
	instants []instant
	cells    []int  // of each instant: from its column to the next one's
	bands    []band // at least one
	most     int    // how many bands there may be
	granted  bool   // every wish has been granted
	// within is how near each other instants are that share a column; 0 when each has its own.
	within time.Duration
}

type instant struct {
	at time.Duration
	// weight says how much it matters: 1 a counter, 2 a pod, 3 a decision.
	weight int
	// need is how many cells the marks at it take.
	need int
}

// band is a part of the axis that is drawn as one block of lines: the instants from first to last.
type band struct {
	first, last int
	columns     []int // of each instant, and the end of the band
}

// demand asks for cells between two instants, for a label. To may be the number of instants: the end of the axis.
type demand struct {
	from, to int
	cells    int
}

// newAxis collects instants: the times in any order, with the greatest weight that each was given. Where there are more
// than columns, those near each other share one.
func newAxis(weights map[time.Duration]int, columns, bands int) *axis {
	a := &axis{most: bands}
	for at, weight := range weights { // sorted below
		a.instants = append(a.instants, instant{at: at, weight: weight, need: 1})
	}
	slices.SortFunc(a.instants, func(x, y instant) int { return int(min(max(x.at-y.at, -1), 1)) })
	a.join(min(a.instants[len(a.instants)-1].at/2000, latency))
	a.thin(columns)
	return a
}

// latency is what API calls and watches may take: instants so near each other are one to the eye when the whole picture
// is much longer.
const latency = 250 * time.Millisecond

// join lets instants share a column that are nearer than that, whatever they weigh.
func (a *axis) join(near time.Duration) {
	kept := a.instants[:1:1]
	for _, in := range a.instants[1:] {
		if last := &kept[len(kept)-1]; in.at-last.at < near {
			last.weight = max(last.weight, in.weight)
		} else {
			kept = append(kept, in)
		}
	}
	a.instants = kept
}

// repeats reports whether an instant would be written as the one before it.
func (a *axis) repeats(i int) bool {
	return i > 0 && tick(a.instants[i].at) == tick(a.instants[i-1].at)
}

// thin lets instants share a column until there are at most so many columns. What matters more keeps its own longer.
func (a *axis) thin(most int) {
	for near := int64(1); len(a.instants) > most; near *= 2 { // in milliseconds
		kept := a.instants[:1:1]
		for _, in := range a.instants[1:] {
			gap := (in.at - kept[len(kept)-1].at).Milliseconds()
			if gap<<(2*(in.weight-1)) >= near {
				kept = append(kept, in)
			}
		}
		a.instants, a.within = kept, time.Duration(near)*time.Millisecond
	}
}

// index finds the column of a time: that of the last instant not after it.
func (a *axis) index(at time.Duration) int {
	i, found := slices.BinarySearchFunc(a.instants, at, func(in instant, at time.Duration) int {
		return int(min(max(in.at-at, -1), 1))
	})
	if !found {
		i--
	}
	return max(i, 0)
}

// interval is the time from an instant to the next; 0 for the last.
func (a *axis) interval(i int) time.Duration {
	if i+1 >= len(a.instants) {
		return 0
	}
	return a.instants[i+1].at - a.instants[i].at
}

// layout sets the columns. Labels and ticks are wishes: they are granted as long as everything fits into one band, or
// else into as few bands as possible. It reports whether there was room for the marks at least; if not, marks are cut.
func (a *axis) layout(width int, labels, ticks []demand) bool {
	for bands := 1; bands <= a.most; bands++ {
		for k, wishes := range [][]demand{slices.Concat(labels, ticks), labels, nil} {
			if k == 2 && bands < a.most {
				continue // rather another band than spans without labels
			}
			a.measure(wishes)
			if a.split(width, bands) {
				a.granted = k == 0
				a.stretch(width)
				return true
			}
		}
	}
	for i := range a.cells {
		a.cells[i] = 1
	}
	a.split(width, a.most)
	a.stretch(width)
	return false
}

// measure sets the cells that each instant needs at least, so that the wishes come true.
func (a *axis) measure(wishes []demand) {
	a.cells = make([]int, len(a.instants))
	for i, in := range a.instants {
		a.cells[i] = max(in.need, 1)
	}
	wishes = slices.Clone(wishes)
	slices.SortStableFunc(wishes, func(x, y demand) int { return x.to - y.to })
	for _, d := range wishes {
		has, longest := 0, d.from
		for i := d.from; i < d.to; i++ {
			has += a.cells[i]
			if a.interval(i) >= a.interval(longest) {
				longest = i
			}
		}
		if d.from < d.to && has < d.cells {
			a.cells[longest] += d.cells - has
		}
	}
}

// split cuts the axis into at most so many bands, as even as possible, and reports whether that can be done.
func (a *axis) split(width, most int) bool {
	widest := slices.Max(a.cells)
	if widest > width {
		return false
	}
	for capacity := widest; capacity <= width; capacity++ {
		if a.cut(capacity); len(a.bands) <= most {
			return true
		}
	}
	return false
}

func (a *axis) cut(capacity int) {
	a.bands = a.bands[:0]
	used := capacity
	for i, cells := range a.cells {
		if used+cells > capacity {
			a.bands = append(a.bands, band{first: i})
			used = 0
		}
		used += cells
		a.bands[len(a.bands)-1].last = i
	}
}

// stretch gives the room that is left to the intervals that are longest for the cells they have, and sets the columns.
func (a *axis) stretch(width int) {
	for k := range a.bands {
		b := &a.bands[k]
		left := width
		for i := b.first; i <= b.last; i++ {
			left -= a.cells[i]
		}
		for ; left > 0; left-- {
			best, most := -1, 0
			for i := b.first; i <= b.last; i++ {
				// Compare weight/cells as integers, so that every machine comes to the same result.
				if w := spread(a.interval(i)); best < 0 && w > 0 || best >= 0 && w*a.cells[best] > most*a.cells[i] {
					best, most = i, w
				}
			}
			if best < 0 {
				break
			}
			a.cells[best]++
		}
		b.columns = make([]int, 0, b.last-b.first+2)
		column := 0
		for i := b.first; i <= b.last; i++ {
			b.columns = append(b.columns, column)
			column += a.cells[i]
		}
		b.columns = append(b.columns, column)
	}
}

// spread is how much room an interval deserves: the square of its logarithm.
func spread(d time.Duration) int {
	log := bits.Len64(uint64(d / (100 * time.Millisecond)))
	return log * log
}

// column is where an instant begins in a band, and the band's end for instants behind it.
func (b *band) column(i int) int {
	switch {
	case i < b.first:
		return 0
	case i > b.last:
		return b.columns[len(b.columns)-1]
	}
	return b.columns[i-b.first]
}

func (b *band) width() int { return b.columns[len(b.columns)-1] }
