package conformance

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// createdSuspended is resumed after a while.
func createdSuspended(s *batchv1.JobSpec) { s.Suspend = new(true) }

func shifted(t *metav1.Time, by time.Duration) *metav1.Time {
	at := metav1.NewTime(t.Add(by))
	return &at
}

// keepingStart spoils a record of a suspension or a resumption: startTime stays as it was.
func keepingStart(record func(*batchv1.JobStatus, time.Time) bool) func(*batchv1.JobStatus, time.Time) bool {
	return func(status *batchv1.JobStatus, now time.Time) bool {
		start := status.StartTime
		changed := record(status, now)
		status.StartTime = start
		return changed
	}
}

func TestTimeMutants(t *testing.T) {
	kills(t, [][]Requirement{times}, []mutant{
		{
			requirement: "job/times/start-time-is-set",
			scenario:    withFaults(oneSuccess(), failing("create", "pods", "", 403, 60)),
			mistake: func(d *fakes.Decisions) {
				d.StartTime = func(job *batchv1.Job, suspended bool, now time.Time) time.Time {
					if job.Status.Active == 0 {
						return time.Time{}
					}
					return fakes.Reference().StartTime(job, suspended, now)
				}
			},
			says: "Job work has had no startTime since 0s, and it is not suspended",
		},
		{
			requirement: "job/times/no-start-while-suspended",
			scenario:    story(neverJob(createdSuspended), []kubelet.Script{exits(seconds(10), 0)}, suspending(30, false)),
			mistake: func(d *fakes.Decisions) {
				d.StartTime = func(job *batchv1.Job, _ bool, now time.Time) time.Time {
					return fakes.Reference().StartTime(job, false, now)
				}
				d.RecordSuspended = keepingStart(d.RecordSuspended)
			},
			says: "Job work is suspended, and has got startTime 0s",
		},
		{
			requirement: "job/times/cleared-by-suspension", scenario: suspendedAndResumed(),
			mistake: func(d *fakes.Decisions) { d.RecordSuspended = keepingStart(d.RecordSuspended) },
			says:    "Job work is Suspended, and has startTime 0s still",
		},
		{
			requirement: "job/times/new-start-on-resume", scenario: suspendedAndResumed(),
			mistake: func(d *fakes.Decisions) {
				d.RecordSuspended, d.RecordResumed = keepingStart(d.RecordSuspended), keepingStart(d.RecordResumed)
			},
			says: "Job work was resumed at 40s, and has the startTime 0s; it was Suspended since 10s",
		},
		{
			requirement: "job/times/start-time-stays", scenario: oneSuccess(),
			rewrite: rewriteVersions(isFinished, func(job *batchv1.Job) { job.Status.StartTime = shifted(job.Status.StartTime, time.Second) }),
			says:    "startTime of Job work, which is not suspended, has changed from 0s to 1s",
		},
		{
			requirement: "job/times/completion-time-comes-with-complete", scenario: oneSuccess(),
			rewrite: rewriteVersions(isFinished, func(job *batchv1.Job) { job.Status.CompletionTime = nil }),
			says:    "Job work is Complete, and has no completionTime",
		},
		{
			requirement: "job/times/completion-time-comes-with-complete", scenario: oneSuccess(),
			rewrite: rewriteJobs(seconds(5), func(job *batchv1.Job) { job.Status.CompletionTime = job.Status.StartTime }),
			says:    "Job work is not Complete, and has completionTime 0s",
		},
		{
			requirement: "job/times/completion-time-fits-the-condition", scenario: oneSuccess(),
			mistake: terminalMistake(func(job *batchv1.Job, _ time.Time) {
				job.Status.CompletionTime = shifted(job.Status.CompletionTime, seconds(5))
			}),
			says: "Job work is Complete since 11s, and has completionTime 16s",
		},
		{
			requirement: "job/times/completion-time-is-the-end",
			scenario: story(neverJob(), []kubelet.Script{slowly(seconds(30)), exits(seconds(1), 0)},
				deletingPod(10, 1)),
			mistake: terminalMistake(func(job *batchv1.Job, _ time.Time) {
				job.Status.CompletionTime = &condition(job, batchv1.JobSuccessCriteriaMet).LastTransitionTime
			}),
			says: "and its last pod ended at 40s only",
		},
		{
			requirement: "job/times/completion-time-is-now", scenario: withFaults(oneSuccess(), silentPods(5, 20)),
			mistake: asIn("completion-time-of-last-pod"), says: "Job work is Complete since 26s, and has completionTime 10s",
		},
	})
}
