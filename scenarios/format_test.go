package scenarios

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// examples are the examples of FORMAT.md. Those that do not begin with an apiVersion are parts of a file, which the top
// of the first one makes whole.
func examples(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range yamlBlock.FindAllStringSubmatch(string(page), -1) {
		list = append(list, m[1])
	}
	top, _, _ := strings.Cut(list[0], "pods:\n")
	for i := range list[1:] {
		if !strings.HasPrefix(list[i+1], "apiVersion:") {
			list[i+1] = top + list[i+1]
		}
	}
	return list
}

func TestExamplesOfTheFormatCanBeRun(t *testing.T) {
	for i, example := range examples(t) {
		s, err := Parse("FORMAT.md", []byte(example))
		if err != nil {
			t.Errorf("example %d: %v\n%s", i+1, err, example)
			continue
		}
		result, err := sim.Run(s, fakes.ReferenceImplementation())
		if err != nil {
			t.Errorf("example %d: %v", i+1, err)
			continue
		}
		if result.Failure != nil {
			t.Errorf("example %d: %v", i+1, result.Failure)
		}
		if unmet := result.Unmet(); i == 0 && len(unmet) > 0 {
			t.Errorf("expected the first example to hold, found: %s", unmet[0].Text)
		}
	}
}

// TestEveryFieldIsExplainedAndShown keeps FORMAT.md complete: each field of the format is in a table and in an example.
func TestEveryFieldIsExplainedAndShown(t *testing.T) {
	page, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for _, example := range examples(t) {
		shown.WriteString(example)
	}
	for _, name := range Names() {
		shown.Write(Source(name))
	}
	known := map[string]bool{}
	formatFields(reflect.TypeFor[scenarioFile](), known)
	for name := range known {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("field %s is not explained in FORMAT.md", name)
		}
		if !regexp.MustCompile(`\b` + name + `:`).MatchString(shown.String()) {
			t.Errorf("field %s is not shown in any example", name)
		}
	}
	gomega.NewWithT(t).Expect(len(known)).To(gomega.BeNumerically(">", 60))
}

// formatFields collects the names of all fields of the format.
func formatFields(typ reflect.Type, known map[string]bool) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return
	}
	f := fieldsOf(typ)
	for _, name := range f.names {
		known[name] = true
		formatFields(typ.FieldByIndex(f.index[name]).Type, known)
	}
}
