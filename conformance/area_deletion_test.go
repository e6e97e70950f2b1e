package conformance

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

func TestDeletionMutants(t *testing.T) {
	runs, fails := exits(time.Hour, 0), exits(seconds(1), 1)
	deletes := func(p metav1.DeletionPropagation, also ...sim.Action) *sim.Scenario {
		s := story(neverJob(withSize(2, 2), withGrace(60)), []kubelet.Script{{Runs: runs.Runs, Stop: kubelet.Stop{Ignore: true}}},
			append(also, sim.Action{When: after(time.Minute), Delete: &sim.Delete{Propagation: p}})...)
		s.Until = 10 * time.Minute
		return s
	}
	held := neverJob(withLimit(3))
	held.Finalizers = []string{"example.com/hold"}
	dying := story(held, []kubelet.Script{fails, runs}, sim.Action{When: after(time.Minute), Delete: &sim.Delete{Propagation: metav1.DeletePropagationBackground}},
		edit(seconds(70), `{"spec":{"backoffLimit":0}}`))
	dying.Until = 10 * time.Minute
	recreated := func() *sim.Scenario {
		return story(neverJob(), []kubelet.Script{fails, fails, fails, exits(seconds(5), 0)},
			sim.Action{When: after(seconds(40)), Delete: &sim.Delete{Propagation: metav1.DeletePropagationBackground}},
			sim.Action{When: after(seconds(41)), Create: neverJob()})
	}
	background, orphan := metav1.DeletePropagationBackground, metav1.DeletePropagationOrphan
	kills(t, [][]Requirement{deletion}, []mutant{
		{
			requirement: "job/deletion/frees-pods-of-a-gone-job", scenario: deletes(background), sabotage: patchesInVain(),
			says: "Job work is gone, and pod work-wzkn6 keeps the finalizer",
		},
		{
			requirement: "job/deletion/frees-orphaned-pods", scenario: deletes(orphan), sabotage: patchesInVain(),
			says: "has no controller, and keeps the finalizer",
		},
		{
			requirement: "job/deletion/orphaned-pods-run-on", scenario: deletes(orphan),
			rewrite: rewriteObjects(time.Minute, isImplementation, func(pod *corev1.Pod) { pod.DeletionTimestamp = &metav1.Time{Time: pod.CreationTimestamp.Time} }),
			says:    "is deleted; its Job work was deleted without its pods",
		},
		{
			requirement: "job/deletion/frees-pods-while-it-goes", scenario: deletes(metav1.DeletePropagationForeground), sabotage: patchesInVain(),
			says: "Job work is being deleted, and pod work-wzkn6 keeps the finalizer",
		},
		{
			requirement: "job/deletion/freed-pods-do-not-count", scenario: deletes(metav1.DeletePropagationForeground),
			rewrite: rewriteJobs(time.Minute, func(job *batchv1.Job) { job.Status.Failed = 5 }),
			says:    "pods as failed, counted and listed, but only 2",
		},
		{
			requirement: "job/deletion/a-dying-job-can-fail", scenario: dying,
			mistake: patience(func(job *batchv1.Job, failed int32) bool {
				return job.DeletionTimestamp == nil && failed > *job.Spec.BackoffLimit
			}),
			says: "it is being deleted, but it is there",
		},
		{
			requirement: "job/deletion/a-new-job-counts-its-own-pods", scenario: recreated(),
			rewrite: rewriteJobs(seconds(41), func(job *batchv1.Job) { job.Status.Failed = 3 }),
			says:    "shows 3 ended pods, but only 0 of its own can have ended; the Job of that name before it had 3",
		},
		{
			requirement: "job/deletion/a-new-job-starts-at-once", scenario: recreated(),
			mistake: func(d *fakes.Decisions) {
				missing, first := d.PodsMissing, ""
				d.PodsMissing = func(job *batchv1.Job, wanted int32, c fakes.Counts) int32 {
					if first == "" {
						first = string(job.UID)
					}
					if string(job.UID) != first {
						return 0
					}
					return missing(job, wanted, c)
				}
			},
			says: "of a name that there was before, has no pod, and gets none",
		},
		{
			requirement: "job/deletion/finished-jobs-stay", scenario: story(neverJob(), []kubelet.Script{exits(seconds(5), 0)}),
			rewrite: deletesJobLast, says: "the implementation deletes Job work; that is for others to do",
		},
	})
}

// deletesJobLast turns the last write to a Job into its deletion.
func deletesJobLast(t *trace.Trace) {
	for i := len(t.Entries) - 1; i >= 0; i-- {
		if e := &t.Entries[i]; isImplementation(e) && e.Resource == jobsResource {
			e.Verb = "delete"
			return
		}
	}
}
