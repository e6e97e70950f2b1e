package conformance

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"

	"github.com/jobsim/jobsim/sim/trace"
)

// The page and its style. It loads nothing from anywhere and runs nothing, which its Content-Security-Policy makes sure
// of: a report may be opened by somebody who does not trust the implementation that it is about.
var (
	//go:embed report_page.html
	pageText string
	//go:embed report_page.css
	pageStyle string
	page      = template.Must(template.New("report").Funcs(pageFuncs).Parse(pageText))
)

var pageFuncs = template.FuncMap{
	"text":  printable,
	"class": func(v Verdict) string { return strings.ReplaceAll(string(v), " ", "-") },
	"sign":  sign,
	"link":  func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
}

// sign is a mark for a verdict, so that nobody has to tell colours apart.
func sign(v Verdict) string {
	switch v {
	case Conformant:
		return "✓"
	case NotConformant:
		return "✗"
	case HarnessError:
		return "!"
	case Inconclusive:
		return "?"
	}
	return "–"
}

// pageData is what the page shows.
type pageData struct {
	*Report
	Style  template.CSS
	Facts  []fact
	Counts []verdictCount
	Broken []*pageRow
	Areas  []pageArea
	// Kept is how many scenarios do what is expected of them.
	Kept int
}

type pageArea struct {
	Name string
	Rows []*pageRow
	// Kept of Claimed are conformant.
	Kept, Claimed int
}

// pageRow is a requirement; Number tells its violation from the others, and Picture is the timeline of that.
type pageRow struct {
	*RequirementRow
	Number  int
	Picture template.HTML
}

// html is a page for people.
func (r *Report) html() ([]byte, error) {
	data := pageData{Report: r, Style: template.CSS(pageStyle), Facts: r.facts(), Counts: r.Counts.named()}
	for _, area := range r.byArea() {
		shown := pageArea{Name: area.Area}
		for _, row := range area.Rows {
			p := &pageRow{RequirementRow: row}
			if row.Violation != nil {
				data.Broken = append(data.Broken, p)
				p.Number, p.Picture = len(data.Broken), picture(row)
			}
			if row.Verdict == Conformant {
				shown.Kept++
			}
			if row.Verdict != NotClaimed {
				shown.Claimed++
			}
			shown.Rows = append(shown.Rows, p)
		}
		data.Areas = append(data.Areas, shown)
	}
	for _, s := range r.Scenarios {
		if s.Verdict == Conformant {
			data.Kept++
		}
	}
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// picture draws the run that shows a violation; a report that was read from a file does not have it.
func picture(row *RequirementRow) template.HTML {
	result := row.Violation.Result()
	if result == nil {
		return ""
	}
	var b bytes.Buffer
	label := "Timeline of " + row.Violation.Run + ", which breaks " + row.ID
	if err := result.Trace.SVG(&b, trace.SVGOptions{Label: label}); err != nil {
		return ""
	}
	return template.HTML(b.String()) // the picture escapes what it shows
}
