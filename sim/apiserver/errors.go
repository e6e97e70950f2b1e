package apiserver

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var errModified = errors.New("the object has been modified; please apply your changes to the latest version and try again")

func notFound(k Key) error { return apierrors.NewNotFound(k.groupResource(), k.Name) }

func conflict(k Key, err error) error { return apierrors.NewConflict(k.groupResource(), k.Name, err) }

func invalid(k Key, errs field.ErrorList) error {
	return apierrors.NewInvalid(strategies[k.Resource].kind.GroupKind(), k.Name, errs)
}

// checkPreconditions compares what a caller expects of an object with the object.
func checkPreconditions(k Key, obj Object, p *metav1.Preconditions) error {
	if p == nil {
		return nil
	}
	if p.UID != nil && *p.UID != obj.GetUID() {
		return conflict(k, uidMismatch(*p.UID, obj.GetUID()))
	}
	if p.ResourceVersion != nil && *p.ResourceVersion != obj.GetResourceVersion() {
		return conflict(k, fmt.Errorf("Precondition failed: ResourceVersion in precondition: %v, "+
			"ResourceVersion in object meta: %v", *p.ResourceVersion, obj.GetResourceVersion()))
	}
	return nil
}

func uidMismatch(want, have types.UID) error {
	return fmt.Errorf("Precondition failed: UID in precondition: %v, UID in object meta: %v", want, have)
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

var errBeingDeleted = errors.New("pod is being deleted, cannot be assigned to a host")

func errBound(node string) error { return fmt.Errorf("pod is already assigned to node %q", node) }
