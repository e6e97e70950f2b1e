package conformance

import (
	batchv1 "k8s.io/api/batch/v1"
)

// ruleMet is SP-1 for one rule.
func ruleMet(rule *batchv1.SuccessPolicyRule, completions int, succeeded indexSet) bool {
	if rule.SucceededIndexes == nil {
		return rule.SucceededCount != nil && succeeded.count() >= int(*rule.SucceededCount)
	}
	asked, _ := parseIndexes(*rule.SucceededIndexes)
	asked = asked.below(completions)
	n := asked.countIn(succeeded)
	return n > 0 && n == asked.count() || rule.SucceededCount != nil && n >= int(*rule.SucceededCount)
}

// ruleMetBy returns the first rule that is met, or -1.
func ruleMetBy(job *batchv1.Job, succeeded indexSet) int {
	if job.Spec.SuccessPolicy == nil {
		return -1
	}
	for i := range job.Spec.SuccessPolicy.Rules {
		if ruleMet(&job.Spec.SuccessPolicy.Rules[i], completionsOf(job), succeeded) {
			return i
		}
	}
	return -1
}

// succeededIndexes are those that have succeeded in truth: in the status, or by a tracked pod that has.
func (j *jobState) succeededIndexes() indexSet {
	return j.indexesWith(j.obj, func(p *podState) bool {
		return p.job == j && p.tracked() && p.account == unlisted && isSucceeded(p.obj)
	})
}

// perhapsSuccessRuleMet reports whether, for all that the implementation can know, its success policy is met.
func (j *jobState) perhapsSuccessRuleMet() bool {
	return j.obj.Spec.SuccessPolicy != nil && j.perhaps(func(version *batchv1.Job) bool {
		return ruleMetBy(version, j.mostIndexes(version)) >= 0
	})
}

// surelySuccessRuleMet reports whether it must see that it is met.
func (j *jobState) surelySuccessRuleMet() bool {
	return j.obj.Spec.SuccessPolicy != nil && j.surely(func(version *batchv1.Job) bool {
		return ruleMetBy(version, j.leastIndexes(version)) >= 0
	})
}
