package rest

import (
	"reflect"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// remembered is how many objects' encodings are kept.
const remembered = 512

// encodings remembers how stored objects look on the wire: the writer of an object and everybody who watches it are
// sent the same bytes. Stored objects never change, so a pointer says which one it is.
type encodings struct {
	mu    sync.Mutex
	known map[encodingKey][]byte
	order [remembered]encodingKey
	next  int
}

type encodingKey struct {
	kind *kind
	obj  apiserver.Object
	as   encoding
}

// encode returns the bytes of a stored object, which must not be changed.
func (c *encodings) encode(k *kind, obj apiserver.Object, f format) ([]byte, error) {
	key := encodingKey{k, obj, f.encoding}
	c.mu.Lock()
	data, ok := c.known[key]
	c.mu.Unlock()
	if ok {
		return data, nil
	}
	data, err := f.encode(withKind(k.served(obj), k.gvk))
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = make(map[encodingKey][]byte, remembered)
	}
	delete(c.known, c.order[c.next])
	c.known[key] = data
	c.order[c.next] = key
	c.next = (c.next + 1) % remembered
	return data, nil
}

// withKind is a shallow copy of an object that says what it is: what is stored does not.
func withKind(obj apiserver.Object, gvk schema.GroupVersionKind) runtime.Object {
	shallow := reflect.New(reflect.TypeOf(obj).Elem())
	shallow.Elem().Set(reflect.ValueOf(obj).Elem())
	named := shallow.Interface().(runtime.Object)
	named.GetObjectKind().SetGroupVersionKind(gvk)
	return named
}

// metadataOf is what a client sees of an object that has asked for metadata only.
func metadataOf(obj apiserver.Object) *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{
		TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadata"},
		ObjectMeta: metav1.ObjectMeta{
			Name: obj.GetName(), GenerateName: obj.GetGenerateName(), Namespace: obj.GetNamespace(), UID: obj.GetUID(),
			ResourceVersion: obj.GetResourceVersion(), Generation: obj.GetGeneration(),
			CreationTimestamp: obj.GetCreationTimestamp(), DeletionTimestamp: obj.GetDeletionTimestamp(),
			DeletionGracePeriodSeconds: obj.GetDeletionGracePeriodSeconds(), Labels: obj.GetLabels(),
			Annotations: obj.GetAnnotations(), OwnerReferences: obj.GetOwnerReferences(), Finalizers: obj.GetFinalizers(),
			ManagedFields: obj.GetManagedFields(),
		},
	}
}
