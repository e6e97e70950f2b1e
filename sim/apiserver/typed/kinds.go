package typed

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// Scheme knows the Go types of what the cluster serves. It is not changed after start-up.
var Scheme = newScheme()

// Mapper maps kinds to resources.
var Mapper = newMapper()

func newScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(batchv1.AddToScheme(s))
	utilruntime.Must(corev1.AddToScheme(s))
	utilruntime.Must(coordinationv1.AddToScheme(s))
	utilruntime.Must(eventsv1.AddToScheme(s))
	metav1.AddMetaToScheme(s)
	// Dynamic clients, kubectl among them, name the options of a deletion by the group of metadata.
	s.AddKnownTypes(metav1.SchemeGroupVersion, &metav1.DeleteOptions{})
	return s
}

func newMapper() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper([]schema.GroupVersion{
		batchv1.SchemeGroupVersion, corev1.SchemeGroupVersion, coordinationv1.SchemeGroupVersion,
	})
	m.Add(batchv1.SchemeGroupVersion.WithKind("Job"), meta.RESTScopeNamespace)
	m.Add(corev1.SchemeGroupVersion.WithKind("Pod"), meta.RESTScopeNamespace)
	m.Add(corev1.SchemeGroupVersion.WithKind("Event"), meta.RESTScopeNamespace)
	m.Add(coordinationv1.SchemeGroupVersion.WithKind("Lease"), meta.RESTScopeNamespace)
	m.Add(corev1.SchemeGroupVersion.WithKind("Node"), meta.RESTScopeRoot)
	m.Add(corev1.SchemeGroupVersion.WithKind("Namespace"), meta.RESTScopeRoot)
	return m
}

func kindOf(obj runtime.Object) (schema.GroupVersionKind, error) {
	return apiutil.GVKForObject(obj, Scheme)
}

// ResourceOf tells which resource an object or a list belongs to.
func ResourceOf(obj runtime.Object) (apiserver.Resource, error) {
	switch o := obj.(type) {
	case *corev1.Pod, *corev1.PodList:
		return apiserver.Pods, nil
	case *batchv1.Job, *batchv1.JobList:
		return apiserver.Jobs, nil
	case *corev1.Event, *corev1.EventList:
		return apiserver.Events, nil
	case *corev1.Node, *corev1.NodeList:
		return apiserver.Nodes, nil
	case *corev1.Namespace, *corev1.NamespaceList:
		return apiserver.Namespaces, nil
	case *coordinationv1.Lease, *coordinationv1.LeaseList:
		return apiserver.Leases, nil
	case *metav1.PartialObjectMetadata, *metav1.PartialObjectMetadataList:
		kind := o.GetObjectKind().GroupVersionKind()
		switch kind.GroupKind() {
		case schema.GroupKind{Kind: "Pod"}, schema.GroupKind{Kind: "PodList"}:
			return apiserver.Pods, nil
		case schema.GroupKind{Group: "batch", Kind: "Job"}, schema.GroupKind{Group: "batch", Kind: "JobList"}:
			return apiserver.Jobs, nil
		case schema.GroupKind{Kind: "Event"}, schema.GroupKind{Kind: "EventList"}:
			return apiserver.Events, nil
		case schema.GroupKind{Kind: "Node"}, schema.GroupKind{Kind: "NodeList"}:
			return apiserver.Nodes, nil
		case schema.GroupKind{Kind: "Namespace"}, schema.GroupKind{Kind: "NamespaceList"}:
			return apiserver.Namespaces, nil
		case schema.GroupKind{Group: "coordination.k8s.io", Kind: "Lease"},
			schema.GroupKind{Group: "coordination.k8s.io", Kind: "LeaseList"}:
			return apiserver.Leases, nil
		}
		return "", &meta.NoKindMatchError{GroupKind: kind.GroupKind(), SearchedVersions: []string{kind.Version}}
	}
	if kind, err := kindOf(obj); err == nil {
		return "", &meta.NoKindMatchError{GroupKind: kind.GroupKind(), SearchedVersions: []string{kind.Version}}
	}
	return "", fmt.Errorf("%T: expected a Job, a Pod, a Node, an Event, a Namespace or a Lease as a typed object or as metav1.PartialObjectMetadata", obj)
}

// kindFor is the kind of the objects of a resource.
func kindFor(r apiserver.Resource) schema.GroupVersionKind {
	switch r {
	case apiserver.Jobs:
		return batchv1.SchemeGroupVersion.WithKind("Job")
	case apiserver.Pods:
		return corev1.SchemeGroupVersion.WithKind("Pod")
	case apiserver.Nodes:
		return corev1.SchemeGroupVersion.WithKind("Node")
	case apiserver.Namespaces:
		return corev1.SchemeGroupVersion.WithKind("Namespace")
	case apiserver.Leases:
		return coordinationv1.SchemeGroupVersion.WithKind("Lease")
	}
	return corev1.SchemeGroupVersion.WithKind("Event")
}

