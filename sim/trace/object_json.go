package trace

import (
	"bytes"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	k8sjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/client-go/kubernetes/scheme"
)

// remembered is how many objects a cache of objects keeps at least. An object appears in the entry that wrote it and
// in the deliveries soon after, so a window is enough, and long traces do not have to fit in memory twice.
const remembered = 4096

// window is a cache in two generations: when the young one is full it becomes the old one, and the old one is
// forgotten. What it holds decides about speed only, never about results.
type window[K comparable, V any] struct {
	young, old map[K]V
}

func (w *window[K, V]) get(k K) (V, bool) {
	if v, ok := w.young[k]; ok {
		return v, true
	}
	v, ok := w.old[k]
	return v, ok
}

func (w *window[K, V]) put(k K, v V) {
	if w.young == nil || len(w.young) >= remembered {
		w.young, w.old = make(map[K]V, 64), w.young
	}
	w.young[k] = v
}

// objectJSON is an object's JSON as the API would send it, with apiVersion and kind first. Go objects usually carry
// neither, so they come from the type.
func objectJSON(obj Object) ([]byte, error) {
	if u, ok := obj.(*unstructured.Unstructured); ok {
		return plainJSON(u.Object)
	}
	kinds, _, err := scheme.Scheme.ObjectKinds(obj)
	if err != nil || len(kinds) == 0 {
		return plainJSON(obj) // not a kind of Kubernetes' own: it has to know its kind itself
	}
	if obj.GetObjectKind().GroupVersionKind() != (schema.GroupVersionKind{}) {
		copied := obj.DeepCopyObject()
		copied.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
		obj = copied.(Object)
	}
	body, err := plainJSON(obj)
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf(`{"apiVersion":%q,"kind":%q,`, kinds[0].GroupVersion(), kinds[0].Kind)
	return append([]byte(head), body[1:]...), nil
}

// plainJSON is JSON without the escapes that only matter inside HTML, and without a newline at the end.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// parseObject reads what objectJSON wrote. Kinds that are not Kubernetes' own become unstructured objects.
func parseObject(data []byte) (Object, error) {
	serializer := k8sjson.NewSerializerWithOptions(k8sjson.DefaultMetaFactory, scheme.Scheme, scheme.Scheme,
		k8sjson.SerializerOptions{})
	decoded, kind, err := serializer.Decode(data, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		u := &unstructured.Unstructured{}
		if err := u.UnmarshalJSON(data); err != nil {
			return nil, err
		}
		return u, nil
	}
	if err != nil {
		return nil, err
	}
	obj, ok := decoded.(Object)
	if !ok {
		return nil, fmt.Errorf("expected an object with metadata of its own, such as a Job or a Pod; got a %s", kind.Kind)
	}
	obj.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
	return obj, nil
}
