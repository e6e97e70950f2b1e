package batch

import (
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/fields"
)

// SelectableFields are the fields by which Jobs can be listed and watched (API-1). The field is called successful
// though the status calls it succeeded.
func SelectableFields(job *batchv1.Job) fields.Set {
	return fields.Set{
		"metadata.name":      job.Name,
		"metadata.namespace": job.Namespace,
		"status.successful":  strconv.Itoa(int(job.Status.Succeeded)),
	}
}
