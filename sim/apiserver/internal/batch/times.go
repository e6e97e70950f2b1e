package batch

import (
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// TruncateTimes cuts the times of a Job to whole seconds (TIME-0). Nothing is copied when they are whole already.
func TruncateTimes(job *batchv1.Job) {
	var t core.Truncater
	truncate(&t, job)
	if !t.Found {
		return
	}
	job.ObjectMeta = *job.ObjectMeta.DeepCopy()
	job.Status = *job.Status.DeepCopy()
	t.Write = true
	truncate(&t, job)
}

func truncate(t *core.Truncater, job *batchv1.Job) {
	t.ObjectMeta(&job.ObjectMeta)
	t.Time(job.Status.StartTime)
	t.Time(job.Status.CompletionTime)
	for i := range job.Status.Conditions {
		t.Time(&job.Status.Conditions[i].LastProbeTime)
		t.Time(&job.Status.Conditions[i].LastTransitionTime)
	}
}
