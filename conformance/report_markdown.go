package conformance

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// markdown is for a wiki, a pull request or a release page: GitHub's dialect, which has tables and folds.
func (r *Report) markdown() ([]byte, error) {
	m := &markdown{}
	m.line("# Conformance of %s", mdText(r.Implementation))
	m.line("**%s**%s", mdText(string(r.Verdict)), mdWhy(r.Why))
	m.facts(r)
	m.line("## Requirements")
	m.table("verdict", "requirements")
	for _, c := range r.Counts.named() {
		m.row(string(c.Verdict), fmt.Sprint(c.Count))
	}
	m.b.WriteByte('\n')
	for _, area := range r.byArea() {
		m.line("### %s", mdText(area.Area))
		m.table("requirement", "level", "verdict", "exercised", "sentence")
		for _, row := range area.Rows {
			text := mdText(row.Sentence)
			if row.Why != "" {
				text += " *" + mdText(row.Why) + "*"
			}
			m.row(mdCode(row.ID), mdText(string(row.Level)), mdVerdict(row.Verdict), fmt.Sprint(row.Exercised), text)
		}
		m.b.WriteByte('\n')
	}
	m.violations(r)
	if len(r.Scenarios) > 0 {
		m.scenarios(r)
	}
	return append(bytes.TrimRight(m.b.Bytes(), "\n"), '\n'), nil
}

// markdown is a document under way.
type markdown struct{ b bytes.Buffer }

// line writes a paragraph or a heading.
func (m *markdown) line(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n\n", args...) }

func (m *markdown) table(columns ...string) {
	m.row(columns...)
	m.b.WriteString(strings.Repeat("|---", len(columns)) + "|\n")
}

// row writes cells that have been escaped.
func (m *markdown) row(cells ...string) {
	m.b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func (m *markdown) facts(r *Report) {
	m.table("", "")
	for _, f := range r.facts() {
		m.row(mdText(f.Name), mdText(f.Value))
	}
	m.b.WriteByte('\n')
}

func (m *markdown) violations(r *Report) {
	if r.Counts.NotConformant == 0 {
		return
	}
	m.line("## What was seen")
	for i := range r.Requirements {
		row := &r.Requirements[i]
		v := row.Violation
		if v == nil {
			continue
		}
		m.line("### %s", mdCode(row.ID))
		m.line("%s", mdText(row.Sentence))
		m.line("Source: %s%s", mdText(row.Source), mdText(clauseList(row.Clauses)))
		m.line("Seen in %s at %s of virtual time: %s", mdText(v.Where()), mdText(v.At), mdText(v.Text))
		for _, e := range v.Entries {
			fmt.Fprintf(&m.b, "- %s\n", mdText(e))
		}
		if len(v.Entries) > 0 {
			m.b.WriteByte('\n')
		}
		m.fold("Timeline", "text", v.Timeline)
		m.fold("Scenario"+shrunkBy(v.Shrunk), "yaml", v.Scenario)
		m.line("To see it again:")
		m.fence("sh", v.Reproduce)
	}
}

func (m *markdown) scenarios(r *Report) {
	m.line("## Scenarios")
	m.table("scenario", "verdict", "title")
	for _, s := range r.Scenarios {
		text := mdText(s.Title)
		for _, why := range s.Why {
			text += " *" + mdText(why) + "*"
		}
		m.row(mdCode(s.Name), mdVerdict(s.Verdict), text)
	}
	m.b.WriteByte('\n')
}

func (m *markdown) fold(title, language, text string) {
	if text == "" {
		return
	}
	m.line("<details><summary>%s</summary>", title)
	m.fence(language, text)
	m.line("</details>")
}

var backticks = regexp.MustCompile("`+")

// fence is longer than any that the text could close it with.
func (m *markdown) fence(language, text string) {
	fence := strings.Repeat("`", max(3, 1+longest(text)))
	m.line("%s%s\n%s\n%s", fence, language, strings.TrimRight(printable(text), "\n"), fence)
}

func longest(text string) int {
	n := 0
	for _, run := range backticks.FindAllString(text, -1) {
		n = max(n, len(run))
	}
	return n
}

// mdSpecial is what Markdown could take for more than text, mdLeading what it could at the beginning of a paragraph.
var (
	mdSpecial = regexp.MustCompile("[\\\\`*_\\[\\]<>|~&#]")
	mdLeading = regexp.MustCompile(`^(\d*)([-+=]|[.)]( |$))`)
)

// mdText is text on one line that stays what it is.
func mdText(text string) string {
	escaped := mdSpecial.ReplaceAllString(oneLine(text), `\$0`)
	return mdLeading.ReplaceAllString(escaped, `$1\$2`)
}

// mdCode is a name that can be copied.
func mdCode(text string) string {
	text = strings.ReplaceAll(oneLine(text), "|", `\|`)
	if n := longest(text); n > 0 {
		fence := strings.Repeat("`", n+1)
		return fence + " " + text + " " + fence
	}
	return "`" + text + "`"
}

func mdVerdict(v Verdict) string {
	if v == NotConformant || v == HarnessError {
		return "**" + mdText(string(v)) + "**"
	}
	return mdText(string(v))
}

func mdWhy(why string) string {
	if why == "" {
		return ""
	}
	return ": " + mdText(why)
}
