package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ReportFile is a report on its way into a file. It is opened before the evaluation begins, so that a path that cannot
// be written is found then and not after it, and a file that is there already stays as it is until there is something
// to put in its place.
type ReportFile struct {
	path   string
	format Format
	// file is what is written: a new file beside the target, or the target itself if it is no regular file.
	file *os.File
	// target is what the new file becomes in the end; empty if the target itself is written.
	target string
}

// CreateReport gets ready to write a report into a file, in the format that its name asks for. Either Write or Discard
// must follow.
func CreateReport(path string) (*ReportFile, error) {
	format, err := FormatOf(path)
	if err != nil {
		return nil, err
	}
	f := &ReportFile{path: path, format: format}
	if err := f.open(); err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err // the name of the new file would say nothing to anybody
		}
		return nil, fmt.Errorf("report %s: %w", path, err)
	}
	return f, nil
}

func (f *ReportFile) open() error {
	info, err := os.Stat(f.path)
	switch {
	case err == nil && info.IsDir():
		return errors.New("expected a file, found a directory")
	case err == nil && (!info.Mode().IsRegular() || isStandard(info)):
		f.file, err = os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND, 0)
		return err
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if f.target, err = followLinks(f.path); err != nil {
		return err
	}
	mode := fs.FileMode(0o666) // less what the umask takes
	if info != nil {
		old, err := os.OpenFile(f.target, os.O_WRONLY, 0) // a file that is protected is not replaced
		if err != nil {
			return err
		}
		old.Close()
		mode = info.Mode().Perm()
	}
	f.file, err = createBeside(f.target, mode)
	return err
}

// isStandard tells whether a file is where this process prints to, as with a link to /dev/stdout: the shell holds that
// file, so that it cannot be replaced.
func isStandard(info fs.FileInfo) bool {
	for _, stream := range []*os.File{os.Stdout, os.Stderr} {
		if s, err := stream.Stat(); err == nil && os.SameFile(s, info) {
			return true
		}
	}
	return false
}

// followLinks is what a path leads to, whether it is there or not: a link to the report stays a link.
func followLinks(path string) (string, error) {
	for range 40 { // as many as the system follows
		to, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", errors.New("expected a file, found a circle of links")
}

// createBeside makes a new file in the same directory, because a file can only be renamed within a file system.
func createBeside(target string, mode fs.FileMode) (*os.File, error) {
	for n := 0; ; n++ {
		name := filepath.Join(filepath.Dir(target), fmt.Sprintf(".%s.%d-%d", filepath.Base(target), os.Getpid(), n))
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) && n < 100 {
			continue
		}
		return file, err
	}
}

// Write writes the report and puts it in its place.
func (f *ReportFile) Write(r *Report) error {
	var b bytes.Buffer
	err := r.Write(&b, f.format)
	if err == nil {
		_, err = f.file.Write(b.Bytes())
	}
	if closed := f.file.Close(); err == nil {
		err = closed
	}
	if err == nil && f.target != "" {
		err = os.Rename(f.file.Name(), f.target)
	}
	if err != nil {
		f.Discard()
		return fmt.Errorf("report %s: %w", f.path, err)
	}
	f.target = ""
	return nil
}

// Discard leaves everything as it was. After Write it does nothing.
func (f *ReportFile) Discard() {
	f.file.Close()
	if f.target != "" {
		os.Remove(f.file.Name())
		f.target = ""
	}
}
