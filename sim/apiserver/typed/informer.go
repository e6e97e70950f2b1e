package typed

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// Handler is told of each change of an informer's store after it has been made. Old is nil for an object that is new
// to the informer, obj nil for one that has gone; initial marks objects of the first list.
type Handler func(old, obj apiserver.Object, initial bool)

// Informer is the local store of one resource, as of the last delivered event, with its indexes.
type Informer struct {
	resource apiserver.Resource
	opened   bool
	version  string
	all      bucket
	indexes  map[string]*index
	handlers []Handler
}

// index groups objects by the values that a function finds in them.
type index struct {
	extract client.IndexerFunc
	buckets map[string]*bucket
	// values are those of the objects that have any: finding them again costs a call of the function.
	values map[types.NamespacedName][]string
}

func newInformer(r apiserver.Resource) *Informer {
	return &Informer{resource: r, all: newBucket(), indexes: map[string]*index{}}
}

// LastSyncResourceVersion is the resourceVersion of what was delivered last.
func (i *Informer) LastSyncResourceVersion() string { return i.version }

// Handle adds a handler. It is not told of objects that are there already.
func (i *Informer) Handle(h Handler) { i.handlers = append(i.handlers, h) }

func (i *Informer) addIndex(field string, extract client.IndexerFunc) error {
	if i.indexes[field] != nil {
		return fmt.Errorf("indexer conflict: field %q of %s has an index already", field, i.resource)
	}
	if len(i.all.objects) > 0 {
		return fmt.Errorf("field %q of %s: indexes must be added before the informer has started", field, i.resource)
	}
	i.indexes[field] = &index{extract: extract, buckets: map[string]*bucket{}, values: map[types.NamespacedName][]string{}}
	return nil
}

func (i *Informer) get(key types.NamespacedName) apiserver.Object { return i.all.get(key) }

// Replace makes a fresh list the content of the store: after the first list, and after a broken watch. Handlers are
// told of what is new, what differs and what is gone.
func (i *Informer) Replace(objects []apiserver.Object, version string, initial bool) {
	listed := make(map[types.NamespacedName]bool, len(objects))
	for _, obj := range objects {
		listed[nameOf(obj)] = true
	}
	for _, old := range i.all.list() {
		if old != nil && !listed[nameOf(old)] {
			i.drop(old)
			i.tell(old, nil, initial)
		}
	}
	for _, obj := range objects {
		old := i.all.get(nameOf(obj))
		if old == nil || old.GetResourceVersion() != obj.GetResourceVersion() {
			i.set(obj, initial)
		}
	}
	i.version = version
}

// Apply makes one watch event's change.
func (i *Informer) Apply(e apiserver.WatchEvent) {
	i.version = e.Version
	switch e.Type {
	case watch.Added, watch.Modified:
		i.set(e.Object, false)
	case watch.Deleted:
		if old := i.all.get(nameOf(e.Object)); old != nil {
			i.drop(old)
			i.tell(e.Object, nil, false) // the last state, which may be newer than the one that was in the store
		}
	}
}

// set stores obj, in place of an older version if there is one, and tells the handlers.
func (i *Informer) set(obj apiserver.Object, initial bool) {
	name := nameOf(obj)
	old := i.all.put(name, obj)
	for _, x := range i.indexes {
		x.move(name, obj, x.extract(obj))
	}
	i.tell(old, obj, initial)
}

// drop takes an object out of the store and out of the buckets that it is in.
func (i *Informer) drop(old apiserver.Object) {
	i.all.drop(nameOf(old))
	for _, x := range i.indexes {
		x.move(nameOf(old), nil, nil)
	}
}

func (i *Informer) tell(old, obj apiserver.Object, initial bool) {
	for _, h := range i.handlers {
		h(old, obj, initial)
	}
}

// move takes an object from the buckets that its old version was in to those of the new one, which is nil if it goes.
func (x *index) move(name types.NamespacedName, obj apiserver.Object, values []string) {
	old := x.values[name]
	for _, v := range old {
		if slices.Contains(values, v) {
			continue // stays, at its old place
		}
		if b := x.buckets[v]; b != nil {
			if b.drop(name); b.live == 0 {
				delete(x.buckets, v)
			}
		}
	}
	switch {
	case len(values) > 0:
		if !slices.Equal(old, values) {
			x.values[name] = slices.Clone(values)
		}
	case len(old) > 0:
		delete(x.values, name)
	}
	for _, v := range values {
		b := x.buckets[v]
		if b == nil {
			fresh := newBucket()
			b = &fresh
			x.buckets[v] = b
		}
		b.put(name, obj)
	}
}

// candidates returns the objects that a field selector can match; entries may be nil.
func (i *Informer) candidates(s fields.Selector) ([]apiserver.Object, error) {
	if s == nil {
		return i.all.list(), nil
	}
	requirements, err := exactMatch(s)
	if err != nil {
		return nil, err
	}
	var found []apiserver.Object
	for n, r := range requirements {
		x := i.indexes[r.Field]
		if x == nil {
			return nil, fmt.Errorf("index with name field:%s does not exist: add it with IndexField before the start", r.Field)
		}
		b := x.buckets[r.Value]
		switch {
		case b == nil:
			return nil, nil
		case n == 0:
			found = b.list()
		default:
			found = b.common(found)
		}
	}
	return found, nil
}

func nameOf(obj apiserver.Object) types.NamespacedName {
	return types.NamespacedName{Namespace: obj.GetNamespace(), Name: obj.GetName()}
}
