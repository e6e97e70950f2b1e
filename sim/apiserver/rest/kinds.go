package rest

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// kind is a resource as the API shows it.
type kind struct {
	resource   apiserver.Resource
	gvk        schema.GroupVersionKind
	namespaced bool
	// status says whether there is a status subresource.
	status     bool
	singular   string
	short      []string
	categories []string
	// blank makes a new object of the Go type.
	blank func() apiserver.Object
	// list makes a new list of the Go type, such as a *corev1.PodList.
	list func() runtime.Object
	// translation is between this kind and the one that is stored, if they are two versions of one thing.
	translation *translation
}

// kinds are all that is served, sorted by group, version and resource: the order in which discovery names them.
var kinds = []*kind{
	{
		resource: apiserver.Events, gvk: corev1.SchemeGroupVersion.WithKind("Event"), namespaced: true,
		singular: "event", short: []string{"ev"},
		blank: func() apiserver.Object { return &corev1.Event{} },
		list:  func() runtime.Object { return &corev1.EventList{} },
	},
	{
		resource: apiserver.Namespaces, gvk: corev1.SchemeGroupVersion.WithKind("Namespace"), status: true,
		singular: "namespace", short: []string{"ns"},
		blank: func() apiserver.Object { return &corev1.Namespace{} },
		list:  func() runtime.Object { return &corev1.NamespaceList{} },
	},
	{
		resource: apiserver.Nodes, gvk: corev1.SchemeGroupVersion.WithKind("Node"), status: true,
		singular: "node", short: []string{"no"},
		blank: func() apiserver.Object { return &corev1.Node{} },
		list:  func() runtime.Object { return &corev1.NodeList{} },
	},
	{
		resource: apiserver.Pods, gvk: corev1.SchemeGroupVersion.WithKind("Pod"), namespaced: true, status: true,
		singular: "pod", short: []string{"po"}, categories: []string{"all"},
		blank: func() apiserver.Object { return &corev1.Pod{} },
		list:  func() runtime.Object { return &corev1.PodList{} },
	},
	{
		resource: apiserver.Jobs, gvk: batchv1.SchemeGroupVersion.WithKind("Job"), namespaced: true, status: true,
		singular: "job", categories: []string{"all"},
		blank: func() apiserver.Object { return &batchv1.Job{} },
		list:  func() runtime.Object { return &batchv1.JobList{} },
	},
	{
		resource: apiserver.Leases, gvk: coordinationv1.SchemeGroupVersion.WithKind("Lease"), namespaced: true,
		singular: "lease",
		blank:    func() apiserver.Object { return &coordinationv1.Lease{} },
		list:     func() runtime.Object { return &coordinationv1.LeaseList{} },
	},
	{
		resource: apiserver.Events, gvk: eventsv1.SchemeGroupVersion.WithKind("Event"), namespaced: true,
		singular: "event", short: []string{"ev"},
		blank:       func() apiserver.Object { return &eventsv1.Event{} },
		list:        func() runtime.Object { return &eventsv1.EventList{} },
		translation: &eventTranslation,
	},
}

// kindFor returns nil for what is not served.
func kindFor(group, version, resource string) *kind {
	i := slices.IndexFunc(kinds, func(k *kind) bool {
		return k.gvk.Group == group && k.gvk.Version == version && string(k.resource) == resource
	})
	if i < 0 {
		return nil
	}
	return kinds[i]
}
