package rest

import (
	"runtime"
	"slices"
	"strings"

	"github.com/munnerz/goautoneg"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
)

const (
	jsonType       = "application/json"
	aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
	textType       = "text/plain; charset=utf-8"
)

// serverVersion is the release whose behaviour is simulated. The suffix tells clients that it is no real one.
const serverVersion = "v1.37.2+jobsim"

// document answers GET requests for what is known without the store: health, the version, discovery and OpenAPI. It
// returns false for other paths. The document is a struct to be encoded as JSON, or text or bytes to be sent as they
// are. Whether a client gets legacy or aggregated discovery, JSON or protobuf depends on the Accept header.
func document(path, accept string) (doc any, contentType string, ok bool) {
	switch path {
	case "/":
		return rootPaths(), jsonType, true
	case "/healthz", "/livez", "/readyz":
		return "ok", textType, true
	case "/version", "/version/":
		return versionInfo(), jsonType, true
	}
	if doc, contentType := openAPIDocument(path, accept); doc != nil {
		return doc, contentType, true
	}
	return discoveryDocument(strings.TrimSuffix(path, "/"), accept)
}

func discoveryDocument(path, accept string) (doc any, contentType string, ok bool) {
	aggregated := wantsAggregated(accept)
	switch {
	case path == "/api" && aggregated:
		return aggregatedDiscovery(func(gv schema.GroupVersion) bool { return gv.Group == "" }), aggregatedType, true
	case path == "/apis" && aggregated:
		return aggregatedDiscovery(func(gv schema.GroupVersion) bool { return gv.Group != "" }), aggregatedType, true
	case path == "/api":
		return coreVersions(), jsonType, true
	case path == "/apis":
		return groupList(), jsonType, true
	}
	for _, gv := range groupVersions() {
		switch path {
		case groupVersionPath(gv):
			return resourceList(gv), jsonType, true
		case "/apis/" + gv.Group:
			group := groupOf(gv)
			group.TypeMeta = metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}
			return &group, jsonType, true
		}
	}
	return nil, "", false
}

// wantsAggregated tells whether the client prefers aggregated discovery to a form that every server has.
func wantsAggregated(accept string) bool {
	for _, clause := range goautoneg.ParseAccept(accept) {
		if clause.Type != "application" || clause.SubType != "json" {
			continue
		}
		if clause.Params["as"] == "" {
			return false
		}
		if clause.Params["g"] == "apidiscovery.k8s.io" && clause.Params["v"] == "v2" &&
			clause.Params["as"] == "APIGroupDiscoveryList" {
			return true
		}
	}
	return false
}

// groupVersions are those of the kinds: the core first, then in alphabetical order.
func groupVersions() []schema.GroupVersion {
	var all []schema.GroupVersion
	for _, k := range kinds {
		if gv := k.gvk.GroupVersion(); !slices.Contains(all, gv) {
			all = append(all, gv)
		}
	}
	return all
}

// groupVersionPath is where the resources of a group are: the core's are at a path of their own.
func groupVersionPath(gv schema.GroupVersion) string {
	if gv.Group == "" {
		return "/api/" + gv.Version
	}
	return "/apis/" + gv.Group + "/" + gv.Version
}

func rootPaths() *metav1.RootPaths {
	paths := []string{"/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"}
	for _, gv := range groupVersions() {
		paths = append(paths, groupVersionPath(gv), v3Path(gv))
		if gv.Group != "" {
			paths = append(paths, "/apis/"+gv.Group)
		}
	}
	slices.Sort(paths)
	return &metav1.RootPaths{Paths: paths}
}

func versionInfo() version.Info {
	return version.Info{
		Major: "1", Minor: "37", GitVersion: serverVersion, GitTreeState: "clean",
		BuildDate: "1970-01-01T00:00:00Z", GoVersion: runtime.Version(), Compiler: runtime.Compiler,
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
}
