package rest

import (
	"context"
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// create stores a new object.
func (d *Door) create(ctx context.Context, q *request) (*response, error) {
	if q.call.Subresource == "binding" {
		return d.bind(ctx, q)
	}
	options := &metav1.CreateOptions{}
	err := q.writeOptions(options, "CreateOptions", func() field.ErrorList { return validation.ValidateCreateOptions(options) })
	obj := q.kind.blank()
	if err == nil {
		err = q.decodeObject(obj)
	}
	if err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	if q.call.Name = obj.GetName(); q.call.Name == "" {
		q.call.Name = obj.GetGenerateName()
	}
	obj = q.kind.stored(obj)
	stored, err := d.write(ctx, q, options.DryRun, func(c *apiserver.Caller) (apiserver.Object, error) { return c.Create(obj) })
	if err != nil {
		return nil, err
	}
	return d.answerStored(q, http.StatusCreated, stored)
}

// update replaces an object or its status.
func (d *Door) update(ctx context.Context, q *request) (*response, error) {
	options := &metav1.UpdateOptions{}
	err := q.writeOptions(options, "UpdateOptions", func() field.ErrorList { return validation.ValidateUpdateOptions(options) })
	obj := q.kind.blank()
	if err == nil {
		err = q.decodeObject(obj)
	}
	switch {
	case err != nil:
	case obj.GetName() == "":
		err = apierrors.NewBadRequest("name must be provided")
	case obj.GetName() != q.call.Name:
		err = apierrors.NewBadRequest(fmt.Sprintf("the name of the object (%s) does not match the name on the URL (%s)",
			obj.GetName(), q.call.Name))
	}
	if err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	code := http.StatusOK
	obj = q.kind.stored(obj)
	stored, err := d.write(ctx, q, options.DryRun, func(c *apiserver.Caller) (apiserver.Object, error) {
		if !c.Exists(q.key()) {
			code = http.StatusCreated // leases are created by an update, too
		}
		switch q.call.Subresource {
		case "status":
			return c.UpdateStatus(obj)
		case "finalize":
			return c.Finalize(obj.(*corev1.Namespace))
		}
		return c.Update(obj)
	})
	if err != nil {
		return nil, err
	}
	return d.answerStored(q, code, stored)
}

// write makes one write through the gate, and keeps the warnings for the client.
func (d *Door) write(ctx context.Context, q *request, dry []string,
	serve func(*apiserver.Caller) (apiserver.Object, error)) (stored apiserver.Object, err error) {
	err = d.gate.Request(ctx, q.call, func(c *apiserver.Caller) (err error) {
		stored, err = serve(q.caller(c, dry))
		return err
	})
	return stored, err
}

// caller is who a write is made as.
func (q *request) caller(c *apiserver.Caller, dry []string) *apiserver.Caller {
	c = c.Warning(func(text string) { q.warnings = append(q.warnings, text) }).ManagedBy(q.manager)
	if len(dry) > 0 {
		c = c.DryRun()
	}
	if t := q.kind.translation; t != nil {
		c = c.Checked(t.check)
	}
	return c
}

// writeOptions reads and checks the options of a write.
func (q *request) writeOptions(into runtime.Object, kind string, validate func() field.ErrorList) error {
	if err := q.decodeOptions(into); err != nil {
		return err
	}
	if errs := validate(); len(errs) > 0 {
		return apierrors.NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: kind}, "", errs)
	}
	return nil
}

// decodeObject reads the object of a create or an update. Its namespace is that of the path.
func (q *request) decodeObject(obj apiserver.Object) error {
	if err := q.decodeBody(obj, q.kind.gvk); err != nil {
		return err
	}
	if !q.kind.namespaced {
		return nil
	}
	switch obj.GetNamespace() {
	case "", q.call.Namespace:
		obj.SetNamespace(q.call.Namespace)
		return nil
	}
	return apierrors.NewBadRequest("the namespace of the provided object does not match the namespace sent on the request")
}

// bind assigns a pod to a node, as a scheduler does.
func (d *Door) bind(ctx context.Context, q *request) (*response, error) {
	binding := &corev1.Binding{}
	err := q.decodeBody(binding, corev1.SchemeGroupVersion.WithKind("Binding"))
	if err == nil && binding.Target.Kind != "" && binding.Target.Kind != "Node" {
		err = apierrors.NewBadRequest(fmt.Sprintf("target.kind: %q: expected Node", binding.Target.Kind))
	}
	if err == nil && binding.Target.Name == "" {
		err = apierrors.NewBadRequest("target.name: expected the name of a node")
	}
	if err != nil {
		return nil, d.refuse(ctx, q, err)
	}
	err = d.gate.Request(ctx, q.call, func(c *apiserver.Caller) error {
		return c.Bind(q.call.Namespace, q.call.Name, binding.Target.Name)
	})
	if err != nil {
		return nil, err
	}
	return d.answer(q, http.StatusCreated, success(nil))
}

// success is the Status of a request that has no object to answer with.
func success(details *metav1.StatusDetails) *metav1.Status {
	return &metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status:   metav1.StatusSuccess, Details: details,
	}
}
