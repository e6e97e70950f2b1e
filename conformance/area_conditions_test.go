package conformance

import (
	"slices"
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

// rewriteVersions changes those versions that the implementation has written for which something holds.
func rewriteVersions(of func(*batchv1.Job) bool, change func(*batchv1.Job)) func(*trace.Trace) {
	return rewriteJobs(0, func(job *batchv1.Job) {
		if of(job) {
			change(job)
		}
	})
}

func addCondition(kind batchv1.JobConditionType) func(*batchv1.Job) {
	return func(job *batchv1.Job) {
		job.Status.Conditions = append(slices.Clone(job.Status.Conditions),
			batchv1.JobCondition{Type: kind, Status: corev1.ConditionTrue, Reason: "Mistake"})
	}
}

func dropCondition(kind batchv1.JobConditionType) func(*batchv1.Job) {
	return func(job *batchv1.Job) {
		job.Status.Conditions = slices.DeleteFunc(slices.Clone(job.Status.Conditions),
			func(c batchv1.JobCondition) bool { return c.Type == kind })
	}
}

// terminalMistake lets the reference record the end, and then spoils it.
func terminalMistake(spoil func(job *batchv1.Job, now time.Time)) func(*fakes.Decisions) {
	return func(d *fakes.Decisions) {
		d.RecordTerminal = func(job *batchv1.Job, v fakes.Verdict, now time.Time) {
			fakes.Reference().RecordTerminal(job, v, now)
			spoil(job, now)
		}
	}
}

// last is the condition that was added last, as the reference adds terminal ones.
func last(job *batchv1.Job) *batchv1.JobCondition {
	job.Status.Conditions = slices.Clone(job.Status.Conditions)
	return &job.Status.Conditions[len(job.Status.Conditions)-1]
}

// slowly is a pod that runs for ever and takes a while to stop, with exit code 0.
func slowly(stop time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: time.Hour}}, Stop: kubelet.Stop{After: stop, Exit: new(int32)}}
}

// oneSuccess is the simplest Job there is, oneFailure one that fails, and killed one whose deadline passes at 20 s
// while a pod runs that takes 10 s to stop.
func oneSuccess() *sim.Scenario { return story(neverJob(), []kubelet.Script{exits(seconds(10), 0)}) }

func oneFailure() *sim.Scenario {
	return story(neverJob(withLimit(0)), []kubelet.Script{exits(seconds(10), 1)})
}

func killed(changes ...func(*batchv1.JobSpec)) *sim.Scenario {
	return story(neverJob(append(changes, withDeadline(20))...), []kubelet.Script{slowly(seconds(10))})
}

func suspending(at int, yes bool) sim.Action {
	return sim.Action{When: after(seconds(at)), Suspend: &yes}
}

func suspendedAndResumed() *sim.Scenario {
	return story(neverJob(), []kubelet.Script{exits(seconds(30), 0)}, suspending(10, true), suspending(40, false))
}

func deletingPod(at, pod int) sim.Action {
	return onThePod(seconds(at), sim.PodAction{Pod: pod, Delete: &sim.Delete{}})
}

// statusEdit writes a condition in the name of a user.
func statusEdit(at int, condition string) sim.Action {
	a := edit(seconds(at), `{"status": {"conditions": [`+condition+`]}}`)
	a.Patch.Subresource = "status"
	return a
}

