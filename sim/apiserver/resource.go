package apiserver

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/jobsim/jobsim/sim/trace"
)

// Object is a Kubernetes object with metadata.
type Object = trace.Object

// Resource names a kind of objects as the API does: the plural in lower case.
type Resource string

// The resources that the simulated cluster serves.
const (
	Jobs       Resource = "jobs"
	Pods       Resource = "pods"
	Nodes      Resource = "nodes"
	Events     Resource = "events"
	Namespaces Resource = "namespaces"
	Leases     Resource = "leases"
)

// Namespaced reports whether objects of the resource live in namespaces.
func (r Resource) Namespaced() bool {
	st := strategyOf(r)
	return st != nil && st.namespaced
}

// Key identifies an object. Namespace is empty for nodes and namespaces.
type Key struct {
	Resource  Resource
	Namespace string
	Name      string
}

// KeyOf is the key of an object of a known type.
func KeyOf(obj Object) Key {
	return Key{Resource: resourceOf(obj), Namespace: obj.GetNamespace(), Name: obj.GetName()}
}

// forgetKind takes away the apiVersion and kind that a client may have written: typed objects are stored without, so
// that those who write them and those who do not agree about what changes.
func forgetKind(obj Object) { obj.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{}) }

func (k Key) String() string {
	if k.Namespace == "" {
		return fmt.Sprintf("%s/%s", k.Resource, k.Name)
	}
	return fmt.Sprintf("%s/%s/%s", k.Resource, k.Namespace, k.Name)
}

func (k Key) groupResource() schema.GroupResource {
	gr := schema.GroupResource{Resource: string(k.Resource)}
	if st := strategyOf(k.Resource); st != nil {
		gr.Group = st.kind.Group
	}
	return gr
}

// resourceOf is the resource of a typed object, and empty for a type that is not served.
func resourceOf(obj any) Resource {
	switch obj.(type) {
	case *batchv1.Job:
		return Jobs
	case *corev1.Pod:
		return Pods
	case *corev1.Node:
		return Nodes
	case *corev1.Event:
		return Events
	case *corev1.Namespace:
		return Namespaces
	case *coordinationv1.Lease:
		return Leases
	}
	return ""
}
