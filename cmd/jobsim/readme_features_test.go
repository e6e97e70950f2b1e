package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// upstreamReport is the report on Kubernetes' own controller.
const upstreamReport = "conformance/upstream/report/kube-controller-manager-1.37-features.json"

// TestREADMEFeatures compares the table of features in the README with what jobsim features says.
func TestREADMEFeatures(t *testing.T) {
	const begin, end = "<!-- features -->\n", "<!-- /features -->"
	readme := readDocument(t, "README.md")
	before, rest, ok := strings.Cut(readme.text, begin)
	table, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("expected a table between %q and %q", begin, end)
	}
	got := call(t, "", "features", "-o", "markdown", "--report", filepath.Join(checkout, upstreamReport))
	if got.code != exitHolds {
		t.Fatal(got.stderr)
	}
	if got.stdout != table && !*updateDocuments {
		t.Errorf("the README shows\n%s\nbut it is\n%s\ngo test ./cmd/jobsim -run README -update renews it", table, got.stdout)
	}
	readme.text = before + begin + got.stdout + end + after
	readme.save(t)
}
