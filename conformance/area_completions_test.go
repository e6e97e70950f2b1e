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
	"github.com/jobsim/jobsim/sim/trace"
)

// adoption is a Job of three pods that is deleted without them, and one of one pod that adopts them ten seconds later.
func adoption(orphaned time.Duration, pods ...kubelet.Script) *sim.Scenario {
	byHand := func(s *batchv1.JobSpec) {
		s.ManualSelector, s.Selector = new(true), &metav1.LabelSelector{MatchLabels: map[string]string{"app": "work"}}
		s.Template.Labels = map[string]string{"app": "work"}
	}
	heir := neverJob(withSize(1, 3), byHand)
	heir.Name = "heir"
	return story(neverJob(withSize(3, 3), byHand), pods,
		sim.Action{When: after(orphaned), Delete: &sim.Delete{Propagation: metav1.DeletePropagationOrphan}},
		sim.Action{When: after(orphaned + 10*time.Second), Create: heir})
}

// refuses makes calls about pods fail from a time on.
func refuses(from, duration time.Duration, verb string) sim.Fault {
	return sim.Fault{When: after(from), Error: &sim.CallError{
		Match:  sim.CallMatch{Verb: verb, Resource: apiserver.Pods},
		Status: metav1.Status{Status: metav1.StatusFailure, Code: 500, Reason: metav1.StatusReasonInternalError}, For: duration,
	}}
}

// wants replaces how many pods should be active.
func wants(n func(d *fakes.Decisions, job *batchv1.Job, c fakes.Counts) int32) func(*fakes.Decisions) {
	return func(d *fakes.Decisions) {
		reference := fakes.Reference()
		d.PodsWanted = func(job *batchv1.Job, c fakes.Counts) int32 { return n(&reference, job, c) }
	}
}

// completes replaces the completion test.
func completes(done func(job *batchv1.Job, c fakes.Counts) bool) func(*fakes.Decisions) {
	return func(d *fakes.Decisions) { d.Completed = done }
}

func neverDone(*batchv1.Job, fakes.Counts) bool { return false }

// allAtOnce is the mistake to look at parallelism alone.
var allAtOnce = wants(func(_ *fakes.Decisions, job *batchv1.Job, _ fakes.Counts) int32 { return *job.Spec.Parallelism })

// deletesOnly takes surplus pods away with their finalizers on.
func deletesOnly(d *fakes.Decisions) { d.Removal = d.Removal[1:] }

func suspends(at time.Duration) sim.Action { return sim.Action{When: after(at), Suspend: new(true)} }

func TestCompletionsMutants(t *testing.T) {
	one, long := []kubelet.Script{exits(seconds(5), 0)}, exits(time.Hour, 0)
	justBeforeSuspension := func() *sim.Scenario {
		return story(neverJob(), []kubelet.Script{exits(seconds(10), 0)}, suspends(10500*time.Millisecond))
	}
	unlessSuspended := func(d *fakes.Decisions) {
		done := d.Completed
		d.Completed = func(job *batchv1.Job, c fakes.Counts) bool { return !*job.Spec.Suspend && done(job, c) }
	}
	kills(t, [][]Requirement{completions[:len(completions)-len(workQueueCompletions)-len(countedPods)]}, []mutant{
		{
			requirement: "job/completions/success-needs-completions", scenario: story(neverJob(withSize(2, 1)), one),
			mistake: completes(func(job *batchv1.Job, c fakes.Counts) bool { return c.Succeeded >= *job.Spec.Completions-1 }),
			says:    "succeeds with 1 of 2 completions",
		},
		{
			requirement: "job/completions/success-needs-completions",
			scenario:    withFaults(adoption(seconds(10), long, long, exits(seconds(30), 0)), refuses(seconds(20), seconds(60), "delete")),
			mistake:     completes(func(job *batchv1.Job, c fakes.Counts) bool { return c.Succeeded >= *job.Spec.Completions }),
			says:        "Job heir succeeds while its pod",
		},
		{
			requirement: "job/completions/reached-means-success", scenario: story(neverJob(), one),
			mistake: completes(neverDone), says: "has its completions and no active pod",
		},
		{
			requirement: "job/completions/zero", scenario: story(neverJob(withSize(0, 1)), one),
			mistake: completes(neverDone), says: "has completions 0, and does not succeed",
		},
		{
			requirement: "job/completions/zero", scenario: until(seconds(60), story(neverJob(withSize(0, 1)), one)),
			mistake: allAtOnce, says: "is created for Job work, which has completions 0",
		},
		{
			requirement: "job/completions/zero", scenario: story(neverJob(withSize(0, 1)), one),
			rewrite: rewriteJobs(0, func(job *batchv1.Job) { job.Status.StartTime = nil }), says: "and has no startTime",
		},
		{
			requirement: "job/completions/suspended-completes", scenario: justBeforeSuspension(),
			mistake: unlessSuspended, says: "the suspended Job work has its completions",
		},
		{
			requirement: "job/completions/complete-is-not-suspended", scenario: justBeforeSuspension(),
			mistake: unlessSuspended, says: "becomes Suspended, although 1 pods have succeeded",
		},
		{
			requirement: "job/completions/no-more-than-completions", scenario: until(seconds(60), story(neverJob(withSize(3, 2)), one)),
			mistake: allAtOnce, says: "is created for Job work beside 1 active pods and 2 successes: completions is 3",
		},
		{
			requirement: "job/completions/surplus-is-deleted", scenario: adoption(seconds(10), exits(seconds(60), 0)),
			mistake: wants(func(d *fakes.Decisions, job *batchv1.Job, c fakes.Counts) int32 {
				return max(c.Active, d.PodsWanted(job, c))
			}),
			says: "more pods of Job heir are active than completions are missing",
		},
		{
			requirement: "job/completions/surplus-does-not-count", scenario: adoption(seconds(10), exits(seconds(60), 0)),
			mistake: deletesOnly, says: "was active and was deleted as surplus at 20s, and it is counted as failed",
		},
	})
}

