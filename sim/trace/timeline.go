package trace

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// TimelineOptions say how a timeline is drawn. The zero value is for a plain terminal of 80 columns.
type TimelineOptions struct {
	// Width is how many columns there are; 0 means 80. Less than 40 is taken as 40.
	Width int
	// Color uses ANSI colours.
	Color bool
	// Lanes is how many lines the pods of a Job may take; 0 means 20. Pods that did the same at the same times share a
	// line; when there are still too many, examples are shown and the others counted.
	Lanes int
	// Moments is how many moments are told below the picture; 0 means 24.
	Moments int
}

func (o TimelineOptions) withDefaults() TimelineOptions {
	if o.Width == 0 {
		o.Width = 80
	}
	o.Width = max(o.Width, 40)
	if o.Lanes <= 0 {
		o.Lanes = 20
	}
	if o.Moments <= 0 {
		o.Moments = 24
	}
	return o
}

// Timeline draws what happened for people: a line for each pod with its runs, waits and its end over virtual time, the
// Job's counters and conditions below, then the moments that decided, and a summary. Time is not to scale: each
// instant at which something changed has a column, and quiet time is compressed.
func (t *Trace) Timeline(w io.Writer, o TimelineOptions) error {
	o = o.withDefaults()
	h := t.history()
	p := &printer{width: o.Width, color: o.Color}
	c := newChart(h, o.Width, o.Lanes, 4)
	if c == nil {
		p.print("Nothing happened.")
	} else {
		p.outline(h)
		p.chart(c)
		p.legend(c)
		p.moments(h, o.Moments)
		p.summary(h)
	}
	_, err := w.Write(p.out.Bytes())
	return err
}

// printer collects the lines of a timeline.
type printer struct {
	out   bytes.Buffer
	width int
	color bool
}

func (p *printer) print(s string) { p.out.WriteString(s + "\n") }

// paragraph prints a text within the width, its first so many characters bold.
func (p *printer) paragraph(s string, indent, bold int) {
	for i, text := range wrap(s, p.width, indent) {
		l := newLine(len([]rune(text)))
		l.write(0, text, plainStyle)
		for k := 0; i == 0 && k < min(bold, len(l)); k++ {
			l[k].s = boldStyle
		}
		p.print(l.render(p.color))
	}
}

// outline prints what each Job is.
func (p *printer) outline(h *history) {
	for _, j := range h.jobs {
		if j.job != nil {
			title := "Job " + j.name
			p.paragraph(title+": "+jobOutline(j.job), 2, len(title))
		}
	}
}

func (p *printer) chart(c *chart) {
	labelled := map[*span]bool{}
	for k := range c.axis.bands {
		b := &c.axis.bands[k]
		p.print("")
		p.axis(c, b)
		for _, r := range c.rows {
			if !r.seen(c.axis, b) || r.heading != "" && k > 0 && len(c.axis.bands) > 1 && strings.HasPrefix(r.heading, "…") {
				continue
			}
			if r.heading != "" {
				p.paragraph(r.heading, 2, 0)
				continue
			}
			l := newLine(c.labels + 1 + b.width())
			l.write(0, r.label, plainStyle)
			r.draw(c.axis, b, l[c.labels+1:], labelled)
			p.print(l.render(p.color))
		}
	}
}

// axis prints the times, as many as there is room for, and a tick at each instant.
func (p *printer) axis(c *chart, b *band) {
	times, ticks := newLine(c.labels+1+b.width()), newLine(c.labels+1+b.width())
	t, k := times[c.labels+1:], ticks[c.labels+1:]
	k.fill(0, b.columns[b.last-b.first]+1, '─', dimStyle)
	for i := b.first; i <= b.last; i++ {
		k.write(b.column(i), "┴", dimStyle)
		if from, to := b.column(i)+1, b.column(i+1); i < b.last && c.axis.compressed(i) {
			k.write(from+(to-from)/2-1, "╱╱", dimStyle)
		}
	}
	for weight := 3; weight >= 1; weight-- {
		for i := b.first; i <= b.last; i++ {
			in := c.axis.instants[i]
			label := tick(in.at)
			at := min(b.column(i), len(t)-len(label))
			if in.weight == weight && !c.axis.repeats(i) && t.blank(max(at-1, 0), min(at+len(label)+1, len(t))) {
				t.write(at, label, boldStyle)
			}
		}
	}
	p.print(times.render(p.color))
	p.print(ticks.render(p.color))
}

// compressed reports whether a cell of an interval stands for much more time than the most detailed ones do.
func (a *axis) compressed(i int) bool {
	finest := time.Duration(0)
	for k := range a.instants {
		if scale := a.interval(k) / time.Duration(a.cells[k]); scale > 0 && (finest == 0 || scale < finest) {
			finest = scale
		}
	}
	return a.cells[i] >= 4 && a.interval(i)/time.Duration(a.cells[i]) > 10*finest
}

// legend explains the signs that are used.
func (p *printer) legend(c *chart) {
	states, signs := c.used()
	var parts []string
	for _, s := range states {
		parts = append(parts, string(s.rune())+" "+s.meaning())
	}
	p.print("")
	p.items(slices.Concat(parts, signs, c.axis.notes()))
}

// items prints short texts side by side, none of them broken.
func (p *printer) items(parts []string) {
	const gap = "   "
	flush := func(s string) {
		l := newLine(len([]rune(s)))
		l.write(0, s, dimStyle)
		p.print(l.render(p.color))
	}
	s := ""
	for _, part := range parts {
		switch {
		case s == "":
			s = part
		case len([]rune(s+gap+part)) > p.width:
			flush(s)
			s = part
		default:
			s += gap + part
		}
	}
	flush(s)
}

// moments prints the moments with their times.
func (p *printer) moments(h *history, most int) {
	if len(h.moments) == 0 {
		return
	}
	p.print("")
	column := 0
	for _, m := range h.moments {
		column = max(column, len(tick(m.at)))
	}
	last := ""
	for i, m := range h.moments {
		if len(h.moments) > most && i >= most/2 && i < len(h.moments)-most/2 {
			if i == most/2 {
				p.print(fmt.Sprintf("%*s  … %d more", column, "", len(h.moments)-most/2*2))
			}
			continue
		}
		at := tick(m.at)
		if at == last {
			at = ""
		} else {
			last = at
		}
		for k, text := range wrap(m.String(), p.width-column-2, 2) {
			if k > 0 {
				at = ""
			}
			l := newLine(column + 2 + len([]rune(text)))
			l.write(column-len(at), at, boldStyle)
			l.write(column+2, text, plainStyle)
			p.print(l.render(p.color))
		}
	}
}
