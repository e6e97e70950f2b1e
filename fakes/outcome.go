package fakes

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// Verdict is the decision that ends a Job.
type Verdict struct {
	// Success tells whether the Job ends Complete rather than Failed.
	Success bool
	// Reason and Message go into the interim and the terminal condition alike (FIN-2, FIN-3).
	Reason, Message string
	// Stored tells whether an earlier sync recorded it, so that it is final (SYNC-2).
	Stored bool
}

// What the verdicts say (SEMANTICS, Table B).
const (
	messageBackoffLimit = "Job has reached the specified backoff limit"
	messageDeadline     = "Job was active longer than specified deadline"
	messageCompletions  = "Reached expected number of succeeded pods"

	messageMaxFailedIndexes = "Job has exceeded the specified maximal number of failed indexes"
	messageFailedIndexes    = "Job has failed indexes"
)

// Observation is what an outcome test may look at.
type Observation struct {
	Job     *batchv1.Job
	Counts  Counts
	Indexes *Indexes // nil unless the Job is Indexed
	// Pods are all pods of the Job, if one of them may fail it (PFP-11).
	Pods      []*corev1.Pod
	Suspended bool
	Now       time.Time
}

// OutcomeTest is one of the tests of SYNC-1. Decide returns nil when the test is not met.
type OutcomeTest struct {
	Name   string
	Decide func(*Decisions, Observation) *Verdict
}

// outcomeTests is the order of SYNC-1. Completion comes last and is not in the list, because it looks at the pods
// that are left once the sync has managed them.
func outcomeTests() []OutcomeTest {
	return []OutcomeTest{
		{Name: "success already decided", Decide: storedSuccess},
		{Name: "failure already decided", Decide: storedFailure},
		{Name: "failure policy", Decide: failJobTest},
		{Name: "backoff limit", Decide: backoffLimitTest},
		{Name: deadlineTestName, Decide: deadlineTest},
		{Name: "failed indexes", Decide: failedIndexesTest},
		{Name: "success policy", Decide: successPolicyTest},
	}
}

const deadlineTestName = "deadline"

// Test returns the outcome test of that name, which may be changed; nil if there is none.
func (d *Decisions) Test(name string) *OutcomeTest {
	i := slices.IndexFunc(d.Outcome, func(t OutcomeTest) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return &d.Outcome[i]
}

func storedSuccess(_ *Decisions, o Observation) *Verdict {
	return storedVerdict(o.Job, batchv1.JobSuccessCriteriaMet, true)
}

func storedFailure(_ *Decisions, o Observation) *Verdict {
	return storedVerdict(o.Job, batchv1.JobFailureTarget, false)
}

// storedVerdict is SYNC-2. An entry that is not True decides nothing (FIN-12).
func storedVerdict(job *batchv1.Job, interim batchv1.JobConditionType, success bool) *Verdict {
	for i := range job.Status.Conditions {
		c := &job.Status.Conditions[i]
		if c.Type == interim && c.Status == corev1.ConditionTrue {
			return &Verdict{Success: success, Reason: c.Reason, Message: c.Message, Stored: true}
		}
	}
	return nil
}

// backoffLimitTest is two separate tests; their numbers are never added (ONF-6). It holds for suspended Jobs too
// (BL-10).
func backoffLimitTest(d *Decisions, o Observation) *Verdict {
	if !d.FailuresExceeded(o.Job, o.Counts.Failed) && !d.RestartsExceeded(o.Job, o.Counts.Restarts) {
		return nil
	}
	return &Verdict{Reason: batchv1.JobReasonBackoffLimitExceeded, Message: messageBackoffLimit}
}

func deadlineTest(d *Decisions, o Observation) *Verdict {
	left, running := d.DeadlineLeft(o.Job, o.Suspended, o.Now)
	if !running || !d.DeadlinePassed(left) {
		return nil
	}
	return &Verdict{Reason: batchv1.JobReasonDeadlineExceeded, Message: messageDeadline}
}

// failuresExceeded is BL-1: strictly more than the limit.
func failuresExceeded(job *batchv1.Job, failed int32) bool {
	return failed > backoffLimit(job)
}

// restartsExceeded is ONF-3. Unlike failed pods, restarts need only reach the limit, but one is always needed (ONF-4);
// under Never they mean nothing (NEV-4).
func restartsExceeded(job *batchv1.Job, restarts int32) bool {
	if job.Spec.Template.Spec.RestartPolicy != corev1.RestartPolicyOnFailure {
		return false
	}
	return restarts >= max(1, backoffLimit(job))
}

// completed is COMP-1 for a fixed number of completions and COMP-3 for a work queue.
func completed(job *batchv1.Job, c Counts) bool {
	if c.Active > 0 {
		return false
	}
	if job.Spec.Completions == nil {
		return c.Succeeded > 0
	}
	return c.Succeeded >= *job.Spec.Completions
}

func completionVerdict() *Verdict {
	return &Verdict{Success: true, Reason: batchv1.JobReasonCompletionsReached, Message: messageCompletions}
}

// backoffLimit reads the field that the API server always fills in (DEF-4).
func backoffLimit(job *batchv1.Job) int32 {
	if job.Spec.BackoffLimit == nil {
		return 6
	}
	return *job.Spec.BackoffLimit
}

func isFinished(job *batchv1.Job) bool {
	for i := range job.Status.Conditions {
		c := &job.Status.Conditions[i]
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			return true
		}
	}
	return false
}

// isForeign is MB-1.
func isForeign(job *batchv1.Job) bool {
	return manager(job) != batchv1.JobControllerName
}

// manager is who looks after the Job.
func manager(job *batchv1.Job) string {
	if job.Spec.ManagedBy == nil {
		return batchv1.JobControllerName
	}
	return *job.Spec.ManagedBy
}

func isSuspended(job *batchv1.Job) bool {
	return job.Spec.Suspend != nil && *job.Spec.Suspend
}
