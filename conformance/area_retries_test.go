package conformance

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// withSidecar has a container beside the main one that is restarted although the pod is not.
func withSidecar(s *batchv1.JobSpec) {
	s.Template.Spec.InitContainers = []corev1.Container{{
		Name: "sidecar", Image: "busybox", RestartPolicy: new(corev1.ContainerRestartPolicyAlways),
	}}
}

func TestRetriesMutants(t *testing.T) {
	fails := []kubelet.Script{exits(seconds(5), 1)}
	kills(t, [][]Requirement{retries}, []mutant{
		{
			requirement: "job/retries/failed-pods-count", scenario: story(neverJob(withLimit(2)), fails),
			mistake: func(d *fakes.Decisions) {
				countAs := d.CountAs
				d.CountAs = func(d *fakes.Decisions, job *batchv1.Job, pod *corev1.Pod, decided *fakes.Verdict) fakes.Tally {
					if tally := countAs(d, job, pod, decided); tally != fakes.Failed || decided != nil {
						return tally
					}
					return fakes.Uncounted
				}
			},
			says: "has failed, and it is not counted",
		},
		{
			requirement: "job/retries/failed-pods-are-replaced", scenario: story(neverJob(withLimit(2)), fails),
			mistake: func(d *fakes.Decisions) {
				missing := d.PodsMissing
				d.PodsMissing = func(job *batchv1.Job, wanted int32, c fakes.Counts) int32 { return missing(job, wanted, c) - c.Failed }
			},
			says: "has failed pods and 0 active ones, and wants 1",
		},
		{
			requirement: "job/retries/attempts", scenario: story(neverJob(withLimit(2)), fails),
			mistake: patience(limitReached), says: "is Failed after 2 pods, which all failed one after the other: backoffLimit is 2, so expected 3",
		},
		{
			requirement: "job/retries/attempts", scenario: story(neverJob(withLimit(2)), fails),
			mistake: patience(func(job *batchv1.Job, failed int32) bool { return failed > *job.Spec.BackoffLimit+1 }),
			says:    "is Failed after 4 pods",
		},
		{
			requirement: "job/retries/ended-pods-stay", scenario: story(neverJob(withLimit(0)), fails),
			mistake: func(d *fakes.Decisions) {
				d.IsActive = func(pod *corev1.Pod) bool { return pod.DeletionTimestamp == nil }
			},
			says: "had ended as Failed, and was deleted",
		},
		{
			requirement: "job/retries/restarts-do-not-count",
			scenario: story(neverJob(withLimit(1), withSidecar), []kubelet.Script{{
				Containers: map[string][]kubelet.Run{"main": {{For: 10 * time.Minute}}, "sidecar": {{For: seconds(5), Exit: 1}}},
			}}),
			mistake: patienceWithRestarts(func(job *batchv1.Job, restarts int32) bool { return restarts >= max(1, *job.Spec.BackoffLimit) }),
			says:    "restarts do not count under Never",
		},
	})
}
