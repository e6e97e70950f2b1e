package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// content is what a file has in it.
func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// alone fails if anything but the named files is in the directory.
func alone(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	if strings.Join(found, " ") != strings.Join(names, " ") {
		t.Errorf("found the files %v, expected %v", found, names)
	}
}

func TestReportFileReplacesTheOldOneAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "r.json")
	writeFile(t, path, "old", 0o640)
	f, err := CreateReport(path)
	if err != nil {
		t.Fatal(err)
	}
	if content(t, path) != "old" {
		t.Error("the old report is gone before there is a new one")
	}
	if err := f.Write(sampleReport(plain)); err != nil {
		t.Fatal(err)
	}
	f.Discard() // as a deferred call does
	if content(t, path) != written(t, sampleReport(plain), FormatJSON) {
		t.Error("expected the report")
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Errorf("%v: mode %v, expected that of the old file", err, info.Mode())
	}
	alone(t, dir, "r.json")
}

func TestReportFileThatIsDiscardedLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "old.md"), "old", 0o600)
	for _, name := range []string{"old.md", "new.md"} {
		f, err := CreateReport(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		f.Discard()
	}
	alone(t, dir, "old.md")
	if content(t, filepath.Join(dir, "old.md")) != "old" {
		t.Error("the old report is gone")
	}
}

func TestReportFileThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "d.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("b.xml", filepath.Join(dir, "b.xml")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"no/such/r.json": "no such file or directory",
		"d.json":         "expected a file, found a directory",
		"r.txt":          "expected a name that ends in",
		"b.xml":          "too many levels of symbolic links",
	} {
		_, err := CreateReport(filepath.Join(dir, path))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), ".r.json") {
			t.Errorf("%s: got %v, expected %q", path, err, want)
		}
	}
}

func TestReportFileFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"there.json", "not-there.json"} {
		link := filepath.Join(dir, "link-to-"+name)
		if err := os.Symlink(name, link); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(dir, "there.json"), "old", 0o600)
	for _, name := range []string{"there.json", "not-there.json"} {
		f, err := CreateReport(filepath.Join(dir, "link-to-"+name))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Write(sampleReport(plain)); err != nil {
			t.Fatal(err)
		}
		if content(t, filepath.Join(dir, name)) != written(t, sampleReport(plain), FormatJSON) {
			t.Errorf("%s: expected the report where the link leads", name)
		}
		if info, err := os.Lstat(filepath.Join(dir, "link-to-"+name)); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s: the link is gone", name)
		}
	}
	alone(t, dir, "link-to-not-there.json", "link-to-there.json", "not-there.json", "there.json")
}
