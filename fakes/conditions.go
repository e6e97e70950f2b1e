package fakes

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// setCondition makes the entry of that type say what is given, adding it unless it would only deny what nobody
// claimed (SUS-7). Its times move only when it changes (FIN-13). It reports whether it did; other entries are left
// alone (STAT-11).
func setCondition(status *batchv1.JobStatus, entry batchv1.JobCondition, now time.Time) bool {
	entry.LastProbeTime, entry.LastTransitionTime = metav1.NewTime(now), metav1.NewTime(now)
	for i := range status.Conditions {
		c := &status.Conditions[i]
		if c.Type != entry.Type {
			continue
		}
		if c.Status == entry.Status && c.Reason == entry.Reason && c.Message == entry.Message {
			return false
		}
		// The entries may be shared with what the API server answered to an earlier write.
		status.Conditions = slices.Clone(status.Conditions)
		status.Conditions[i] = entry
		return true
	}
	if entry.Status == corev1.ConditionFalse {
		return false
	}
	status.Conditions = append(slices.Clip(status.Conditions), entry)
	return true
}

// recordInterim is FIN-2 and FIN-3: the decision is stored while its pods still count, so that no crash can lose it.
func recordInterim(status *batchv1.JobStatus, v Verdict, now time.Time) bool {
	entry := batchv1.JobCondition{
		Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue, Reason: v.Reason, Message: v.Message,
	}
	if v.Success {
		entry.Type = batchv1.JobSuccessCriteriaMet
	}
	return !v.Stored && setCondition(status, entry, now)
}

// recordTerminal is FIN-1; only a success has a completionTime (TIME-5, FIN-15). A Job that was suspended when it was
// decided may have no startTime, without which the API server refuses a finished Job (STV-9).
func recordTerminal(job *batchv1.Job, v Verdict, now time.Time) {
	entry := batchv1.JobCondition{
		Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: v.Reason, Message: v.Message,
	}
	if v.Success {
		entry.Type = batchv1.JobComplete
		job.Status.CompletionTime = timestamp(now)
	}
	setCondition(&job.Status, entry, now)
	if job.Status.StartTime == nil && (job.Spec.Completions == nil || *job.Spec.Completions != 0) {
		job.Status.StartTime = timestamp(now)
	}
}

// recordSuspended is SUS-1; the time spent running is forgotten with the start (TIME-3, ADS-5).
func recordSuspended(status *batchv1.JobStatus, now time.Time) bool {
	changed := setCondition(status, batchv1.JobCondition{
		Type: batchv1.JobSuspended, Status: corev1.ConditionTrue, Reason: "JobSuspended", Message: "Job suspended",
	}, now)
	if changed {
		status.StartTime = nil
	}
	return changed
}

// recordResumed is SUS-5: the entry stays and turns False, and the Job starts anew.
func recordResumed(status *batchv1.JobStatus, now time.Time) bool {
	changed := setCondition(status, batchv1.JobCondition{
		Type: batchv1.JobSuspended, Status: corev1.ConditionFalse, Reason: "JobResumed", Message: "Job resumed",
	}, now)
	if changed {
		status.StartTime = timestamp(now)
	}
	return changed
}

func timestamp(t time.Time) *metav1.Time {
	stamp := metav1.NewTime(t)
	return &stamp
}

// mayFinish is FIN-4: every pod is accounted, and none of them may still do anything.
func mayFinish(status *batchv1.JobStatus, terminating int32) bool {
	u := status.UncountedTerminatedPods
	return terminating <= 0 && (u == nil || len(u.Succeeded)+len(u.Failed) == 0)
}
