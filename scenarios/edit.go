package scenarios

import (
	"bytes"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"go.yaml.in/yaml/v3"

	"github.com/jobsim/jobsim/sim"
)

// patchBody is a patch, written as YAML.
type patchBody struct {
	where
	json []byte
}

func (b *patchBody) decodeNode(p *problems, n *yaml.Node, path string) {
	b.place(p, n, path)
	if n.Kind == yaml.ScalarNode {
		p.add(n, path, "expected the fields to change, found %s", describe(n))
		return
	}
	b.json = toJSON(p, n, path)
}

// MarshalYAML writes the patch as the manifests of the file are written.
func (b *patchBody) MarshalYAML() (any, error) { return yamlNode(b.json) }

// Patch types by their short names, which are those of kubectl patch --type.
const (
	patchMerge     = "merge"
	patchStrategic = "strategic"
	patchJSON      = "json"
)

// readEdit makes the patch of an action; nil if the action is another one.
func (f *actionFields) readEdit(ofJob bool) *sim.Patch {
	if f.Edit == nil {
		return nil
	}
	patch := &sim.Patch{Data: f.Edit.json, Subresource: f.Subresource}
	if f.has("subresource") {
		oneOf(&f.where, "subresource", f.Subresource, []string{"status"})
	}
	list := f.Edit.node.Kind == yaml.SequenceNode
	kind := f.Type
	if !f.has("type") {
		kind = patchMerge
		if list {
			kind = patchJSON
		}
	}
	switch kind {
	case patchJSON:
		patch.Type = types.JSONPatchType
	case patchStrategic:
		patch.Type = types.StrategicMergePatchType
	case patchMerge:
		patch.Type = types.MergePatchType
	default:
		f.fail("type", "expected one of %s, found %q", strings.Join([]string{patchMerge, patchStrategic, patchJSON}, ", "), kind)
		return patch
	}
	if list != (kind == patchJSON) {
		f.fail("edit", "expected a mapping for a merge patch, or a list of operations for a JSON patch, found %s",
			describe(f.Edit.node))
		return patch
	}
	if kind == patchMerge {
		f.checkMerge(ofJob)
	}
	return patch
}

// checkMerge refuses fields that a Job or a pod does not have: the API server would let them pass without a word. Other
// types of patches contain more than fields.
func (f *actionFields) checkMerge(ofJob bool) {
	if ofJob {
		decodeObject(f.problems, f.Edit.node, f.Edit.path, &batchv1.Job{})
	} else {
		decodeObject(f.problems, f.Edit.node, f.Edit.path, &corev1.Pod{})
	}
}

// patchName is the short name of a patch type; empty if the data says it by its shape.
func patchName(patch *sim.Patch) string {
	list := bytes.HasPrefix(bytes.TrimSpace(patch.Data), []byte("["))
	switch {
	case patch.Type == types.StrategicMergePatchType:
		return patchStrategic
	case patch.Type == types.JSONPatchType && !list:
		return patchJSON
	}
	return ""
}
