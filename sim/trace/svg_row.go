package trace

import "fmt"

// svgStyle is the look: a card that follows the reader's colour scheme. Names start with js- so that pictures can stand
// in one HTML page with others.
const svgStyle = `
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#24292f}
.js-card{fill:#ffffff;stroke:#d0d7de}
.js-title,.js-strong{font-weight:bold}
.js-time{font-weight:bold;fill:#57606a}
.js-dim{fill:#6e7781}
.js-grid{stroke:#8c959f;stroke-opacity:.25;stroke-dasharray:2 3}
.js-rule{stroke:#8c959f;stroke-width:1.5}
.js-running{fill:#4393e6}.js-waiting{fill:#d4a72c;fill-opacity:.35}.js-pending{fill:#afb8c1}
.js-terminating{fill:#a475f9}.js-unreachable{fill:#8c959f;fill-opacity:.5}
.js-good{fill:#1a7f37;font-weight:bold}.js-bad{fill:#cf222e;font-weight:bold}.js-neutral{font-weight:bold}
.js-mark{fill:#ffffff;fill-opacity:.85}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.js-card{fill:#0d1117;stroke:#30363d}
.js-time,.js-dim{fill:#8d96a0}
.js-running{fill:#2f6fb5}.js-pending{fill:#484f58}.js-terminating{fill:#7c55c8}
.js-good{fill:#3fb950}.js-bad{fill:#f85149}
.js-mark{fill:#0d1117}
}
`

func (s state) class() string {
	return [...]string{"js-absent", "js-waiting", "js-pending", "js-running", "js-terminating", "js-unreachable"}[s]
}

func (t tone) class() string { return [...]string{"js-neutral", "js-good", "js-bad"}[t] }

func (s *svg) row(c *chart, r *row) {
	if r.heading != "" {
		s.paragraph("js-dim", r.heading)
		return
	}
	s.text(svgMargin, "js-text", r.label)
	switch {
	case r.lane != nil:
		s.lane(c, r)
	case r.condition != nil:
		s.condition(c, r)
	default:
		s.counter(c, r.counter)
	}
	s.y += svgRow
}

// bar draws a span with its tooltip.
func (s *svg) bar(from, to float64, k *span, thin bool) {
	y, height := s.y+1, float64(svgBar)
	if thin {
		y, height = y+svgBar/2-2, 4
	}
	end := clock(k.to)
	if k.open {
		end = "the end"
	}
	fmt.Fprintf(&s.body, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="2">`+
		"<title>%s to %s: %s</title></rect>\n", k.state.class(), from, y, max(to-from-1, 1), height, clock(k.from), end, escape(k.title))
}

func (s *svg) lane(c *chart, r *row) {
	b, marks := &c.axis.bands[0], r.lane.marksByInstant(c.axis)
	for i := range r.lane.spans {
		k := &r.lane.spans[i]
		from, to := k.columns(c.axis)
		if from == to {
			continue
		}
		left, right := b.column(from), b.column(to)
		s.bar(s.x(c, left), s.x(c, right), k, r.actor && k.state == running)
		left += marks[from].cells()
		if n := len([]rune(k.label)); n > 0 && n <= right-left {
			x := (s.x(c, left) + s.x(c, right)) / 2
			fmt.Fprintf(&s.body, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`+"\n", x, s.y+12, escape(k.label))
		}
	}
	for i := b.first; i <= b.last; i++ {
		s.marks(s.x(c, b.column(i)), marks[i])
	}
}

// marks writes the marks of one instant on a ground of their own, so that they can be read over bars.
func (s *svg) marks(x float64, marks marksAt) {
	for _, m := range marks {
		width := float64(len([]rune(m.text))) * svgCell
		fmt.Fprintf(&s.body, `<g><title>%s: %s</title><rect class="js-mark" x="%.1f" y="%.1f" width="%.1f" height="%d" rx="2"/>`+
			`<text class="%s" x="%.1f" y="%.1f">%s</text></g>`+"\n", clock(m.at), escape(m.title), x, s.y+1, width, svgBar,
			m.tone.class(), x, s.y+12, escape(m.text))
		x += width
	}
}

func (s *svg) rule(from, to float64) {
	if to > from {
		fmt.Fprintf(&s.body, `<line class="js-rule" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", from, s.y+8, to, s.y+8)
	}
}

func (s *svg) counter(c *chart, counts counter) {
	b := &c.axis.bands[0]
	for i, n := range counts {
		from, to := c.axis.index(n.at), b.last+1
		if i+1 < len(counts) {
			to = c.axis.index(counts[i+1].at)
		}
		if from == to {
			continue
		}
		number := fmt.Sprint(n.n)
		if len(number) > b.column(to)-b.column(from) {
			number = "…"
		}
		x := s.x(c, b.column(from))
		if n.n != 0 {
			s.rule(x+float64(len([]rune(number)))*svgCell+2, s.x(c, b.column(to))-2)
		}
		fmt.Fprintf(&s.body, `<text class="js-neutral" x="%.1f" y="%.1f">%s<title>%d since %s</title></text>`+"\n",
			x, s.y+12, number, n.n, clock(n.at))
	}
}

func (s *svg) condition(c *chart, r *row) {
	b := &c.axis.bands[0]
	for i, change := range r.condition.changes {
		from, to := c.axis.index(change.at), b.last+1
		if i+1 < len(r.condition.changes) {
			to = c.axis.index(r.condition.changes[i+1].at)
		}
		x := s.x(c, b.column(from))
		sign, title := "◇", "no longer "+string(r.condition.kind)
		if change.true {
			sign, title = "◆", string(r.condition.kind)+because(r.condition.reason, r.condition.message)
			s.rule(x+svgCell+2, s.x(c, b.column(to))-2)
		}
		fmt.Fprintf(&s.body, `<text class="js-neutral" x="%.1f" y="%.1f">%s<title>%s: %s</title></text>`+"\n",
			x, s.y+12, sign, clock(change.at), escape(title))
		if change.true && r.reason != "" {
			fmt.Fprintf(&s.body, `<text class="js-dim" x="%.1f" y="%.1f" text-anchor="end">%s</text>`+"\n",
				x-svgCell, s.y+12, escape(r.reason))
		}
	}
}
