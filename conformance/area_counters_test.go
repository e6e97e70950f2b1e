package conformance

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// hasListed reports whether a version lists pods that are not counted.
func hasListed(job *batchv1.Job) bool { return uncountedIn(job) > 0 }

// listedTwice repeats the first UID of a list.
func listedTwice(job *batchv1.Job) {
	u := job.Status.UncountedTerminatedPods
	if u == nil || len(u.Succeeded) == 0 {
		return
	}
	job.Status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{
		Succeeded: append([]types.UID{u.Succeeded[0]}, u.Succeeded...), Failed: u.Failed}
}

func uncountedTally(*fakes.Decisions, *batchv1.Job, *corev1.Pod, *fakes.Verdict) fakes.Tally {
	return fakes.Uncounted
}

func TestCounterMutants(t *testing.T) {
	twoInTurn := func() []kubelet.Script { return []kubelet.Script{exits(seconds(20), 0), exits(seconds(60), 0)} }
	kills(t, [][]Requirement{counters}, []mutant{
		{
			requirement: "job/counters/active-settles", scenario: story(neverJob(), twoInTurn()),
			middleman: whenever(func(job *batchv1.Job) bool { return !isDecided(job) }, func(job *batchv1.Job) { job.Status.Active++ }),
			says:      "status.active of Job work is 2, and should be 1 (since 0s",
		},
		{
			requirement: "job/counters/ready-settles", scenario: story(neverJob(), twoInTurn()),
			mistake: func(d *fakes.Decisions) { d.IsReady = func(*corev1.Pod) bool { return false } },
			says:    "status.ready of Job work is 0, and should be 1 (since 0s",
		},
		{
			requirement: "job/counters/terminating-settles",
			scenario:    story(neverJob(), []kubelet.Script{slowly(seconds(30)), exits(seconds(60), 0)}, deletingPod(10, 1)),
			mistake:     func(d *fakes.Decisions) { d.IsTerminating = func(*corev1.Pod) bool { return false } },
			says:        "status.terminating of Job work is 0, and should be 1",
		},
		{
			requirement: "job/counters/all-are-there", scenario: oneSuccess(),
			middleman: &middleman{status: func(job *batchv1.Job) { job.Status.Terminating = nil }},
			says:      "status of Job work was written, and has no terminating",
		},
		{
			requirement: "job/counters/ready-within-active", scenario: oneSuccess(),
			rewrite: rewriteJobs(0, func(job *batchv1.Job) { job.Status.Ready = new(job.Status.Active + 1) }),
			says:    "status of Job work says that 2 pods are ready and 1 are active",
		},
		{
			requirement: "job/counters/succeeded-never-falls", scenario: story(neverJob(withSize(2, 1)), twoInTurn()),
			rewrite: rewriteVersions(isFinished, func(job *batchv1.Job) { job.Status.Succeeded = 0 }),
			says:    "status.succeeded of Job work has decreased from 1 to 0",
		},
		{
			requirement: "job/counters/failed-never-falls", scenario: story(neverJob(withLimit(1)), []kubelet.Script{exits(seconds(5), 1)}),
			rewrite: rewriteVersions(isFinished, func(job *batchv1.Job) { job.Status.Failed = 0 }),
			says:    "status.failed of Job work has decreased from 1 to 0",
		},
		{
			requirement: "job/counters/uncounted-lists-are-sets", scenario: oneSuccess(),
			rewrite: rewriteJobs(0, listedTwice), says: "uncountedTerminatedPods of Job work names pod work-",
		},
		{
			requirement: "job/counters/uncounted-lists-are-bounded",
			scenario:    story(neverJob(withSize(510, 510)), []kubelet.Script{exits(seconds(10), 0)}),
			mistake:     func(d *fakes.Decisions) { d.Limits.Uncounted = 1000 },
			says:        "uncountedTerminatedPods of Job work names 510 pods",
		},
		{
			requirement: "job/counters/ended-pods-are-counted", scenario: story(neverJob(), []kubelet.Script{exits(seconds(5), 1)}),
			mistake: func(d *fakes.Decisions) { d.CountAs = uncountedTally },
			says:    "the number of uncounted pods of Job work is",
		},
		{
			requirement: "job/counters/counted-within-a-batch", scenario: oneSuccess(),
			mistake: func(d *fakes.Decisions) { d.Limits.Batch = seconds(3) },
			says:    "the number of uncounted pods of Job work is 1, and should be 0 (since 10s",
		},
		{
			requirement: "job/counters/foreign-conditions-stay",
			scenario:    story(neverJob(), twoInTurn(), statusEdit(5, `{"type": "example.com/Checked", "status": "True"}`)),
			middleman: &middleman{status: func(job *batchv1.Job) {
				dropCondition("example.com/Checked")(job)
			}},
			says: "Job work had a condition example.com/Checked, and has it no more",
		},
		{
			requirement: "job/counters/foreign-metadata-stays",
			scenario:    story(neverJob(), twoInTurn(), edit(seconds(5), `{"metadata": {"annotations": {"ticket": "4711"}}}`)),
			middleman:   &middleman{status: func(job *batchv1.Job) { job.Annotations = nil }},
			says:        "Job work had the annotation ticket, and has it no more",
		},
	})
}
