package conformance

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Format is a way to write a report. JSON is the canonical one, which can be read again; the others are views of it.
type Format string

const (
	FormatJSON     Format = "json"
	FormatYAML     Format = "yaml"
	FormatMarkdown Format = "md"
	// FormatJUnit is the XML that test dashboards read.
	FormatJUnit Format = "junit"
	// FormatHTML is one page that needs nothing else.
	FormatHTML Format = "html"
)

// extensions of file names, and the format that each stands for.
var extensions = []struct {
	name   string
	format Format
}{
	{".json", FormatJSON}, {".yaml", FormatYAML}, {".yml", FormatYAML}, {".xml", FormatJUnit}, {".md", FormatMarkdown},
	{".html", FormatHTML},
}

// FormatOf is the format that the name of a file asks for.
func FormatOf(path string) (Format, error) {
	var known []string
	for _, e := range extensions {
		if strings.EqualFold(filepath.Ext(path), e.name) {
			return e.format, nil
		}
		known = append(known, e.name)
	}
	return "", fmt.Errorf("report %s: expected a name that ends in %s", path, strings.Join(known, ", "))
}

// Write writes the report. The same report gives the same bytes.
func (r *Report) Write(w io.Writer, f Format) error {
	render := map[Format]func(*Report) ([]byte, error){
		FormatJSON: (*Report).json, FormatYAML: (*Report).yaml, FormatMarkdown: (*Report).markdown,
		FormatJUnit: (*Report).junit, FormatHTML: (*Report).html,
	}[f]
	if render == nil {
		return fmt.Errorf("conformance: format %q: expected json, yaml, md, junit or html", f)
	}
	// All of it before the first byte, so that nobody gets half a report.
	data, err := render(r)
	if err != nil {
		return fmt.Errorf("conformance: report as %s: %w", f, err)
	}
	_, err = io.Copy(w, bytes.NewReader(data))
	return err
}

// areaRows are the requirements of an area.
type areaRows struct {
	Area string
	Rows []*RequirementRow
}

// byArea groups the requirements, in the order of the report.
func (r *Report) byArea() []areaRows {
	var areas []areaRows
	at := map[string]int{}
	for i := range r.Requirements {
		row := &r.Requirements[i]
		n, known := at[row.Area()]
		if !known {
			n = len(areas)
			at[row.Area()] = n
			areas = append(areas, areaRows{Area: row.Area()})
		}
		areas[n].Rows = append(areas[n].Rows, row)
	}
	return areas
}

// Area is the second part of the ID: what the requirement is about.
func (r *RequirementRow) Area() string {
	parts := strings.SplitN(r.ID, "/", 3)
	if len(parts) < 3 {
		return "other" // as only a report from elsewhere can have it
	}
	return parts[1]
}

// printable replaces what neither a page nor a terminal shows as it stands, such as control characters. Line ends and
// tabs stay.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if isUnprintable(c) {
			return '\ufffd'
		}
		return c
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// isUnprintable tells control characters, and those that make the text around them run the other way so that it looks
// like another text.
func isUnprintable(c rune) bool {
	switch {
	case c == '\n' || c == '\t':
		return false
	case c < ' ', c >= 0x7f && c < 0xa0, c == 0xfffe, c == 0xffff:
		return true
	}
	return c == 0x200e || c == 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069
}

// oneLine is text for a place that has no room for more.
func oneLine(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }
