package conformance

import (
	"cmp"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// scales changes parallelism.
func scales(at time.Duration, parallelism int32) sim.Action {
	return sim.Action{When: after(at), Scale: &sim.Scale{Parallelism: &parallelism}}
}

// lastFirst takes the pods away that have got farthest.
func lastFirst(d *fakes.Decisions) {
	order := d.VictimOrder
	d.VictimOrder = func(a, b *corev1.Pod) int { return order(b, a) }
}

// cheapestFirst looks at the deletion cost before anything else.
func cheapestFirst(d *fakes.Decisions) {
	order := d.VictimOrder
	d.VictimOrder = func(a, b *corev1.Pod) int {
		return cmp.Or(cmp.Compare(b.Annotations[corev1.PodDeletionCost], a.Annotations[corev1.PodDeletionCost]), order(a, b))
	}
}

func TestParallelismMutants(t *testing.T) {
	long := []kubelet.Script{exits(time.Hour, 0)}
	mixed := []kubelet.Script{{Unschedulable: kubelet.Forever}, exits(time.Hour, 0), {PullFails: kubelet.Forever}, exits(time.Hour, 0)}
	kills(t, [][]Requirement{parallelism[:len(parallelism)-len(upstreamParallelism)]}, []mutant{
		{
			requirement: "job/parallelism/reaches-target", scenario: story(neverJob(withSize(4, 2)), long),
			mistake: wants(func(d *fakes.Decisions, job *batchv1.Job, c fakes.Counts) int32 { return d.PodsWanted(job, c) - 1 }),
			says:    "Job work has 1 active pods and wants 2",
		},
		{
			requirement: "job/parallelism/never-exceeds-target", scenario: story(neverJob(withSize(4, 2)), long),
			mistake: func(d *fakes.Decisions) {
				missing := d.PodsMissing
				d.PodsMissing = func(job *batchv1.Job, wanted int32, c fakes.Counts) int32 { return missing(job, wanted, c) + 1 }
			},
			says: "beside 2 active and 0 terminating pods and 0 successes: parallelism is 2 and completions 4",
		},
		{
			requirement: "job/parallelism/never-exceeds-target",
			scenario: story(neverJob(withPolicyFailed), []kubelet.Script{takesItsTime(seconds(25))},
				onThePod(seconds(10), sim.PodAction{Pod: 1, Delete: &sim.Delete{}})),
			mistake: func(d *fakes.Decisions) {
				d.PodsMissing = func(_ *batchv1.Job, wanted int32, c fakes.Counts) int32 { return wanted - c.Active }
			},
			says: "beside 0 active and 1 terminating pods",
		},
		{
			requirement: "job/parallelism/zero-creates-nothing", scenario: story(neverJob(withSize(4, 0)), long),
			mistake: wants(func(*fakes.Decisions, *batchv1.Job, fakes.Counts) int32 { return 1 }),
			says:    "is created for Job work, which has parallelism 0",
		},
		{
			requirement: "job/parallelism/zero-is-not-suspension", scenario: story(neverJob(withSize(4, 2)), long, scales(seconds(10), 0)),
			mistake: func(d *fakes.Decisions) {
				d.IsSuspended = func(job *batchv1.Job) bool { return *job.Spec.Parallelism == 0 }
			},
			says: "there is an event Suspended",
		},
		{
			requirement: "job/parallelism/zero-is-not-suspension", scenario: story(neverJob(withSize(4, 2)), long, scales(seconds(10), 0)),
			rewrite: rewriteJobs(seconds(10), func(job *batchv1.Job) {
				job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobSuspended, Status: corev1.ConditionTrue}}
			}),
			says: "was never suspended, and it becomes Suspended",
		},
		{
			requirement: "job/parallelism/zero-is-not-suspension", scenario: story(neverJob(withSize(4, 2)), long, scales(seconds(10), 0)),
			rewrite: rewriteJobs(seconds(10), func(job *batchv1.Job) { job.Status.StartTime = nil }),
			says:    "was never suspended, and its startTime changes",
		},
		{
			requirement: "job/parallelism/zero-keeps-the-deadline",
			scenario:    story(neverJob(withSize(4, 2), withDeadline(30)), long, scales(seconds(10), 0)),
			mistake: func(d *fakes.Decisions) {
				left := d.DeadlineLeft
				d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
					return left(job, suspended || *job.Spec.Parallelism == 0, now)
				}
			},
			says: "the deadline of Job work, which has parallelism 0, has passed",
		},
		{
			requirement: "job/parallelism/raising-creates", scenario: story(neverJob(withSize(8, 2)), long, scales(seconds(10), 4)),
			mistake: wants(func(*fakes.Decisions, *batchv1.Job, fakes.Counts) int32 { return 2 }),
			says:    "was raised to 4, and it has 2 active pods",
		},
		{
			requirement: "job/parallelism/lowering-deletes", scenario: story(neverJob(withSize(8, 4)), long, scales(seconds(10), 2)),
			mistake: wants(func(d *fakes.Decisions, job *batchv1.Job, c fakes.Counts) int32 {
				return max(c.Active, d.PodsWanted(job, c))
			}),
			says: "more pods of Job work are active than parallelism",
		},
		{
			requirement: "job/parallelism/surplus-does-not-count",
			scenario:    story(neverJob(withSize(8, 4)), long, scales(seconds(10), 2)),
			mistake:     deletesOnly, says: "was active and was deleted as surplus at 10s, and it is counted as failed",
		},
		{
			requirement: "job/parallelism/terminating-pods-hold-no-place",
			scenario: story(neverJob(withGrace(100)), []kubelet.Script{takesItsTime(seconds(90))},
				onThePod(seconds(10), sim.PodAction{Pod: 1, Delete: &sim.Delete{}})),
			mistake: func(d *fakes.Decisions) {
				d.PodsMissing = func(_ *batchv1.Job, wanted int32, c fakes.Counts) int32 { return wanted - c.Active - c.Terminating }
			},
			says: "Job work has 0 active and 1 terminating pods and wants 1 active ones",
		},
		{
			requirement: "job/parallelism/only-surplus-is-deleted",
			scenario:    until(seconds(60), story(neverJob(withSize(8, 4)), long, scales(seconds(10), 3))),
			mistake: wants(func(d *fakes.Decisions, job *batchv1.Job, c fakes.Counts) int32 {
				return d.PodsWanted(job, c) - c.Active/4*2
			}),
			says: "is deleted while 4 are active and 0 have succeeded: parallelism is 4",
		},
		{
			requirement: "job/parallelism/less-advanced-first", scenario: story(neverJob(withSize(4, 4)), mixed, scales(seconds(30), 2)),
			mistake: lastFirst, says: "(ready) was deleted at 30s, and",
		},
	})
}

