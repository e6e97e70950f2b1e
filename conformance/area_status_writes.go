package conformance

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// statusWrites is about writes to status that the API server refuses, and that nobody should attempt (STV).
var statusWrites = statusRequirements()

var uncheckedStatusWrites = []Unchecked{
	{"STV-7", "no Job is Complete without SuccessCriteriaMet in a cluster of these releases, so nobody can add it later"},
	{"STV-17", "successPolicy needs an Indexed Job"},
	{"STV-18", "it is about the API server: what it lets pass"},
}

// statusRule is one rule of the API server. A refused write is recognised by the causes in the answer.
type statusRule struct {
	clause, name string
	since        Minor
	// must and observed complete the sentences about a status write.
	must, observed string
	scenario       string
	// causes are what the API server says, by field and words.
	causes []refusal
	// occasion reports whether an accepted write might have broken the rule; before is nil if nothing was there.
	occasion func(before, now *batchv1.JobStatus) bool
	// byClock excuses implementations whose clock is wrong.
	byClock bool
}

// refusal is one cause: a field, or the beginning of it, and a part of the message.
type refusal struct{ field, message string }

// strictStatus is since when the API server applies most rules.
const strictStatus Minor = 32

var statusRules = []statusRule{
	{
		clause: "STV-1", name: "no-negative-counts", must: "set a counter to less than zero",
		observed: "a negative active, ready, terminating, succeeded or failed", scenario: "parallel-completions",
		causes:   []refusal{{"status.", "must be greater than or equal to 0"}},
		occasion: anyWrite,
	},
	{
		clause: "STV-2", name: "no-double-uncounted", must: "list a pod twice, or an empty UID, as uncounted",
		observed: "a bad entry of uncountedTerminatedPods", scenario: "parallel-completions",
		causes: []refusal{{"status.uncountedTerminatedPods.succeeded[", ""}, {"status.uncountedTerminatedPods.failed[", ""}},
		occasion: func(_, now *batchv1.JobStatus) bool {
			u := now.UncountedTerminatedPods
			return u != nil && len(u.Succeeded)+len(u.Failed) > 0
		},
	},
	{
		clause: "STV-3", name: "no-complete-failure", since: strictStatus,
		must:     "make a Job Complete and Failed, or Complete and FailureTarget",
		observed: "Complete=True together with Failed=True or FailureTarget=True", scenario: "pi",
		causes: []refusal{{"status.conditions", "cannot set Complete=True and Fail"}}, occasion: finishes,
	},
	{
		clause: "STV-4", name: "no-successful-failure", must: "make a Job SuccessCriteriaMet and Failed or FailureTarget",
		observed: "SuccessCriteriaMet=True together with Failed=True or FailureTarget=True", scenario: "pi",
		causes: []refusal{{"status.conditions", "cannot set SuccessCriteriaMet=True and Fail"}}, occasion: decides,
	},
	{
		clause: "STV-5", name: "no-end-without-decision", since: strictStatus,
		must:     "make a Job Failed that is not FailureTarget, or Complete that is not SuccessCriteriaMet",
		observed: "a terminal condition without the interim one", scenario: "pi",
		causes: []refusal{
			{"status.conditions", "cannot set Failed=True condition without"},
			{"status.conditions", "cannot set Complete=True condition without"},
		},
		occasion: finishes,
	},
	{
		clause: "STV-6", name: "no-way-back", since: strictStatus,
		must:     "remove Failed, Complete, FailureTarget or SuccessCriteriaMet, or make it anything but True",
		observed: "a condition that was True and is not any more", scenario: "pi",
		causes: []refusal{{"status.conditions", "cannot disable the "}},
		occasion: func(before, _ *batchv1.JobStatus) bool {
			return before != nil && isDecided(&batchv1.Job{Status: *before})
		},
	},
	{
		clause: "STV-8", name: "no-end-with-pods", since: strictStatus,
		must:     "finish a Job whose status has active, terminating or uncounted pods",
		observed: "active or terminating above zero, or entries in uncountedTerminatedPods, of a finished Job", scenario: "deadline-kills-pods",
		causes: []refusal{
			{"status.active", "for finished job"}, {"status.terminating", "for finished job"},
			{"status.uncountedTerminatedPods", "for finished job"},
		},
		occasion: finishes,
	},
	{
		clause: "STV-9", name: "no-end-without-start", since: strictStatus, must: "finish a Job that has no startTime",
		observed: "a missing startTime of a finished Job", scenario: "pi",
		causes: []refusal{{"status.startTime", "is required for finished job"}}, occasion: finishes,
	},
	{
		clause: "STV-10", name: "completion-time-iff-complete", since: strictStatus,
		must:     "set completionTime of a Job that is not Complete, or make one Complete that has none",
		observed: "completionTime without Complete=True, or the reverse", scenario: "backofflimit-zero",
		causes: []refusal{
			{"status.completionTime", "when there is no Complete=True"}, {"status.completionTime", "is required for Complete"},
		},
		occasion: finishes,
	},
	{
		clause: "STV-11", name: "completion-time-is-final", since: strictStatus,
		must:     "change completionTime, or set one that is before startTime",
		observed: "a completionTime that changes or is before startTime", scenario: "pi",
		causes: []refusal{
			{"status.completionTime", "must be equal to or after"}, {"status.completionTime", "field is immutable"},
		},
		occasion: func(_, now *batchv1.JobStatus) bool { return now.CompletionTime != nil }, byClock: true,
	},
	{
		clause: "STV-12", name: "start-time-is-final", since: strictStatus,
		must:     "change or remove startTime of a Job that is not suspended, unless it turns Suspended to False",
		observed: "a startTime that changes", scenario: "controller-crash-loop",
		causes:   []refusal{{"status.startTime", "field is immutable for unsuspended job"}},
		occasion: func(before, _ *batchv1.JobStatus) bool { return before != nil && before.StartTime != nil },
	},
	{
		clause: "STV-13", name: "no-falling-counters", since: strictStatus, must: "lower succeeded or failed",
		observed: "a counter that falls", scenario: "parallel-completions",
		causes: []refusal{{"status.failed", "cannot decrease"}, {"status.succeeded", "cannot decrease"}},
		occasion: func(before, _ *batchv1.JobStatus) bool {
			return before != nil && before.Succeeded+before.Failed > 0
		},
	},
	{
		clause: "STV-14", name: "no-more-ready-than-active", since: strictStatus, must: "set ready to more than active",
		observed: "ready above active", scenario: "parallelism-change",
		causes:   []refusal{{"status.ready", "cannot set more ready pods than active"}},
		occasion: func(_, now *batchv1.JobStatus) bool { return now.Ready != nil && now.Active > 0 },
	},
	{
		clause: "STV-15", name: "no-completed-indexes", since: strictStatus, must: "set completedIndexes of a Job that is not Indexed",
		observed: "completedIndexes of a NonIndexed Job", scenario: "pi",
		causes: []refusal{{"status.completedIndexes", ""}}, occasion: anyWrite,
	},
	{
		clause: "STV-16", name: "no-failed-indexes", since: strictStatus, must: "set failedIndexes of a Job without backoffLimitPerIndex",
		observed: "failedIndexes of a Job without backoffLimitPerIndex", scenario: "pi",
		causes: []refusal{{"status.failedIndexes", ""}}, occasion: anyWrite,
	},
}