func TestWorkQueueMutants(t *testing.T) {
	fails, ends, long := exits(seconds(5), 1), exits(seconds(5), 0), exits(time.Hour, 0)
	kills(t, [][]Requirement{workQueueCompletions}, []mutant{
		{
			requirement: "job/completions/work-queue-needs-a-success", scenario: story(neverJob(queue(1)), []kubelet.Script{fails, ends}),
			mistake: completes(func(_ *batchv1.Job, c fakes.Counts) bool { return c.Active == 0 && c.Succeeded+c.Failed > 0 }),
			says:    "succeeds without a pod that has",
		},
		{
			requirement: "job/completions/work-queue-needs-a-success",
			scenario:    story(neverJob(queue(2)), []kubelet.Script{ends, exits(seconds(60), 0)}),
			mistake:     completes(func(_ *batchv1.Job, c fakes.Counts) bool { return c.Succeeded > 0 }),
			says:        "succeeds while its pod",
		},
		{
			requirement: "job/completions/work-queue-ends-with-a-success",
			scenario:    story(neverJob(queue(2)), []kubelet.Script{ends, exits(seconds(20), 1)}),
			mistake: completes(func(job *batchv1.Job, c fakes.Counts) bool {
				return c.Active == 0 && c.Succeeded >= *job.Spec.Parallelism
			}),
			says: "has succeeded and none is active, and it does not succeed",
		},
		{
			requirement: "job/completions/work-queue-lets-pods-work", scenario: story(neverJob(queue(2)), []kubelet.Script{ends, long}),
			mistake: asIn("work-queue-completes-at-first-success"), says: "was active, and is deleted for no reason",
		},
		{
			requirement: "job/completions/work-queue-makes-no-more-pods", scenario: story(neverJob(queue(2)), []kubelet.Script{ends, long}),
			mistake: allAtOnce, says: "which has no completions and of which a pod had succeeded",
		},
		{
			requirement: "job/completions/work-queue-failures-count",
			scenario:    story(neverJob(queue(2), withLimit(0)), []kubelet.Script{ends, exits(seconds(10), 1)}),
			mistake: func(d *fakes.Decisions) {
				exceeded := d.FailuresExceeded
				d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return job.Status.Succeeded == 0 && exceeded(job, failed) }
			},
			says: "succeeds, although 1 of its pods had failed with backoffLimit 0",
		},
		{
			requirement: "job/completions/work-queue-failures-count",
			scenario:    story(neverJob(queue(3)), []kubelet.Script{ends, exits(seconds(10), 1), exits(time.Hour, 0)}),
			mistake: func(d *fakes.Decisions) {
				failed := d.IsFailed
				d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool { return job.Status.Succeeded == 0 && failed(job, pod) }
			},
			says: "of Job work has failed after a success, and is not counted",
		},
		{
			requirement: "job/completions/work-queue-of-none-waits", scenario: until(seconds(60), story(neverJob(queue(0)), nil)),
			mistake: completes(func(job *batchv1.Job, c fakes.Counts) bool { return c.Active == 0 }),
			says:    "which has no completions and parallelism 0, is decided: SuccessCriteriaMet=True",
		},
		{
			requirement: "job/completions/work-queue-of-none-waits", scenario: until(seconds(60), story(neverJob(queue(0)), nil)),
			mistake: wants(func(*fakes.Decisions, *batchv1.Job, fakes.Counts) int32 { return 1 }),
			says:    "which has no completions and parallelism 0",
		},
		{
			requirement: "job/completions/work-queue-of-none-waits", scenario: story(neverJob(queue(0), withDeadline(30)), nil),
			mistake: func(d *fakes.Decisions) {
				d.DeadlineLeft = func(*batchv1.Job, bool, time.Time) (time.Duration, bool) { return 0, false }
			},
			says: "has passed, and it does not fail",
		},
	})
}

// twoContainers is a pod of which one container ends well before the other.
func twoContainers(s *batchv1.JobSpec) {
	s.Template.Spec.Containers = append(s.Template.Spec.Containers, corev1.Container{Name: "second", Image: "busybox"})
}

