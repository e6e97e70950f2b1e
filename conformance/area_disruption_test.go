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

// createsOnce creates the first pod of a Job and no other.
func createsOnce(d *fakes.Decisions) {
	created := false
	d.PodsMissing = func(*batchv1.Job, int32, fakes.Counts) int32 {
		if created {
			return 0
		}
		created = true
		return 1
	}
}

// forgives does not count what the cluster has ended.
func forgives(d *fakes.Decisions) {
	failed := d.IsFailed
	d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool { return failed(job, pod) && !disrupted(pod) }
}

func TestDisruptionMutants(t *testing.T) {
	minute, runs := exits(time.Minute, 0), exits(time.Hour, 0)
	slow := kubelet.Script{Runs: runs.Runs, Stop: kubelet.Stop{After: seconds(25)}}
	kill := func(at, pod int) sim.Action {
		return onThePod(seconds(at), sim.PodAction{Pod: pod, Delete: &sim.Delete{}})
	}
	stripped := func() *sim.Scenario {
		return story(neverJob(withLimit(0)), []kubelet.Script{slow, minute},
			onThePod(seconds(10), sim.PodAction{Pod: 1, RemoveFinalizer: batchv1.JobTrackingFinalizer}), kill(10, 1))
	}
	deleted := func() *sim.Scenario {
		return withFaults(story(neverJob(withPolicyFailed), []kubelet.Script{runs, minute}),
			sim.Fault{When: after(seconds(30)), Node: &sim.NodeFault{Name: "node-1", Deleted: true}})
	}
	lost := withFaults(story(neverJob(), []kubelet.Script{exits(3*time.Minute, 0)}),
		sim.Fault{When: after(seconds(60)), Node: &sim.NodeFault{Name: "node-1", Lost: true, For: 4 * time.Minute}})
	kills(t, [][]Requirement{disruption}, []mutant{
		{
			requirement: "job/disruption/nothing-is-lost", scenario: story(neverJob(), []kubelet.Script{slow, minute}, kill(20, 1)),
			rewrite: rewriteJobs(0, func(job *batchv1.Job) { job.Status.UncountedTerminatedPods = nil }),
			says:    "loses its finalizer although Job work neither lists nor counts it",
		},
		{
			requirement: "job/disruption/counted-pods-stay-counted",
			scenario:    story(neverJob(withSize(3, 1)), []kubelet.Script{exits(seconds(10), 0)}, kill(15, 1)),
			rewrite:     rewriteJobs(seconds(16), func(job *batchv1.Job) { job.Status.Succeeded-- }),
			says:        "the counters of Job work fall from succeeded 1 and failed 0 to 0 and 0",
		},
		{
			requirement: "job/disruption/stripped-pods-do-not-count", scenario: stripped(),
			rewrite: rewriteJobs(seconds(10), func(job *batchv1.Job) { job.Status.Failed = 1 }),
			says:    "shows 1 pods as failed, counted and listed, but only 0",
		},
		{
			requirement: "job/disruption/stripped-pods-are-replaced", scenario: stripped(), mistake: createsOnce,
			says: "has too few active pods and no failed ones, and gets no pod",
		},
		{
			requirement: "job/disruption/lost-nodes-keep-their-pods", scenario: lost,
			mistake: func(d *fakes.Decisions) {
				active := d.IsActive
				d.IsActive = func(pod *corev1.Pod) bool {
					return active(pod) && (pod.Status.Phase != corev1.PodRunning || d.IsReady(pod))
				}
			},
			says: "is on a lost node, and nobody has deleted it",
		},
		{
			requirement: "job/disruption/lost-pods-block-the-end",
			scenario:    story(neverJob(withGrace(60)), []kubelet.Script{{Runs: runs.Runs, Stop: kubelet.Stop{Ignore: true}}, exits(seconds(5), 0)}, kill(20, 1)),
			mistake:     func(d *fakes.Decisions) { d.IsTerminating = func(*corev1.Pod) bool { return false } },
			says:        "is terminating and has not stopped",
		},
		{
			requirement: "job/disruption/given-up-pods-count", scenario: deleted(), mistake: forgives,
			says: "was ended by the cluster, and does not count as failed",
		},
		{
			requirement: "job/disruption/given-up-pods-count", scenario: deleted(), mistake: asIn("evicted-pods-not-counted"),
			says: "and loses its finalizer although Job work neither lists nor counts it", // and goes with it
		},
		{
			requirement: "job/disruption/evicted-pods-count",
			scenario:    story(neverJob(), []kubelet.Script{{Runs: runs.Runs, EvictAfter: seconds(20)}, minute}), mistake: forgives,
			says: "was ended by the cluster, and does not count as failed",
		},
		{
			requirement: "job/disruption/evicted-pods-count",
			scenario:    story(neverJob(), []kubelet.Script{{Runs: runs.Runs, EvictAfter: seconds(20)}, minute}),
			mistake:     asIn("evicted-pods-not-counted"), says: "and loses its finalizer although Job work neither lists nor counts it",
		},
		{
			requirement: "job/disruption/pending-is-no-failure",
			scenario:    story(neverJob(withDeadline(300)), []kubelet.Script{{Unschedulable: kubelet.Forever}}),
			mistake: func(d *fakes.Decisions) {
				failed := d.IsFailed
				d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool {
					return failed(job, pod) || pod.Status.Phase == corev1.PodPending
				}
			},
			says: "counts as failed, but it is only Pending",
		},
	})
}