func anyWrite(_, _ *batchv1.JobStatus) bool { return true }

func finishes(before, now *batchv1.JobStatus) bool {
	return isFinished(&batchv1.Job{Status: *now}) && (before == nil || !isFinished(&batchv1.Job{Status: *before}))
}

func decides(before, now *batchv1.JobStatus) bool {
	return isDecided(&batchv1.Job{Status: *now}) && (before == nil || !isDecided(&batchv1.Job{Status: *before}))
}

func statusRequirements() []Requirement {
	var all []Requirement
	for i := range statusRules {
		rule := &statusRules[i]
		all = append(all, Requirement{
			ID: "job/status-writes/" + rule.name, Clauses: []string{rule.clause, "MB-5"}, Level: Core, Strength: Must, Since: rule.since,
			Sentence: "A status write must not " + rule.must + ".",
			Observed: "No status write of an implementation, based on what is stored, is refused as Invalid because of " + rule.observed + ".",
			Source:   "API server validation of status (strategy_test.go)", Scenarios: []string{rule.scenario},
			check: func() any { return &refusedStatus{anyJob, rule} },
		})
	}
	return all
}

// storedOrRefused is a check of what is stored that takes for done what the API server has refused to store.
type storedOrRefused struct {
	onJob
	refusedStatus
}

func orRefused(check onJob, causes ...refusal) func() any {
	return orRefusedOf(anyJob, check, causes...)
}

// orRefusedOf is for refusals that mean something for some Jobs only.
func orRefusedOf(filter jobFilter, check onJob, causes ...refusal) func() any {
	return func() any {
		return &storedOrRefused{check, refusedStatus{filter, &statusRule{
			causes: causes, occasion: func(_, _ *batchv1.JobStatus) bool { return false },
		}}}
	}
}

// refusedStatus looks for status writes that are refused because of one rule.
type refusedStatus struct {
	filter jobFilter
	rule   *statusRule
}

func (c *refusedStatus) call(x *examiner, e *trace.Entry) {
	if e.Resource != jobsResource || e.Subresource != "status" || e.Verb == "get" {
		return
	}
	if e.Status == nil {
		c.accepted(x, e)
		return
	}
	if e.Status.Reason != metav1.StatusReasonInvalid || e.Status.Details == nil || c.rule.byClock && x.skewed() {
		return
	}
	j := x.jobNamed(e.Namespace, e.Name)
	for _, cause := range e.Status.Details.Causes {
		if c.rule.broken(cause) && !excused(x, j) && !j.cannotStore() && c.filter(x, j) {
			x.violated("the API server refuses to store the status of Job %s: %s: %s", e.Name, cause.Field, cause.Message)
		}
	}
}

func (c *refusedStatus) accepted(x *examiner, e *trace.Entry) {
	job, ok := e.Object.(*batchv1.Job)
	if !ok {
		return
	}
	j := x.jobByUID[job.UID]
	if j == nil {
		return
	}
	var before *batchv1.JobStatus
	if j.before != nil {
		before = &j.before.Status
	}
	if c.rule.occasion(before, &job.Status) {
		x.exercised()
	}
}

func (r *statusRule) broken(cause metav1.StatusCause) bool {
	for _, of := range r.causes {
		same := cause.Field == of.field
		if strings.HasSuffix(of.field, ".") || strings.HasSuffix(of.field, "[") {
			same = strings.HasPrefix(cause.Field, of.field)
		}
		if same && strings.Contains(cause.Message, of.message) {
			return true
		}
	}
	return false
}

// excused reports whether somebody else has written to the Job what the implementation may not have seen.
func excused(x *examiner, j *jobState) bool {
	if j == nil || j.gone {
		return true
	}
	if !j.edited.come() {
		return false
	}
	for _, version := range j.unseen {
		if j.edited.entry.Object == trace.Object(version) {
			return true
		}
	}
	return x.atWork(j.edited.entry.Seq, j.edited.at)
}
