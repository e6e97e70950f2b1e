package scenarios

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jobsim/jobsim/sim"
)

// Load reads a scenario: "-" stands for what the reader has, the name of a built-in scenario for that one, and
// everything else for a file; ./pi is a file even though pi is built in. The error is an [Errors].
func Load(ref string, stdin io.Reader) (*sim.Scenario, error) {
	name, data, err := Read(ref, stdin)
	if err != nil {
		return nil, err
	}
	return Parse(name, data)
}

// Read reads the text that Load would parse, and never more than one byte above MaxBytes of it. The name is the one for
// messages: <stdin> for "-", and a built-in scenario has .yaml at its end.
func Read(ref string, stdin io.Reader) (name string, data []byte, err error) {
	if ref == "-" {
		data, err := readAtMost(stdin, -1)
		return named("<stdin>", data, err)
	}
	if source := Source(ref); source != nil {
		return ref + extension, source, nil
	}
	file, err := os.Open(ref)
	if err != nil {
		return named(ref, nil, openError(ref, err))
	}
	defer file.Close()
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("expected a file, found a directory")
	}
	if err != nil {
		return named(ref, nil, err)
	}
	data, err = readAtMost(file, info.Size())
	return named(ref, data, err)
}

func named(name string, data []byte, err error) (string, []byte, error) {
	if err != nil {
		return name, nil, Errors{{File: name, Message: err.Error()}}
	}
	return name, data, nil
}

// readAtMost reads everything, unless it is too long. The size is that of the file if one is known: it saves reading
// what is going to be refused, and is not relied upon, because devices and pipes have none.
func readAtMost(r io.Reader, size64 int64) ([]byte, error) {
	if size64 > MaxBytes {
		return nil, fmt.Errorf("expected at most %s, found %s", size(MaxBytes), size(size64))
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err == nil && len(data) > MaxBytes {
		return nil, fmt.Errorf("expected at most %s, found more", size(MaxBytes))
	}
	return data, err
}

// openError says what there is, because a mistyped name of a built-in scenario looks like a file that does not exist.
func openError(ref string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		if filepath.Ext(ref) == "" && !strings.ContainsRune(ref, filepath.Separator) {
			return fmt.Errorf("expected a file or a built-in scenario, found neither; %s", didYouMean(ref, slices.Clone(Names())))
		}
		return errors.New("expected a file, found none of this name")
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