func TestCountedPodsMutants(t *testing.T) {
	ends := []kubelet.Script{exits(seconds(5), 0)}
	kills(t, [][]Requirement{countedPods}, []mutant{
		{
			requirement: "job/completions/counted-once", scenario: story(neverJob(withSize(2, 1)), ends),
			rewrite: rewriteJobs(seconds(6), func(job *batchv1.Job) { job.Status.Failed++ }),
			says:    "only 1 of its pods have ended or been deleted",
		},
		{
			requirement: "job/completions/counted-once", scenario: story(neverJob(withSize(2, 1)), ends),
			rewrite: listTheFirstAgain(), says: "has left the uncounted list, and is listed again",
		},
		{
			requirement: "job/completions/success-is-not-lost",
			scenario: story(neverJob(withSize(2, 1)), []kubelet.Script{exits(seconds(5), 0), exits(time.Hour, 0)},
				onThePod(5500*time.Millisecond, sim.PodAction{Pod: 1, Delete: &sim.Delete{}})),
			mistake: func(d *fakes.Decisions) {
				countAs := d.CountAs
				d.CountAs = func(d *fakes.Decisions, job *batchv1.Job, pod *corev1.Pod, decided *fakes.Verdict) fakes.Tally {
					if pod.DeletionTimestamp != nil {
						return fakes.Uncounted
					}
					return countAs(d, job, pod, decided)
				}
			},
			says: "has succeeded and was deleted then, and it is not counted",
		},
		{
			requirement: "job/completions/success-is-not-lost",
			scenario: story(neverJob(withSize(2, 1)), []kubelet.Script{exits(seconds(5), 0), exits(time.Hour, 0)},
				onThePod(5500*time.Millisecond, sim.PodAction{Pod: 1, Delete: &sim.Delete{}})),
			rewrite: rewriteJobs(0, func(job *batchv1.Job) { job.Status.UncountedTerminatedPods = nil }),
			says:    "loses its finalizer without being counted or listed",
		},
		{
			requirement: "job/completions/phase-decides",
			scenario: story(neverJob(twoContainers), []kubelet.Script{{
				Containers: map[string][]kubelet.Run{"main": {{For: seconds(5)}}, "second": {{For: seconds(60)}}},
			}}),
			mistake: func(d *fakes.Decisions) {
				d.IsSucceeded = func(pod *corev1.Pod) bool {
					for _, s := range pod.Status.ContainerStatuses {
						if s.State.Terminated != nil && s.State.Terminated.ExitCode == 0 {
							return true
						}
					}
					return false
				}
			},
			says: "is listed as succeeded, and its phase is Running",
		},
		{
			requirement: "job/completions/phase-decides",
			scenario: story(neverJob(twoContainers), []kubelet.Script{{
				Containers: map[string][]kubelet.Run{"main": {{For: seconds(5), Exit: 1}}, "second": {{For: seconds(60)}}},
			}}),
			mistake: func(d *fakes.Decisions) {
				d.IsFailed = func(_ *batchv1.Job, pod *corev1.Pod) bool {
					for _, s := range pod.Status.ContainerStatuses {
						if s.State.Terminated != nil && s.State.Terminated.ExitCode != 0 {
							return true
						}
					}
					return false
				}
			},
			says: "is listed as failed, and its phase is Running and nobody has deleted it",
		},
		{
			requirement: "job/completions/surplus-successes-show", scenario: adoption(seconds(10), exits(seconds(5), 0)),
			mistake: asIn("succeeded-clamped"), says: "Job heir is Complete with status.succeeded 1, and 3 of its pods were listed as succeeded",
		},
		{
			requirement: "job/completions/success-is-not-lost",
			scenario:    withFaults(story(neverJob(), []kubelet.Script{exits(seconds(10), 0)}, deletingPod(12, 1)), silentPods(5, 20)),
			mistake:     asIn("success-lost-when-deleted"), says: "has succeeded, and is listed as failed",
		},
		{
			requirement: "job/completions/too-many-succeeded-event", scenario: adoption(seconds(10), exits(seconds(5), 0)),
			rewrite: func(t *trace.Trace) {
				for i := range t.Entries {
					if ev, ok := t.Entries[i].Object.(*corev1.Event); ok && ev.Reason == "TooManySucceededPods" {
						ev = ev.DeepCopy()
						ev.Reason = "Other"
						t.Entries[i].Object = ev
					}
				}
			},
			says: "Job heir has 3 successes with completions 1",
		},
	})
}

// listTheFirstAgain puts the UID that was listed first back into the list of every write that comes ten seconds later.
func listTheFirstAgain() func(*trace.Trace) {
	var first *batchv1.UncountedTerminatedPods
	return func(t *trace.Trace) {
		rewriteJobs(0, func(job *batchv1.Job) {
			u := job.Status.UncountedTerminatedPods
			switch {
			case first == nil && u != nil && len(u.Succeeded) > 0:
				first = u
			case first != nil && job.Status.Succeeded == 2:
				job.Status.UncountedTerminatedPods = first
			}
		})(t)
	}
}
