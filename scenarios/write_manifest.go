package scenarios

import (
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// MarshalYAML writes the manifest as kubectl prints it, without what only a server adds.
func (m manifest) MarshalYAML() (any, error) {
	if m.job == nil {
		return nil, errors.New("expected a Job, found nil")
	}
	job := *m.job
	job.APIVersion, job.Kind = "batch/v1", "Job"
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&job)
	if err != nil {
		return nil, err
	}
	unstructured.RemoveNestedField(fields, "status")
	dropEmpty(fields, "spec", "template", "metadata")
	for _, list := range []string{"initContainers", "containers"} {
		containers, _, _ := unstructured.NestedFieldNoCopy(fields, "spec", "template", "spec", list)
		all, _ := containers.([]any)
		for _, one := range all {
			dropEmpty(one.(map[string]any), "resources")
		}
	}
	return yamlOf(fields)
}

// dropEmpty removes a struct that is there only because Go has no absent structs.
func dropEmpty(fields map[string]any, path ...string) {
	if found, ok, _ := unstructured.NestedMap(fields, path...); ok && len(found) == 0 {
		unstructured.RemoveNestedField(fields, path...)
	}
}
