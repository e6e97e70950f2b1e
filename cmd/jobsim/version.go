package main

import (
	"fmt"
	"runtime/debug"
	"strings"
)

// kubernetesAPI is the module whose version tells which Kubernetes is simulated: its v0.37.2 is Kubernetes 1.37.2.
const kubernetesAPI = "k8s.io/api"

// version describes the build, such as "v0.3.0 (Kubernetes 1.37.2, go1.26.8)". All of it comes from the binary, so that it
// cannot be forgotten in a release.
func version(info *debug.BuildInfo) string {
	if info == nil {
		return "unknown"
	}
	name := info.Main.Version
	if name == "" || name == "(devel)" {
		name = "devel"
	}
	var details []string
	for _, module := range info.Deps {
		if module.Path == kubernetesAPI {
			details = append(details, "Kubernetes 1."+strings.TrimPrefix(module.Version, "v0."))
		}
	}
	return fmt.Sprintf("%s (%s)", name, strings.Join(append(details, info.GoVersion), ", "))
}
