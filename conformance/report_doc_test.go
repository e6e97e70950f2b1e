package conformance

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// jsonFields are the fields of a struct as JSON has them, with whether each may be left out.
func jsonFields(s reflect.Type) map[string]bool {
	fields := map[string]bool{}
	for f := range s.Fields() {
		if f.IsExported() {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			fields[name] = strings.HasPrefix(options, "omit")
		}
	}
	return fields
}

// structsIn adds a struct and those that it is made of.
func structsIn(s reflect.Type, all map[string]reflect.Type) {
	for s.Kind() == reflect.Pointer || s.Kind() == reflect.Slice {
		s = s.Elem()
	}
	if s.Kind() != reflect.Struct {
		return
	}
	all[s.Name()] = s
	for f := range s.Fields() {
		if f.IsExported() {
			structsIn(f.Type, all)
		}
	}
}

// TestREPORTDescribesEveryField compares REPORT.md with the structs, both ways.
func TestREPORTDescribesEveryField(t *testing.T) {
	document, err := os.ReadFile("REPORT.md")
	if err != nil {
		t.Fatal(err)
	}
	structs := map[string]reflect.Type{}
	structsIn(reflect.TypeFor[Report](), structs)
	described := map[string]bool{}
	for _, section := range regexp.MustCompile(`(?m)^## `).Split(string(document), -1)[1:] {
		name, text, _ := strings.Cut(section, "\n")
		described[name] = true
		if name == "Verdict" {
			verdictsDescribed(t, text)
			continue
		}
		s, known := structs[name]
		if !known {
			t.Errorf("REPORT.md describes %s, which a report does not have", name)
			continue
		}
		compareFields(t, name, text, jsonFields(s))
	}
	for name := range structs {
		if !described[name] {
			t.Errorf("REPORT.md does not describe %s", name)
		}
	}
	if !strings.Contains(string(document), "`apiVersion: "+ReportAPIVersion+"`") {
		t.Errorf("REPORT.md does not describe version %s", ReportAPIVersion)
	}
}

func compareFields(t *testing.T, name, text string, fields map[string]bool) {
	t.Helper()
	found := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([^|]+) \\|(.*)\\|$").FindAllStringSubmatch(text, -1) {
		found[m[1]] = true
		optional, known := fields[m[1]]
		if !known {
			t.Errorf("REPORT.md describes %s.%s, which does not exist", name, m[1])
		} else if optional != strings.Contains(m[3], "*optional*") {
			t.Errorf("REPORT.md: %s.%s is optional: %v, but the page says otherwise", name, m[1], optional)
		}
	}
	for field := range fields {
		if !found[field] {
			t.Errorf("REPORT.md does not describe %s.%s", name, field)
		}
	}
}

func verdictsDescribed(t *testing.T, text string) {
	t.Helper()
	var found []Verdict
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z ]+)` \\|.*\\| (\\d) \\|$").FindAllStringSubmatch(text, -1) {
		v := Verdict(m[1])
		found = append(found, v)
		if code := int(m[2][0] - '0'); code != v.ExitCode() {
			t.Errorf("REPORT.md: exit code %d for %s, expected %d", code, v, v.ExitCode())
		}
	}
	if !reflect.DeepEqual(found, worst) {
		t.Errorf("REPORT.md describes the verdicts %q, expected %q", found, worst)
	}
}
