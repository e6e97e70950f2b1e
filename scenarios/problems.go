package scenarios

import (
	"cmp"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// maxProblems keeps the report of a hopeless file short.
const maxProblems = 10

// problems collects what is wrong with one file.
type problems struct {
	file string
	list Errors
	more bool
}

// add records a problem at a node.
func (p *problems) add(n *yaml.Node, path, format string, args ...any) {
	line, column := 1, 1
	if n != nil && n.Line > 0 {
		line, column = n.Line, n.Column
	}
	p.addAt(line, column, path, format, args...)
}

func (p *problems) addAt(line, column int, path, format string, args ...any) {
	found := Error{File: p.file, Line: line, Column: column, Field: path, Message: fmt.Sprintf(format, args...)}
	for _, known := range p.list {
		if *known == found {
			return // a mapping may be looked through more than once
		}
	}
	if len(p.list) >= maxProblems {
		p.more = true
		return
	}
	p.list = append(p.list, &found)
}

func (p *problems) none() bool { return len(p.list) == 0 }

// err is nil if there are no problems, else an Errors in the order of the lines.
func (p *problems) err() error {
	if p.none() {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if p.more {
		last := p.list[len(p.list)-1]
		last.Message += " (there are more problems)"
	}
	return p.list
}
