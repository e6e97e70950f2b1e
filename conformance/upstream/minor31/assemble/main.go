// Command assemble puts the Job controller of Kubernetes 1.31 into the folder kubernetes, from the module that the Go
// checksum database vouches for. Run it in the folder of this module:
//
//	go run ./assemble
//
// The files are copied as they are. Only pkg/features is written anew: the real one names every gate of every staging
// module of its time, so it does not compile against those of today.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	version = "v1.31.14"
	// sum is that of the module's content, as a go.sum would have it.
	sum = "h1:UtjLfqvXLuSVDdJ4+NpQCIfFkKkLnAAVmxAEMsnkhjk="
)

// packages are copied. What else they import of k8s.io/kubernetes stands in the folder already, or is pkg/features.
var packages = []string{
	"pkg/api/v1/pod",
	"pkg/controller",
	"pkg/controller/job",
	"pkg/controller/job/metrics",
	"pkg/controller/job/util",
	"pkg/controller/ttlafterfinished",
	"pkg/controller/ttlafterfinished/metrics",
	"pkg/util/hash",
	"pkg/util/taints",
}

func main() {
	if err := assemble("kubernetes"); err != nil {
		fmt.Fprintln(os.Stderr, "assemble:", err)
		os.Exit(1)
	}
}

// assemble fills the folder that stands in for the module k8s.io/kubernetes.
func assemble(into string) error {
	if _, err := os.Stat(filepath.Join(into, "go.mod")); err != nil {
		return fmt.Errorf("run this in the folder of the module: %w", err)
	}
	upstream, err := download()
	if err != nil {
		return err
	}
	var sources []string
	for _, p := range packages {
		copied, err := copyPackage(filepath.Join(upstream, p), filepath.Join(into, p))
		if err != nil {
			return err
		}
		sources = append(sources, copied...)
	}
	text, err := features(filepath.Join(upstream, "pkg/features/kube_features.go"), sources)
	if err != nil {
		return err
	}
	return write(filepath.Join(into, "pkg/features/kube_features.go"), text)
}

// download has the go command fetch and check the module, and returns where it is. It runs outside of this module,
// which replaces it.
func download() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", "k8s.io/kubernetes@"+version)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, failed := cmd.Output()
	var module struct{ Dir, Sum, Error string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", fmt.Errorf("go mod download: %w", errors.Join(failed, err))
	}
	switch {
	case module.Error != "" || failed != nil:
		return "", fmt.Errorf("go mod download: %w", errors.Join(failed, errors.New(module.Error)))
	case module.Sum != sum:
		return "", fmt.Errorf("k8s.io/kubernetes %s has the sum %s, expected %s", version, module.Sum, sum)
	}
	return module.Dir, nil
}

// copyPackage copies the Go files of a package, without tests, and returns the copies.
func copyPackage(from, to string) ([]string, error) {
	if err := os.RemoveAll(to); err != nil {
		return nil, err
	}
	found, err := filepath.Glob(filepath.Join(from, "*.go"))
	if err != nil {
		return nil, err
	}
	var copies []string
	for _, path := range found {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		copies = append(copies, filepath.Join(to, filepath.Base(path)))
		if err := write(copies[len(copies)-1], text); err != nil {
			return nil, err
		}
	}
	if len(copies) == 0 {
		return nil, fmt.Errorf("%s: no Go files", from)
	}
	return copies, nil
}

func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
