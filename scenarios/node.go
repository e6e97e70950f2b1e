package scenarios

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// target follows an alias to what it stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// Tags of scalars, as the parser writes them.
const (
	tagNull      = "!!null"
	tagBool      = "!!bool"
	tagString    = "!!str"
	tagInt       = "!!int"
	tagFloat     = "!!float"
	tagTimestamp = "!!timestamp"
	tagMerge     = "!!merge"
)

// tag is the type of a value. Words such as yes and on are booleans unless they are quoted: that is YAML 1.1, and it
// is what kubectl and the API server make of them.
func tag(n *yaml.Node) string {
	t := n.ShortTag()
	switch {
	case t == tagTimestamp || t == tagMerge:
		return tagString
	case t == tagString && n.Kind == yaml.ScalarNode && n.Style == 0:
		if _, ok := oldBool(n.Value); ok {
			return tagBool
		}
	}
	return t
}

func oldBool(word string) (value, ok bool) {
	switch word {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
		return true, true
	case "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return false, true
	}
	return false, false
}

func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && tag(n) == tagNull
}

// boolOf is the value of a node whose tag is !!bool.
func boolOf(n *yaml.Node) bool {
	if value, ok := oldBool(n.Value); ok {
		return value
	}
	var value bool
	_ = n.Decode(&value) // cannot fail: the tag says so
	return value
}

// entry is one entry of a mapping.
type entry struct {
	name       string
	key, value *yaml.Node
}

// entries lists a mapping, with merge keys (<<) resolved: what the mapping itself says goes before what is merged
// in, and earlier merges go before later ones.
func entries(p *problems, n *yaml.Node, path string) []entry {
	seen := map[string]bool{}
	var list, merged []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], target(n.Content[i+1])
		if key.ShortTag() == tagMerge {
			merged = append(merged, mergedEntries(p, value, path)...)
			continue
		}
		name, ok := keyName(target(key))
		if !ok {
			p.add(key, path, "expected a name as key, found %s", describe(key))
			continue
		}
		if seen[name] {
			p.add(key, join(path, name), "expected each key once, found it again")
			continue
		}
		seen[name] = true
		list = append(list, entry{name: name, key: key, value: value})
	}
	for _, e := range merged {
		if !seen[e.name] {
			seen[e.name] = true
			list = append(list, e)
		}
	}
	return list
}

func mergedEntries(p *problems, n *yaml.Node, path string) []entry {
	switch n.Kind {
	case yaml.MappingNode:
		return entries(p, n, path)
	case yaml.SequenceNode:
		var list []entry
		for _, one := range n.Content {
			if one = target(one); one.Kind != yaml.MappingNode {
				p.add(one, path, "expected a mapping to merge, found %s", describe(one))
				continue
			}
			list = append(list, entries(p, one, path)...)
		}
		return list
	}
	p.add(n, path, "expected a mapping to merge, found %s", describe(n))
	return nil
}

// keyName is the text of a key. JSON has text keys only, so that numbers and booleans become what they look like.
func keyName(key *yaml.Node) (string, bool) {
	if key.Kind != yaml.ScalarNode {
		return "", false
	}
	switch tag(key) {
	case tagString:
		return key.Value, true
	case tagBool:
		return strconv.FormatBool(boolOf(key)), true
	case tagInt:
		var number int64
		if key.Decode(&number) == nil {
			return strconv.FormatInt(number, 10), true
		}
	}
	return "", false
}

// find is the value of a key in a mapping, or nil.
func find(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for _, e := range entries(&problems{}, n, "") {
		if e.name == name {
			return e.value
		}
	}
	return nil
}

// join is the path of a field inside of another.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// item is the path of an element of a list.
func item(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

// describe says what was found in the words of the person who wrote it.
func describe(n *yaml.Node) string {
	switch n = target(n); n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	if isNull(n) {
		return "nothing"
	}
	text := []rune(n.Value)
	if len(text) > 60 {
		text = append(text[:57], []rune("...")...)
	}
	if n.Style == 0 && tag(n) != tagString {
		return string(text)
	}
	return fmt.Sprintf("%q", string(text))
}
