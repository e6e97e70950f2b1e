package core

import "k8s.io/apimachinery/pkg/util/validation/field"

// The paths that checks of pods start from. Paths are never changed, and these would be made for every write of a pod.
var (
	metadataPath = field.NewPath("metadata")
	specPath     = field.NewPath("spec")
	statusPath   = field.NewPath("status")
)
