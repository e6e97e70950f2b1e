package trace

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// SVGOptions say how an SVG is drawn. The zero value suits documents.
type SVGOptions struct {
	// Lanes is how many rows the pods of a Job may take, as in TimelineOptions; 0 means 30.
	Lanes int
	// Moments is how many moments are told below the picture; 0 means 24.
	Moments int
	// Label says what the picture is to those who cannot see it; empty means "Timeline of Job NAME".
	Label string
}

// Measures of the picture in pixels. A cell is as wide as a character of the font.
const (
	svgCell   = 7.25
	svgRow    = 22
	svgBar    = 14
	svgMargin = 16
	svgLine   = 18 // of text
)

// SVG draws the timeline as a picture: self-contained, without scripts or fonts of its own, readable on light and dark
// pages. Details are in tooltips.
func (t *Trace) SVG(w io.Writer, o SVGOptions) error {
	if o.Lanes <= 0 {
		o.Lanes = 30
	}
	if o.Moments <= 0 {
		o.Moments = 24
	}
	h := t.history()
	s := &svg{y: svgMargin}
	if c := svgChart(h, o.Lanes); c == nil {
		s.cells = 40
		s.text(svgMargin, "js-text", "Nothing happened.")
		s.y += svgLine
	} else {
		s.cells = c.labels + 1 + c.axis.bands[0].width() + 8
		s.draw(h, c, o.Moments)
	}
	_, err := w.Write(s.document(cmp.Or(o.Label, h.label())))
	return err
}

// label says what is drawn.
func (h *history) label() string {
	var names []string
	for _, j := range h.jobs {
		names = append(names, j.name)
	}
	return "Timeline of Job " + strings.Join(names, ", ")
}

// svgChart is as wide as it takes to show everything on one axis, within reason.
func svgChart(h *history, lanes int) *chart {
	var c *chart
	for _, width := range []int{110, 150, 200, 260} {
		if c = newChart(h, width, lanes, 1); c == nil || c.axis.granted && c.axis.within == 0 {
			break
		}
	}
	return c
}

// svg is a picture that grows downwards.
type svg struct {
	body  bytes.Buffer
	y     float64
	cells int // how wide it is
}

func (s *svg) width() float64 { return 2*svgMargin + float64(s.cells)*svgCell }

func (s *svg) document(label string) []byte {
	var out bytes.Buffer
	height := s.y + svgMargin
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`,
		s.width(), height, s.width(), height, escape(label))
	out.WriteString("\n<style>" + svgStyle + "</style>\n")
	fmt.Fprintf(&out, `<rect class="js-card" x="0.5" y="0.5" width="%.0f" height="%.0f" rx="8"/>`+"\n", s.width()-1, height-1)
	out.Write(s.body.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

func (s *svg) draw(h *history, c *chart, moments int) {
	for _, j := range h.jobs {
		if j.job != nil {
			s.paragraph("js-title", "Job "+j.name+": "+jobOutline(j.job))
		}
	}
	s.y += svgLine
	s.axis(c)
	top := s.y
	for _, r := range c.rows {
		s.row(c, r)
	}
	s.grid(c, top)
	s.legend(c)
	s.y += svgLine / 2
	s.moments(h, moments)
	s.y += svgLine / 2
	for _, j := range h.jobs {
		text, _ := j.summary()
		s.paragraph("js-strong", text)
	}
	s.paragraph("js-dim", h.totals())
}

// legend explains colours and signs, on as many lines as that takes.
func (s *svg) legend(c *chart) {
	states, signs := c.used()
	s.y += 4
	x := float64(svgMargin)
	for _, st := range states {
		width := 17 + float64(len(st.meaning()))*svgCell
		x = s.fit(x, width)
		fmt.Fprintf(&s.body, `<rect class="%s" x="%.1f" y="%.1f" width="12" height="12" rx="2"/>`+"\n", st.class(), x, s.y+2)
		s.text(x+17, "js-dim", st.meaning())
		x += width + 3*svgCell
	}
	for _, sign := range slices.Concat(signs, c.axis.notes()) {
		width := float64(len([]rune(sign))) * svgCell
		x = s.fit(x, width)
		s.text(x, "js-dim", sign)
		x += width + 3*svgCell
	}
	s.y += svgLine
}

// fit begins a new line if what follows at x is too wide for the rest of this one.
func (s *svg) fit(x, width float64) float64 {
	if x > svgMargin && x+width > s.width()-svgMargin {
		s.y += svgLine
		return svgMargin
	}
	return x
}

// paragraph writes wrapped text.
func (s *svg) paragraph(class, text string) {
	for i, l := range wrap(text, s.cells, 2) {
		x := float64(svgMargin)
		if i > 0 {
			x += 2 * svgCell
		}
		s.text(x, class, strings.TrimSpace(l))
		s.y += svgLine
	}
}

// text writes one line at the current height.
func (s *svg) text(x float64, class, text string) {
	fmt.Fprintf(&s.body, `<text class="%s" x="%.1f" y="%.1f">%s</text>`+"\n", class, x, s.y+12, escape(text))
}

func escape(s string) string {
	var b bytes.Buffer
	// Writing to a buffer does not fail.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// x is where a column of the axis begins.
func (s *svg) x(c *chart, column int) float64 {
	return svgMargin + float64(c.labels+1+column)*svgCell
}

// axis writes the times for which there is room.
func (s *svg) axis(c *chart) {
	b := &c.axis.bands[0]
	taken := newLine(b.width() + 8)
	for weight := 3; weight >= 1; weight-- {
		for i := b.first; i <= b.last; i++ {
			in := c.axis.instants[i]
			label, at := tick(in.at), b.column(i)
			if in.weight == weight && !c.axis.repeats(i) && taken.blank(max(at-1, 0), at+len(label)+1) {
				taken.write(at, label, plainStyle)
				s.text(s.x(c, at), "js-time", label)
			}
		}
	}
	s.y += svgLine
}

// grid draws a faint line for every instant, over the rows, whose height is not known before.
func (s *svg) grid(c *chart, top float64) {
	b := &c.axis.bands[0]
	for i := b.first; i <= b.last; i++ {
		x := s.x(c, b.column(i))
		fmt.Fprintf(&s.body, `<line class="js-grid" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", x, top-2, x, s.y)
	}
}

func (s *svg) moments(h *history, most int) {
	column := 0
	for _, m := range h.moments {
		column = max(column, len(tick(m.at)))
	}
	for i, m := range h.moments {
		if hidden := len(h.moments) - most/2*2; hidden > 0 && i >= most/2 && i < len(h.moments)-most/2 {
			if i == most/2 {
				s.paragraph("js-dim", fmt.Sprintf("… %d more", hidden))
			}
			continue
		}
		s.text(svgMargin, "js-time", tick(m.at))
		for _, l := range wrap(m.String(), s.cells-column-2, 0) {
			s.text(svgMargin+float64(column+2)*svgCell, "js-text", l)
			s.y += svgLine
		}
	}
}
