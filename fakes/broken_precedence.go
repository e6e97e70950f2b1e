package fakes

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
)

// brokenPrecedence ask the questions of SYNC-1 in the wrong order, or leave one out.
var brokenPrecedence = []Broken{
	{
		Name:    "completion-before-failure",
		Mistake: "It looks whether all work is done before it looks whether the Job has failed.",
		Clauses: []string{"SYNC-3", "ADS-7", "BL-11"},
		Break:   func(d *Decisions) { completionFirst(d, "backoff limit") },
	},
	{
		Name:    "completion-before-deadline",
		Mistake: "It completes a Job whose last success and whose deadline are seen together.",
		Clauses: []string{"ADS-7", "SYNC-3"},
		Break:   func(d *Decisions) { completionFirst(d, "deadline") },
	},
	{
		Name:    "completion-excuses-failures",
		Mistake: "It completes a Job with enough successes although too many pods have failed.",
		Clauses: []string{"BL-11", "SYNC-3"},
		Break: func(d *Decisions) {
			unless(d, "backoff limit", func(d *Decisions, o Observation) bool { return d.Completed(o.Job, o.Counts) })
		},
	},
	{
		Name:    "deadline-before-backoff-limit",
		Mistake: "It says DeadlineExceeded when backoffLimit is exceeded at the same time.",
		Clauses: []string{"ADS-6", "SYNC-1"},
		Break: func(d *Decisions) {
			i := slices.IndexFunc(d.Outcome, func(t OutcomeTest) bool { return t.Name == "backoff limit" })
			d.Outcome[i], d.Outcome[i+1] = d.Outcome[i+1], d.Outcome[i]
		},
	},
	{
		Name:    "failure-decision-recomputed",
		Mistake: "It decides anew in each sync whether the Job fails, although FailureTarget is stored.",
		Clauses: []string{"SYNC-2", "BL-9"},
		Bug:     "kubernetes/kubernetes#89630",
		Break:   func(d *Decisions) { withoutTest(d, "failure already decided") },
	},
	{
		Name:    "decision-reworded",
		Mistake: "It rewords a stored FailureTarget when the deadline passes while pods still drain.",
		Clauses: []string{"SYNC-2"},
		Break: func(d *Decisions) {
			withoutTest(d, "failure already decided")
			testFirst(d, "deadline")
		},
	},
	{
		Name:    "failure-overrides-stored-success",
		Mistake: "It fails a Job whose SuccessCriteriaMet is stored when backoffLimit is exceeded later.",
		Clauses: []string{"STV-4", "FIN-11", "SYNC-2"},
		Break:   func(d *Decisions) { testFirst(d, "backoff limit") },
	},
	{
		Name:    "deadline-overrides-stored-success",
		Mistake: "It lets the deadline fail a Job whose SuccessCriteriaMet is stored.",
		Clauses: []string{"ADS-8", "FIN-11", "STV-4"},
		Break:   func(d *Decisions) { testFirst(d, "deadline") },
	},
	{
		Name:    "suspension-before-completion",
		Mistake: "It suspends a Job whose work is already done.",
		Clauses: []string{"COMP-14"},
		Break: func(d *Decisions) {
			d.Completed = func(job *batchv1.Job, c Counts) bool { return completed(job, c) && !isSuspended(job) }
		},
	},
	{
		Name:    "suspended-job-never-fails",
		Mistake: "It does not look at backoffLimit while the Job is suspended.",
		Clauses: []string{"BL-10", "SUS-10"},
		Break: func(d *Decisions) {
			unless(d, "backoff limit", func(_ *Decisions, o Observation) bool { return o.Suspended })
		},
	},
	{
		Name:    "work-queue-success-is-immunity",
		Mistake: "It ignores the failures of a work queue once one pod has succeeded.",
		Clauses: []string{"COMP-6"},
		Break: func(d *Decisions) {
			unless(d, "backoff limit", func(_ *Decisions, o Observation) bool {
				return o.Job.Spec.Completions == nil && o.Counts.Succeeded > 0
			})
		},
	},
	{
		Name:    "false-failure-target-decides",
		Mistake: "It takes a FailureTarget entry for a decision although its status is False.",
		Clauses: []string{"FIN-12"},
		Break: func(d *Decisions) {
			d.Outcome = append(d.Outcome, OutcomeTest{Name: "failure announced", Decide: anyFailureTarget})
		},
	},
}

// completionFirst looks for completion just before the outcome test of that name.
func completionFirst(d *Decisions, name string) {
	i := slices.IndexFunc(d.Outcome, func(t OutcomeTest) bool { return t.Name == name })
	d.Outcome = slices.Insert(d.Outcome, i, OutcomeTest{
		Name: "completion",
		Decide: func(d *Decisions, o Observation) *Verdict {
			if !d.Completed(o.Job, o.Counts) {
				return nil
			}
			return completionVerdict()
		},
	})
}

// testFirst asks the outcome test of that name before all others.
func testFirst(d *Decisions, name string) {
	i := slices.IndexFunc(d.Outcome, func(t OutcomeTest) bool { return t.Name == name })
	test := d.Outcome[i]
	d.Outcome = slices.Insert(slices.Delete(d.Outcome, i, i+1), 0, test)
}

func anyFailureTarget(_ *Decisions, o Observation) *Verdict {
	for i := range o.Job.Status.Conditions {
		if c := &o.Job.Status.Conditions[i]; c.Type == batchv1.JobFailureTarget {
			return &Verdict{Reason: c.Reason, Message: c.Message, Stored: true}
		}
	}
	return nil
}
