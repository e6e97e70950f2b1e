package apiserver

import (
	"errors"
	"fmt"
	"net/http"
	"path"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var errModified = errors.New("the object has been modified; please apply your changes to the latest version and try again")

func notFound(k Key) error { return apierrors.NewNotFound(k.groupResource(), k.Name) }

func conflict(k Key, err error) error { return apierrors.NewConflict(k.groupResource(), k.Name, err) }

func invalid(k Key, errs field.ErrorList) error {
	return apierrors.NewInvalid(strategyOf(k.Resource).kind.GroupKind(), k.Name, errs)
}

// checkPreconditions compares what the caller of a deletion expects of an object with the object. The real server names
// the kind here instead of the resource.
func checkPreconditions(k Key, obj Object, p *metav1.Preconditions) error {
	if p == nil {
		return nil
	}
	kind := strategyOf(k.Resource).kind
	named := schema.GroupResource{Group: kind.Group, Resource: kind.Kind}
	if p.UID != nil && *p.UID != obj.GetUID() {
		return apierrors.NewConflict(named, k.Name, fmt.Errorf("the UID in the precondition (%s) does not match the UID "+
			"in record (%s). The object might have been deleted and then recreated", *p.UID, obj.GetUID()))
	}
	if p.ResourceVersion != nil && *p.ResourceVersion != obj.GetResourceVersion() {
		return apierrors.NewConflict(named, k.Name, fmt.Errorf("the ResourceVersion in the precondition (%s) does not match "+
			"the ResourceVersion in record (%s). The object might have been modified", *p.ResourceVersion, obj.GetResourceVersion()))
	}
	return nil
}

// uidMismatch is the conflict of an update that was meant for another object of the name. The real server lets its
// storage's words through.
func uidMismatch(k Key, want, have types.UID) error {
	directory := string(k.Resource)
	if k.Resource == Nodes {
		directory = "minions"
	}
	return conflict(k, fmt.Errorf("StorageError: invalid object, Code: 4, Key: /registry/%s, ResourceVersion: 0, "+
		"AdditionalErrorMsg: Precondition failed: UID in precondition: %v, UID in object meta: %v",
		path.Join(directory, k.Namespace, k.Name), want, have))
}

// errUnserved is what a request for an unknown resource gets.
func errUnserved() error {
	return apierrors.NewBadRequest("this cluster serves jobs, pods, nodes, events, namespaces and leases only")
}

// unservedSubresource is what a request for a subresource gets that a resource does not have.
func unservedSubresource(verb string, k Key) error {
	return apierrors.NewGenericServerResponse(http.StatusNotFound, verb, k.groupResource(), k.Name,
		"the server could not find the requested resource", 0, true)
}

// unversioned is what an update gets that must say which resourceVersion it replaces. The real server names the resource
// where the kind belongs.
func unversioned(k Key) error {
	named := schema.GroupKind{Group: k.groupResource().Group, Kind: string(k.Resource)}
	return apierrors.NewInvalid(named, k.Name, field.ErrorList{
		field.Invalid(metadataPath.Child("resourceVersion"), 0, "must be specified for an update"),
	})
}

// internalError is an error that the real server has no reason for.
func internalError(message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusInternalServerError, Reason: metav1.StatusReasonUnknown, Message: message,
	}}
}

// statusOf is the Status that a client is sent for an error.
func statusOf(err error) *metav1.Status {
	if err == nil {
		return nil
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		s := status.Status()
		return &s
	}
	s := apierrors.NewInternalError(err).Status()
	return &s
}
