package apiserver

import (
	"cmp"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver/internal/batch"
	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// strategy is what distinguishes one resource from another, as in the registry of the real server. Functions that take
// an object to be stored may change it; the old one is shared.
type strategy struct {
	kind       schema.GroupVersionKind
	namespaced bool
	// status says whether there is a status subresource.
	status bool
	// createOnUpdate says that an update of an object that does not exist creates it; versioned that an update must
	// say which resourceVersion it replaces.
	createOnUpdate, versioned bool
	// orphansByDefault says that deletion without a propagation policy leaves dependents alone (DEL-1).
	orphansByDefault bool
	// uncollected says that garbage collection leaves objects alone whatever a deletion asks for.
	uncollected bool
	blank       func() Object
	// copy returns a shallow copy: what is to change must be replaced, not written into.
	copy func(Object) Object
	// fields are what field selectors can use.
	fields func(Object) fields.Set

	prepareCreate func(Object)
	// readBack does to a new object, once it is checked, what decoding it from storage does; nil for nothing.
	readBack       func(Object)
	validateCreate func(Object) field.ErrorList
	prepareUpdate  func(obj, old Object)
	validateUpdate func(obj, old Object) field.ErrorList
	prepareStatus  func(obj, old Object)
	validateStatus func(obj, old Object) field.ErrorList
	// prepareFinalize and validateFinalize are nil for what has no finalize subresource.
	prepareFinalize  func(obj, old Object)
	validateFinalize func(obj, old Object) field.ErrorList
	// warnings are what the client is told about an object that is accepted; old is nil on create.
	warnings func(obj, old Object) []string
	// deleteWarnings are what a client is told about a deletion.
	deleteWarnings func(*metav1.DeleteOptions) []string
	// grace is the grace period of a first deletion in seconds (EXT-10); nil for what is not deleted gracefully.
	grace func(old Object, options *metav1.DeleteOptions) int64
}

var (
	ofJobs       = jobStrategy()
	ofPods       = podStrategy()
	ofNodes      = nodeStrategy()
	ofEvents     = eventStrategy()
	ofNamespaces = namespaceStrategy()
	ofLeases     = leaseStrategy()
)

// strategyOf returns nil for a resource that is not served.
func strategyOf(r Resource) *strategy {
	switch r {
	case Jobs:
		return ofJobs
	case Pods:
		return ofPods
	case Nodes:
		return ofNodes
	case Events:
		return ofEvents
	case Namespaces:
		return ofNamespaces
	case Leases:
		return ofLeases
	}
	return nil
}

// serves reports whether a resource has a subresource that can be written.
func (st *strategy) serves(subresource string) bool {
	switch subresource {
	case "":
		return true
	case "status":
		return st.status
	case "finalize":
		return st.prepareFinalize != nil
	}
	return false
}

// rules are how an update of a subresource is prepared and checked.
func (st *strategy) rules(subresource string) (prepare func(obj, old Object), validate func(obj, old Object) field.ErrorList) {
	switch subresource {
	case "status":
		return st.prepareStatus, st.validateStatus
	case "finalize":
		return st.prepareFinalize, st.validateFinalize
	}
	return st.prepareUpdate, st.validateUpdate
}

func jobStrategy() *strategy {
	return &strategy{
		kind: batchv1.SchemeGroupVersion.WithKind("Job"), namespaced: true, status: true, orphansByDefault: true,
		blank:  func() Object { return &batchv1.Job{} },
		copy:   func(o Object) Object { job := *o.(*batchv1.Job); return &job },
		fields: func(o Object) fields.Set { return batch.SelectableFields(o.(*batchv1.Job)) },
		prepareCreate: func(o Object) {
			job := o.(*batchv1.Job)
			batch.Default(job)
			batch.PrepareForCreate(job)
			batch.TruncateTimes(job)
		},
		readBack:       func(o Object) { batch.Default(o.(*batchv1.Job)) }, // labels come from the finished template (DEF-9)
		validateCreate: func(o Object) field.ErrorList { return batch.ValidateCreate(o.(*batchv1.Job)) },
		prepareUpdate: func(o, old Object) {
			batch.Default(o.(*batchv1.Job))
			batch.PrepareForUpdate(o.(*batchv1.Job), old.(*batchv1.Job))
			batch.TruncateTimes(o.(*batchv1.Job))
		},
		validateUpdate: func(o, old Object) field.ErrorList {
			return batch.ValidateUpdate(o.(*batchv1.Job), old.(*batchv1.Job))
		},
		prepareStatus: func(o, old Object) {
			batch.Default(o.(*batchv1.Job))
			batch.PrepareForStatusUpdate(o.(*batchv1.Job), old.(*batchv1.Job))
			batch.TruncateTimes(o.(*batchv1.Job))
		},
		validateStatus: func(o, old Object) field.ErrorList {
			return batch.ValidateStatusUpdate(o.(*batchv1.Job), old.(*batchv1.Job))
		},
		warnings: func(o, old Object) []string {
			if old == nil {
				return batch.Warnings(o.(*batchv1.Job), nil)
			}
			return batch.Warnings(o.(*batchv1.Job), old.(*batchv1.Job))
		},
		deleteWarnings: batch.DeleteWarnings,
	}
}

func podStrategy() *strategy {
	return &strategy{
		kind: corev1.SchemeGroupVersion.WithKind("Pod"), namespaced: true, status: true,
		blank:          func() Object { return &corev1.Pod{} },
		copy:           func(o Object) Object { pod := *o.(*corev1.Pod); return &pod },
		fields:         func(o Object) fields.Set { return core.SelectableFields(o.(*corev1.Pod)) },
		prepareCreate:  func(o Object) { core.DefaultPod(o.(*corev1.Pod)) },
		validateCreate: func(o Object) field.ErrorList { return core.ValidatePodCreate(o.(*corev1.Pod)) },
		prepareUpdate: func(o, old Object) {
			core.DefaultPodFields(o.(*corev1.Pod))
			core.PreparePodForUpdate(o.(*corev1.Pod), old.(*corev1.Pod))
		},
		validateUpdate: func(o, old Object) field.ErrorList {
			return core.ValidatePodUpdate(o.(*corev1.Pod), old.(*corev1.Pod))
		},
		prepareStatus: func(o, old Object) {
			core.DefaultPodFields(o.(*corev1.Pod))
			core.PreparePodForStatusUpdate(o.(*corev1.Pod), old.(*corev1.Pod))
			core.TruncatePodTimes(o.(*corev1.Pod))
		},
		validateStatus: func(o, old Object) field.ErrorList {
			return core.ValidatePodStatusUpdate(o.(*corev1.Pod), old.(*corev1.Pod))
		},
		warnings:       noWarnings,
		deleteWarnings: noDeleteWarnings,
		grace: func(o Object, options *metav1.DeleteOptions) int64 {
			return core.PodDeletionGrace(o.(*corev1.Pod), options)
		},
	}
}

func noWarnings(_, _ Object) []string { return nil }

func noDeleteWarnings(*metav1.DeleteOptions) []string { return nil }

var metadataPath = field.NewPath("metadata")

func keep(_, _ Object) {}

func nodeStrategy() *strategy {
	return &strategy{
		kind: corev1.SchemeGroupVersion.WithKind("Node"), status: true,
		blank:          func() Object { return &corev1.Node{} },
		copy:           func(o Object) Object { node := *o.(*corev1.Node); return &node },
		fields:         func(o Object) fields.Set { return core.SelectableNodeFields(o.(*corev1.Node)) },
		prepareCreate:  func(o Object) { core.DefaultNode(o.(*corev1.Node)) },
		validateCreate: func(o Object) field.ErrorList { return core.ValidateNode(o.(*corev1.Node)) },
		prepareUpdate: func(o, old Object) {
			o.(*corev1.Node).Status = old.(*corev1.Node).Status
		},
		validateUpdate: validateNodeUpdate,
		prepareStatus: func(o, old Object) {
			o.(*corev1.Node).Spec = old.(*corev1.Node).Spec
		},
		validateStatus: validateNodeUpdate,
		warnings:       noWarnings,
		deleteWarnings: noDeleteWarnings,
	}
}

func validateNodeUpdate(o, old Object) field.ErrorList {
	return core.ValidateNodeUpdate(o.(*corev1.Node), old.(*corev1.Node))
}

func eventStrategy() *strategy {
	return &strategy{
		kind: corev1.SchemeGroupVersion.WithKind("Event"), namespaced: true, uncollected: true,
		createOnUpdate: true,
		blank:          func() Object { return &corev1.Event{} },
		copy:           func(o Object) Object { e := *o.(*corev1.Event); return &e },
		fields:         eventFields,
		prepareCreate:  func(o Object) { core.TruncateEventTimes(o.(*corev1.Event)) },
		validateCreate: validateEvent,
		prepareUpdate:  func(o, _ Object) { core.TruncateEventTimes(o.(*corev1.Event)) },
		validateUpdate: validateEventUpdate,
		prepareStatus:  keep,
		validateStatus: validateEventUpdate,
		warnings:       noWarnings,
		deleteWarnings: noDeleteWarnings,
	}
}

func validateEvent(o Object) field.ErrorList {
	e := o.(*corev1.Event)
	return append(core.ValidateObjectMeta(&e.ObjectMeta, metadataPath), core.ValidateEvent(e)...)
}

func validateEventUpdate(o, old Object) field.ErrorList {
	e := o.(*corev1.Event)
	return append(core.ValidateObjectMetaUpdate(&e.ObjectMeta, &old.(*corev1.Event).ObjectMeta, metadataPath), core.ValidateEvent(e)...)
}

func metaFields(o Object) fields.Set {
	return fields.Set{"metadata.name": o.GetName(), "metadata.namespace": o.GetNamespace()}
}

func eventFields(o Object) fields.Set {
	e := o.(*corev1.Event)
	set := metaFields(o)
	set["involvedObject.kind"] = e.InvolvedObject.Kind
	set["involvedObject.namespace"] = e.InvolvedObject.Namespace
	set["involvedObject.name"] = e.InvolvedObject.Name
	set["involvedObject.uid"] = string(e.InvolvedObject.UID)
	set["involvedObject.apiVersion"] = e.InvolvedObject.APIVersion
	set["involvedObject.resourceVersion"] = e.InvolvedObject.ResourceVersion
	set["involvedObject.fieldPath"] = e.InvolvedObject.FieldPath
	set["reportingComponent"] = e.ReportingController
	set["source"] = cmp.Or(e.Source.Component, e.ReportingController)
	set["reason"] = e.Reason
	set["type"] = e.Type
	return set
}
