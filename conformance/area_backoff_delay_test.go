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

// delays replaces the delay of BO-1.
func delays(delay func(n int32) time.Duration) func(*fakes.Decisions) {
	return func(d *fakes.Decisions) {
		d.BackoffDelay = func(_ fakes.Limits, n int32) time.Duration { return delay(n) }
	}
}

func noDelay(int32) time.Duration { return 0 }

// holdsGrudges forgets no failure when a pod succeeds (BO-4).
func holdsGrudges(d *fakes.Decisions) {
	next := d.NextBackoff
	d.NextBackoff = func(old fakes.Backoff, _, failed []time.Time) fakes.Backoff {
		if len(failed) == 0 {
			return old
		}
		return next(old, nil, failed)
	}
}

func TestBackoffDelayMutants(t *testing.T) {
	fails, works := exits(seconds(5), 1), exits(time.Minute, 0)
	late := func(by time.Duration) func(n int32) time.Duration {
		return func(n int32) time.Duration { return fakes.Reference().BackoffDelay(fakes.UpstreamLimits(), n) + by }
	}
	kills(t, [][]Requirement{backoffDelay}, []mutant{
		{
			requirement: "job/backoff-delay/grows", scenario: story(neverJob(), []kubelet.Script{fails}), mistake: delays(noDelay),
			says: "in place of pod work-wzkn6, which failed at 5s; after 1 failures in a row there is a delay of 10s",
		},
		{
			requirement: "job/backoff-delay/grows", scenario: story(neverJob(), []kubelet.Script{fails}),
			mistake: delays(func(n int32) time.Duration { return time.Duration(n) * seconds(10) }),
			says:    "after 3 failures in a row there is a delay of 40s",
		},
		{
			requirement: "job/backoff-delay/upstream-figures", scenario: story(neverJob(withLimit(8)), []kubelet.Script{fails}),
			mistake: delays(func(n int32) time.Duration { return min(late(0)(n), 6*time.Minute) }), // as before 1.28
			says:    "so there is a delay of 10m0s",
		},
		{
			requirement: "job/backoff-delay/counts-pods", scenario: story(neverJob(withSize(3, 3)), []kubelet.Script{fails, fails, fails, works}),
			mistake: func(d *fakes.Decisions) {
				next := d.NextBackoff
				d.NextBackoff = func(old fakes.Backoff, succeeded, failed []time.Time) fakes.Backoff {
					if len(succeeded) == 0 && len(failed) > 1 {
						failed = failed[:1]
					}
					return next(old, succeeded, failed)
				}
			},
			says: "3 pods of Job work have failed since the last success",
		},
		{
			requirement: "job/backoff-delay/counts-from-the-finish", scenario: story(neverJob(), []kubelet.Script{fails, works}),
			mistake: func(d *fakes.Decisions) {
				finish := d.FinishTime
				d.FinishTime = func(pod *corev1.Pod) time.Time { return finish(pod).Add(seconds(1)) } // when it is noticed
			},
			says: "was over at 15s; a pod is missing, and nothing is created until 16s",
		},
		{
			requirement: "job/backoff-delay/success-resets",
			scenario:    story(neverJob(withSize(2, 1)), []kubelet.Script{fails, fails, fails, works, fails, works}),
			mistake:     holdsGrudges, says: "has had a success, and 1 failures since",
		},
		{
			requirement: "job/backoff-delay/wait-ends-on-time", scenario: story(neverJob(), []kubelet.Script{fails, works}),
			mistake: delays(late(seconds(1))), says: "after 1 failures, was over at 15s",
		},
		{
			requirement: "job/backoff-delay/holds-all-creations",
			scenario: story(neverJob(withSize(4, 1)), []kubelet.Script{fails, works},
				sim.Action{When: after(5500 * time.Millisecond), Scale: &sim.Scale{Parallelism: new(int32(3))}}),
			mistake: delays(noDelay), says: "1 pods of Job work have failed since the last success, the last one at 5s at the earliest",
		},
		{
			requirement: "job/backoff-delay/sibling-success-releases",
			scenario:    story(neverJob(withSize(4, 2)), []kubelet.Script{fails, exits(seconds(50), 0), fails, fails, works}),
			mistake:     holdsGrudges, says: "has succeeded after the last failure, a pod is missing, and none is created",
		},
		{
			requirement: "job/backoff-delay/later-failures-count",
			scenario:    story(neverJob(withSize(3, 1)), []kubelet.Script{exits(seconds(5), 0), fails, works}),
			mistake:     delays(noDelay), says: "1 pods of Job work have failed since the last success",
		},
		{
			requirement: "job/backoff-delay/released-at-once",
			scenario:    story(neverJob(withSize(4, 2)), []kubelet.Script{fails, exits(seconds(7), 0), works}),
			mistake:     asIn("success-only-shortens-wait"), says: "succeeded at 7s, after its last failure; a pod is missing, and nothing is created until",
		},
		{
			requirement: "job/backoff-delay/restart-does-not-lengthen",
			scenario: withFaults(story(neverJob(), []kubelet.Script{fails, works}),
				sim.Fault{When: after(seconds(7)), Crash: &sim.Crash{Down: seconds(1)}}),
			mistake: createsOnce, says: "the implementation was restarted, the back-off delay of Job work is over, and no pod is created",
		},
		{
			requirement: "job/backoff-delay/active-stays-true", scenario: story(neverJob(withSize(2, 2)), []kubelet.Script{fails, works}),
			rewrite: rewriteJobs(seconds(6), func(job *batchv1.Job) { job.Status.Active = 0 }),
			says:    "shows active 0 while it waits to replace a failed pod; 1 of its pods are active",
		},
		{
			requirement: "job/backoff-delay/deleted-pods-count-from-their-deletion",
			scenario:    story(neverJob(), []kubelet.Script{works}, onThePod(seconds(20), sim.PodAction{Pod: 1, Delete: &sim.Delete{}})),
			mistake:     delays(noDelay), says: "the last one at 20s at the earliest, so there is a delay of 10s until 30s",
		},
	})
}
