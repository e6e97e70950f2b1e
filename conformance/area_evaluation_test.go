package conformance

import (
	"slices"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// withoutTests drops an outcome test, named as the reference names it.
func withoutTests(d *fakes.Decisions, names ...string) {
	d.Outcome = slices.DeleteFunc(d.Outcome, func(test fakes.OutcomeTest) bool { return slices.Contains(names, test.Name) })
}

// stepsOf picks steps of a sync by name.
func stepsOf(d *fakes.Decisions, names ...string) {
	all := d.Steps
	d.Steps = nil
	for _, name := range names {
		i := slices.IndexFunc(all, func(s fakes.Step) bool { return s.Name == name })
		d.Steps = append(d.Steps, all[i])
	}
}

func crashAt(at, down time.Duration) sim.Fault {
	return sim.Fault{When: after(at), Crash: &sim.Crash{Down: down}}
}

// deletesInForeground deletes the Job, which stays until its pods are gone.
func deletesInForeground(at time.Duration) sim.Action {
	return sim.Action{When: after(at), Delete: &sim.Delete{Propagation: metav1.DeletePropagationForeground}}
}

// takesItsTime runs until it is told to stop, and then goes on for a while.
func takesItsTime(stop time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: time.Hour}}, Stop: kubelet.Stop{After: stop}}
}

// until ends a scenario early.
func until(end time.Duration, s *sim.Scenario) *sim.Scenario {
	s.Until = end
	return s
}

// changeTheFinished makes a user's edit of a finished Job a status write of the implementation.
func changeTheFinished(t *trace.Trace) {
	for i := range t.Entries {
		e := &t.Entries[i]
		if job, ok := e.Object.(*batchv1.Job); ok && e.Kind == trace.Call && e.Verb == "patch" {
			job = job.DeepCopy()
			job.Status.Succeeded++
			e.Object, e.Subresource, e.Instance, e.Actor = job, "status", 1, "controller"
		}
	}
}

func TestEvaluationMutants(t *testing.T) {
	fails := exits(seconds(5), 1)
	kills(t, [][]Requirement{evaluations[:len(evaluations)-len(evaluationUpstream)]}, []mutant{
		{
			requirement: "job/evaluation/backoff-limit-before-deadline",
			scenario: withFaults(story(neverJob(withLimit(0), withDeadline(10)), []kubelet.Script{exits(9500*time.Millisecond, 1)}),
				crashAt(8500*time.Millisecond, 4*time.Second)),
			mistake: func(d *fakes.Decisions) { slices.Reverse(d.Outcome) },
			says:    "fails with reason DeadlineExceeded, although 1 pods had failed, with backoffLimit 0",
		},
		{
			requirement: "job/evaluation/failure-before-success",
			scenario:    story(neverJob(withDeadline(10)), []kubelet.Script{exits(9500*time.Millisecond, 0)}),
			mistake:     successFirst, says: "although its deadline of 10 s had passed",
		},
		{
			requirement: "job/evaluation/failure-before-success",
			scenario:    story(neverJob(queue(2), withLimit(0)), []kubelet.Script{fails, exits(seconds(5), 0)}),
			mistake:     successFirst, says: "although backoffLimit 0 was exceeded",
		},
		{
			requirement: "job/evaluation/decision-is-final", scenario: story(neverJob(withLimit(0)), []kubelet.Script{fails}),
			mistake: func(d *fakes.Decisions) {
				record := d.RecordTerminal
				d.RecordTerminal = func(job *batchv1.Job, v fakes.Verdict, now time.Time) {
					record(job, v, now)
					condition(job, batchv1.JobFailureTarget).Reason = "Another"
					condition(job, batchv1.JobFailed).Reason = "Another"
				}
			},
			says: "was FailureTarget with reason BackoffLimitExceeded",
		},
		{
			requirement: "job/evaluation/edits-do-not-undo-a-decision",
			scenario: story(neverJob(withLimit(0), withSize(2, 2)), []kubelet.Script{fails, takesItsTime(seconds(20))},
				edit(seconds(10), `{"spec": {"backoffLimit": 5, "parallelism": 0}}`)),
			mistake: func(d *fakes.Decisions) { withoutTests(d, "failure already decided") },
			says:    "has no pods left to wait for, and it does not finish",
		},
		{
			requirement: "job/evaluation/finished-is-left-alone",
			scenario: withFaults(story(neverJob(withLimit(0)), []kubelet.Script{fails},
				edit(seconds(21), `{"spec": {"backoffLimit": 5}}`)), crashAt(seconds(20), seconds(2))),
			mistake: func(d *fakes.Decisions) {
				d.IsFinished = func(*batchv1.Job) bool { return false }
				withoutTests(d, "failure already decided", "success already decided")
			},
			says: "was finished since 6s, and pod",
		},
		{
			requirement: "job/evaluation/finished-is-left-alone",
			scenario:    story(neverJob(), []kubelet.Script{exits(seconds(5), 0)}, edit(seconds(30), `{"metadata": {"labels": {"a": "b"}}}`)),
			rewrite:     changeTheFinished, says: "to active=0 ready=0 terminating=0 succeeded=2 failed=0",
		},
		{
			requirement: "job/evaluation/deleted-is-not-managed",
			scenario:    story(neverJob(), []kubelet.Script{takesItsTime(seconds(25))}, deletesInForeground(seconds(10))),
			mistake:     func(d *fakes.Decisions) { d.MayManage = func(_ *batchv1.Job, met bool) bool { return met } },
			says:        "is being deleted, and pod",
		},
		{
			requirement: "job/evaluation/deleted-is-not-managed",
			scenario: story(neverJob(), []kubelet.Script{takesItsTime(seconds(25))}, deletesInForeground(seconds(10)),
				sim.Action{When: after(seconds(15)), Suspend: new(true)}),
			mistake: func(d *fakes.Decisions) { d.MayManage = func(_ *batchv1.Job, met bool) bool { return met } },
			says:    "its condition Suspended is changed",
		},
	})
}

