package rest

import (
	"encoding/json"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// translation is between a kind and the one that is stored in its place. The two differ in the names of fields at the
// top, and in nothing else.
type translation struct {
	toStored func(served apiserver.Object) apiserver.Object
	toServed func(stored apiserver.Object) apiserver.Object
	// stored is the kind that is stored, names are its names for fields that are called otherwise here.
	stored schema.GroupVersionKind
	names  map[string]string
	// check is what this version of the API asks for besides what the stored one does.
	check func(obj, old apiserver.Object) field.ErrorList
}

// stored is an object that a client has sent, as it is stored.
func (k *kind) stored(obj apiserver.Object) apiserver.Object {
	if k.translation == nil {
		return obj
	}
	return k.translation.toStored(obj)
}

// served is a stored object as clients of the kind are sent it. The object is not changed.
func (k *kind) served(obj apiserver.Object) apiserver.Object {
	if k.translation == nil {
		return obj
	}
	return k.translation.toServed(obj)
}

// storedFields is a field selector in the words of the stored kind.
func (k *kind) storedFields(s fields.Selector) (fields.Selector, error) {
	if k.translation == nil {
		return s, nil
	}
	return s.Transform(func(name, value string) (string, string, error) {
		top, rest, nested := strings.Cut(name, ".")
		top = k.translation.name(top)
		if nested {
			top += "." + rest
		}
		return top, value, nil
	})
}

// name is the stored kind's name of a field.
func (t *translation) name(of string) string {
	if name, ok := t.names[of]; ok {
		return name
	}
	return of
}

// storedPatch is a patch, or a configuration to apply, in the words of the stored kind.
func (k *kind) storedPatch(patch types.PatchType, data []byte) ([]byte, error) {
	if k.translation == nil {
		return data, nil
	}
	translate := k.translation.merge
	switch patch {
	case types.JSONPatchType:
		translate = k.translation.operations
	case types.ApplyYAMLPatchType:
		translate = k.translation.configuration
	}
	translated, err := translate(data)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the patch cannot be read: %v", err))
	}
	return translated, nil
}

// merge translates a merge patch of either kind.
func (t *translation) merge(data []byte) ([]byte, error) {
	var patch map[string]any
	if err := json.Unmarshal(data, &patch); err != nil {
		return nil, err
	}
	return json.Marshal(t.rename(patch))
}

func (t *translation) rename(served map[string]any) map[string]any {
	stored := make(map[string]any, len(served))
	for name, value := range served {
		stored[t.name(name)] = value
	}
	return stored
}

// configuration translates what is applied.
func (t *translation) configuration(data []byte) ([]byte, error) {
	var config map[string]any
	if err := yaml.Unmarshal(data, &config); err != nil {
		return nil, err
	}
	config = t.rename(config)
	config["apiVersion"] = t.stored.GroupVersion().String()
	return json.Marshal(config)
}

// operations translates the paths of a JSON patch.
func (t *translation) operations(data []byte) ([]byte, error) {
	var all []map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for _, operation := range all {
		for _, key := range []string{"path", "from"} {
			path, ok := operation[key].(string)
			if !ok || !strings.HasPrefix(path, "/") {
				continue
			}
			top, rest, nested := strings.Cut(path[1:], "/")
			top = "/" + t.name(top)
			if nested {
				top += "/" + rest
			}
			operation[key] = top
		}
	}
	return json.Marshal(all)
}
