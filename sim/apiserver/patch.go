package apiserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"
)

// Patch changes an object by a JSON patch, a merge patch or a strategic merge patch. A uid or resourceVersion in the
// patch is a precondition. Subresource is empty or "status".
func (c *Caller) Patch(k Key, subresource string, kind types.PatchType, data []byte) (Object, error) {
	old := c.server.store.get(k)
	obj, err := c.patched(k, subresource, old, kind, data)
	if err != nil {
		c.record("patch", subresource, k, nil, err)
		return nil, err
	}
	return c.commit("patch", subresource, k, old, obj)
}

func (c *Caller) patched(k Key, subresource string, old Object, kind types.PatchType, data []byte) (Object, error) {
	switch {
	case subresource == "finalize":
		return nil, apierrors.NewMethodNotSupported(k.groupResource(), "patch")
	case old == nil:
		return nil, notFound(k)
	}
	obj, ok := patchMetadata(strategyOf(k.Resource), old, kind, data)
	if !ok {
		var err error
		if obj, err = patchAny(strategyOf(k.Resource), old, kind, data); err != nil {
			return nil, err
		}
	}
	if obj.GetName() != old.GetName() || obj.GetNamespace() != old.GetNamespace() {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the name of the object (%s/%s) does not match the name on the URL (%s/%s)",
			obj.GetNamespace(), obj.GetName(), k.Namespace, k.Name))
	}
	return obj, c.checkReplace(k, subresource, old, obj)
}

// patchAny applies a patch the long way, through JSON.
func patchAny(st *strategy, old Object, kind types.PatchType, data []byte) (Object, error) {
	before, err := json.Marshal(old)
	if err != nil {
		return nil, apierrors.NewInternalError(err)
	}
	var after []byte
	switch kind {
	case types.JSONPatchType:
		var p jsonpatch.Patch
		if p, err = jsonpatch.DecodePatch(data); err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
		}
		if after, err = p.Apply(before); err != nil {
			return nil, apierrors.NewGenericServerResponse(http.StatusUnprocessableEntity, "", schema.GroupResource{}, "",
				err.Error(), 0, false)
		}
	case types.MergePatchType:
		after, err = jsonpatch.MergePatch(before, data)
	case types.StrategicMergePatchType:
		after, err = strategicpatch.StrategicMergePatch(before, data, st.blank())
	default:
		return nil, apierrors.NewGenericServerResponse(http.StatusUnsupportedMediaType, "patch",
			Key{Resource: resourceOf(old)}.groupResource(), old.GetName(),
			fmt.Sprintf("patch type %q: expected a JSON patch, a merge patch or a strategic merge patch", kind), 0, true)
	}
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
	}
	obj := st.blank()
	// Unknown fields are dropped, as the real server does unless a request asks for strictness.
	if err := kjson.UnmarshalCaseSensitivePreserveInts(after, obj); err != nil {
		return nil, apierrors.NewInvalid(schema.GroupKind{}, "", field.ErrorList{
			field.Invalid(field.NewPath("patch"), string(after), err.Error()),
		})
	}
	return obj, nil
}

// metadataPatch is what a patch may contain to be applied without going through JSON: labels, annotations, and taking
// finalizers away, which is what Job controllers patch once for every pod.
type metadataPatch struct {
	Metadata struct {
		UID             types.UID          `json:"uid"`
		ResourceVersion string             `json:"resourceVersion"`
		Labels          map[string]*string `json:"labels"`
		Annotations     map[string]*string `json:"annotations"`
		DropFinalizers  []string           `json:"$deleteFromPrimitiveList/finalizers"`
	} `json:"metadata"`
}

// patchMetadata applies a patch of metadata only. It reports false for every other patch.
func patchMetadata(st *strategy, old Object, kind types.PatchType, data []byte) (Object, bool) {
	if kind != types.StrategicMergePatchType && kind != types.MergePatchType {
		return nil, false
	}
	p, ok := parseFinalizerPatch(data)
	if !ok {
		p, ok = decodeMetadataPatch(data)
	}
	if !ok {
		return nil, false
	}
	if kind == types.MergePatchType && p.Metadata.DropFinalizers != nil {
		return nil, false // a directive of strategic merge patches only
	}
	obj := st.copy(old)
	if p.Metadata.UID != "" {
		obj.SetUID(p.Metadata.UID)
	}
	if p.Metadata.ResourceVersion != "" {
		obj.SetResourceVersion(p.Metadata.ResourceVersion)
	}
	if p.Metadata.Labels != nil {
		obj.SetLabels(mergeStrings(old.GetLabels(), p.Metadata.Labels))
	}
	if p.Metadata.Annotations != nil {
		obj.SetAnnotations(mergeStrings(old.GetAnnotations(), p.Metadata.Annotations))
	}
	if p.Metadata.DropFinalizers != nil {
		obj.SetFinalizers(without(old.GetFinalizers(), p.Metadata.DropFinalizers))
	}
	return obj, true
}

// decodeMetadataPatch reads a patch that has nothing but what metadataPatch has. It leaves to the long way whatever
// means more than it says: null in place of a map, and directives, which start with a dollar sign.
func decodeMetadataPatch(data []byte) (p metadataPatch, ok bool) {
	strict, err := kjson.UnmarshalStrict(data, &p)
	if err != nil || len(strict) > 0 || bytes.Contains(data, []byte("null")) && hasNull(data) {
		return p, false
	}
	for _, m := range []map[string]*string{p.Metadata.Labels, p.Metadata.Annotations} {
		for k := range m {
			if strings.HasPrefix(k, "$") {
				return p, false
			}
		}
	}
	return p, true
}

// hasNull reports whether metadata, or a field of it, is null.
func hasNull(data []byte) bool {
	var p map[string]map[string]any
	if kjson.UnmarshalCaseSensitivePreserveInts(data, &p) != nil {
		return true
	}
	for _, metadata := range p {
		for _, value := range metadata {
			if value == nil {
				return true
			}
		}
		if metadata == nil {
			return true
		}
	}
	return false
}

// mergeStrings returns a new map: nil in the patch takes a key away.
func mergeStrings(old map[string]string, patch map[string]*string) map[string]string {
	merged := make(map[string]string, len(old)+len(patch))
	for k, v := range old {
		merged[k] = v
	}
	for k, v := range patch {
		if v == nil {
			delete(merged, k)
		} else {
			merged[k] = *v
		}
	}
	return merged
}

// without returns a new list that lacks what is dropped.
func without(list, dropped []string) []string {
	var kept []string
	for _, s := range list {
		found := false
		for _, d := range dropped {
			found = found || s == d
		}
		if !found {
			kept = append(kept, s)
		}
	}
	return kept
}
