package conformance

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// failsOnceAfter is a container that fails once and then runs on.
func failsOnceAfter(d time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: d, Exit: 1}, {For: time.Hour}}, Stop: kubelet.Stop{After: time.Minute}}
}

func withGrace(seconds int64) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.Template.Spec.TerminationGracePeriodSeconds = &seconds }
}

func patienceWithRestarts(exceeded func(job *batchv1.Job, restarts int32) bool) func(*fakes.Decisions) {
	return func(d *fakes.Decisions) { d.RestartsExceeded = exceeded }
}

func TestRestartMutants(t *testing.T) {
	fails, once := exits(seconds(5), 1), failsOnceAfter(seconds(5))
	evicted := func(after time.Duration) kubelet.Script {
		return kubelet.Script{Runs: []kubelet.Run{{For: time.Hour}}, EvictAfter: after}
	}
	never := func(*batchv1.Job, int32) bool { return false }
	kills(t, [][]Requirement{restarts}, []mutant{
		{
			requirement: "job/restarts/in-place", scenario: story(restartedJob(), []kubelet.Script{once}),
			mistake: func(d *fakes.Decisions) {
				active := d.IsActive
				d.IsActive = func(pod *corev1.Pod) bool { return active(pod) && !wasRestarted(pod) }
			},
			says: "has only been restarted in place",
		},
		{
			requirement: "job/restarts/in-place", scenario: story(restartedJob(), []kubelet.Script{once}),
			mistake: patienceWithRestarts(func(_ *batchv1.Job, n int32) bool { return n > 0 }),
			says:    "was restarted in place 1 times and is active; it is deleted for no reason",
		},
		{
			requirement: "job/restarts/are-no-failures",
			scenario:    story(restartedJob(), []kubelet.Script{{Runs: []kubelet.Run{{For: seconds(5), Exit: 1}, {For: seconds(5)}}}}),
			mistake: func(d *fakes.Decisions) {
				record := d.RecordTerminal
				d.RecordTerminal = func(job *batchv1.Job, v fakes.Verdict, now time.Time) {
					job.Status.Failed++
					record(job, v, now)
				}
			},
			says: "shows 1 pods as failed, counted and listed, but only 0",
		},
		{
			requirement: "job/restarts/sum-fails-the-job", scenario: story(restartedJob(withLimit(2)), []kubelet.Script{fails}),
			mistake: patienceWithRestarts(func(job *batchv1.Job, n int32) bool { return n > *job.Spec.BackoffLimit }),
			says:    "were restarted 2 times with backoffLimit 2",
		},
		{
			requirement: "job/restarts/sum-fails-the-job",
			scenario:    story(restartedJob(withLimit(2), withSize(2, 2)), []kubelet.Script{once}),
			mistake:     patienceWithRestarts(never), says: "were restarted 2 times with backoffLimit 2",
		},
		{
			requirement: "job/restarts/not-before-the-sum", scenario: story(restartedJob(withLimit(3)), []kubelet.Script{fails}),
			mistake: patienceWithRestarts(func(job *batchv1.Job, n int32) bool { return n >= *job.Spec.BackoffLimit-1 }),
			says:    "were restarted no more than 2 times and no more than 0 pods can have failed; backoffLimit is 3",
		},
		{
			requirement: "job/restarts/runs-until-the-limit", scenario: story(restartedJob(withLimit(3)), []kubelet.Script{fails}),
			mistake: patienceWithRestarts(func(job *batchv1.Job, n int32) bool { return n >= *job.Spec.BackoffLimit-1 }),
			says:    "was started 3 times; with backoffLimit 3 it should have been started 4 times",
		},
		{
			requirement: "job/restarts/are-not-added-to-failed-pods",
			scenario: story(restartedJob(withLimit(2), withSize(3, 3)), []kubelet.Script{
				evicted(seconds(5)), evicted(seconds(5)), failsOnceAfter(seconds(30)), exits(time.Minute, 0),
			}),
			mistake: func(d *fakes.Decisions) {
				d.Outcome[2].Decide = func(d *fakes.Decisions, o fakes.Observation) *fakes.Verdict {
					if o.Counts.Failed+o.Counts.Restarts <= *o.Job.Spec.BackoffLimit {
						return nil
					}
					return &fakes.Verdict{Reason: batchv1.JobReasonBackoffLimitExceeded, Message: "together"}
				}
			},
			says: "no more than 1 times and no more than 2 pods can have failed; backoffLimit is 2",
		},
		{
			requirement: "job/restarts/ended-pods-do-not-count",
			scenario: story(restartedJob(withLimit(2), withSize(2, 2)), []kubelet.Script{
				{Runs: []kubelet.Run{{For: seconds(5), Exit: 1}, {For: seconds(25)}}},
				{Runs: []kubelet.Run{{For: 30500 * time.Millisecond, Exit: 1}, {For: seconds(5)}}},
			}),
			mistake: func(d *fakes.Decisions) { d.Restarts = func(pod *corev1.Pod) int32 { return int32(restartsOf(pod)) } },
			says:    "were restarted no more than 1 times",
		},
		{
			requirement: "job/restarts/terminating-pods-count",
			scenario: story(restartedJob(withLimit(2), withSize(2, 2), withGrace(120)), []kubelet.Script{once, failsOnceAfter(seconds(25)), exits(time.Hour, 0)},
				onThePod(seconds(20), sim.PodAction{Pod: 1, Delete: &sim.Delete{}})),
			mistake: func(d *fakes.Decisions) {
				count := d.Restarts
				d.Restarts = func(pod *corev1.Pod) int32 {
					if pod.DeletionTimestamp != nil {
						return 0
					}
					return count(pod)
				}
			},
			says: "were restarted 2 times with backoffLimit 2",
		},
		{
			requirement: "job/restarts/killed-pods-count", scenario: story(restartedJob(withLimit(1)), []kubelet.Script{{Runs: once.Runs, Stop: kubelet.Stop{After: seconds(5), Exit: new(int32)}}}),
			mistake: countByPhase, says: "status.failed 0; 0 pods had failed before and 1 were killed",
		},
		{
			requirement: "job/restarts/failed-pods-count-too", scenario: story(restartedJob(withLimit(1)), []kubelet.Script{evicted(seconds(5))}),
			mistake: asIn("onfailure-failed-pods-ignored"), says: "2 pods of Job work have failed, which is more than backoffLimit",
		},
		{
			requirement: "job/restarts/failed-pods-count-too", scenario: story(restartedJob(), []kubelet.Script{evicted(seconds(5)), exits(time.Minute, 0)}),
			mistake: func(d *fakes.Decisions) {
				d.IsFailed = func(job *batchv1.Job, _ *corev1.Pod) bool { return !onFailure(job) }
			},
			says: "has failed as a whole, and does not count",
		},
	})
}
