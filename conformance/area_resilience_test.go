package conformance

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// heedless does not wait for the events of its own pods, and trusts its cache that there are none.
func heedless(d *fakes.Decisions) {
	impatient(d)
	d.MayManage = func(job *batchv1.Job, _ bool) bool { return job.DeletionTimestamp == nil }
}

func TestResilienceMutants(t *testing.T) {
	two := func() *sim.Scenario { return story(neverJob(withSize(2, 2)), []kubelet.Script{exits(seconds(10), 0)}) }
	late := func() *sim.Scenario {
		s := oneSuccess()
		s.WatchDelay = seconds(2)
		return s
	}
	kills(t, [][]Requirement{resilience}, []mutant{
		{
			requirement: "job/resilience/counters-survive-crashes",
			scenario: withFaults(oneSuccess(), sim.Fault{Crash: &sim.Crash{Call: 1, After: true, Down: seconds(5),
				Match: sim.CallMatch{Verb: "patch", Resource: apiserver.Pods}}}),
			mistake: freesFirst, says: "which has ended as Succeeded, counts as nothing",
		},
		{
			requirement: "job/resilience/counters-are-exact",
			scenario:    story(neverJob(), []kubelet.Script{exits(seconds(5), 1), exits(seconds(5), 0)}),
			mistake: func(d *fakes.Decisions) {
				d.CountAs = func(d *fakes.Decisions, _ *batchv1.Job, pod *corev1.Pod, _ *fakes.Verdict) fakes.Tally {
					if terminal(pod) {
						return fakes.Succeeded
					}
					return fakes.Uncounted
				}
			},
			says: "which has ended as Failed, counts as a success",
		},
		{
			requirement: "job/resilience/goes-on-after-restart",
			scenario: withFaults(story(neverJob(withDeadline(60)), []kubelet.Script{slowly(0)}),
				sim.Fault{When: after(seconds(30)), Crash: &sim.Crash{Down: seconds(60)}}),
			mistake: timer(noTimer), says: "the implementation was restarted, and the deadline of Job work passes unheeded",
		},
		{
			requirement: "job/resilience/conflict-makes-no-duplicates",
			scenario:    withFaults(two(), failing("update", "jobs", "status", 409, 1), silentPods(0, 60)),
			mistake:     heedless, says: "was created after a conflict of a status write, and Job work, which may have 2, has 3 active pods with it",
		},
		{
			requirement: "job/resilience/conflicts-are-retried",
			scenario:    withFaults(two(), failingAfter(seconds(10), "update", "jobs", "status", 409, 2)),
			mistake:     asIn("conflict-not-retried"), says: "a status write of Job work has met a conflict, and none follows: active is 2 and should be 0",
		},
		{
			requirement: "job/resilience/refused-creations-do-not-fail",
			scenario:    withFaults(oneSuccess(), failing("create", "pods", "", 403, 5)),
			mistake: func(d *fakes.Decisions) {
				d.Outcome = append(d.Outcome, fakes.OutcomeTest{Name: "impatience",
					Decide: func(_ *fakes.Decisions, o fakes.Observation) *fakes.Verdict {
						if o.Counts.Active > 0 || o.Counts.Succeeded > 0 || o.Now.Sub(o.Job.CreationTimestamp.Time) < seconds(10) {
							return nil
						}
						return &fakes.Verdict{Reason: "NoPods"}
					}})
			},
			says: "Job work is FailureTarget (NoPods), and none of its pods has failed, was deleted or restarted",
		},
		{
			requirement: "job/resilience/refused-creations-are-tried-again",
			scenario:    withFaults(oneSuccess(), failing("create", "pods", "", 403, 1)),
			middleman:   &middleman{swallow: true}, says: "a creation was refused, and Job work has too few active pods",
		},
		{
			requirement: "job/resilience/late-events-make-no-duplicates", scenario: withFaults(two(), silentPods(0, 60)),
			mistake: heedless, says: "had not been delivered, and Job work, which may have 2, has 3 active pods with it",
		},
		{
			requirement: "job/resilience/nothing-after-the-end", scenario: late(), middleman: &middleman{twice: true},
			says: "and has tried to write its status again",
		},
		{
			requirement: "job/resilience/waits-for-its-own-writes", scenario: withFaults(two(), silentPods(0, 60)),
			mistake: heedless, says: "was evaluated before the caches showed what the implementation itself had written at 0s",
		},
	})
}
