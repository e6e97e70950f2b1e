package typed

import (
	"unsafe"

	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// copyForStatus copies an object whose status is to be written. The spec is not stored and not written into, so it need
// not be copied, which for a Job is most of the cost.
func copyForStatus(obj client.Object) apiserver.Object {
	job, ok := obj.(*batchv1.Job)
	if !ok {
		return obj.DeepCopyObject().(apiserver.Object)
	}
	stored := &batchv1.Job{TypeMeta: job.TypeMeta, Spec: job.Spec}
	job.ObjectMeta.DeepCopyInto(&stored.ObjectMeta)
	job.Status.DeepCopyInto(&stored.Status)
	return stored
}

// copyStatus is copyInto for the answer to a write of a status, for a Job whose spec is the stored one already because
// its owner reads from a cache without copying. It reports false for all others.
func copyStatus(into client.Object, stored apiserver.Object) bool {
	job, ok := into.(*batchv1.Job)
	if !ok {
		return false
	}
	from := stored.(*batchv1.Job)
	if !sameJobSpec(&job.Spec, &from.Spec) {
		return false
	}
	job.TypeMeta = from.TypeMeta
	from.ObjectMeta.DeepCopyInto(&job.ObjectMeta)
	from.Status.DeepCopyInto(&job.Status)
	return true
}

// sameJobSpec reports that two specs are the same bytes: equal scalars, and shared memory behind every pointer.
func sameJobSpec(a, b *batchv1.JobSpec) bool {
	type bytes [unsafe.Sizeof(batchv1.JobSpec{})]byte
	return *(*bytes)(unsafe.Pointer(a)) == *(*bytes)(unsafe.Pointer(b))
}
