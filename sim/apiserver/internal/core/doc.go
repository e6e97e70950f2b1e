// Package core holds what the API server does to pods and pod templates besides storing them: defaulting, the
// mutations of admission that every real cluster makes, validation, update rules and the grace period of a delete.
// It follows Kubernetes v1.37.2 with the feature gates of a default cluster.
//
// Nothing here knows of a store. The functions work on k8s.io/api/core/v1 objects, in the order in which a request
// meets them:
//
//	core.DefaultPod(pod)             // create: defaults, admission, status Pending
//	errs := core.ValidatePodCreate(pod)
//
//	core.DefaultPodFields(pod)       // update: the defaults of decoding alone
//	core.PreparePodForUpdate(pod, old)
//	errs := core.ValidatePodUpdate(pod, old)
//
// Objects in the store are immutable and share memory with each other, so no function writes through a pointer, slice
// or map that it was handed: only the fields of the struct passed to it change, and what is nested is copied first.
package core
