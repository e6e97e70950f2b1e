package fakes

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenRuleOrder ask the rules of a pod failure policy in another order than they stand in, or not all of them.
var brokenRuleOrder = []Broken{
	{
		Name:    "most-severe-rule-wins",
		Mistake: "It fails the Job if any rule that matches says FailJob, whatever an earlier one says.",
		Clauses: []string{"PFP-2"},
		Break: func(d *Decisions) {
			d.AskPolicy = answering(func(answers []PolicyAnswer) PolicyAnswer {
				for _, a := range answers {
					if a.Action == batchv1.PodFailurePolicyActionFailJob {
						return a
					}
				}
				return answers[0]
			})
		},
	},
	{
		Name:    "last-rule-wins",
		Mistake: "It goes through all rules and keeps the last that matches.",
		Clauses: []string{"PFP-2"},
		Break: func(d *Decisions) {
			d.AskPolicy = answering(func(answers []PolicyAnswer) PolicyAnswer { return answers[len(answers)-1] })
		},
	},
	{
		Name:    "count-rules-passed-over",
		Mistake: "It passes over rules with the action Count, as if they did not match.",
		Clauses: []string{"PFP-2"},
		Break: func(d *Decisions) {
			match := d.MatchRule
			d.MatchRule = func(rule *batchv1.PodFailurePolicyRule, pod *corev1.Pod) (RuleMatch, bool) {
				if rule.Action == batchv1.PodFailurePolicyActionCount {
					return RuleMatch{}, false
				}
				return match(rule, pod)
			}
		},
	},
	{
		Name:    "exit-codes-before-conditions",
		Mistake: "It asks all rules about exit codes before those about conditions.",
		Clauses: []string{"PFP-2"},
		Break: func(d *Decisions) {
			sortRules(d, func(r *batchv1.PodFailurePolicyRule) bool { return r.OnExitCodes != nil })
		},
	},
	{
		Name:    "conditions-before-exit-codes",
		Mistake: "It asks all rules about conditions before those about exit codes.",
		Clauses: []string{"PFP-2"},
		Break: func(d *Decisions) {
			sortRules(d, func(r *batchv1.PodFailurePolicyRule) bool { return r.OnExitCodes == nil })
		},
	},
	{
		Name:    "ignore-wins",
		Mistake: "It asks the rules with the action Ignore first.",
		Clauses: []string{"PFP-2"},
		Break: func(d *Decisions) {
			sortRules(d, func(r *batchv1.PodFailurePolicyRule) bool { return r.Action == batchv1.PodFailurePolicyActionIgnore })
		},
	},
}

// sortRules asks some rules before the others.
func sortRules(d *Decisions, first func(*batchv1.PodFailurePolicyRule) bool) {
	ask := d.AskPolicy
	d.AskPolicy = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) PolicyAnswer {
		p := job.Spec.PodFailurePolicy
		if p == nil {
			return PolicyAnswer{}
		}
		changed := *job
		changed.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: slices.Clone(p.Rules)}
		slices.SortStableFunc(changed.Spec.PodFailurePolicy.Rules, func(a, b batchv1.PodFailurePolicyRule) int {
			switch fa, fb := first(&a), first(&b); {
			case fa == fb:
				return 0
			case fa:
				return -1
			}
			return 1
		})
		return ask(d, &changed, pod)
	}
}

// answering makes an AskPolicy that chooses among the answers of all rules that match.
func answering(choose func([]PolicyAnswer) PolicyAnswer) func(*Decisions, *batchv1.Job, *corev1.Pod) PolicyAnswer {
	return func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) PolicyAnswer {
		if job.Spec.PodFailurePolicy == nil {
			return PolicyAnswer{}
		}
		var answers []PolicyAnswer
		for i := range job.Spec.PodFailurePolicy.Rules {
			rule := &job.Spec.PodFailurePolicy.Rules[i]
			if match, ok := d.MatchRule(rule, pod); ok {
				answers = append(answers, PolicyAnswer{Action: rule.Action, Rule: i, Match: match})
			}
		}
		if len(answers) == 0 {
			return PolicyAnswer{}
		}
		return choose(answers)
	}
}
