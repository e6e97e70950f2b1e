package conformance

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// timer replaces what is left of a deadline.
func timer(left func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool)) func(*fakes.Decisions) {
	return func(d *fakes.Decisions) { d.DeadlineLeft = left }
}

// noTimer knows no deadlines.
func noTimer(*batchv1.Job, bool, time.Time) (time.Duration, bool) { return 0, false }

func deadlineVerdict() *fakes.Verdict {
	return &fakes.Verdict{Reason: batchv1.JobReasonDeadlineExceeded, Message: "too late"}
}

func TestDeadlineMutants(t *testing.T) {
	runs := exits(time.Hour, 0)
	reference := fakes.Reference().DeadlineLeft
	since := func(start func(*batchv1.Job) time.Time) func(*fakes.Decisions) {
		return timer(func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
			left, ok := reference(job, suspended, now)
			if !ok {
				return 0, false
			}
			return left - job.Status.StartTime.Sub(start(job)), true
		})
	}
	suspend := func(at int, yes bool) sim.Action { return sim.Action{When: after(seconds(at)), Suspend: &yes} }
	kills(t, [][]Requirement{deadline}, []mutant{
		{
			requirement: "job/deadline/passing-fails-the-job", scenario: story(neverJob(withDeadline(60)), []kubelet.Script{runs}),
			mistake: timer(noTimer), says: "the deadline of Job work passes 1m0s after its start, at 1m0s, and it is not FailureTarget",
		},
		{
			requirement: "job/deadline/not-before-it-passes",
			scenario:    story(neverJob(withDeadline(60), func(s *batchv1.JobSpec) { s.Suspend = new(true) }), []kubelet.Script{runs}, suspend(30, false)),
			mistake:     since(func(job *batchv1.Job) time.Time { return job.CreationTimestamp.Time }),
			says:        "fails with DeadlineExceeded at 1m0s; its deadline passes at 1m30s",
		},
		{
			requirement: "job/deadline/message", scenario: story(neverJob(withDeadline(60)), []kubelet.Script{runs}),
			mistake: func(d *fakes.Decisions) {
				d.Test("deadline").Decide = func(d *fakes.Decisions, o fakes.Observation) *fakes.Verdict {
					if left, ok := d.DeadlineLeft(o.Job, o.Suspended, o.Now); !ok || left > 0 {
						return nil
					}
					return deadlineVerdict()
				}
			},
			says: `the message of DeadlineExceeded is "too late"`,
		},
		{
			requirement: "job/deadline/bounds-the-whole-job",
			scenario:    story(neverJob(withDeadline(60)), []kubelet.Script{{Unschedulable: kubelet.Forever}}),
			mistake:     timer(noTimer), says: "it is not FailureTarget",
		},
		{
			requirement: "job/deadline/failing-deletes-active-pods", scenario: story(neverJob(withDeadline(60)), []kubelet.Script{runs}),
			sabotage: deletesInVain(), says: "is failing with DeadlineExceeded, and pods of it are still active",
		},
		{
			requirement: "job/deadline/killed-pods-count",
			scenario:    story(neverJob(withDeadline(60)), []kubelet.Script{{Runs: runs.Runs, Stop: kubelet.Stop{After: seconds(5), Exit: new(int32)}}}),
			mistake:     countByPhase, says: "status.failed 0; 0 pods had failed before and 1 were killed",
		},
		{
			requirement: "job/deadline/no-pod-after-it",
			scenario:    story(neverJob(withDeadline(20)), []kubelet.Script{exits(seconds(15), 1), runs}),
			mistake:     timer(noTimer), says: "is created at 25s; the deadline of Job work passed at 20s",
		},
		{
			requirement: "job/deadline/needs-no-event", scenario: story(neverJob(withDeadline(60)), []kubelet.Script{runs}),
			mistake: func(d *fakes.Decisions) { // looks at the clock, and sets no timer
				asked := 0
				d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
					if asked++; asked%2 == 0 {
						return 0, false
					}
					return reference(job, suspended, now)
				}
			},
			says: "it is not FailureTarget",
		},
		{
			requirement: "job/deadline/suspended-time-does-not-count",
			scenario:    story(neverJob(withDeadline(60)), []kubelet.Script{runs}, suspend(30, true), suspend(40, false)),
			mistake:     since(func(job *batchv1.Job) time.Time { return job.CreationTimestamp.Time }),
			says:        "was resumed at 40s and fails with DeadlineExceeded 20s later; it may run for 1m0s",
		},
		{
			requirement: "job/deadline/suspended-time-does-not-count",
			scenario:    story(neverJob(withDeadline(60)), []kubelet.Script{runs}, suspend(30, true), suspend(200, false)),
			mistake: timer(func(job *batchv1.Job, _ bool, now time.Time) (time.Duration, bool) {
				return time.Minute - now.Sub(job.CreationTimestamp.Time), true
			}),
			says: "fails with DeadlineExceeded while it is suspended",
		},
		{
			requirement: "job/deadline/backoff-limit-comes-first",
			scenario:    story(neverJob(withDeadline(6), withLimit(0)), []kubelet.Script{exits(5500*time.Millisecond, 1)}),
			mistake:     func(d *fakes.Decisions) { swapTests(d, "backoff limit", "deadline") },
			says:        "fails with DeadlineExceeded, but 1 of its pods have failed, which exceeds backoffLimit 0",
		},
		{
			requirement: "job/deadline/beats-completion",
			scenario:    story(neverJob(withDeadline(10)), []kubelet.Script{exits(9500*time.Millisecond, 0)}),
			mistake:     successFirst, says: "succeeds at 10s; its deadline passed at 10s",
		},
		{
			requirement: "job/deadline/ends-with-success",
			scenario: story(neverJob(withDeadline(60), withGrace(90)), []kubelet.Script{
				{Runs: runs.Runs, Stop: kubelet.Stop{Ignore: true}}, exits(seconds(5), 0),
			}, onThePod(seconds(20), sim.PodAction{Pod: 1, Delete: &sim.Delete{}})),
			mistake: func(d *fakes.Decisions) { swapTests(d, "success already decided", "deadline") },
			says:    "was decided before its deadline passed, its pods have stopped, and it is not Complete",
		},
		{
			requirement: "job/deadline/zero-fails-at-once", scenario: story(neverJob(withDeadline(0)), []kubelet.Script{runs}),
			mistake: timer(func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
				left, ok := reference(job, suspended, now)
				return left, ok && *job.Spec.ActiveDeadlineSeconds > 0
			}),
			says: "is created although Job work has activeDeadlineSeconds 0",
		},
		{
			requirement: "job/deadline/edits-apply",
			scenario:    story(neverJob(), []kubelet.Script{runs}, edit(seconds(30), `{"spec":{"activeDeadlineSeconds":10}}`)),
			mistake:     timer(noTimer), says: "passes 10s after its start, at 10s, and it is not FailureTarget",
		},
		{
			requirement: "job/deadline/extensions-apply",
			scenario:    story(neverJob(withDeadline(60)), []kubelet.Script{runs}, edit(seconds(30), `{"spec":{"activeDeadlineSeconds":600}}`)),
			mistake: timer(func(job *batchv1.Job, _ bool, now time.Time) (time.Duration, bool) {
				return time.Minute - now.Sub(job.CreationTimestamp.Time), true
			}),
			says: "fails with DeadlineExceeded at 1m0s; its deadline passes at 10m0s",
		},
		{
			requirement: "job/deadline/of-a-pod-is-its-own",
			scenario: story(neverJob(withLimit(1), func(s *batchv1.JobSpec) { s.Template.Spec.ActiveDeadlineSeconds = new(int64(20)) }),
				[]kubelet.Script{runs}),
			mistake: func(d *fakes.Decisions) {
				d.Outcome = append(d.Outcome, fakes.OutcomeTest{Name: "pod deadline", Decide: func(_ *fakes.Decisions, o fakes.Observation) *fakes.Verdict {
					if o.Counts.Failed == 0 {
						return nil
					}
					return deadlineVerdict()
				}})
			},
			says: "it has no activeDeadlineSeconds, only its pods may have",
		},
		{
			requirement: "job/deadline/clock-runs-through-unnoticed-suspension",
			scenario:    story(neverJob(withSize(2, 1)), []kubelet.Script{exits(time.Minute, 0)}, suspend(30, true), suspend(30, false)),
			rewrite: rewriteJobs(seconds(60), func(job *batchv1.Job) {
				later := metav1.NewTime(job.Status.StartTime.Add(seconds(30)))
				job.Status.StartTime = &later
			}),
			says: "status.startTime of Job work changes from",
		},
	})
}

func swapTests(d *fakes.Decisions, a, b string) {
	*d.Test(a), *d.Test(b) = *d.Test(b), *d.Test(a)
}
