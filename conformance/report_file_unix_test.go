//go:build unix

package conformance

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestReportFileThatIsADevice writes into what cannot be replaced: a device, and a pipe that somebody reads.
func TestReportFileThatIsADevice(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(os.DevNull, filepath.Join(dir, "null.html")); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	read := make(chan string)
	go func() {
		data, err := os.ReadFile(pipe)
		read <- string(data)
		if err != nil {
			t.Error(err)
		}
	}()
	for _, name := range []string{"null.html", "pipe.yaml"} {
		f, err := CreateReport(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Write(sampleReport(plain)); err != nil {
			t.Fatal(err)
		}
	}
	if got := <-read; got != written(t, sampleReport(plain), FormatYAML) {
		t.Errorf("the reader of the pipe got %d bytes", len(got))
	}
	alone(t, dir, "null.html", "pipe.yaml")
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("%v: %s was replaced", err, os.DevNull)
	}
}
