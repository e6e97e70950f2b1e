package fakes

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenSuccessPolicy misread success policies, or what follows from them.
var brokenSuccessPolicy = []Broken{
	{
		Name:    "success-count-of-all-indexes",
		Mistake: "It counts all indexes that have succeeded although the rule names some.",
		Clauses: []string{"SP-1"},
		Break: func(d *Decisions) {
			d.SuccessRuleMet = func(rule *batchv1.SuccessPolicyRule, completions int32, completed IndexSet) bool {
				if rule.SucceededCount != nil {
					return completed.Count() >= *rule.SucceededCount
				}
				return successRuleMet(rule, completions, completed)
			}
		},
	},
	{
		Name:    "one-named-index-is-enough",
		Mistake: "It takes a rule for met as soon as one of its indexes has succeeded.",
		Clauses: []string{"SP-1"},
		Break: func(d *Decisions) {
			d.SuccessRuleMet = func(rule *batchv1.SuccessPolicyRule, completions int32, completed IndexSet) bool {
				if rule.SucceededIndexes != nil && rule.SucceededCount == nil {
					return ParseIndexes(*rule.SucceededIndexes, completions).CountIn(completed) > 0
				}
				return successRuleMet(rule, completions, completed)
			}
		},
	},
	{
		Name:    "all-success-rules-needed",
		Mistake: "It lets a Job succeed by its policy only when all of its rules are met.",
		Clauses: []string{"SP-1"},
		Break: func(d *Decisions) {
			unless(d, "success policy", func(d *Decisions, o Observation) bool {
				return o.Job.Spec.SuccessPolicy != nil && o.Indexes != nil &&
					slices.ContainsFunc(o.Job.Spec.SuccessPolicy.Rules, func(rule batchv1.SuccessPolicyRule) bool {
						return !successRuleMet(&rule, completions(o.Job), o.Indexes.Completed)
					})
			})
		},
	},
	{
		Name:    "success-policy-unknown",
		Mistake: "It does not know success policies, and waits for all indexes.",
		Clauses: []string{"SP-1", "SP-6"},
		Break:   func(d *Decisions) { withoutTest(d, "success policy") },
	},
	{
		Name:    "success-policy-before-failures",
		Mistake: "It looks whether the success policy is met before it looks whether the Job fails.",
		Clauses: []string{"SP-3"},
		Break: func(d *Decisions) {
			test := *d.Test("success policy")
			withoutTest(d, "success policy")
			d.Outcome = slices.Insert(d.Outcome, 2, test)
		},
	},
	{
		Name:    "lingering-pods-fail-the-job",
		Mistake: "It decides anew while lingering pods end, and fails a Job that has succeeded by its policy.",
		Clauses: []string{"SP-4"},
		Break: func(d *Decisions) {
			unless(d, "success already decided", func(d *Decisions, o Observation) bool {
				return o.Job.Spec.SuccessPolicy != nil && deadlineTest(d, o) != nil
			})
		},
	},
	{
		Name:    "lingering-pods-count-failed",
		Mistake: "It counts pods as failed that it deletes because the success policy is met.",
		Clauses: []string{"SP-2"},
		Break: func(d *Decisions) {
			d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
				if decided != nil && decided.Reason == batchv1.JobReasonSuccessPolicy && !d.IsSucceeded(pod) {
					return Failed
				}
				return countAs(d, job, pod, decided)
			}
		},
	},
	{
		Name:    "lingering-pods-run-on",
		Mistake: "It lets the other pods run to their end when the success policy is met.",
		Clauses: []string{"SP-2"},
		Break:   func(d *Decisions) { runningOn(d, batchv1.JobReasonSuccessPolicy) },
	},
	{
		Name:    "lingering-successes-count",
		Mistake: "It waits for the pods that it has deleted, and adds those that succeed in the end.",
		Clauses: []string{"SP-8"},
		Break: func(d *Decisions) {
			d.MayRelease = func(job *batchv1.Job, tally Tally, decided *Verdict) bool {
				if decided != nil && decided.Reason == batchv1.JobReasonSuccessPolicy {
					decided = nil
				}
				return mayRelease(job, tally, decided)
			}
		},
	},
	{
		Name:    "completion-hides-success-policy",
		Mistake: "It says CompletionsReached when all indexes have succeeded, even if a rule is met.",
		Clauses: []string{"SP-6"},
		Break: func(d *Decisions) {
			unless(d, "success policy", func(d *Decisions, o Observation) bool { return d.Completed(o.Job, o.Counts) })
		},
	},
	{
		Name:    "only-the-policy-succeeds",
		Mistake: "It waits for a rule to be met although all indexes have succeeded.",
		Clauses: []string{"SP-7"},
		Break: func(d *Decisions) {
			d.Completed = func(job *batchv1.Job, c Counts) bool { return job.Spec.SuccessPolicy == nil && completed(job, c) }
		},
	},
	{
		Name:    "success-needs-all-completions",
		Mistake: "It holds a Job back that has succeeded by its policy until all indexes have succeeded.",
		Clauses: []string{"SP-4"},
		Break: func(d *Decisions) {
			aroundStep(d, "settle", func(ctx context.Context, s *jobSync, step doing) error {
				if s.verdict != nil && s.verdict.Reason == batchv1.JobReasonSuccessPolicy && s.counts.Succeeded < completions(s.job) {
					s.verdict = nil
				}
				return step(ctx, s)
			})
		},
	},
	{
		Name:    "success-without-a-success",
		Mistake: "It takes a rule for met that asks for no success before any index has succeeded.",
		Clauses: []string{"SP-5"},
		Break: func(d *Decisions) {
			test := d.Test("success policy").Decide
			d.Test("success policy").Decide = func(d *Decisions, o Observation) *Verdict {
				if v := test(d, o); v != nil || o.Job.Spec.SuccessPolicy == nil {
					return v
				}
				for _, rule := range o.Job.Spec.SuccessPolicy.Rules {
					if rule.SucceededCount != nil && *rule.SucceededCount == 0 && rule.SucceededIndexes == nil {
						return &Verdict{Success: true, Reason: batchv1.JobReasonSuccessPolicy, Message: "Matched rules at index 0"}
					}
				}
				return nil
			}
		},
	},
	{
		Name:    "success-message-names-no-rule",
		Mistake: "It does not say which success rule is met.",
		Clauses: []string{"SP-1"},
		Break: func(d *Decisions) {
			test := d.Test("success policy").Decide
			d.Test("success policy").Decide = func(d *Decisions, o Observation) *Verdict {
				v := test(d, o)
				if v != nil {
					v.Message = "Matched a success rule"
				}
				return v
			}
		},
	},
}
