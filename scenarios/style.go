package scenarios

import (
	"encoding/json"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// prose is text that people write: anything at all.
type prose string

// MarshalYAML chooses the notation.
func (p prose) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tagString, Value: string(p), Style: textStyle(string(p))}, nil
}

// textStyle is how a text is written. The encoder's own choice is good for short words only: it leaves words bare
// that are booleans to kubectl, and writes blocks that it cannot read again when their first line is empty or
// indented.
func textStyle(text string) yaml.Style {
	if _, isBool := oldBool(text); isBool {
		return yaml.DoubleQuotedStyle
	}
	lines := strings.ContainsRune(text, '\n')
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			return yaml.DoubleQuotedStyle
		}
	}
	switch {
	case !lines:
		return 0
	case strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\n") || strings.HasSuffix(text, "\n\n") ||
		strings.Contains(text, " \n"):
		return yaml.DoubleQuotedStyle
	}
	return yaml.LiteralStyle
}

// yamlOf is the YAML of a value that has a JSON form, such as a Kubernetes object.
func yamlOf(value any) (*yaml.Node, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return yamlNode(text)
}

// yamlNode is the YAML of a JSON text: JSON is YAML already, but nobody wants to read it.
func yamlNode(text []byte) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	relax(&document)
	return document.Content[0], nil
}

// relax takes away the marks that make YAML look like JSON.
func relax(n *yaml.Node) {
	switch {
	case n.Kind != yaml.ScalarNode:
		n.Style = 0
	case n.ShortTag() == tagString:
		n.Style = textStyle(n.Value)
	}
	for _, child := range n.Content {
		relax(child)
	}
}