func TestUpstreamEvaluationMutants(t *testing.T) {
	ends := []kubelet.Script{exits(seconds(5), 0)}
	kills(t, [][]Requirement{evaluationUpstream}, []mutant{
		{
			requirement: "job/evaluation/order-of-effects", scenario: story(neverJob(withSize(3, 1)), ends),
			mistake: func(d *fakes.Decisions) {
				stepsOf(d, "claim", "observe", "decide", "account", "list", "manage", "free", "settle")
			},
			says: "the status is written, and then there is a create",
		},
		{
			requirement: "job/evaluation/creates-or-deletes", scenario: until(seconds(20), story(neverJob(withSize(3, 1)), ends)),
			mistake: func(d *fakes.Decisions) {
				stepsOf(d, "claim", "observe", "decide", "manage", "manage", "account", "list", "free", "settle")
				asked := 0
				d.PodsWanted = func(*batchv1.Job, fakes.Counts) int32 { asked++; return int32((asked + 1) % 2) }
			},
			says: "one evaluation deletes pod",
		},
		{
			requirement: "job/evaluation/job-changes-at-once",
			scenario:    story(neverJob(), []kubelet.Script{exits(seconds(60), 0)}, edit(seconds(10), `{"spec": {"backoffLimit": 5}}`)),
			rewrite: func(t *trace.Trace) {
				for i := range t.Entries {
					if e := &t.Entries[i]; e.Kind == trace.Instance && e.At == seconds(10) {
						e.Verb = "idle"
					}
				}
			},
			says: "Job work is not evaluated by 10s",
		},
		{
			requirement: "job/evaluation/pod-changes-within-a-second", scenario: story(neverJob(), ends),
			mistake: func(d *fakes.Decisions) { d.Limits.Batch = 5 * time.Second }, says: "is not evaluated by 1s",
		},
		{
			requirement: "job/evaluation/pod-changes-are-batched", scenario: story(neverJob(), ends),
			mistake: asIn("one-sync-per-event"), says: "Job work is evaluated at 0s, because of ADDED of pod work-",
		},
		{
			requirement: "job/evaluation/deadline-timer",
			scenario:    story(neverJob(withDeadline(10)), []kubelet.Script{exits(seconds(60), 0)}),
			mistake: func(d *fakes.Decisions) {
				left := d.DeadlineLeft
				d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
					l, ok := left(job, suspended, now)
					return l + 5*time.Second, ok
				}
			},
			says: "passes at 10s, and it is evaluated at 2s and not then",
		},
		{
			requirement: "job/evaluation/waits-for-its-own-pods",
			scenario: withFaults(story(neverJob(withSize(4, 2)), ends),
				sim.Fault{Watch: &sim.WatchFault{Resource: apiserver.Pods, Delay: seconds(20)}}),
			mistake: func(d *fakes.Decisions) {
				d.MayManage = func(*batchv1.Job, bool) bool { return true }
				d.Limits.ExpectationsTimeout = 0
			},
			says: "although the cache does not show yet what became of pod",
		},
	})
}
