package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const checkout = "../.."

func readmeBlocks(t *testing.T) []block {
	t.Helper()
	return readDocument(t, "README.md").blocks
}

// TestREADMECommands types the commands of the README as they stand, and compares what they print.
func TestREADMECommands(t *testing.T) {
	ran, readme := 0, readDocument(t, "README.md")
	for _, b := range readme.blocks {
		if b.language == "console" {
			ran += readme.typeCommands(t, b)
		}
	}
	if ran == 0 {
		t.Error("the README has no command with output")
	}
	readme.save(t)
}

// TestREADMEGo runs the Go test of the README in a module of its own that finds this checkout by replace.
func TestREADMEGo(t *testing.T) {
	ran := 0
	for _, b := range readmeBlocks(t) {
		if b.language != "go" {
			continue
		}
		ran++
		dir := t.TempDir()
		root, err := filepath.Abs(checkout)
		if err != nil {
			t.Fatal(err)
		}
		mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		// The same requirements as here, so that nothing needs to be looked up.
		mod = bytes.Replace(mod, []byte("module github.com/jobsim/jobsim"), []byte("module example.com/mine"), 1)
		sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
		if err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{"go.mod": mod, "go.sum": sum, "mine_test.go": []byte(b.text)} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, command := range []string{moduleCommand(t, root), "go test -mod=mod ./..."} {
			cmd := exec.Command("bash", "-c", command)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("README.md:%d: %s: %v\n%s", b.line, command, err, out)
			}
		}
	}
	if ran == 0 {
		t.Error("the README has no Go")
	}
}

// moduleCommand is the README's command that makes a module find a checkout beside it, with this checkout. The
// go mod tidy that follows it there would look things up, which the requirements of this module make unnecessary.
func moduleCommand(t *testing.T, root string) string {
	t.Helper()
	for _, b := range readmeBlocks(t) {
		command, rest, _ := strings.Cut(b.text, "\n")
		if b.language == "sh" && strings.HasPrefix(command, "go mod edit ") && rest == "go mod tidy\n" {
			return strings.Replace(command, "../jobsim", root, 1)
		}
	}
	t.Fatal("expected the README to show go mod edit and go mod tidy in a block of sh")
	return ""
}

// TestREADMELinks finds links to files that are not there.
func TestREADMELinks(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(checkout, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllSubmatch(readme, -1)
	if len(links) == 0 {
		t.Error("the README has no links")
	}
	for _, link := range links {
		if target := string(link[1]); !strings.Contains(target, "://") {
			if _, err := os.Stat(filepath.Join(checkout, target)); err != nil {
				t.Errorf("README.md links to %s: %v", target, err)
			}
		}
	}
}
