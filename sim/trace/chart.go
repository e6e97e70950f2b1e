package trace

import (
	"fmt"
	"time"
)

// chart is a history cut into rows over one time axis. The text timeline and the SVG draw the same chart, each in its
// own way.
type chart struct {
	*history
	rows []*row
	axis *axis
	// crowded means that some pods have no row of their own: then a rough picture is better than a long one.
	crowded bool
	// labels are the characters that the widest row label takes.
	labels int
}

// row is one line of a chart: exactly one of heading, lane, counter and condition is set.
type row struct {
	label     string
	heading   string
	lane      *lane
	counter   counter
	condition *conditionHistory
	reason    string // of the condition, unless another row tells it
	// weight is how much the axis should care about the row's instants.
	weight int
	// actor marks the rows of the controller and of nodes, which are drawn more thinly than pods.
	actor bool
}

// fewestInstants is where an axis stops to merge instants for the sake of marks that are too wide.
const fewestInstants = 8

const widestLabel = len("SuccessCriteriaMet")

// newChart lays a history out over so many cells, row labels and a blank behind them included. It is nil when there is
// nothing to draw.
func newChart(h *history, width, lanes, bands int) *chart {
	c := &chart{history: h}
	c.addActors()
	for _, j := range h.jobs {
		c.addJob(j, lanes)
	}
	weights := map[time.Duration]int{}
	for _, r := range c.rows {
		r.instants(weights)
		if r.heading == "" {
			c.labels = max(c.labels, len([]rune(r.label)))
		}
	}
	for _, m := range h.moments {
		weights[m.at] = 3
	}
	if len(weights) == 0 {
		return nil
	}
	width -= c.labels + 1
	if c.crowded {
		bands = (bands + 1) / 2
	}
	for most := width * bands / 3; ; most = most * 3 / 4 {
		c.axis = newAxis(weights, most, bands)
		var labels []demand
		for _, r := range c.rows {
			labels = append(labels, r.demands(c.axis)...)
		}
		if c.axis.layout(width, labels, c.axis.ticks()) || most < fewestInstants {
			return c
		}
	}
}

func (c *chart) addActors() {
	if c.controller.trouble {
		c.rows = append(c.rows, &row{label: "controller", lane: &c.controller.lane, weight: 3, actor: true})
	}
	for _, n := range c.nodes {
		c.rows = append(c.rows, &row{label: shorten(plain(n.name), widestLabel), lane: &n.lane, weight: 3, actor: true})
	}
}

func (c *chart) addJob(j *jobHistory, lanes int) {
	if len(c.jobs) > 1 {
		title := "Job " + j.name
		if j.name == "" {
			title = "Pods without a Job"
		}
		c.rows = append(c.rows, &row{heading: title})
	}
	groups, rest := groupLanes(j.pods, lanes)
	for _, g := range groups {
		c.rows = append(c.rows, &row{label: g.label(widestLabel), lane: g.lane, weight: 2})
	}
	if len(rest) > 0 {
		c.crowded = true
		c.rows = append(c.rows, &row{heading: restText(rest)})
	}
	for _, n := range []struct {
		name    string
		counter counter
	}{{"active", j.active}, {"restarts", j.restarts}, {"succeeded", j.succeeded}, {"failed", j.failed}} {
		if len(n.counter) > 0 {
			c.rows = append(c.rows, &row{label: n.name, counter: n.counter, weight: 1})
		}
	}
	told := map[string]bool{}
	for _, k := range j.conditions {
		r := &row{label: shorten(plain(string(k.kind)), widestLabel), condition: k, weight: 3}
		if !told[k.reason] { // Failed has the reason of FailureTarget (FIN-2)
			r.reason, told[k.reason] = k.reason, true
		}
		c.rows = append(c.rows, r)
	}
}

// instants tells the axis when the row changes.
func (r *row) instants(weights map[time.Duration]int) {
	switch {
	case r.lane != nil:
		r.lane.instants(weights, r.weight)
	case r.condition != nil:
		for _, c := range r.condition.changes {
			weights[c.at] = max(weights[c.at], r.weight)
		}
	}
	for _, c := range r.counter {
		weights[c.at] = max(weights[c.at], r.weight)
	}
}

// demands sets what the row's marks need at each instant, and returns what its labels would like to have.
func (r *row) demands(a *axis) []demand {
	need := func(i, cells int) { a.instants[i].need = max(a.instants[i].need, cells) }
	for _, c := range r.counter {
		need(a.index(c.at), len(fmt.Sprint(c.n))+1)
	}
	if r.lane == nil {
		return nil
	}
	marks := r.lane.marksByInstant(a)
	for i, text := range marks {
		need(i, text.cells()+1) // one more, so that it does not touch the next
	}
	var labels []demand
	for _, s := range r.lane.spans {
		from, to := s.columns(a)
		if from == to {
			continue
		}
		need(from, marks[from].cells()+1)
		if s.label != "" {
			labels = append(labels, demand{from: from, to: to, cells: marks[from].cells() + len([]rune(s.label)) + 2})
		}
	}
	return labels
}

// marksAt are the marks that a lane has at one instant of the axis.
type marksAt []mark

func (m marksAt) cells() int {
	n := 0
	for _, k := range m {
		n += len([]rune(k.text))
	}
	return n
}

func (l *lane) marksByInstant(a *axis) map[int]marksAt {
	marks := map[int]marksAt{}
	for _, m := range l.marks {
		i := a.index(m.at)
		marks[i] = append(marks[i], m)
	}
	return marks
}

// ticks are the wishes of the times along the axis: each would like to stand before the next begins.
func (a *axis) ticks() []demand {
	var ticks []demand
	last := -1
	for i, in := range a.instants {
		if in.weight < 2 && i > 0 {
			continue
		}
		if last >= 0 {
			ticks = append(ticks, demand{from: last, to: i, cells: len(tick(a.instants[last].at)) + 1})
		}
		last = i
	}
	return append(ticks, demand{from: last, to: len(a.instants), cells: len(tick(a.instants[last].at))})
}

// tick writes a time as short as a reader needs it.
func tick(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return clock(d.Round(10 * time.Millisecond))
	case d < time.Minute:
		return clock(d.Round(100 * time.Millisecond))
	}
	return clock(d.Round(time.Second))
}

// seen reports whether a row has something to show in a band.
func (r *row) seen(a *axis, b *band) bool {
	in := func(at time.Duration) bool { i := a.index(at); return i >= b.first && i <= b.last }
	switch {
	case r.heading != "":
		return true
	case r.lane != nil:
		for _, s := range r.lane.spans {
			if from, to := s.columns(a); from <= b.last && to > b.first {
				return true
			}
		}
		for _, m := range r.lane.marks {
			if in(m.at) {
				return true
			}
		}
		return false
	case r.condition != nil:
		isTrue := false
		for _, c := range r.condition.changes {
			if in(c.at) {
				return true
			}
			if a.index(c.at) < b.first {
				isTrue = c.true
			}
		}
		return isTrue
	}
	n := int32(0)
	for _, c := range r.counter {
		if in(c.at) {
			return true
		}
		if a.index(c.at) < b.first {
			n = c.n
		}
	}
	return n != 0
}
