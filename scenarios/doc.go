// Package scenarios reads and writes scenario files, and holds the built-in ones.
//
//	s, err := scenarios.Get("never-backoff")                // a built-in scenario
//	s, err := scenarios.Load("crash-loop.yaml", os.Stdin)   // a file, a built-in name, or "-"
//	text, err := scenarios.Write(s)                         // and back to YAML
//
// FORMAT.md describes every field of a file. Reading is strict: whatever a person may have mistyped, and whatever the
// Kubernetes API server would reject, is an error that names the file, the line, the field and what was expected.
// Files may come from strangers, so their size, their nesting and what their aliases expand to are bounded.
//
// The package only reads and writes; [sim] runs scenarios.
package scenarios
