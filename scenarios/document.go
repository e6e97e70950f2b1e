package scenarios

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The parser is the one that Kubernetes' own YAML library descends from: it agrees with kubectl about what a text
// means, knows line and column of every node, and stays linear on hostile input where others take minutes.

const (
	// maxDepth is how deep a document may be nested. A Job with everything set needs about 15 levels.
	maxDepth = 64
	// maxValues is how many values a document may have when its aliases are written out.
	maxValues = 100_000
)

// parse splits a text into its YAML documents; empty ones are left out. On failure it has told p why.
func parse(p *problems, data []byte) []*yaml.Node {
	var documents []*yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		document := &yaml.Node{}
		err := decoder.Decode(document)
		if errors.Is(err, io.EOF) {
			return documents
		}
		if err != nil {
			p.reportSyntax(data, err)
			return nil
		}
		if len(document.Content) == 0 || isNull(document.Content[0]) {
			continue
		}
		root := document.Content[0]
		m := measure{p: p, done: map[*yaml.Node]extent{}, open: map[*yaml.Node]bool{}}
		if e := m.of(root); p.none() && e.values > maxValues {
			p.add(root, "", "expected at most %d values, found more when the aliases are written out", maxValues)
		}
		if !p.none() {
			return nil
		}
		documents = append(documents, root)
	}
}

var (
	syntaxLine    = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// reportSyntax turns an error of the parser, which has a line at best, into a problem.
func (p *problems) reportSyntax(data []byte, err error) {
	line, message := 1, err.Error()
	if m := syntaxLine.FindStringSubmatch(strings.SplitN(message, "\n", 2)[0]); m != nil {
		message = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
			if strings.HasPrefix(message, "did not find expected ") {
				line++ // here the parser counts from 0
			}
		}
	}
	if strings.HasPrefix(message, "exceeded max depth") {
		p.addAt(1, 1, "", "expected at most %d levels of nesting, found more", maxDepth)
		return
	}
	if m := unknownAnchor.FindStringSubmatch(message); m != nil {
		before := data[:max(0, bytes.Index(data, []byte("*"+m[1])))]
		line = 1 + bytes.Count(before, []byte("\n"))
		column := len(before) - bytes.LastIndexByte(before, '\n')
		p.addAt(line, column, "", "expected an anchor &%s before this alias, found none", m[1])
		return
	}
	lines := bytes.Split(data, []byte("\n"))
	line = max(1, min(line, len(lines)))
	text := string(lines[line-1])
	column := len(text) - len(strings.TrimLeft(text, " ")) + 1
	if strings.HasPrefix(strings.TrimLeft(text, " "), "\t") {
		p.addAt(line, column, "", "expected spaces as indentation, found a tab")
		return
	}
	p.addAt(line, column, "", "expected YAML: %s", message)
}

// extent is the size of a value when its aliases are written out.
type extent struct{ values, depth int }

// measure finds aliases that contain themselves, and the size of the rest without writing anything out.
type measure struct {
	p    *problems
	done map[*yaml.Node]extent
	open map[*yaml.Node]bool
}

func (m *measure) of(n *yaml.Node) extent {
	if n.Kind == yaml.AliasNode {
		if m.open[n.Alias] {
			m.p.add(n, "", "expected an alias of something complete, found *%s inside of what &%s stands for",
				n.Value, n.Value)
			return extent{}
		}
		n = n.Alias
	}
	if len(m.open) > maxDepth {
		return extent{depth: 1}
	}
	e, measured := m.done[n]
	if !measured {
		e = m.written(n)
	}
	if m.p.none() && len(m.open)+e.depth > maxDepth {
		m.p.add(n, "", "expected at most %d levels of nesting, found more", maxDepth)
	}
	return e
}

// written is the extent of a value that has not been measured yet.
func (m *measure) written(n *yaml.Node) extent {
	m.open[n] = true
	sum := extent{values: 1}
	for _, child := range n.Content {
		if !m.p.none() {
			break
		}
		e := m.of(child)
		sum.values = min(sum.values+e.values, maxValues+1)
		sum.depth = max(sum.depth, e.depth)
	}
	sum.depth++
	delete(m.open, n)
	m.done[n] = sum
	return sum
}