func TestConditionMutants(t *testing.T) {
	kills(t, [][]Requirement{outcomes, conditionEntries}, []mutant{
		{
			requirement: "job/conditions/terminal-is-final", scenario: oneSuccess(),
			rewrite: rewriteVersions(isFinished, addCondition(batchv1.JobFailed)), says: "Job work is Complete and Failed at once",
		},
		{
			requirement: "job/conditions/failed-repeats-failure-target", scenario: oneFailure(),
			mistake: terminalMistake(func(job *batchv1.Job, _ time.Time) { last(job).Reason = "Other" }),
			says:    `Job work is Failed with reason "Other" and message "Job has reached the specified backoff limit", and FailureTarget with reason "Back`,
		},
		{
			requirement: "job/conditions/complete-repeats-criteria-met", scenario: oneSuccess(),
			mistake: terminalMistake(func(job *batchv1.Job, _ time.Time) { last(job).Message = "" }),
			says:    `Job work is Complete with reason "CompletionsReached" and message ""`,
		},
		{
			requirement: "job/conditions/success-excludes-failure", scenario: oneSuccess(),
			rewrite: rewriteVersions(isFinished, addCondition(batchv1.JobFailureTarget)), says: "SuccessCriteriaMet and FailureTarget at once",
		},
		{
			requirement: "job/conditions/failed-has-no-completion-time", scenario: oneFailure(),
			rewrite: rewriteVersions(isFinished, func(job *batchv1.Job) { job.Status.CompletionTime = job.Status.StartTime }),
			says:    "Job work has failed, and has completionTime 0s",
		},
		{
			requirement: "job/conditions/one-entry-of-a-type", scenario: oneSuccess(),
			mistake: terminalMistake(func(job *batchv1.Job, _ time.Time) {
				job.Status.Conditions = append(job.Status.Conditions, *last(job))
			}),
			says: "Job work has 2 entries of type Complete",
		},
		{
			requirement: "job/conditions/times-stay-with-the-content", scenario: suspendedAndResumed(),
			middleman: &middleman{status: func(job *batchv1.Job) {
				if c := condition(job, batchv1.JobSuspended); c != nil {
					job.Status.Conditions = slices.Clone(job.Status.Conditions)
					condition(job, batchv1.JobSuspended).LastProbeTime = metav1.NewTime(c.LastProbeTime.Add(time.Minute))
				}
			}},
			says: "condition Suspended of Job work says what it said before, and its times have moved",
		},
		{
			requirement: "job/conditions/times-move-with-the-content", scenario: suspendedAndResumed(),
			mistake: func(d *fakes.Decisions) {
				d.RecordResumed = func(status *batchv1.JobStatus, now time.Time) bool {
					before := condition(&batchv1.Job{Status: *status}, batchv1.JobSuspended)
					changed := fakes.Reference().RecordResumed(status, now)
					if changed {
						condition(&batchv1.Job{Status: *status}, batchv1.JobSuspended).LastProbeTime = before.LastProbeTime
					}
					return changed
				}
			},
			says: "has changed from True (JobSuspended) to False (JobResumed), and its lastProbeTime is 10s still",
		},
		{
			requirement: "job/conditions/finish-time-is-the-end", scenario: killed(),
			mistake: terminalMistake(func(job *batchv1.Job, _ time.Time) {
				last(job).LastTransitionTime = condition(job, batchv1.JobFailureTarget).LastTransitionTime
			}),
			says: "Job work is Failed since 20s, and its last pod ended at 30s only",
		},
		{
			requirement: "job/conditions/false-decides-nothing",
			scenario: story(neverJob(), []kubelet.Script{exits(seconds(30), 0)},
				statusEdit(10, `{"type": "FailureTarget", "status": "False", "reason": "NothingWrong"}`)),
			mistake: asIn("false-failure-target-decides"),
			says:    "and there is no reason but that Job work has an entry FailureTarget, which is not True",
		},
		{
			requirement: "job/conditions/false-decides-nothing",
			scenario: story(neverJob(withSize(1, 0)), []kubelet.Script{exits(seconds(30), 0)}, edit(seconds(40), `{"spec": {"parallelism": 1}}`),
				statusEdit(10, `{"type": "FailureTarget", "status": "False", "reason": "NothingWrong"}`)),
			mistake: func(d *fakes.Decisions) {
				d.Test("failure already decided").Decide = func(_ *fakes.Decisions, o fakes.Observation) *fakes.Verdict {
					if c := condition(o.Job, batchv1.JobFailureTarget); c != nil {
						return &fakes.Verdict{Reason: c.Reason}
					}
					return nil
				}
			},
			says: "Job work is FailureTarget with reason NothingWrong, which it has from an entry FailureTarget=False",
		},
	})
}

