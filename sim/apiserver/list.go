package apiserver

import (
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

// Selection says which objects of a resource are meant. Empty fields select all.
type Selection struct {
	Resource  Resource
	Namespace string
	Labels    labels.Selector
	Fields    fields.Selector
}

// selectors says in words which selectors there are: "labels app=a", "fields metadata.name=x", or both.
func (s Selection) selectors() string {
	var words []string
	if s.Labels != nil && !s.Labels.Empty() {
		words = append(words, "labels "+s.Labels.String())
	}
	if s.Fields != nil && !s.Fields.Empty() {
		words = append(words, "fields "+s.Fields.String())
	}
	return strings.Join(words, "; ")
}

// matches reports whether an object is selected.
func (s Selection) matches(obj Object) bool {
	if s.Namespace != "" && obj.GetNamespace() != s.Namespace {
		return false
	}
	if s.Labels != nil && !s.Labels.Empty() && !s.Labels.Matches(labels.Set(obj.GetLabels())) {
		return false
	}
	if s.Fields == nil || s.Fields.Empty() {
		return true
	}
	return s.Fields.Matches(strategyOf(s.Resource).fields(obj))
}

// check refuses selectors that the real server refuses: unknown resources and fields that are not indexed for
// selection (API-1).
func (s Selection) check() error {
	st := strategyOf(s.Resource)
	if st == nil {
		return errUnserved()
	}
	if s.Fields == nil {
		return nil
	}
	known := st.fields(st.blank())
	for _, r := range s.Fields.Requirements() {
		if _, ok := known[r.Field]; !ok {
			return apierrors.NewBadRequest("field label not supported: " + r.Field)
		}
	}
	return nil
}

// List returns all selected objects of now in the order of namespace and name, and the resourceVersion that the list is of.
// The objects are shared and must not be changed.
func (c *Caller) List(sel Selection) ([]Object, string, error) {
	if err := sel.check(); err != nil {
		return nil, "", err
	}
	store := &c.server.store
	var selected []Object
	for _, obj := range store.of(sel.Resource).sorted(sel.Namespace) {
		if sel.matches(obj) {
			selected = append(selected, obj)
		}
	}
	return selected, strconv.FormatUint(store.version, 10), nil
}
