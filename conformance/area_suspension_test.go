package conformance

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// asIn makes the mistake of a broken implementation.
func asIn(name string) func(*fakes.Decisions) {
	b, ok := fakes.GetBroken(name)
	if !ok {
		panic("there is no broken implementation " + name)
	}
	return b.Break
}

func TestSuspensionMutants(t *testing.T) {
	long, short := []kubelet.Script{exits(time.Hour, 0)}, []kubelet.Script{exits(seconds(5), 0)}
	stubborn := []kubelet.Script{exits(seconds(5), 1), {
		Runs: []kubelet.Run{{For: kubelet.Forever}}, Stop: kubelet.Stop{After: seconds(25)},
	}}
	paused := func(size int32, pods []kubelet.Script) *sim.Scenario {
		return story(neverJob(withSize(size, 1)), pods, suspends(seconds(8)), sim.Action{When: after(time.Minute), Suspend: new(false)})
	}
	kills(t, [][]Requirement{suspension}, []mutant{
		{
			requirement: "job/suspension/is-said", scenario: paused(1, long),
			mistake: asIn("suspended-condition-missing"), says: "is suspended, and is not Suspended=True",
		},
		{
			requirement: "job/suspension/said-only-if-so",
			scenario: story(neverJob(withSize(3, 1)), short, suspends(seconds(6)), sim.Action{When: after(seconds(6)), Suspend: new(false)},
				suspends(time.Minute)),
			mistake: asIn("missed-suspension-made-up-for"), says: "Job work is not suspended, and becomes Suspended=True",
		},
		{
			requirement: "job/suspension/deletes-active-pods", scenario: paused(1, long),
			mistake: asIn("suspension-only-stops-creation"), says: "is suspended, and 1 of its pods are active",
		},
		{
			requirement: "job/suspension/removed-pods-do-not-count", scenario: paused(1, long),
			mistake: asIn("suspension-counts-as-failure"), says: "was active and was deleted as surplus at 8s, and it is counted as failed",
		},
		{
			requirement: "job/suspension/ended-pods-are-counted",
			scenario:    story(neverJob(withSize(2, 1)), short, suspends(seconds(5))),
			mistake:     asIn("suspended-job-does-not-count"), says: "the number of uncounted pods of Job work is 1, and should be 0",
		},
		{
			requirement: "job/suspension/keeps-what-was-done", scenario: paused(2, short),
			mistake: asIn("work-repeated-on-resume"), says: "beside 0 active and 0 terminating pods and 2 successes",
		},
		{
			requirement: "job/suspension/resume-is-said", scenario: paused(1, long),
			mistake: asIn("suspended-condition-removed-on-resume"), says: "was Suspended=True and was resumed, and the entry is removed",
		},
		{
			requirement: "job/suspension/resume-is-said", scenario: paused(1, long),
			mistake: func(d *fakes.Decisions) {
				d.RecordResumed = func(*batchv1.JobStatus, time.Time) bool { return false }
			},
			says: "was resumed, and is Suspended=True still",
		},
		{
			requirement: "job/suspension/not-mentioned-without", scenario: story(neverJob(), short),
			mistake: asIn("suspended-false-from-the-start"), says: "was never suspended, and becomes Suspended=False",
		},
		{
			requirement: "job/suspension/decided-jobs-go-on",
			scenario:    story(neverJob(withSize(2, 2), withLimit(0)), stubborn, suspends(seconds(10))),
			mistake:     asIn("failing-job-suspended"), says: "it was decided at 6s how Job work ends, and it becomes Suspended=True",
		},
	})
}

func TestReplacementMutants(t *testing.T) {
	slow := []kubelet.Script{{Runs: []kubelet.Run{{For: kubelet.Forever}}, Stop: kubelet.Stop{After: seconds(25)}}}
	deleted := onThePod(seconds(10), sim.PodAction{Pod: 1, Delete: &sim.Delete{}})
	kills(t, [][]Requirement{replacement}, []mutant{
		{
			requirement: "job/replacement/waits-for-terminating-pods",
			scenario:    story(neverJob(withSize(3, 2), withPolicyFailed), slow, deleted, edit(seconds(12), `{"spec":{"parallelism":3}}`)),
			mistake:     asIn("replaces-beside-terminating-pods"), says: "beside 1 active and 1 terminating pods and 0 successes",
		},
		{
			requirement: "job/replacement/delay-counts-from-the-end", scenario: story(neverJob(withPolicyFailed), slow, deleted),
			mistake: delays(noDelay), says: "the last one at 35s at the earliest, so there is a delay of 10s until 45s",
		},
		{
			requirement: "job/replacement/policy-edits-apply",
			scenario: story(neverJob(withSize(2, 2), withPolicyFailed), slow, deleted,
				edit(seconds(12), `{"spec":{"podReplacementPolicy":"TerminatingOrFailed"}}`)),
			mistake: asIn("replacement-policy-latched"), says: "podReplacementPolicy is TerminatingOrFailed now, and it does not count as failed",
		},
	})
}
