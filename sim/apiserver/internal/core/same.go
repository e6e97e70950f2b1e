package core

import (
	"unsafe"

	corev1 "k8s.io/api/core/v1"
)

// samePodSpec reports that two specs are equal because they are the same bytes: equal scalars and shared memory
// behind every pointer. Objects in the store share memory, so that settles nearly every update of a pod in
// nanoseconds; false means only that a real comparison is needed.
func samePodSpec(a, b *corev1.PodSpec) bool {
	type bytes [unsafe.Sizeof(corev1.PodSpec{})]byte
	return *(*bytes)(unsafe.Pointer(a)) == *(*bytes)(unsafe.Pointer(b))
}
