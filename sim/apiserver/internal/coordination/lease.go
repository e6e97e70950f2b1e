// Package coordination knows what the API server does to Leases: the objects by which instances of a controller agree on
// a leader.
package coordination

import (
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// PrepareLease drops the fields of coordinated leader election, whose feature gate is off by default, and cuts times to
// the microseconds that are stored.
func PrepareLease(lease *coordinationv1.Lease) {
	lease.Spec.Strategy = nil
	lease.Spec.PreferredHolder = nil
	lease.Spec.AcquireTime = microseconds(lease.Spec.AcquireTime)
	lease.Spec.RenewTime = microseconds(lease.Spec.RenewTime)
}

func microseconds(t *metav1.MicroTime) *metav1.MicroTime {
	if t == nil {
		return nil
	}
	cut := metav1.NewMicroTime(t.Truncate(time.Microsecond))
	return &cut
}

// ValidateLease checks a new Lease. As on the real server, an empty holderIdentity is fine: that is how a leader steps
// down.
func ValidateLease(lease *coordinationv1.Lease) field.ErrorList {
	errs := core.ValidateObjectMeta(&lease.ObjectMeta, field.NewPath("metadata"))
	return append(errs, validateSpec(&lease.Spec, field.NewPath("spec"))...)
}

// ValidateLeaseUpdate checks an update of a Lease. Nothing in the spec is immutable.
func ValidateLeaseUpdate(lease, old *coordinationv1.Lease) field.ErrorList {
	errs := core.ValidateObjectMetaUpdate(&lease.ObjectMeta, &old.ObjectMeta, field.NewPath("metadata"))
	return append(errs, validateSpec(&lease.Spec, field.NewPath("spec"))...)
}

func validateSpec(spec *coordinationv1.LeaseSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if d := spec.LeaseDurationSeconds; d != nil && *d <= 0 {
		errs = append(errs, field.Invalid(path.Child("leaseDurationSeconds"), *d, "must be greater than 0"))
	}
	if n := spec.LeaseTransitions; n != nil && *n < 0 {
		errs = append(errs, field.Invalid(path.Child("leaseTransitions"), *n, "must be greater than or equal to 0"))
	}
	return errs
}