func TestUpstreamParallelismMutants(t *testing.T) {
	long := []kubelet.Script{exits(time.Hour, 0)}
	upAndDown := func(more ...sim.Action) *sim.Scenario {
		return story(neverJob(withSize(8, 2)), long, append([]sim.Action{scales(seconds(10), 4)}, append(more, scales(seconds(20), 2))...)...)
	}
	priced := onThePod(seconds(15), sim.PodAction{Pod: 1, Patch: &sim.Patch{Type: "application/merge-patch+json",
		Data: []byte(`{"metadata": {"annotations": {"controller.kubernetes.io/pod-deletion-cost": "1"}}}`)}})
	kills(t, [][]Requirement{upstreamParallelism}, []mutant{
		{
			requirement: "job/parallelism/raising-creates-at-once", scenario: upAndDown(),
			mistake: func(d *fakes.Decisions) { d.Limits.PodsPerSync = 1 },
			says:    "is raised to 4, and at that instant 1 of 2 missing pods are created",
		},
		{
			requirement: "job/parallelism/victim-order", scenario: upAndDown(),
			mistake: lastFirst, says: "of the active pods of Job work",
		},
		{
			requirement: "job/parallelism/deletion-cost-is-ignored", scenario: upAndDown(priced),
			mistake: cheapestFirst, says: "was left",
		},
		{
			requirement: "job/parallelism/finalizer-before-delete", scenario: upAndDown(),
			mistake: func(d *fakes.Decisions) { d.Removal = []fakes.PodCall{d.Removal[1], d.Removal[0]} },
			says:    "is deleted while it carries the finalizer batch.kubernetes.io/job-tracking",
		},
		{
			requirement: "job/parallelism/pods-per-evaluation", scenario: until(seconds(5), story(neverJob(withSize(600, 501)), long)),
			mistake: func(d *fakes.Decisions) { d.Limits.PodsPerSync = 1000 }, says: "one evaluation creates more than 500 pods of Job work",
		},
		broken(t, "job/parallelism/ends-are-not-bounded", "suspension-capped", "PAR-11.2", "is deleted at 11s, and 500 others were at 10s: expected all at once"),
		broken(t, "job/parallelism/ends-are-not-bounded", "failed-job-deletes-in-parts", "PAR-11.3", "and 500 others were at 10s: expected all at once"),
	})
}

// The controller of 1.31 deletes either of two pods of which one has a sidecar that was restarted more often.
func TestSidecarRestartsOrderVictimsSince132(t *testing.T) {
	g := NewWithT(t)
	pod := func(restarts int32) *corev1.Pod {
		always := corev1.ContainerRestartPolicyAlways
		p := &corev1.Pod{Spec: corev1.PodSpec{NodeName: "n", InitContainers: []corev1.Container{{Name: "proxy", RestartPolicy: &always}}}}
		p.Status.Phase = corev1.PodRunning
		p.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "proxy", RestartCount: restarts}}
		return p
	}
	g.Expect(compareVictims(pod(2), pod(0), 31)).To(BeZero())
	g.Expect(compareVictims(pod(2), pod(0), 32)).To(BeNumerically("<", 0))
}
