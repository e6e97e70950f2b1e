package conformance

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// whenever changes a status that is to be written if something holds of it.
func whenever(holds func(*batchv1.Job) bool, change func(*batchv1.Job)) *middleman {
	return &middleman{status: func(job *batchv1.Job) {
		if holds(job) {
			change(job)
		}
	}}
}

func always(*batchv1.Job) bool { return true }

func TestStatusWriteMutants(t *testing.T) {
	two := func() *sim.Scenario { return story(neverJob(withSize(2, 1)), []kubelet.Script{exits(seconds(10), 0)}) }
	rule := func(name string, s *sim.Scenario, m *middleman, says string) mutant {
		s.Until = seconds(100)
		return mutant{requirement: "job/status-writes/" + name, scenario: s, middleman: m,
			says: "the API server refuses to store the status of Job work: " + says}
	}
	kills(t, [][]Requirement{statusWrites}, []mutant{
		rule("no-negative-counts", oneSuccess(), whenever(always, func(job *batchv1.Job) { job.Status.Failed = -1 }),
			"status.failed: Invalid value: -1"),
		rule("no-double-uncounted", oneSuccess(), whenever(hasListed, listedTwice),
			"status.uncountedTerminatedPods.succeeded[1]: Duplicate value"),
		rule("no-complete-failure", oneSuccess(), whenever(isFinished, addCondition(batchv1.JobFailureTarget)),
			"status.conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions"),
		rule("no-successful-failure", oneSuccess(), whenever(isDecided, addCondition(batchv1.JobFailureTarget)),
			"status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"),
		rule("no-end-without-decision", oneFailure(), whenever(isFinished, dropCondition(batchv1.JobFailureTarget)),
			"status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition"),
		rule("no-way-back", oneSuccess(), whenever(isFinished, dropCondition(batchv1.JobSuccessCriteriaMet)),
			"status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition"),
		rule("no-end-with-pods", oneSuccess(), whenever(isFinished, func(job *batchv1.Job) { job.Status.Active = 1 }),
			"status.active: Invalid value: 1: active>0 is invalid for finished job"),
		rule("no-end-without-start", oneSuccess(), whenever(isFinished, func(job *batchv1.Job) { job.Status.StartTime = nil }),
			"status.startTime: Required value"),
		rule("completion-time-iff-complete", oneFailure(),
			whenever(isFinished, func(job *batchv1.Job) { job.Status.CompletionTime = job.Status.StartTime }),
			"status.completionTime: Invalid value"),
		rule("completion-time-is-final", oneSuccess(),
			whenever(isFinished, func(job *batchv1.Job) { job.Status.CompletionTime = shifted(job.Status.StartTime, -seconds(5)) }),
			"status.completionTime: Invalid value"),
		rule("start-time-is-final", oneSuccess(),
			whenever(isDecided, func(job *batchv1.Job) { job.Status.StartTime = shifted(job.Status.StartTime, seconds(5)) }),
			"status.startTime: Invalid value"),
		rule("no-falling-counters", two(), whenever(isFinished, func(job *batchv1.Job) { job.Status.Succeeded = 0 }),
			"status.succeeded: Invalid value: 0: cannot decrease the succeeded counter"),
		rule("no-more-ready-than-active", oneSuccess(),
			whenever(always, func(job *batchv1.Job) { job.Status.Ready = new(job.Status.Active + 1) }),
			"status.ready: Invalid value: 2: cannot set more ready pods than active"),
		rule("no-completed-indexes", oneSuccess(), whenever(always, func(job *batchv1.Job) { job.Status.CompletedIndexes = "0" }),
			`status.completedIndexes: Invalid value: "0"`),
		rule("no-failed-indexes", oneSuccess(), whenever(always, func(job *batchv1.Job) { job.Status.FailedIndexes = new("") }),
			`status.failedIndexes: Invalid value: ""`),
	})
}

// A user who writes at the same time can make any write a bad one; that is nobody's mistake if it was not to be seen.
func TestUnseenEditsExcuse(t *testing.T) {
	claims := DefaultClaims()
	s := oneSuccess()
	s.Name, s.WatchDelay, s.Until = "excused", seconds(5), seconds(100)
	s.Actions = []sim.Action{edit(seconds(8), `{"metadata": {"labels": {"a": "b"}}}`)}
	r, err := sim.Run(s, (&middleman{status: func(job *batchv1.Job) {
		if job.Status.Succeeded+int32(uncountedIn(job)) > 0 {
			job.ResourceVersion, job.Status.Failed = "", -1
		}
	}}).between(fakes.Reference()))
	if err != nil {
		t.Fatal(err)
	}
	f := Examine(r, []*Requirement{Lookup("job/status-writes/no-negative-counts")}, &claims)
	if v := f.Violations[0]; v == nil || v.At < seconds(13) {
		t.Errorf("expected a violation once the edit has been seen, at 13s, found %+v", v)
	}
}
