package apiserver

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// maxApplied is the largest configuration that is read, in bytes: what the real server takes as a request.
const maxApplied = 3 << 20

// Apply is server-side apply: data, in YAML or JSON, says which fields manager wants and with which values. What it
// wanted before and does not any more goes; what another manager wants otherwise is a conflict (409 with a cause of type
// FieldManagerConflict for each field), unless force takes the fields over. An object that does not exist is created;
// the trace shows that as a create, and everything else as a patch. Subresource is empty or "status".
//
// From the first time on that an object is applied, its metadata.managedFields tell who owns what, and ordinary writes
// keep them up to date. What was there before the first time belongs to "before-first-apply", as on the real server for
// objects that have no managedFields.
func (c *Caller) Apply(k Key, subresource, manager string, force bool, data []byte) (obj Object, created bool, err error) {
	old := c.server.store.get(k)
	obj, err = c.applied(&k, subresource, old, manager, force, data)
	if err != nil {
		c.record("patch", subresource, k, nil, err)
		return nil, false, err
	}
	applying := *c
	applying.applying = true
	if old == nil {
		obj, err = applying.Create(obj)
		return obj, err == nil, err
	}
	obj, err = applying.commit("patch", subresource, k, old, obj)
	return obj, false, err
}

// applied is the object that a configuration makes of the one there is.
func (c *Caller) applied(k *Key, subresource string, old Object, manager string, force bool, data []byte) (Object, error) {
	if err := checkApply(*k, subresource, old, manager, force, data); err != nil {
		return nil, err
	}
	config := &unstructured.Unstructured{Object: map[string]any{}}
	if err := yaml.Unmarshal(data, &config.Object); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding YAML: %v", err))
	}
	live := strategyOf(k.Resource).blank()
	if old != nil {
		live = old.DeepCopyObject().(Object)
	}
	merged, err := fieldManagers()[managed{k.Resource, subresource}].Apply(live, config, manager, force)
	if err != nil {
		if _, ok := err.(apierrors.APIStatus); !ok {
			err = internalError(err.Error())
		}
		return nil, err
	}
	obj, ok := merged.(Object)
	if !ok || resourceOf(obj) != k.Resource {
		return nil, internalError(fmt.Sprintf("%T: expected a %s", merged, strategyOf(k.Resource).kind.Kind))
	}
	forgetKind(obj)
	if old == nil {
		c.server.stamp(live, obj)
	}
	return obj, checkApplied(k, subresource, old, obj)
}

// checkApply looks at the request before anything is merged.
func checkApply(k Key, subresource string, old Object, manager string, force bool, data []byte) error {
	st := strategyOf(k.Resource)
	options := &metav1.PatchOptions{FieldManager: manager, Force: &force}
	errs := validation.ValidatePatchOptions(options, types.ApplyPatchType)
	switch {
	case st == nil:
		return errUnserved()
	case !st.serves(subresource):
		return unservedSubresource("patch", k)
	case subresource == "finalize":
		return apierrors.NewMethodNotSupported(k.groupResource(), "patch")
	case k.Name == "":
		return apierrors.NewBadRequest("name must be provided")
	case len(errs) > 0:
		return apierrors.NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: "PatchOptions"}, "", errs)
	case len(data) > maxApplied:
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d", maxApplied))
	case old == nil && subresource != "":
		return notFound(k)
	}
	return nil
}

// checkApplied looks at what came of merging: it must still be the object that was asked for.
func checkApplied(k *Key, subresource string, old, obj Object) error {
	if old == nil {
		if uid := obj.GetUID(); uid != "" {
			return conflict(*k, fmt.Errorf("uid mismatch: the provided object specified uid %s, and no existing object was found", uid))
		}
		obj.SetResourceVersion("") // is not looked at
	}
	switch obj.GetNamespace() {
	case "", k.Namespace:
		obj.SetNamespace(k.Namespace)
	default:
		if k.Resource.Namespaced() {
			return apierrors.NewBadRequest("the namespace of the provided object does not match the namespace sent on the request")
		}
		obj.SetNamespace("")
	}
	if obj.GetName() != k.Name {
		return apierrors.NewBadRequest(fmt.Sprintf("the name of the object (%s) does not match the name on the URL (%s)",
			obj.GetName(), k.Name))
	}
	if old == nil {
		return nil
	}
	return checkReplaced(*k, old, obj)
}
