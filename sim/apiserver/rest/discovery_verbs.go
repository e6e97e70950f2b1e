package rest

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// subresource is a part of an object that has a path of its own.
type subresource struct {
	name  string
	gvk   schema.GroupVersionKind // of what is written to it
	verbs []string
}

// verbs are what can be done with a resource. Namespaces cannot be deleted all at once, as on a real cluster.
func (k *kind) verbs() []string {
	if k.resource == apiserver.Namespaces {
		return []string{"create", "delete", "get", "list", "patch", "update", "watch"}
	}
	return []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
}

// subresources are sorted by name.
func (k *kind) subresources() []subresource {
	var all []subresource
	switch k.resource {
	case apiserver.Pods:
		all = append(all, subresource{"binding", corev1.SchemeGroupVersion.WithKind("Binding"), []string{"create"}})
	case apiserver.Namespaces:
		all = append(all, subresource{"finalize", k.gvk, []string{"update"}})
	}
	if k.status {
		all = append(all, subresource{"status", k.gvk, []string{"get", "patch", "update"}})
	}
	return all
}
