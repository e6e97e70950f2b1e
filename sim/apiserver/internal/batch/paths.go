package batch

import "k8s.io/apimachinery/pkg/util/validation/field"

// The roots of the paths that errors carry. A path is never changed, so one of each is enough.
var (
	metadataPath       = field.NewPath("metadata")
	specPath           = field.NewPath("spec")
	templatePath       = field.NewPath("spec", "template")
	templateLabelsPath = field.NewPath("spec", "template", "metadata", "labels")
	statusPath         = field.NewPath("status")
)
