package conformance

import "k8s.io/api/batch/v1"

// Minor is a Kubernetes minor version: 37 stands for 1.37.
type Minor int

// Latest is the newest minor that the requirements speak of.
const Latest Minor = 37

// Identity says who is responsible for an implementation, for the report.
type Identity struct {
	Organization string   `json:"organization,omitempty"`
	Project      string   `json:"project,omitempty"`
	Version      string   `json:"version,omitempty"`
	URL          string   `json:"url,omitempty"`
	Contact      []string `json:"contact,omitempty"`
}

// Claims are what an implementation says of itself, and so what it is held to.
type Claims struct {
	Identity Identity
	// Kubernetes is the minor whose semantics it follows.
	Kubernetes Minor
	// Features are the optional features that it has.
	Features []Feature
	// ManagedBy is the value of spec.managedBy of the Jobs that it looks after. For the built-in controller's, the default,
	// it may be empty in the Job.
	ManagedBy string
	// UpstreamExact holds it to the timing and the order of effects of kube-controller-manager.
	UpstreamExact bool
	// Finalizer is what it keeps pods with until they are counted (POD-4).
	Finalizer string
	Bounds    Bounds
}

// DefaultClaims are those of an implementation that says nothing: the core, as the latest minor has it.
func DefaultClaims() Claims {
	return Claims{Kubernetes: Latest, ManagedBy: v1.JobControllerName, Finalizer: v1.JobTrackingFinalizer, Bounds: DefaultBounds()}
}
