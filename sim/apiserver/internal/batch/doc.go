// Package batch holds what the API server does to Jobs besides storing them: defaulting (DEF), generated labels and
// selector, validation on create (VAL) and update (MUT, MSD), the rules for writes to status (STV), warnings, and the
// fields that can be selected. It follows Kubernetes v1.37.2 with the feature gates of a default cluster.
//
// Nothing here knows of a store. A create goes through
//
//	batch.Default(job)
//	batch.PrepareForCreate(job) // metadata.name and metadata.uid are set
//	errs := batch.ValidateCreate(job)
//	batch.Default(job)          // what decoding the stored object adds (DEF-9)
//
// and an update, whose resourceVersion the store has filled in when the client gave none, through
//
//	batch.Default(job)
//	batch.PrepareForUpdate(job, old)
//	errs := batch.ValidateUpdate(job, old)
//
// A write to status does the same with PrepareForStatusUpdate and ValidateStatusUpdate. Like in package core, only the
// Job struct that is passed changes; memory behind its pointers, slices and maps may be shared and is copied first.
package batch
