package batch

import (
	"maps"
	"reflect"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// Labels from before labels had domains. Pods still carry them, and users may not set them to anything else (VAL-3).
const (
	legacyJobNameLabel       = "job-name"
	legacyControllerUIDLabel = "controller-uid"
)

// PrepareForCreate makes of a submitted Job, after Default, the one that is validated and stored: labels and selector
// are generated unless manualSelector is set (DEF-10), status is discarded and generation is 1 (DEF-12), and fields of
// features that are off are dropped. It needs metadata.name and metadata.uid.
func PrepareForCreate(job *batchv1.Job) {
	if job.Spec.ManualSelector == nil || !*job.Spec.ManualSelector {
		generateSelector(job)
	}
	job.Status = batchv1.JobStatus{}
	job.Generation = 1
	dropDisabled(&job.Spec)
}

// PrepareForUpdate settles what a client may not set on the main resource: status stays as it is (DEF-12), and
// generation counts changes of the spec (MUT-4).
func PrepareForUpdate(job, old *batchv1.Job) {
	core.PrepareObjectMetaForUpdate(&job.ObjectMeta, &old.ObjectMeta)
	job.Status = old.Status
	dropDisabled(&job.Spec)
	if !equality.Semantic.DeepEqual(&job.Spec, &old.Spec) {
		job.Generation = old.Generation + 1
	}
}

// PrepareForStatusUpdate ignores the spec of a write to status (DEF-12). Labels, annotations, finalizers and owner
// references do change with such a write, as they always did.
func PrepareForStatusUpdate(job, old *batchv1.Job) {
	core.PrepareObjectMetaForUpdate(&job.ObjectMeta, &old.ObjectMeta)
	job.Spec = old.Spec
}

func dropDisabled(spec *batchv1.JobSpec) {
	spec.Scheduling = nil // WorkloadWithJob
	core.DropDisabledTemplate(&spec.Template)
}

// generateSelector labels the pods to be with the name and UID of the Job, and selects by UID. A label that is there
// already is left for validation to judge.
func generateSelector(job *batchv1.Job) {
	template := &job.Spec.Template
	shared := template.Labels != nil && sameMap(job.Labels, template.Labels)
	labels := make(map[string]string, len(template.Labels)+4)
	for _, key := range [2]string{legacyJobNameLabel, batchv1.JobNameLabel} {
		labels[key] = job.Name
	}
	for _, key := range [2]string{legacyControllerUIDLabel, batchv1.ControllerUidLabel} {
		labels[key] = string(job.UID)
	}
	maps.Copy(labels, template.Labels)
	template.Labels = labels
	if shared {
		job.Labels = labels
	}
	job.Spec.Selector = withUID(job.Spec.Selector, string(job.UID))
}

func withUID(selector *metav1.LabelSelector, uid string) *metav1.LabelSelector {
	if selector == nil {
		selector = &metav1.LabelSelector{}
	}
	if _, found := selector.MatchLabels[batchv1.ControllerUidLabel]; found {
		return selector
	}
	selector = selector.DeepCopy()
	if selector.MatchLabels == nil {
		selector.MatchLabels = map[string]string{}
	}
	selector.MatchLabels[batchv1.ControllerUidLabel] = uid
	return selector
}

// sameMap tells labels that Default took from the template from equal labels that the user wrote.
func sameMap(a, b map[string]string) bool {
	return reflect.ValueOf(a).UnsafePointer() == reflect.ValueOf(b).UnsafePointer()
}
