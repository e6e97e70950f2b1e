package trace

import "fmt"

// rune is how a state looks in a line of text.
func (s state) rune() rune {
	return [...]rune{' ', '·', '░', '█', '▒', '?'}[s]
}

func (s state) style() style {
	return [...]style{plainStyle, waitStyle, dimStyle, runStyle, endStyle, lostStyle}[s]
}

func (t tone) style() style {
	return [...]style{boldStyle, goodStyle, badStyle}[t]
}

// draw writes the part of a row that lies in a band. Labelled remembers which spans have got their label, so that a
// span that goes on in the next band is labelled once.
func (r *row) draw(a *axis, b *band, l line, labelled map[*span]bool) {
	switch {
	case r.lane != nil:
		r.drawLane(a, b, l, labelled)
	case r.condition != nil:
		r.condition.draw(a, b, l, r.reason)
	default:
		r.counter.draw(a, b, l)
	}
}

func (r *row) drawLane(a *axis, b *band, l line, labelled map[*span]bool) {
	marks := r.lane.marksByInstant(a)
	for i := range r.lane.spans {
		s := &r.lane.spans[i]
		from, to := s.columns(a)
		if from > b.last || to < b.first {
			continue
		}
		fill := s.state.rune()
		if r.actor && s.state == running {
			fill = '━'
		}
		left, right := b.column(from), b.column(to)
		l.fill(left, right, fill, s.state.style())
		if from >= b.first {
			left += marks[from].cells()
		}
		room := right - left - len([]rune(s.label))
		if s.label == "" || labelled[s] || room < 2 {
			continue
		}
		labelled[s] = true
		label := s.label
		if room >= 6 {
			label = " " + label + " "
		}
		l.write(left+(right-left-len([]rune(label)))/2, label, s.state.style())
	}
	for i := b.first; i <= b.last; i++ {
		if m := marks[i]; len(m) > 0 {
			m.draw(l, b.column(i), b.column(i+1))
		}
	}
}

// draw writes the marks between two columns: all of them, or what of the last one fits.
func (m marksAt) draw(l line, from, to int) {
	if m.cells() > to-from {
		m = m[len(m)-1:]
	}
	for _, k := range m {
		text := []rune(k.text)
		if len(text) > to-from {
			text = text[:min(1, len(text))]
		}
		l.write(from, string(text), k.tone.style())
		from += len(text)
	}
}

// draw writes a counter: the number where it changes, a line while it is not zero.
func (c counter) draw(a *axis, b *band, l line) {
	for i, n := range c {
		from, to := a.index(n.at), b.last+1
		if i+1 < len(c) {
			to = a.index(c[i+1].at)
		}
		if from > b.last || to < b.first || from == to {
			continue // later, earlier, or changed again within its column
		}
		left, right := b.column(from), b.column(to)
		if to == b.first {
			continue
		}
		if n.n != 0 {
			l.fill(left, right, '─', dimStyle)
		}
		if n.n == 0 && from < b.first {
			continue
		}
		if number := fmt.Sprint(n.n); len(number) < right-left || len(number) == right-left && to > b.last {
			l.write(left, number, boldStyle)
		} else {
			l.write(left, "…", dimStyle)
		}
	}
}

// draw writes a condition: a sign where it changes, a reason beside, a line while it is true.
func (c *conditionHistory) draw(a *axis, b *band, l line, reason string) {
	for i, change := range c.changes {
		from, to := a.index(change.at), b.last+1
		if i+1 < len(c.changes) {
			to = a.index(c.changes[i+1].at)
		}
		if from > b.last || to < b.first {
			continue
		}
		left, right := b.column(from), b.column(to)
		if change.true {
			l.fill(left, right, '─', dimStyle)
		}
		if from < b.first {
			continue
		}
		sign := "◇"
		if change.true {
			sign = "◆"
		}
		l.write(left, sign, boldStyle)
		cells := len([]rune(reason))
		switch {
		case !change.true || reason == "":
		case l.blank(left-cells-2, left):
			l.write(left-cells-1, reason, dimStyle)
		case left+2+cells < right:
			l.write(left+2, reason+" ", dimStyle)
		}
	}
}