// copyInto fills what a user passed with a stored object, sharing nothing.
func copyInto(into client.Object, stored apiserver.Object) error {
	switch dst := into.(type) {
	case *corev1.Pod:
		stored.(*corev1.Pod).DeepCopyInto(dst)
	case *batchv1.Job:
		stored.(*batchv1.Job).DeepCopyInto(dst)
	case *corev1.Event:
		stored.(*corev1.Event).DeepCopyInto(dst)
	case *corev1.Node:
		stored.(*corev1.Node).DeepCopyInto(dst)
	case *corev1.Namespace:
		stored.(*corev1.Namespace).DeepCopyInto(dst)
	case *coordinationv1.Lease:
		stored.(*coordinationv1.Lease).DeepCopyInto(dst)
	case *metav1.PartialObjectMetadata:
		objectMeta(stored).DeepCopyInto(&dst.ObjectMeta)
	default:
		return fmt.Errorf("%T: expected a pointer to a Job, Pod, Node, Event, Namespace, Lease or metav1.PartialObjectMetadata", into)
	}
	return nil
}

// shareInto fills what a user passed with a stored object without copying what it points to.
func shareInto(into client.Object, stored apiserver.Object) error {
	switch dst := into.(type) {
	case *corev1.Pod:
		*dst = *stored.(*corev1.Pod)
	case *batchv1.Job:
		*dst = *stored.(*batchv1.Job)
	case *corev1.Event:
		*dst = *stored.(*corev1.Event)
	case *corev1.Node:
		*dst = *stored.(*corev1.Node)
	case *corev1.Namespace:
		*dst = *stored.(*corev1.Namespace)
	case *coordinationv1.Lease:
		*dst = *stored.(*coordinationv1.Lease)
	case *metav1.PartialObjectMetadata:
		dst.ObjectMeta = *objectMeta(stored)
	default:
		return fmt.Errorf("%T: expected a pointer to a Job, Pod, Node, Event, Namespace, Lease or metav1.PartialObjectMetadata", into)
	}
	return nil
}

func objectMeta(obj apiserver.Object) *metav1.ObjectMeta {
	switch o := obj.(type) {
	case *corev1.Pod:
		return &o.ObjectMeta
	case *batchv1.Job:
		return &o.ObjectMeta
	case *corev1.Event:
		return &o.ObjectMeta
	case *corev1.Node:
		return &o.ObjectMeta
	case *corev1.Namespace:
		return &o.ObjectMeta
	case *coordinationv1.Lease:
		return &o.ObjectMeta
	}
	return &metav1.ObjectMeta{}
}

// put is how an object gets into what a user passed.
type put func(into client.Object, stored apiserver.Object) error

// copyWithKind is copyInto as a cache does it: with the apiVersion and kind, which answers to requests lack.
func copyWithKind(r apiserver.Resource) put {
	kind := kindFor(r)
	return func(into client.Object, stored apiserver.Object) error {
		err := copyInto(into, stored)
		into.GetObjectKind().SetGroupVersionKind(kind)
		return err
	}
}

// fillList puts objects into a list that a user passed.
func fillList(list client.ObjectList, objects []apiserver.Object, put put) error {
	switch l := list.(type) {
	case *corev1.PodList:
		l.Items = fill(l.Items, objects, put, func(dst *corev1.Pod) client.Object { return dst })
	case *batchv1.JobList:
		l.Items = fill(l.Items, objects, put, func(dst *batchv1.Job) client.Object { return dst })
	case *corev1.EventList:
		l.Items = fill(l.Items, objects, put, func(dst *corev1.Event) client.Object { return dst })
	case *corev1.NodeList:
		l.Items = fill(l.Items, objects, put, func(dst *corev1.Node) client.Object { return dst })
	case *corev1.NamespaceList:
		l.Items = fill(l.Items, objects, put, func(dst *corev1.Namespace) client.Object { return dst })
	case *coordinationv1.LeaseList:
		l.Items = fill(l.Items, objects, put, func(dst *coordinationv1.Lease) client.Object { return dst })
	case *metav1.PartialObjectMetadataList:
		l.Items = fill(l.Items, objects, put, func(dst *metav1.PartialObjectMetadata) client.Object { return dst })
	default:
		return fmt.Errorf("%T: expected a list of Jobs, Pods, Nodes, Events, Namespaces, Leases or metav1.PartialObjectMetadata", list)
	}
	return nil
}

// fill makes the items of a list. It does not reuse the memory of a list that holds items, since somebody may have kept
// pointers to them; a caller that has cut the items to nothing says that nobody has.
func fill[T any](old []T, objects []apiserver.Object, put put, pointer func(*T) client.Object) []T {
	var items []T
	if len(old) == 0 && cap(old) >= len(objects) && len(objects) > 0 {
		items = old[:len(objects)]
	} else {
		items = make([]T, len(objects))
	}
	for i, obj := range objects {
		_ = put(pointer(&items[i]), obj) // the type of the list has chosen that of its items
	}
	return items
}

// selectionOf is what list options select.
func selectionOf(r apiserver.Resource, o *client.ListOptions) apiserver.Selection {
	s := apiserver.Selection{Resource: r, Namespace: namespaceFor(r, o.Namespace), Labels: o.LabelSelector}
	if o.FieldSelector != nil {
		s.Fields = o.FieldSelector
	} else {
		s.Fields = fields.Everything()
	}
	return s
}

// Object is any object that the cluster serves.
type Object = apiserver.Object
