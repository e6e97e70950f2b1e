package scenarios_test

import (
	"bytes"
	"fmt"
	"strings"
)

// hostile are texts of about the greatest size that is read, each meant to be slow in its own way.
func hostile() map[string][]byte {
	fill := func(part string) []byte {
		return []byte(strings.Repeat(part, (1<<20)/len(part)))
	}
	start := func(part string) []byte { return append([]byte(header), fill(part)[:1<<20-len(header)]...) }
	var merges strings.Builder
	merges.WriteString("m0: &m0 {a: b}\n")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&merges, "m%d: &m%d {<<: [*m%d, *m%d]}\n", i, i, i-1, i-1)
	}
	var keys bytes.Buffer
	keys.WriteString(header)
	for i := 0; keys.Len() < 1<<20-20; i++ {
		fmt.Fprintf(&keys, "k%d: x\n", i)
	}
	return map[string][]byte{
		"brackets": fill("["), "braces": fill("{a: "), "dashes": fill("- "), "questions": fill("? "),
		"anchors": fill("&a "), "tags": fill("!a "), "commas": fill("[,"), "colons": fill("a: "), "comments": fill("#\n"),
		"quotes": fill(`"`), "lines": start("title: x\n"), "keys": keys.Bytes(), "merges": []byte(merges.String()),
		"pods":      append([]byte(header+"pods:\n"), fill("- {runs: [{exit: -1}]}\n")[:900_000]...),
		"nodes":     append([]byte(header+"nodes:\n"), fill("- {name: a}\n")[:900_000]...),
		"documents": fill("---\na: b\n"), "containers": append([]byte(header+"pods:\n- containers: {"), fill("a: [], ")[:900_000]...),
	}
}
