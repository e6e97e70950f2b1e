package rest

import (
	"context"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/internalversion"
	"k8s.io/apimachinery/pkg/apis/meta/internalversion/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// watch opens a stream of events. The parameter timeoutSeconds is not heeded: clients draw it at random, and a watch
// that ends is a fault of the scenario.
func (d *Door) watch(ctx context.Context, q *request) (*response, error) {
	options, sel, err := q.listOptions()
	if err == nil {
		err = checkListOptions(options)
	}
	if err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	s := newStream(ctx, d, q)
	err = d.gate.Request(ctx, q.call, func(c *apiserver.Caller) (err error) {
		s.stop, err = d.gate.Watch(c, apiserver.WatchOptions{
			Selection: sel, From: options.ResourceVersion, Bookmarks: options.AllowWatchBookmarks,
			SendInitialEvents: options.SendInitialEvents != nil && *options.SendInitialEvents,
		}, s)
		c.RecordSelection("watch", sel, err)
		return err
	})
	if err != nil {
		if s.stop != nil { // the answer is lost, and nobody will read
			_ = s.Close()
		}
		return nil, err
	}
	r := q.respond(http.StatusOK, nil)
	r.stream = s
	if q.answer.encoding == asProtobuf {
		r.header.Set("Content-Type", q.answer.contentType()+";stream=watch")
	}
	return r, nil
}

// checkListOptions refuses combinations of options that make no sense (API-1).
func checkListOptions(o *metav1.ListOptions) error {
	internal := &internalversion.ListOptions{
		Watch: o.Watch, ResourceVersion: o.ResourceVersion, ResourceVersionMatch: o.ResourceVersionMatch,
		Limit: o.Limit, Continue: o.Continue, SendInitialEvents: o.SendInitialEvents, AllowWatchBookmarks: o.AllowWatchBookmarks,
	}
	if errs := validation.ValidateListOptions(internal, true); len(errs) > 0 {
		return apierrors.NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: "ListOptions"}, "", errs)
	}
	return nil
}
