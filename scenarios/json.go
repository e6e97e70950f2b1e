package scenarios

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// toJSON writes a value as JSON, as sigs.k8s.io/yaml does for kubectl, with sorted keys. What JSON cannot say is a
// problem.
func toJSON(p *problems, n *yaml.Node, path string) []byte {
	return appendJSON(p, nil, target(n), path)
}

func appendJSON(p *problems, b []byte, n *yaml.Node, path string) []byte {
	switch n.Kind {
	case yaml.MappingNode:
		b = append(b, '{')
		list := entries(p, n, path)
		slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
		for i, e := range list {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(b, e.name)
			b = append(b, ':')
			b = appendJSON(p, b, e.value, join(path, e.name))
		}
		return append(b, '}')
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, one := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(p, b, target(one), item(path, i))
		}
		return append(b, ']')
	}
	return appendScalar(p, b, n, path)
}

func appendScalar(p *problems, b []byte, n *yaml.Node, path string) []byte {
	switch tag(n) {
	case tagNull:
		return append(b, "null"...)
	case tagBool:
		return strconv.AppendBool(b, boolOf(n))
	case tagString:
		return appendText(b, n.Value)
	case tagInt, tagFloat:
		var number any
		if n.Decode(&number) == nil {
			if text, err := json.Marshal(number); err == nil {
				return append(b, text...)
			}
		}
	}
	p.add(n, path, "expected a value that JSON can express, found %s", describeTagged(n))
	return append(b, "null"...)
}

func appendText(b []byte, text string) []byte {
	quoted, _ := json.Marshal(text) // a string always has a JSON form
	return append(b, quoted...)
}

// describeTagged names an explicit tag, because it is what is wrong.
func describeTagged(n *yaml.Node) string {
	switch t := n.ShortTag(); t {
	case tagInt, tagFloat:
		return describe(n)
	default:
		return "the tag " + t
	}
}
