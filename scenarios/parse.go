package scenarios

import (
	"bytes"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/jobsim/jobsim/sim"
)

// Parse reads a scenario file. The name is that of the file, for messages and for the name of the scenario. The
// error is an [Errors].
func Parse(name string, data []byte) (*sim.Scenario, error) {
	p := &problems{file: name}
	s := parseScenario(p, name, data)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s, nil
}

func parseScenario(p *problems, name string, data []byte) *sim.Scenario {
	const want = "a scenario (apiVersion: " + apiVersion + ", kind: " + kind + ")"
	if !checkText(p, data, want) {
		return nil
	}
	documents := parse(p, data)
	if !p.none() {
		return nil
	}
	if len(documents) == 0 {
		p.addAt(1, 1, "", "expected %s, found an empty document", want)
		return nil
	}
	if len(documents) > 1 {
		p.add(documents[1], "", "expected one scenario in a file, found another document")
		return nil
	}
	root := documents[0]
	if root.Kind != yaml.MappingNode {
		p.add(root, "", "expected %s, found %s", want, describe(root))
		return nil
	}
	if !checkHeader(p, root) {
		return nil
	}
	file := &scenarioFile{}
	decoder{problems: p}.decode(root, "", reflect.ValueOf(file).Elem())
	if !p.none() {
		return nil
	}
	s := file.scenario(nameOf(name))
	if !p.none() {
		return nil
	}
	file.checkTimes(s)
	file.checkNames(s)
	if !file.has("story") {
		s.Story = leadingComment(data)
	}
	return s
}

// checkHeader looks at what the file says it is before anything else: a file of another kind has nothing but unknown
// fields.
func checkHeader(p *problems, root *yaml.Node) bool {
	w := where{problems: p, node: root}
	for _, field := range []struct{ name, want string }{{"apiVersion", apiVersion}, {"kind", kind}} {
		switch n := find(root, field.name); {
		case n == nil:
			w.failHere("expected %s: %s, found no such field", field.name, field.want)
		case n.Kind != yaml.ScalarNode || n.Value != field.want:
			w.fail(field.name, "expected %s, found %s", field.want, describe(n))
		default:
			continue
		}
		return false
	}
	return true
}

// leadingComment is the comment that a file begins with, without its marks.
func leadingComment(data []byte) string {
	var lines []string
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\uFEFF"))) {
		text, ok := strings.CutPrefix(strings.TrimRight(string(line), " \t\r\n"), "#")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimPrefix(text, " "))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
