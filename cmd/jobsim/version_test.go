package main

import (
	"runtime/debug"
	"testing"

	"github.com/onsi/gomega"
)

func TestVersionComesFromTheBinary(t *testing.T) {
	g := gomega.NewWithT(t)
	api := &debug.Module{Path: kubernetesAPI, Version: "v0.37.2"}
	g.Expect(version(nil)).To(gomega.Equal("unknown"))
	g.Expect(version(&debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "(devel)"}})).To(
		gomega.Equal("devel (go1.26.8)"))
	g.Expect(version(&debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v0.3.0"},
		Deps: []*debug.Module{{Path: "k8s.io/client-go", Version: "v0.36.0"}, api}})).To(
		gomega.Equal("v0.3.0 (Kubernetes 1.37.2, go1.26.8)"))
}
