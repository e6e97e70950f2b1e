package rest

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// subresource is a part of an object that has a path of its own.
type subresource struct {
	name  string
	gvk   schema.GroupVersionKind // of what is written to it
	verbs []string
}

// verbs are what can be done with a resource. Namespaces cannot be deleted all at once, as on a real cluster.
func (k *kind) verbs() []string {
	if k.gvk.Kind == "Namespace" {
		return []string{"create", "delete", "get", "list", "patch", "update", "watch"}
	}
	return []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
}

// subresources are sorted by name.
func (k *kind) subresources() []subresource {
	var all []subresource
	if k.gvk.Kind == "Pod" {
		all = append(all, subresource{"binding", corev1.SchemeGroupVersion.WithKind("Binding"), []string{"create"}})
	}
	if k.status {
		all = append(all, subresource{"status", k.gvk, []string{"get", "patch", "update"}})
	}
	return all
}
