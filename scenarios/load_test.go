package scenarios_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/jobsim/jobsim/scenarios"
)

func TestLoad(t *testing.T) {
	g := gomega.NewWithT(t)
	s, err := scenarios.Load("pi", nil)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(s.Name).To(gomega.Equal("pi"))

	s, err = scenarios.Load("-", strings.NewReader(header))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(s.Jobs[0].Name).To(gomega.Equal("pi"))

	path := filepath.Join(t.TempDir(), "mine.yaml")
	g.Expect(os.WriteFile(path, []byte(header), 0o600)).To(gomega.Succeed())
	s, err = scenarios.Load(path, nil)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(s.Name).To(gomega.Equal("mine"))
}

// endless never ends, as /dev/zero does not.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestLoadRefusesWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yaml")
	file, err := os.Create(big)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(file.Truncate(100<<20), file.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, ref, want string
		stdin           io.Reader
	}{
		{"100 MB", big, big + ": expected at most 1 MiB, found 100 MiB", nil},
		{"endless", "-", "<stdin>: expected at most 1 MiB, found more", endless{}},
		{"empty", "-", "<stdin>:1:1: expected a scenario (apiVersion: jobsim/v1alpha1, kind: Scenario), found an empty file",
			strings.NewReader("")},
		{"no file", filepath.Join(dir, "none.yaml"), filepath.Join(dir, "none.yaml") + ": expected a file, found none of this name", nil},
		{"directory", dir, dir + ": expected a file, found a directory", nil},
		{"mistyped", "workqueue", "workqueue: expected a file or a built-in scenario, found neither; did you mean work-queue?", nil},
		{"file as directory", big + "/x.yaml", big + "/x.yaml: not a directory", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := scenarios.Load(c.ref, c.stdin)
			g := gomega.NewWithT(t)
			g.Expect(err).To(gomega.MatchError(c.want))
			g.Expect(err).To(gomega.BeAssignableToTypeOf(scenarios.Errors{}))
		})
	}
}

func TestReadTellsTheNameForMessages(t *testing.T) {
	g := gomega.NewWithT(t)
	name, data, err := scenarios.Read("pi", nil)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(name).To(gomega.Equal("pi.yaml"))
	g.Expect(data).To(gomega.Equal(scenarios.Source("pi")))
}
