package fakes

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
)

// successPolicyTest is SP-1: the first rule that is met decides. Nothing is enough before one index has succeeded (SP-5).
func successPolicyTest(d *Decisions, o Observation) *Verdict {
	if o.Job.Spec.SuccessPolicy == nil || o.Indexes == nil || len(o.Indexes.Completed) == 0 {
		return nil
	}
	for i := range o.Job.Spec.SuccessPolicy.Rules {
		if d.SuccessRuleMet(&o.Job.Spec.SuccessPolicy.Rules[i], completions(o.Job), o.Indexes.Completed) {
			return &Verdict{Success: true, Reason: batchv1.JobReasonSuccessPolicy,
				Message: fmt.Sprintf("Matched rules at index %d", i)}
		}
	}
	return nil
}

// successRuleMet is SP-1: all of the indexes, or as many of them as the count asks for; without indexes any will do.
func successRuleMet(rule *batchv1.SuccessPolicyRule, completions int32, completed IndexSet) bool {
	if rule.SucceededIndexes == nil {
		return rule.SucceededCount != nil && completed.Count() >= *rule.SucceededCount
	}
	asked := ParseIndexes(*rule.SucceededIndexes, completions)
	if len(asked) == 0 { // SP-5
		return false
	}
	succeeded := asked.CountIn(completed)
	return succeeded == asked.Count() || rule.SucceededCount != nil && succeeded >= *rule.SucceededCount
}
