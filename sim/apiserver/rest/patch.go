package rest

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// patchTypes are the kinds of patches that the store applies.
var patchTypes = []types.PatchType{types.JSONPatchType, types.MergePatchType, types.StrategicMergePatchType, types.ApplyYAMLPatchType}

// patch changes an object or its status by a patch.
func (d *Door) patch(ctx context.Context, q *request) (*response, error) {
	options := &metav1.PatchOptions{}
	mediaType, _, err := mime.ParseMediaType(q.contentType)
	patchType := types.PatchType(mediaType)
	if err != nil || !slices.Contains(patchTypes, patchType) {
		return nil, d.refuse(ctx, q, unknownPatch(q.contentType))
	}
	err = q.writeOptions(options, "PatchOptions", func() field.ErrorList {
		return validation.ValidatePatchOptions(options, patchType)
	})
	if err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	if q.body, err = q.kind.storedPatch(patchType, q.body); err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	if patchType == types.ApplyYAMLPatchType {
		return d.apply(ctx, q, options)
	}
	stored, err := d.write(ctx, q, options.DryRun, func(c *apiserver.Caller) (apiserver.Object, error) {
		return c.Patch(q.key(), q.call.Subresource, patchType, q.body)
	})
	if err != nil {
		return nil, err
	}
	return d.answerStored(q, http.StatusOK, stored)
}

// apply is server-side apply.
func (d *Door) apply(ctx context.Context, q *request, options *metav1.PatchOptions) (*response, error) {
	code := http.StatusOK
	stored, err := d.write(ctx, q, options.DryRun, func(c *apiserver.Caller) (apiserver.Object, error) {
		force := options.Force != nil && *options.Force
		obj, created, err := c.Apply(q.key(), q.call.Subresource, options.FieldManager, force, q.body)
		if created {
			code = http.StatusCreated
		}
		return obj, err
	})
	if err != nil {
		return nil, err
	}
	return d.answerStored(q, code, stored)
}

func unknownPatch(contentType string) error {
	return apierrors.NewGenericServerResponse(http.StatusUnsupportedMediaType, "patch", schema.GroupResource{}, "",
		fmt.Sprintf("the body of the request was in an unknown format (%q) - accepted media types include: %s, %s, %s, %s",
			contentType, types.JSONPatchType, types.MergePatchType, types.StrategicMergePatchType, types.ApplyYAMLPatchType), 0, true)
}
