package batch_test

import (
	"encoding/json"
	"strings"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/batch"
)

// newJob is the smallest manifest of a Job, with the name and UID that the server gives it.
func newJob() *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: "pi", Namespace: "default", UID: "uid-1",
			CreationTimestamp: metav1.Unix(900, 0)},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "perl"}},
		}}},
	}
}

// indexedJob has 4 completions, 2 at a time.
func indexedJob() *batchv1.Job {
	job := newJob()
	job.Spec.CompletionMode = ptr.To(batchv1.IndexedCompletion)
	job.Spec.Completions, job.Spec.Parallelism = ptr.To[int32](4), ptr.To[int32](2)
	return job
}

// create takes a Job through the steps of a create and returns what is stored.
func create(job *batchv1.Job) (*batchv1.Job, field.ErrorList) {
	batch.Default(job)
	batch.PrepareForCreate(job)
	errs := batch.ValidateCreate(job)
	batch.Default(job)
	job.ResourceVersion = "1"
	return job, errs
}

// stored is a Job that the server accepted.
func stored(g gomega.Gomega, job *batchv1.Job) *batchv1.Job {
	job, errs := create(job)
	g.Expect(errs).To(gomega.BeEmpty())
	return job
}

// update submits a changed copy.
func update(old *batchv1.Job, change func(*batchv1.Job)) (*batchv1.Job, field.ErrorList) {
	job := old.DeepCopy()
	change(job)
	batch.Default(job)
	batch.PrepareForUpdate(job, old)
	return job, batch.ValidateUpdate(job, old)
}

// updateStatus submits a changed copy to the status subresource.
func updateStatus(old *batchv1.Job, change func(*batchv1.Job)) (*batchv1.Job, field.ErrorList) {
	job := old.DeepCopy()
	change(job)
	batch.PrepareForStatusUpdate(job, old)
	return job, batch.ValidateStatusUpdate(job, old)
}

// listed shows errors as "Type path", which is what clients can rely on.
func listed(errs field.ErrorList) []string {
	out := []string{}
	for _, err := range errs {
		out = append(out, err.Type.String()+" "+err.Field)
	}
	return out
}

func messages(errs field.ErrorList) string {
	lines := []string{}
	for _, err := range errs {
		lines = append(lines, err.Error())
	}
	return strings.Join(lines, "\n")
}

func text(g gomega.Gomega, value any) string {
	data, err := json.Marshal(value)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return string(data)
}
