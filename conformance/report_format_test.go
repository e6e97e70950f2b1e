package conformance

import (
	"bytes"
	"encoding/xml"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestEveryFormatTellsEverythingThatIsSeen(t *testing.T) {
	for _, f := range everyFormat {
		t.Run(string(f), func(t *testing.T) {
			got := written(t, sampleReport(plain), f)
			for _, part := range []string{"implementation", "suite", "version", "feature", "focus", "only", "id", "because",
				"name", "unmet", "source", "sentence", "seen", "run", "entry", "timeline", "scenario", "command"} {
				if f == FormatJUnit && part == "sentence" {
					continue // JUnit has no place for the text of a test that passes
				}
				if !strings.Contains(got, plain(part)) {
					t.Errorf("%q is missing", plain(part))
				}
			}
		})
	}
}

func TestSameReportGivesSameBytes(t *testing.T) {
	for _, f := range everyFormat {
		if written(t, sampleReport(plain), f) != written(t, sampleReport(plain), f) {
			t.Errorf("%s differs from itself", f)
		}
	}
}

func TestUnknownFormatIsAnError(t *testing.T) {
	if err := sampleReport(plain).Write(io.Discard, "pdf"); err == nil || !strings.Contains(err.Error(), "expected json") {
		t.Errorf("got %v", err)
	}
	if _, err := FormatOf("report.pdf"); err == nil || !strings.Contains(err.Error(), ".json, .yaml, .yml, .xml, .md, .html") {
		t.Errorf("got %v", err)
	}
	if f, err := FormatOf("a/b.HTML"); f != FormatHTML || err != nil {
		t.Errorf("got %v, %v", f, err)
	}
}

// hostile is text that wants to be more than text, in one format or another.
func hostile(name string) string {
	return "<script>" + name + "()</script> ]]> </pre></details> | `code` ``` ~~~ *b* _i_ [l](javascript:x) \"q\" 'a' & &lt; " +
		"{{.}} \x00\x07\x1b[31m \u202e\ufffe \xff # - a: b\n# heading\n- item\n```\n<b>fence</b>\n%YAML\n---\nkey: {"
}

func TestHostileTextStaysText(t *testing.T) {
	r := sampleReport(hostile)
	for _, f := range everyFormat {
		t.Run(string(f), func(t *testing.T) {
			got := written(t, r, f)
			if control := regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f\u202e]").FindString(got); control != "" && f != FormatJSON && f != FormatYAML {
				t.Errorf("the control character %q got through", control)
			}
			check := map[Format]func(*testing.T, string){
				FormatJSON: hostileJSON, FormatYAML: hostileYAML, FormatMarkdown: hostileMarkdown,
				FormatJUnit: hostileXML, FormatHTML: hostileHTML,
			}[f]
			check(t, got)
		})
	}
}

// hostileJSON reads back what was written; what is not UTF-8 cannot be kept by JSON.
func hostileJSON(t *testing.T, got string) {
	back, err := ReadReport(strings.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	want := sampleReport(func(name string) string { return strings.ToValidUTF8(hostile(name), "\ufffd") })
	if !reflect.DeepEqual(back, want) {
		t.Errorf("read %+v, expected %+v", back, want)
	}
	if control := regexp.MustCompile("[\x00-\x09\x0b-\x1f\x7f\u202e]").FindString(got); control != "" {
		t.Errorf("the control character %q got through", control)
	}
}

func hostileYAML(t *testing.T, got string) {
	data, err := yaml.YAMLToJSON([]byte(got))
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadReport(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ToValidUTF8(hostile("seen"), "\ufffd"); back.Requirements[1].Violation.Text != want {
		t.Errorf("read %q, expected %q", back.Requirements[1].Violation.Text, want)
	}
}

func hostileXML(t *testing.T, got string) {
	var back junitSuites
	if err := xml.Unmarshal([]byte(got), &back); err != nil {
		t.Fatal(err)
	}
	want := []int{8, 2, 1, 2}
	if seen := []int{back.Tests, back.Failures, back.Errors, back.Skipped}; !reflect.DeepEqual(seen, want) {
		t.Errorf("%v tests, failures, errors, skipped; expected %v", seen, want)
	}
	if message := back.Suites[2].Cases[1].Failure.Message; message != oneLine(hostile("seen")) {
		t.Errorf("read %q, expected %q", message, oneLine(hostile("seen")))
	}
}

// hostileMarkdown looks for text that got out of its place: outside of fences and code, what is special is escaped.
func hostileMarkdown(t *testing.T, got string) {
	fence := ""
	for i, line := range strings.Split(got, "\n") {
		if mark := regexp.MustCompile("^```+").FindString(line); mark != "" && (fence == "" || mark == line && len(mark) >= len(fence)) {
			if fence == "" {
				fence = mark
			} else {
				fence = ""
			}
			continue
		}
		if fence != "" || strings.HasPrefix(line, "<details><summary>") || line == "</details>" {
			continue
		}
		bare := regexp.MustCompile("(^| )````[^`].*?[^`]````( |$)").ReplaceAllString(line, "")
		if leak := regexp.MustCompile("(^|[^\\\\])[<>~\\[\\]&]").FindString(bare); leak != "" {
			t.Errorf("line %d: %q is not escaped: %s", i+1, leak, line)
		}
		if cells := len(regexp.MustCompile(`(^|[^\\])\|`).FindAllString(line, -1)); strings.HasPrefix(line, "|") && cells != 3 && cells != 4 && cells != 6 {
			t.Errorf("line %d: a row with %d borders: %s", i+1, cells, line)
		}
	}
	if fence != "" {
		t.Errorf("a fence of %d backticks is never closed", len(fence))
	}
}

// hostileHTML looks for tags and attributes that the page does not have by itself.
func hostileHTML(t *testing.T, got string) {
	for _, forbidden := range []string{"<script", "<b>", "javascript:x\"", "</pre></details> |"} {
		if strings.Contains(got, forbidden) {
			t.Errorf("%q got through", forbidden)
		}
	}
	if tags, own := strings.Count(got, "<"), strings.Count(written(t, sampleReport(plain), FormatHTML), "<"); tags != own {
		t.Errorf("%d tags, but %d with text without surprises", tags, own)
	}
}