func TestEndingMutants(t *testing.T) {
	kills(t, [][]Requirement{endings, upstreamEndings}, []mutant{
		{
			requirement: "job/conditions/status-is-settled-at-the-end", scenario: killed(),
			rewrite: rewriteVersions(isFinished, func(job *batchv1.Job) { job.Status.Terminating = new(int32(1)) }),
			says:    "Job work is Failed, and its status has terminating pods",
		},
		{
			requirement: "job/conditions/waits-for-pods-to-end", scenario: killed(),
			mistake: func(d *fakes.Decisions) { d.IsTerminating = func(*corev1.Pod) bool { return false } },
			says:    "is terminating still, in phase Running",
		},
		{
			requirement: "job/conditions/no-creation-after-decision",
			scenario: story(neverJob(withLimit(0), withSize(2, 2)), []kubelet.Script{exits(seconds(5), 1), slowly(seconds(25))},
				edit(seconds(20), `{"spec": {"backoffLimit": 5}}`)),
			mistake: func(d *fakes.Decisions) { d.Outcome = d.Outcome[2:] },
			says:    "was created for Job work, which has been decided since 6s",
		},
		{
			requirement: "job/conditions/active-pods-are-deleted-after-decision", scenario: killed(),
			middleman: &middleman{idleDelete: true}, says: "Job work is decided, and has active pods that nobody deletes (since 20s",
		},
		{
			requirement: "job/conditions/finished-pods-are-untracked", scenario: oneSuccess(),
			middleman: &middleman{idlePatch: true}, says: "Job work is finished, and its pods carry the tracking finalizer",
		},
		{
			requirement: "job/conditions/killed-pods-count-failed", scenario: killed(), mistake: countByPhase,
			says: "was alive when the Job was decided to fail, was deleted, and counts as nothing",
		},
		{
			requirement: "job/conditions/interim-comes-first", scenario: oneSuccess(),
			rewrite: rewriteVersions(func(job *batchv1.Job) bool { return !isFinished(job) }, dropCondition(batchv1.JobSuccessCriteriaMet)),
			says:    "Job work is Complete in the first version that says so",
		},
		{
			requirement: "job/conditions/kills-before-deciding", scenario: killed(), middleman: &middleman{idleDelete: true},
			says: "Job work is FailureTarget, and nobody has asked for the deletion of its pod",
		},
		{
			requirement: "job/conditions/no-decision-after-a-failed-delete",
			scenario:    withFaults(killed(), failing("delete", "pods", "", 500, 1)),
			middleman:   &middleman{swallow: true}, says: "by the same evaluation in which pod",
		},
		{
			requirement: "job/conditions/no-decision-on-unseen-pods",
			scenario:    withFaults(killed(), silentPods(0, 60)),
			mistake:     impatient, says: "has not been shown to the implementation",
		},
		{
			requirement: "job/conditions/lists-pods-with-the-decision", scenario: killed(), mistake: countByPhase,
			says: "which has not ended, is not listed as failed",
		},
		{
			requirement: "job/conditions/terminating-pods-count-failed",
			scenario: story(neverJob(withDeadline(20), withPolicyFailed), []kubelet.Script{slowly(seconds(25))},
				deletingPod(10, 1)),
			mistake: countByPhase, says: "was deleted, and counts as nothing",
		},
		{
			requirement: "job/conditions/looks-again-after-a-kill", scenario: killed(),
			middleman: &middleman{status: func(job *batchv1.Job) { job.Status.Terminating = new(int32) }},
			says:      "Job work is FailureTarget by an evaluation that has deleted 1 pods, and says that 0 are terminating",
		},
		{
			requirement: "job/conditions/one-evaluation-without-a-kill", scenario: oneSuccess(),
			mistake: func(d *fakes.Decisions) {
				asked := 0
				d.MayFinish = func(status *batchv1.JobStatus, terminating int32) bool {
					asked++
					return asked > 1 && fakes.Reference().MayFinish(status, terminating)
				}
			},
			says: "had nothing left to wait for when it was decided at 11s, and was Complete at 12s only",
		},
	})
}

// failing makes calls fail with a status code, as often as said; 0 means always.
func failing(verb string, resource, subresource string, code int32, times int) sim.Fault {
	return failingAfter(0, verb, resource, subresource, code, times)
}

// impatient does not wait for the events of what it has done.
func impatient(d *fakes.Decisions) { d.Limits.ExpectationsTimeout = time.Millisecond }
