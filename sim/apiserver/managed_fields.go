package apiserver

import (
	"cmp"
	"slices"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/managedfields"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/applyconfigurations"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// managed is what has a field manager of its own.
type managed struct {
	resource    Resource
	subresource string
}

// fieldManagers merge what is applied and know who owns which fields. They are made on first use: reading the schema of
// all Kubernetes types takes a third of a second.
var fieldManagers = sync.OnceValue(func() map[managed]*managedfields.FieldManager {
	scheme := runtime.NewScheme()
	utilruntime.Must(batchv1.AddToScheme(scheme))
	utilruntime.Must(corev1.AddToScheme(scheme))
	utilruntime.Must(coordinationv1.AddToScheme(scheme))
	types := applyconfigurations.NewTypeConverter(scheme)
	managers := map[managed]*managedfields.FieldManager{}
	for _, r := range []Resource{Jobs, Pods, Nodes, Events, Namespaces, Leases} {
		for _, subresource := range []string{"", "status", "finalize"} {
			st := strategyOf(r)
			if !st.serves(subresource) {
				continue
			}
			m, err := managedfields.NewDefaultFieldManager(types, scheme, scheme, scheme, st.kind, st.kind.GroupVersion(),
				subresource, resetFields(st, subresource))
			utilruntime.Must(err)
			managers[managed{r, subresource}] = m
		}
	}
	return managers
})

// resetFields are those that a request to a subresource cannot write, so that it does not come to own them.
func resetFields(st *strategy, subresource string) map[fieldpath.APIVersion]fieldpath.Filter {
	if !st.status {
		return nil
	}
	reset := fieldpath.NewSet(fieldpath.MakePathOrDie("status"))
	if subresource == "status" {
		reset = fieldpath.NewSet(fieldpath.MakePathOrDie("spec"))
		if st == ofPods {
			reset.Insert(fieldpath.MakePathOrDie("metadata", "deletionTimestamp"))
			reset.Insert(fieldpath.MakePathOrDie("metadata", "ownerReferences"))
		}
	}
	return fieldpath.NewExcludeFilterSetMap(map[fieldpath.APIVersion]*fieldpath.Set{
		fieldpath.APIVersion(st.kind.GroupVersion().String()): reset,
	})
}

// ManagedBy returns a caller that owns the fields that it writes under another name than its own: the fieldManager of a
// request. An empty name changes nothing.
func (c *Caller) ManagedBy(manager string) *Caller {
	if manager == "" {
		return c
	}
	named := *c
	named.manager = manager
	return &named
}

// track notes whose the fields are that an ordinary write changes, if somebody asks: on objects that have been applied
// once. For all others it would cost more than the write.
func (c *Caller) track(k Key, subresource string, old, obj Object) {
	if len(old.GetManagedFields()) == 0 {
		return
	}
	// The field managers may write into what they are given, and old is shared.
	live := old.DeepCopyObject()
	_ = fieldManagers()[managed{k.Resource, subresource}].UpdateNoErrors(live, obj, cmp.Or(c.manager, c.actor))
	c.server.stamp(old, obj)
}

// stamp puts virtual time where the field managers have put the machine's. If nothing but times has changed, nothing
// has.
//
// Both objects must be complete, defaults and all.
func (s *Server) stamp(old, obj Object) {
	before := old.GetManagedFields()
	entries := slices.Clone(obj.GetManagedFields())
	for i := range entries {
		e := &entries[i]
		if same := ownedAs(before, *e); same != nil && same.Time.Equal(e.Time) {
			e.Time = same.Time
		} else {
			now := s.now()
			e.Time = &now
		}
	}
	slices.SortStableFunc(entries, compareEntries)
	obj.SetManagedFields(entries)
	if !sameOwners(before, entries) {
		return
	}
	if obj.SetManagedFields(before); !unchanged(obj, old) {
		obj.SetManagedFields(entries)
	}
}

// ownedAs finds the entry of a manager.
func ownedAs(entries []metav1.ManagedFieldsEntry, e metav1.ManagedFieldsEntry) *metav1.ManagedFieldsEntry {
	i := slices.IndexFunc(entries, func(x metav1.ManagedFieldsEntry) bool {
		return x.Manager == e.Manager && x.Operation == e.Operation && x.APIVersion == e.APIVersion && x.Subresource == e.Subresource
	})
	if i < 0 {
		return nil
	}
	return &entries[i]
}

// sameOwners reports whether two lists differ in times only.
func sameOwners(a, b []metav1.ManagedFieldsEntry) bool {
	return slices.EqualFunc(a, b, func(x, y metav1.ManagedFieldsEntry) bool {
		x.Time, y.Time = nil, nil
		return apiequality.Semantic.DeepEqual(x, y)
	})
}

// compareEntries is the order in which the real server lists them.
func compareEntries(a, b metav1.ManagedFieldsEntry) int {
	return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(seconds(a.Time), seconds(b.Time)),
		cmp.Compare(a.Manager, b.Manager), cmp.Compare(a.APIVersion, b.APIVersion), cmp.Compare(a.Subresource, b.Subresource))
}

func seconds(t *metav1.Time) int64 {
	if t == nil {
		return 0
	}
	return t.Unix()
}
