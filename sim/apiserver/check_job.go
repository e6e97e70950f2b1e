package apiserver

import (
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// CheckJob tells why the server would reject a new Job, without creating it: the manifest is defaulted and validated as
// on creation, on a copy.
func CheckJob(job *batchv1.Job) field.ErrorList {
	obj := job.DeepCopy()
	if obj.Namespace == "" {
		obj.Namespace = "default"
	}
	if obj.Name == "" && obj.GenerateName != "" {
		obj.Name = obj.GenerateName + "xxxxx"
	}
	obj.UID = types.UID("00000000-0000-4000-8000-000000000000")
	st := strategyOf(Jobs)
	st.prepareCreate(obj)
	return st.validateCreate(obj)
}
