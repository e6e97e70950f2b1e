package conformance

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// patience replaces the test of BL-1.
func patience(exceeded func(job *batchv1.Job, failed int32) bool) func(*fakes.Decisions) {
	return func(d *fakes.Decisions) { d.FailuresExceeded = exceeded }
}

func limitReached(job *batchv1.Job, failed int32) bool { return failed >= *job.Spec.BackoffLimit }

// deletesInVain makes the API server say that pods are gone, and keep them.
func deletesInVain() []sim.Fault {
	return []sim.Fault{{Error: &sim.CallError{
		Match:  sim.CallMatch{Verb: "delete", Resource: apiserver.Pods},
		Status: metav1.Status{Status: metav1.StatusFailure, Code: 404, Reason: metav1.StatusReasonNotFound},
	}}}
}

// countByPhase counts only pods that have ended (BL-7).
func countByPhase(d *fakes.Decisions) {
	d.CountAs = func(d *fakes.Decisions, _ *batchv1.Job, pod *corev1.Pod, _ *fakes.Verdict) fakes.Tally {
		switch pod.Status.Phase {
		case corev1.PodSucceeded:
			return fakes.Succeeded
		case corev1.PodFailed:
			return fakes.Failed
		}
		return fakes.Uncounted
	}
}

// successFirst looks whether the work is done before it looks whether the Job has failed (SYNC-3).
func successFirst(d *fakes.Decisions) {
	done := fakes.OutcomeTest{Name: "done", Decide: func(d *fakes.Decisions, o fakes.Observation) *fakes.Verdict {
		if !d.Completed(o.Job, o.Counts) {
			return nil
		}
		return &fakes.Verdict{Success: true, Reason: batchv1.JobReasonCompletionsReached, Message: "done"}
	}}
	d.Outcome = append([]fakes.OutcomeTest{done}, d.Outcome...)
}

