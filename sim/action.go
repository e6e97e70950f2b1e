package sim

import (
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Action is something that a user does. Exactly one of the fields below Job is set.
type Action struct {
	When
	// Line is where the scenario file has it; 0 if it comes from elsewhere.
	Line int
	// Job is the name of the Job that is meant; empty means the scenario's first. For actions on pods it is the Job that
	// controls them.
	Job string

	// Create creates a Job.
	Create *batchv1.Job
	// Scale changes parallelism and, for Indexed Jobs, completions.
	Scale *Scale
	// Suspend sets spec.suspend: true suspends, false resumes.
	Suspend *bool
	// Patch edits the Job.
	Patch *Patch
	// Delete deletes the Job.
	Delete *Delete
	// Pod does something to one pod of the Job.
	Pod *PodAction
}

// Scale is the new size of a Job; nil leaves a number as it is.
type Scale struct {
	Parallelism, Completions *int32
}

// Patch is an edit of an object.
type Patch struct {
	Type types.PatchType
	// Data is JSON.
	Data []byte
	// Subresource is empty or "status".
	Subresource string
}

// Delete says how something is deleted.
type Delete struct {
	// Propagation is empty for a request without a policy, which orphans a Job's pods (DEL-1).
	Propagation metav1.DeletionPropagation
	// GraceSeconds overrides the pod's own grace period.
	GraceSeconds *int64
}

// PodAction is something done to one pod. Exactly one of the fields below Pod is set.
type PodAction struct {
	// Pod numbers the Job's pods from 1 in order of creation.
	Pod    int
	Delete *Delete
	Patch  *Patch
	// RemoveLabel and RemoveFinalizer take one away by its name.
	RemoveLabel, RemoveFinalizer string
	// Evict has the kubelet evict it.
	Evict bool
}
