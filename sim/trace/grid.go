package trace

import "strings"

// style is what a cell means; only colour output shows it.
type style int

const (
	plainStyle style = iota
	dimStyle
	boldStyle
	goodStyle
	badStyle
	runStyle
	waitStyle
	endStyle // terminating
	lostStyle
)

// ansi is the escape sequence that switches a style on.
func (s style) ansi() string {
	return [...]string{"", "\x1b[2m", "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[34m", "\x1b[33m", "\x1b[35m", "\x1b[36m"}[s]
}

const ansiReset = "\x1b[0m"

// cell is one character on the screen.
type cell struct {
	r rune
	s style
}

// line is one line of the picture.
type line []cell

func newLine(width int) line {
	l := make(line, width)
	for i := range l {
		l[i].r = ' '
	}
	return l
}

// write puts a text at a column; what lies outside is cut off.
func (l line) write(column int, s string, st style) {
	for _, r := range s {
		if column >= 0 && column < len(l) {
			l[column] = cell{r, st}
		}
		column++
	}
}

func (l line) fill(from, to int, r rune, st style) {
	for i := max(from, 0); i < min(to, len(l)); i++ {
		l[i] = cell{r, st}
	}
}

// blank reports whether nothing has been written between two columns.
func (l line) blank(from, to int) bool {
	for i := max(from, 0); i < min(to, len(l)); i++ {
		if l[i].r != ' ' {
			return false
		}
	}
	return from >= 0 && to <= len(l)
}

// render makes text of a line, without blanks at its end.
func (l line) render(color bool) string {
	end := len(l)
	for end > 0 && l[end-1].r == ' ' {
		end--
	}
	var b strings.Builder
	last := plainStyle
	for _, c := range l[:end] {
		if color && c.s != last {
			if last != plainStyle {
				b.WriteString(ansiReset)
			}
			b.WriteString(c.s.ansi())
			last = c.s
		}
		b.WriteRune(c.r)
	}
	if last != plainStyle {
		b.WriteString(ansiReset)
	}
	return b.String()
}

// wrap breaks a text into lines of at most width characters; lines after the first are indented. Words longer than a
// line are cut.
func wrap(s string, width, indent int) []string {
	var lines []string
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(s) {
		r := []rune(word)
		if used > 0 && used+1+len(r) > width {
			lines = append(lines, b.String())
			b.Reset()
			used = 0
		}
		switch {
		case used > 0:
			b.WriteByte(' ')
			used++
		case len(lines) > 0:
			b.WriteString(strings.Repeat(" ", indent))
			used = indent
		}
		for used+len(r) > width && width > indent {
			part := width - used
			lines = append(lines, b.String()+string(r[:part]))
			r = r[part:]
			b.Reset()
			b.WriteString(strings.Repeat(" ", indent))
			used = indent
		}
		b.WriteString(string(r))
		used += len(r)
	}
	if used > 0 {
		lines = append(lines, b.String())
	}
	return lines
}
