package typed

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// Live is a client.Reader that reads from the API server itself: every read is a request through the gate.
type Live struct{ gate Gate }

// NewLive returns a live reader.
func NewLive(gate Gate) *Live { return &Live{gate: gate} }

var _ client.Reader = (*Live)(nil)

// Get reads one object.
func (l *Live) Get(ctx context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	call, err := callFor("get", "", obj)
	if err != nil {
		return err
	}
	call.Namespace, call.Name = namespaceFor(call.Resource, key.Namespace), key.Name
	var found apiserver.Object
	err = l.gate.Request(ctx, call, func(caller *apiserver.Caller) (err error) {
		found, err = caller.Get(keyOf(call))
		caller.RecordRead("get", keyOf(call), err)
		return err
	})
	if err != nil {
		return err
	}
	return copyInto(obj, found)
}

// List reads many objects, in pages if there is a limit.
func (l *Live) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	call, err := callFor("list", "", list)
	if err != nil {
		return err
	}
	options := (&client.ListOptions{}).ApplyOptions(opts)
	call.Namespace, call.Name = namespaceFor(call.Resource, options.Namespace), ""
	page := apiserver.Page{}
	err = l.gate.Request(ctx, call, func(caller *apiserver.Caller) (err error) {
		sel := selectionOf(call.Resource, options)
		page, err = caller.ListPage(sel, pageOf(options))
		caller.RecordSelection("list", sel, err)
		return err
	})
	if err != nil {
		return err
	}
	list.SetResourceVersion(page.Version)
	list.SetContinue(page.Continue)
	list.SetRemainingItemCount(page.Remaining)
	return fillList(list, page.Objects, copyInto)
}

func pageOf(o *client.ListOptions) apiserver.PageOptions {
	page := apiserver.PageOptions{Limit: o.Limit, Continue: o.Continue}
	if o.Raw != nil {
		page.ResourceVersion, page.ResourceVersionMatch = o.Raw.ResourceVersion, o.Raw.ResourceVersionMatch
	}
	return page
}