func TestBackoffLimitMutants(t *testing.T) {
	fails, runs := exits(seconds(5), 1), exits(time.Hour, 0)
	deleted := onThePod(seconds(20), sim.PodAction{Pod: 1, Delete: &sim.Delete{}})
	ends := kubelet.Stop{After: seconds(5), Exit: new(int32)}
	kills(t, [][]Requirement{backoffLimit}, []mutant{
		{
			requirement: "job/backoff-limit/exceeding-fails-the-job", scenario: story(neverJob(withLimit(1)), []kubelet.Script{fails}),
			mistake: patience(func(job *batchv1.Job, failed int32) bool { return failed > *job.Spec.BackoffLimit+1 }),
			says:    "more pods of Job work have failed than backoffLimit",
		},
		{
			requirement: "job/backoff-limit/not-before-exceeded", scenario: story(neverJob(withLimit(1)), []kubelet.Script{fails}),
			mistake: patience(limitReached), says: "no more than 1 of its pods can have failed, and backoffLimit is 1",
		},
		{
			requirement: "job/backoff-limit/not-before-exceeded",
			scenario:    story(neverJob(withLimit(1), withSize(3, 3)), []kubelet.Script{fails, fails, runs}),
			mistake:     patience(func(*batchv1.Job, int32) bool { return true }), says: "no more than 0 of its pods",
		},
		{
			requirement: "job/backoff-limit/pods-run-on-within-the-limit",
			scenario:    story(neverJob(withLimit(1), withSize(2, 2)), []kubelet.Script{fails, exits(seconds(60), 0)}),
			mistake:     patience(limitReached), says: "is deleted for no reason: Job work has 1 failed pods",
		},
		{
			requirement: "job/backoff-limit/failures-accumulate",
			scenario:    story(neverJob(withLimit(1), withSize(3, 1)), []kubelet.Script{fails, exits(seconds(5), 0), fails, runs}),
			mistake: patience(func(job *batchv1.Job, failed int32) bool {
				return failed-job.Status.Succeeded > *job.Spec.BackoffLimit
			}),
			says: "have failed than backoffLimit",
		},
		{
			requirement: "job/backoff-limit/zero-allows-no-failure",
			scenario:    story(neverJob(withLimit(0), withSize(2, 2)), []kubelet.Script{fails, exits(seconds(90), 0)}),
			mistake: patience(func(job *batchv1.Job, failed int32) bool {
				return *job.Spec.BackoffLimit > 0 && failed > *job.Spec.BackoffLimit
			}),
			says: "have failed than backoffLimit",
		},
		{
			requirement: "job/backoff-limit/deleted-pods-count",
			scenario:    story(neverJob(), []kubelet.Script{{Runs: []kubelet.Run{{For: time.Minute}}, Stop: kubelet.Stop{After: seconds(25)}}}, deleted),
			mistake: func(d *fakes.Decisions) {
				d.IsFailed = func(_ *batchv1.Job, pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodFailed }
			},
			says: "was deleted by somebody else, and does not count as failed",
		},
		{
			requirement: "job/backoff-limit/a-failure-counts-once",
			scenario:    story(neverJob(), []kubelet.Script{fails, exits(seconds(5), 0)}),
			mistake: func(d *fakes.Decisions) { // counts, and counts again what it has counted
				record := d.RecordTerminal
				d.RecordTerminal = func(job *batchv1.Job, v fakes.Verdict, now time.Time) {
					job.Status.Failed += job.Status.Failed
					record(job, v, now)
				}
			},
			says: "shows 2 pods as failed, counted and listed, but only 1",
		},
		{
			requirement: "job/backoff-limit/removed-pods-do-not-count",
			scenario:    story(neverJob(withSize(4, 4)), []kubelet.Script{exits(time.Minute, 0)}, sim.Action{When: after(seconds(20)), Scale: &sim.Scale{Parallelism: new(int32(1))}}),
			mistake:     func(d *fakes.Decisions) { d.Removal = d.Removal[1:] }, says: "shows 3 pods as failed, counted and listed, but only 0",
		},
		{
			requirement: "job/backoff-limit/reason", scenario: story(neverJob(withLimit(0)), []kubelet.Script{fails}),
			mistake: func(d *fakes.Decisions) {
				d.Test("backoff limit").Decide = func(d *fakes.Decisions, o fakes.Observation) *fakes.Verdict {
					if !d.FailuresExceeded(o.Job, o.Counts.Failed) {
						return nil
					}
					return &fakes.Verdict{Reason: "TooManyFailures", Message: "too many failures"}
				}
			},
			says: "fails with TooManyFailures, but 1 of its pods have failed, which exceeds backoffLimit 0",
		},
		{
			requirement: "job/backoff-limit/message", scenario: story(neverJob(withLimit(0)), []kubelet.Script{fails}),
			mistake: func(d *fakes.Decisions) {
				record := d.RecordInterim
				d.RecordInterim = func(status *batchv1.JobStatus, v fakes.Verdict, now time.Time) bool {
					v.Message = "backoffLimit exceeded"
					return record(status, v, now)
				}
			},
			says: `the message of BackoffLimitExceeded is "backoffLimit exceeded"`,
		},
		{
			requirement: "job/backoff-limit/failing-deletes-active-pods",
			scenario:    story(neverJob(withLimit(0), withSize(2, 2)), []kubelet.Script{fails, runs}),
			sabotage:    deletesInVain(), says: "is failing with BackoffLimitExceeded, and pods of it are still active",
		},
		{
			requirement: "job/backoff-limit/killed-pods-count",
			scenario:    story(neverJob(withLimit(0), withSize(3, 3)), []kubelet.Script{fails, {Runs: runs.Runs, Stop: ends}}),
			mistake:     countByPhase, says: "status.failed 1; 1 pods had failed before and 2 were killed",
		},
		{
			requirement: "job/backoff-limit/failed-exceeds-the-limit", scenario: story(neverJob(withLimit(1)), []kubelet.Script{fails}),
			mistake: func(d *fakes.Decisions) {
				record := d.RecordTerminal
				d.RecordTerminal = func(job *batchv1.Job, v fakes.Verdict, now time.Time) {
					job.Status.Failed = min(job.Status.Failed, *job.Spec.BackoffLimit)
					record(job, v, now)
				}
			},
			says: "status.failed is 1 and backoffLimit was 1",
		},
		{
			requirement: "job/backoff-limit/edits-apply",
			scenario:    story(neverJob(withLimit(3)), []kubelet.Script{fails, runs}, edit(seconds(30), `{"spec":{"backoffLimit":0}}`)),
			mistake:     patience(func(_ *batchv1.Job, failed int32) bool { return failed > 3 }), says: "have failed than backoffLimit",
		},
		{
			requirement: "job/backoff-limit/raising-prolongs",
			scenario:    story(neverJob(withLimit(0)), []kubelet.Script{fails}, edit(seconds(2), `{"spec":{"backoffLimit":2}}`)),
			mistake:     patience(func(_ *batchv1.Job, failed int32) bool { return failed > 0 }), says: "backoffLimit is 2",
		},
		{
			requirement: "job/backoff-limit/holds-while-suspended",
			scenario: story(neverJob(withLimit(0), withSize(2, 2)), []kubelet.Script{exits(seconds(5), 1), runs},
				sim.Action{When: after(seconds(5)), Suspend: new(true)}),
			mistake: patience(func(job *batchv1.Job, failed int32) bool {
				return !*job.Spec.Suspend && failed > *job.Spec.BackoffLimit
			}),
			says: "have failed than backoffLimit",
		},
		{
			requirement: "job/backoff-limit/beats-completion",
			scenario:    story(neverJob(withLimit(0), queue(2)), []kubelet.Script{exits(seconds(5), 0), fails}),
			mistake:     successFirst, says: "succeeds, but 1 of its pods have failed, which exceeds backoffLimit 0",
		},
		{
			requirement: "job/backoff-limit/no-pod-beyond-it", scenario: story(neverJob(withLimit(1)), []kubelet.Script{fails}),
			mistake: func(d *fakes.Decisions) { d.FailuresExceeded = func(*batchv1.Job, int32) bool { return false } },
			says:    "of which 2 pods have failed with backoffLimit 1",
		},
		{
			requirement: "job/backoff-limit/terminating-pods-wait-under-failed",
			scenario: story(neverJob(withPolicyFailed), []kubelet.Script{{Runs: []kubelet.Run{{For: time.Minute}}, Stop: ends}},
				deleted),
			mistake: func(d *fakes.Decisions) {
				d.IsFailed = func(_ *batchv1.Job, pod *corev1.Pod) bool {
					return pod.Status.Phase == corev1.PodFailed || pod.DeletionTimestamp != nil && pod.Status.Phase != corev1.PodSucceeded
				}
			},
			says: "has not failed (its phase is Running), but counts as failed already",
		},
	})
}
