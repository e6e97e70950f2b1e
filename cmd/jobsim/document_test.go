package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// document is a page of Markdown with commands in it, and with what they print.
type document struct {
	path, text  string
	blocks      []block
	environment []string
}

// block is a fenced block of a document.
type block struct {
	language string
	line     int
	text     string
}

var fence = regexp.MustCompile("(?m)^```(\\w*)\n((?s).*?)^```$")

// readDocument reads a page of this checkout.
func readDocument(t *testing.T, path string) *document {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(checkout, path))
	if err != nil {
		t.Fatal(err)
	}
	d := &document{path: path, text: string(data)}
	for _, m := range fence.FindAllStringSubmatchIndex(d.text, -1) {
		d.blocks = append(d.blocks, block{
			language: d.text[m[2]:m[3]],
			line:     1 + strings.Count(d.text[:m[0]], "\n"),
			text:     d.text[m[4]:m[5]],
		})
	}
	return d
}

func (d *document) count(language string) (n int) {
	for _, b := range d.blocks {
		if b.language == language {
			n++
		}
	}
	return n
}

// typeCommands types the commands of a block as they stand, and compares what they print. It tells how many there were.
func (d *document) typeCommands(t *testing.T, b block) (ran int) {
	t.Helper()
	renewed := ""
	for _, part := range strings.Split("\n"+b.text, "\n$ ")[1:] {
		command, want, _ := strings.Cut(part, "\n")
		if command == "go test -timeout 30m ./..." {
			renewed += "$ " + command + "\n"
			continue // that is this very run
		}
		ran++
		cmd := exec.Command("bash", "-c", command)
		cmd.Dir = checkout
		cmd.Env = append(append(os.Environ(), "COLUMNS=80", "NO_COLOR=1"), d.environment...)
		got, err := cmd.CombinedOutput()
		if _, failed := err.(*exec.ExitError); err != nil && !failed {
			t.Fatal(err)
		}
		if strings.TrimSpace(string(got)) != strings.TrimSpace(want) && !*updateDocuments {
			t.Errorf("%s:%d: $ %s\nprints\n%s\nbut the page shows\n%s\ngo test ./cmd/jobsim -run 'README|Walk' -walk -update renews it",
				d.path, b.line, command, got, want)
		}
		renewed += "$ " + command + "\n" + string(got)
	}
	if ran > 0 {
		d.text = strings.Replace(d.text, "```console\n"+b.text+"```", "```console\n"+renewed+"```", 1)
	}
	return ran
}

// save writes what was renewed, if that was asked for.
func (d *document) save(t *testing.T) {
	t.Helper()
	if !*updateDocuments {
		return
	}
	if err := os.WriteFile(filepath.Join(checkout, d.path), []byte(d.text), 0o666); err != nil {
		t.Fatal(err)
	}
}
