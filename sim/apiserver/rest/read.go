package rest

import (
	"context"
	"fmt"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// get answers with one object.
func (d *Door) get(ctx context.Context, q *request) (*response, error) {
	var obj apiserver.Object
	err := d.gate.Request(ctx, q.call, func(c *apiserver.Caller) (err error) {
		obj, err = c.Get(q.key())
		c.RecordRead("get", q.key(), err)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.answerStored(q, http.StatusOK, obj)
}

// answerStored answers with a stored object in the shape that the client wants.
func (d *Door) answerStored(q *request, code int, obj apiserver.Object) (*response, error) {
	switch q.answer.as {
	case asTable:
		table, err := d.table(q, onePage(obj, obj.GetResourceVersion()))
		if err != nil {
			return nil, err
		}
		return d.answer(q, code, table)
	case asMetadata:
		return d.answer(q, code, metadataOf(obj))
	}
	body, err := d.cache.encode(q.kind, obj, q.answer)
	if err != nil {
		return nil, apierrors.NewInternalError(err)
	}
	return q.respond(code, body), nil
}

// onePage is a single object as a list.
func onePage(obj apiserver.Object, version string) apiserver.Page {
	return apiserver.Page{Objects: []apiserver.Object{obj}, Version: version}
}

// list answers with the objects that are selected.
func (d *Door) list(ctx context.Context, q *request) (*response, error) {
	options, sel, err := q.listOptions()
	if err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	if err := checkListOptions(options); err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	var page apiserver.Page
	err = d.gate.Request(ctx, q.call, func(c *apiserver.Caller) (err error) {
		page, err = c.ListPage(sel, apiserver.PageOptions{
			Limit: options.Limit, Continue: options.Continue,
			ResourceVersion: options.ResourceVersion, ResourceVersionMatch: options.ResourceVersionMatch,
		})
		c.RecordSelection("list", sel, err)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.answerList(q, page)
}

// answerList answers with objects in the shape that the client wants.
func (d *Door) answerList(q *request, page apiserver.Page) (*response, error) {
	var list runtime.Object
	switch q.answer.as {
	case asTable:
		table, err := d.table(q, page)
		if err != nil {
			return nil, err
		}
		list = table
	case asMetadata:
		l := &metav1.PartialObjectMetadataList{
			TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadataList"},
			ListMeta: metav1.ListMeta{ResourceVersion: page.Version, Continue: page.Continue, RemainingItemCount: page.Remaining},
			Items:    make([]metav1.PartialObjectMetadata, 0, len(page.Objects)),
		}
		for _, obj := range page.Objects {
			l.Items = append(l.Items, *metadataOf(obj))
		}
		list = l
	default:
		list = q.kind.list()
		if err := fillList(q.kind, list, page); err != nil {
			return nil, apierrors.NewInternalError(err)
		}
		gvk := q.kind.gvk
		list.GetObjectKind().SetGroupVersionKind(gvk.GroupVersion().WithKind(gvk.Kind + "List"))
	}
	return d.answer(q, http.StatusOK, list)
}

func fillList(k *kind, list runtime.Object, page apiserver.Page) error {
	items := make([]runtime.Object, len(page.Objects))
	for i, obj := range page.Objects {
		items[i] = k.served(obj)
	}
	if err := meta.SetList(list, items); err != nil {
		return err
	}
	m, err := meta.ListAccessor(list)
	if err != nil {
		return err
	}
	m.SetResourceVersion(page.Version)
	m.SetContinue(page.Continue)
	m.SetRemainingItemCount(page.Remaining)
	return nil
}

// table is the objects as kubectl prints them, with ages as of now in virtual time.
func (d *Door) table(q *request, page apiserver.Page) (*metav1.Table, error) {
	include := metav1.IncludeObjectPolicy(q.query.Get("includeObject"))
	switch include {
	case "", metav1.IncludeNone, metav1.IncludeMetadata, metav1.IncludeObject:
	default:
		return nil, apierrors.NewBadRequest(fmt.Sprintf("unrecognized includeObject value: %q", include))
	}
	t := tableOf(q.kind, page.Objects, page.Version, d.gate.Now(), include)
	t.TypeMeta = metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "Table"}
	t.Continue, t.RemainingItemCount = page.Continue, page.Remaining
	return t, nil
}

// listOptions reads the query of a list, a watch or a deletecollection, and what it selects.
func (q *request) listOptions() (*metav1.ListOptions, apiserver.Selection, error) {
	options := &metav1.ListOptions{}
	sel := apiserver.Selection{Resource: q.kind.resource, Namespace: q.call.Namespace}
	if err := q.decodeOptions(options); err != nil {
		return nil, sel, err
	}
	var err error
	if sel.Labels, err = labels.Parse(options.LabelSelector); err != nil {
		return nil, sel, apierrors.NewBadRequest(err.Error())
	}
	if sel.Fields, err = fields.ParseSelector(options.FieldSelector); err != nil {
		return nil, sel, apierrors.NewBadRequest(err.Error())
	}
	if sel.Fields, err = q.kind.storedFields(sel.Fields); err != nil {
		return nil, sel, apierrors.NewBadRequest(err.Error())
	}
	if q.call.Name != "" { // a watch of one object
		one := fields.OneTermEqualSelector("metadata.name", q.call.Name)
		if asked, ok := sel.Fields.RequiresExactMatch("metadata.name"); ok && asked != q.call.Name {
			return nil, sel, apierrors.NewBadRequest("fieldSelector metadata.name doesn't match requested name")
		}
		sel.Fields = fields.AndSelectors(sel.Fields, one)
	}
	return options, sel, nil
}

// refuse refuses a request through the gate, so that the trace shows it.
func (d *Door) refuse(ctx context.Context, q *request, why error) error {
	return d.gate.Request(ctx, q.call, func(c *apiserver.Caller) error {
		return c.Refuse(q.call.Verb, q.call.Subresource, q.key(), why)
	})
}
