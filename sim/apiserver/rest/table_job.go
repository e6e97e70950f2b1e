package rest

import (
	"fmt"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/jobsim/jobsim/sim/apiserver"
)

var jobPrinter = printer{
	columns: []metav1.TableColumnDefinition{
		nameColumn,
		column("Status", "Whether the Job runs, is suspended or has finished."),
		column("Completions", batchv1.JobStatus{}.SwaggerDoc()["succeeded"]),
		column("Duration", "Time from the start to the completion, or until now."),
		ageColumn,
		wide("Containers", "Names of the containers in the pod template."),
		wide("Images", "Images of the containers in the pod template."),
		wide("Selector", batchv1.JobSpec{}.SwaggerDoc()["selector"]),
	},
	cells: func(o apiserver.Object, now time.Time) []any {
		job := o.(*batchv1.Job)
		names, images := containerNames(job.Spec.Template.Spec.Containers)
		return []any{job.Name, jobStatus(job), jobCompletions(job), jobDuration(job, now),
			age(job.CreationTimestamp.Time, now), names, images, metav1.FormatLabelSelector(job.Spec.Selector)}
	},
}

func jobStatus(job *batchv1.Job) string {
	switch {
	case hasJobCondition(job, batchv1.JobComplete):
		return "Complete"
	case hasJobCondition(job, batchv1.JobFailed):
		return "Failed"
	case job.DeletionTimestamp != nil:
		return "Terminating"
	case hasJobCondition(job, batchv1.JobSuspended):
		return "Suspended"
	case hasJobCondition(job, batchv1.JobFailureTarget):
		return "FailureTarget"
	case hasJobCondition(job, batchv1.JobSuccessCriteriaMet):
		return "SuccessCriteriaMet"
	}
	return "Running"
}

func hasJobCondition(job *batchv1.Job, of batchv1.JobConditionType) bool {
	for _, c := range job.Status.Conditions {
		if c.Type == of {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// jobCompletions is successes out of completions. Without completions one success is enough, by any of the pods.
func jobCompletions(job *batchv1.Job) string {
	succeeded := job.Status.Succeeded
	switch {
	case job.Spec.Completions != nil:
		return fmt.Sprintf("%d/%d", succeeded, *job.Spec.Completions)
	case job.Spec.Parallelism != nil && *job.Spec.Parallelism > 1:
		return fmt.Sprintf("%d/1 of %d", succeeded, *job.Spec.Parallelism)
	}
	return fmt.Sprintf("%d/1", succeeded)
}

// jobDuration goes on for a failed Job: it has no completion time.
func jobDuration(job *batchv1.Job, now time.Time) string {
	if job.Status.StartTime == nil {
		return ""
	}
	if job.Status.CompletionTime != nil {
		now = job.Status.CompletionTime.Time
	}
	return duration.HumanDuration(now.Sub(job.Status.StartTime.Time))
}

func containerNames(containers []corev1.Container) (names, images string) {
	var n, i []string
	for _, c := range containers {
		n, i = append(n, c.Name), append(i, c.Image)
	}
	return strings.Join(n, ","), strings.Join(i, ",")
}
