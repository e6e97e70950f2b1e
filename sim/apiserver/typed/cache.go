package typed

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/selection"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// Source opens what a cache reads from: a list of a resource, then a watch from there. Whoever implements it decides
// how late the events are.
type Source interface {
	ListAndWatch(r apiserver.Resource, informer *Informer)
}

// Cache is a client.Reader over informers that follow watches. It knows what has been delivered and nothing newer.
type Cache struct {
	source    Source
	informers map[apiserver.Resource]*Informer
}

// NewCache returns a cache whose informers are opened when they are first needed.
func NewCache(source Source) *Cache {
	return &Cache{source: source, informers: map[apiserver.Resource]*Informer{}}
}

var (
	_ client.Reader       = (*Cache)(nil)
	_ client.FieldIndexer = (*Cache)(nil)
)

// Informer returns the informer of a resource without opening it.
func (c *Cache) Informer(r apiserver.Resource) *Informer {
	i := c.informers[r]
	if i == nil {
		i = newInformer(r)
		c.informers[r] = i
	}
	return i
}

// Open makes sure that the informer of a resource has listed and watches.
func (c *Cache) Open(r apiserver.Resource) *Informer {
	i := c.Informer(r)
	if !i.opened {
		i.opened = true
		c.source.ListAndWatch(r, i)
	}
	return i
}

// IndexField adds an index by a function of the object, to be used as client.MatchingFields{field: value}.
func (c *Cache) IndexField(_ context.Context, obj client.Object, field string, extract client.IndexerFunc) error {
	r, err := ResourceOf(obj)
	if err != nil {
		return err
	}
	return c.Informer(r).addIndex(field, extract)
}

// Get reads one object as last delivered.
func (c *Cache) Get(_ context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
	r, err := ResourceOf(obj)
	if err != nil {
		return err
	}
	key.Namespace = namespaceFor(r, key.Namespace)
	found := c.Open(r).get(key)
	if found == nil {
		kind := kindFor(r) // which controller-runtime's cache puts where the resource belongs
		return apierrors.NewNotFound(schema.GroupResource{Group: kind.Group, Resource: kind.Kind}, key.Name)
	}
	options := (&client.GetOptions{}).ApplyOptions(opts)
	if options.UnsafeDisableDeepCopy != nil && *options.UnsafeDisableDeepCopy {
		return shareInto(obj, found)
	}
	return copyWithKind(r)(obj, found)
}

// List reads the objects that have been delivered, in the order in which they first arrived. A field selector must be
// an exact match on fields that have an index, as in controller-runtime's cache. The list has no resourceVersion, since
// the cache is of no one version.
func (c *Cache) List(_ context.Context, list client.ObjectList, opts ...client.ListOption) error {
	r, err := ResourceOf(list)
	if err != nil {
		return err
	}
	options := (&client.ListOptions{}).ApplyOptions(opts)
	if options.Continue != "" {
		return fmt.Errorf("continue list option is not supported by the cache")
	}
	informer := c.Open(r)
	found, err := informer.candidates(options.FieldSelector)
	if err != nil {
		return err
	}
	found = narrow(found, namespaceFor(r, options.Namespace), options)
	put := put(shareInto)
	if options.UnsafeDisableDeepCopy == nil || !*options.UnsafeDisableDeepCopy {
		put = copyWithKind(r)
	}
	list.SetResourceVersion("")
	list.SetContinue("continue-not-supported") // what controller-runtime's cache says
	return fillList(list, found, put)
}

// narrow returns the objects that match the namespace and the labels, up to the limit.
func narrow(objects []apiserver.Object, namespace string, o *client.ListOptions) []apiserver.Object {
	kept := objects[:0:0]
	for _, obj := range objects {
		if obj == nil || namespace != "" && obj.GetNamespace() != namespace {
			continue
		}
		if o.LabelSelector != nil && !o.LabelSelector.Matches(labels.Set(obj.GetLabels())) {
			continue
		}
		if o.Limit > 0 && int64(len(kept)) == o.Limit {
			break
		}
		kept = append(kept, obj)
	}
	return kept
}

// exactMatch takes a field selector apart that asks for exact values.
func exactMatch(s fields.Selector) ([]fields.Requirement, error) {
	requirements := s.Requirements()
	exact := len(requirements) > 0
	for _, r := range requirements {
		exact = exact && (r.Operator == selection.Equals || r.Operator == selection.DoubleEquals)
	}
	if !exact {
		return nil, fmt.Errorf("non-exact field matches are not supported by the cache: %q", s)
	}
	return requirements, nil
}
