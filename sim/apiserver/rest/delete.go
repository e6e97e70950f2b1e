package rest

import (
	"context"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// delete removes an object, or starts its deletion. The answer is the object while it is still there, or if it is a
// pod, as on the real server; otherwise it is a Status.
func (d *Door) delete(ctx context.Context, q *request) (*response, error) {
	options, err := q.deleteOptions()
	if err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	var before, after apiserver.Object
	err = d.gate.Request(ctx, q.call, func(c *apiserver.Caller) error {
		before, _ = c.Get(q.key())
		if err := q.caller(c, options.DryRun).Delete(q.key(), options); err != nil {
			return err
		}
		after, _ = c.Get(q.key())
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case after != nil:
		return d.answerStored(q, http.StatusOK, after)
	case q.kind.resource == apiserver.Pods:
		return d.answerStored(q, http.StatusOK, before)
	}
	q.answer.as = asStored
	return d.answer(q, http.StatusOK, success(&metav1.StatusDetails{
		Name: q.call.Name, Group: q.kind.gvk.Group, Kind: string(q.kind.resource), UID: before.GetUID(),
	}))
}

// deleteOptions come from the body, or from the query if there is none.
func (q *request) deleteOptions() (*metav1.DeleteOptions, error) {
	options := &metav1.DeleteOptions{}
	var err error
	if len(q.body) > 0 {
		err = q.decodeDeleteOptions(options)
	} else {
		err = q.decodeOptions(options)
	}
	if err != nil {
		return nil, err
	}
	if errs := validation.ValidateDeleteOptions(options); len(errs) > 0 {
		return nil, apierrors.NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: "DeleteOptions"}, "", errs)
	}
	return options, nil
}

// decodeDeleteOptions reads options that may call themselves by the group of the resource, by v1, or not at all.
func (q *request) decodeDeleteOptions(into *metav1.DeleteOptions) error {
	lenient, _, err := codecsFor(q.contentType)
	if err != nil {
		return err
	}
	want := metav1.SchemeGroupVersion.WithKind("DeleteOptions")
	if _, got, err := lenient.Decode(q.body, &want, into); err != nil || got.Kind != want.Kind {
		return apierrors.NewBadRequest("the body of the request cannot be read as DeleteOptions: " + errorText(err))
	}
	return nil
}

func errorText(err error) string {
	if err == nil {
		return "it is of another kind"
	}
	return err.Error()
}

// deleteCollection deletes all objects that are selected, and answers with them.
func (d *Door) deleteCollection(ctx context.Context, q *request) (*response, error) {
	_, sel, err := q.listOptions()
	var options *metav1.DeleteOptions
	if err == nil {
		options, err = q.deleteOptions()
	}
	if err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	var deleted []apiserver.Object
	var version string
	err = d.gate.Request(ctx, q.call, func(c *apiserver.Caller) (err error) {
		if deleted, err = q.caller(c, options.DryRun).DeleteCollection(sel, options); err == nil {
			_, version, err = c.List(apiserver.Selection{Resource: q.kind.resource, Namespace: q.call.Namespace})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.answerList(q, apiserver.Page{Objects: deleted, Version: version})
}
