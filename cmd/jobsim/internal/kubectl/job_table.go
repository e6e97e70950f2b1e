package kubectl

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
)

// jobTable is the table of Jobs that a real API server computes for kubectl.
func jobTable(jobs []*batchv1.Job, now time.Time) *metav1.Table {
	table := &metav1.Table{ColumnDefinitions: columns("Name", "Status", "Completions", "Duration", "Age")}
	for _, job := range jobs {
		table.Rows = append(table.Rows, row(job,
			job.Name, jobStatus(job), jobCompletions(job), jobDuration(job, now), age(now, job.CreationTimestamp)))
	}
	return table
}

// jobStatus is the first of these that holds. A finished Job that is being deleted is still shown by its
// result, and a suspended one that has been decided is still Suspended.
func jobStatus(job *batchv1.Job) string {
	switch {
	case jobIs(job, batchv1.JobComplete):
		return "Complete"
	case jobIs(job, batchv1.JobFailed):
		return "Failed"
	case job.DeletionTimestamp != nil:
		return "Terminating"
	case jobIs(job, batchv1.JobSuspended):
		return "Suspended"
	case jobIs(job, batchv1.JobFailureTarget):
		return "FailureTarget"
	case jobIs(job, batchv1.JobSuccessCriteriaMet):
		return "SuccessCriteriaMet"
	}
	return "Running"
}

// jobIs looks at the first condition of the type only, as the API server does.
func jobIs(job *batchv1.Job, condition batchv1.JobConditionType) bool {
	for i := range job.Status.Conditions {
		if c := &job.Status.Conditions[i]; c.Type == condition {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// jobCompletions counts against completions; a work-queue Job has none and needs one success, from any of its
// workers (DEF-3).
func jobCompletions(job *batchv1.Job) string {
	succeeded := job.Status.Succeeded
	if job.Spec.Completions != nil {
		return fmt.Sprintf("%d/%d", succeeded, *job.Spec.Completions)
	}
	if workers := job.Spec.Parallelism; workers != nil && *workers > 1 {
		return fmt.Sprintf("%d/1 of %d", succeeded, *workers)
	}
	return fmt.Sprintf("%d/1", succeeded)
}

// jobDuration is from start to completion. A failed Job has no completionTime, so its duration goes on growing
// after its end, on a real cluster too.
func jobDuration(job *batchv1.Job, now time.Time) string {
	if job.Status.StartTime == nil {
		return ""
	}
	end := now
	if job.Status.CompletionTime != nil {
		end = job.Status.CompletionTime.Time
	}
	return duration.HumanDuration(end.Sub(job.Status.StartTime.Time))
}
