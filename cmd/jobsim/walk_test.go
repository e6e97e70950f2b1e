package main

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The flags of the tests of documents.
var (
	updateDocuments = flag.Bool("update", false, "rewrite what the commands of README.md and WALK.md print")
	wholeWalk       = flag.Bool("walk", false, "type every command of WALK.md, not just the first and the last one")
)

const (
	walk     = "conformance/example/WALK.md"
	attempt  = "conformance/example/first/controller.go"
	stepFile = "controller.go"
)

// TestWalk goes the way of WALK.md: it applies each diff to the first attempt, and types the commands between them. go run
// takes the changed file in place of the one that is in the checkout.
func TestWalk(t *testing.T) {
	root, err := filepath.Abs(checkout)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	code, err := os.ReadFile(filepath.Join(root, attempt))
	if err != nil {
		t.Fatal(err)
	}
	step, overlay := filepath.Join(dir, stepFile), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, attempt): step}})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{step: code, overlay: replace} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := readDocument(t, walk)
	d.environment = []string{"GOFLAGS=-overlay=" + overlay}
	steps := 0
	for _, b := range d.blocks {
		switch b.language {
		case "diff":
			steps++
			apply := exec.Command("git", "apply", "-")
			apply.Dir, apply.Stdin = dir, strings.NewReader(b.text)
			if out, err := apply.CombinedOutput(); err != nil {
				t.Fatalf("%s:%d: step %d: %v\n%s", walk, b.line, steps, err, out)
			}
			build := exec.Command("go", "build", "-overlay", overlay, "./"+filepath.Dir(attempt))
			build.Dir = root
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%s:%d: step %d: %v\n%s", walk, b.line, steps, err, out)
			}
		case "console":
			if last := steps == d.count("diff"); steps == 0 || last || *wholeWalk {
				d.typeCommands(t, b)
			}
		}
	}
	if steps == 0 {
		t.Error("the walk has no steps")
	}
	d.save(t)
}

// TestREADMEHasTheTableOfTheWalk keeps the two tables the same.
func TestREADMEHasTheTableOfTheWalk(t *testing.T) {
	rows := regexp.MustCompile(`(?m)^\| \d+ \| .*$`).FindAllString(readDocument(t, walk).text, -1)
	if want := 1 + readDocument(t, walk).count("diff"); len(rows) != want {
		t.Errorf("%s has %d rows, expected %d", walk, len(rows), want)
	}
	if table := strings.Join(rows, "\n"); !strings.Contains(readDocument(t, "README.md").text, table) {
		t.Errorf("README.md: expected the table of %s:\n%s", walk, table)
	}
}
