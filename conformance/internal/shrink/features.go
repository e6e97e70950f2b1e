package shrink

import (
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
)

// plainFeatures leaves optional features of a Job out: all at once, one by one, then parts of their rules.
func (m *minimizer) plainFeatures(number int) {
	on := func(change func(*batchv1.JobSpec) bool) bool {
		return m.edit(func(s *sim.Scenario) bool {
			all := allJobs(s)
			return number < len(all) && change(&all[number].Spec)
		})
	}
	m.edit(func(s *sim.Scenario) bool {
		all := allJobs(s)
		if number >= len(all) {
			return false
		}
		j := &all[number].Spec
		numbered, ruled, timed := withoutIndexes(j), clear(&j.PodFailurePolicy), clear(&j.TTLSecondsAfterFinished)
		scripts := withoutIndexScripts(s)
		return numbered || ruled || timed || scripts
	})
	m.edit(func(s *sim.Scenario) bool {
		all := allJobs(s)
		return number < len(all) && withoutIndexes(&all[number].Spec) && (withoutIndexScripts(s) || true)
	})
	m.edit(withoutIndexScripts)
	on(func(j *batchv1.JobSpec) bool { return clear(&j.SuccessPolicy) })
	on(func(j *batchv1.JobSpec) bool { return clear(&j.PodFailurePolicy) })
	on(func(j *batchv1.JobSpec) bool { return clear(&j.TTLSecondsAfterFinished) })
	on(func(j *batchv1.JobSpec) bool {
		limit, most := clear(&j.BackoffLimitPerIndex), clear(&j.MaxFailedIndexes)
		return limit || most
	})
	on(func(j *batchv1.JobSpec) bool { return clear(&j.MaxFailedIndexes) })
	m.plainSuccessRules(number)
	m.plainFailureRules(number)
}

// withoutIndexes makes an Indexed Job one that is not, without all that needs indexes.
func withoutIndexes(j *batchv1.JobSpec) bool {
	changed := clear(&j.CompletionMode)
	for _, dropped := range []bool{clear(&j.BackoffLimitPerIndex), clear(&j.MaxFailedIndexes), clear(&j.SuccessPolicy)} {
		changed = changed || dropped
	}
	if j.PodFailurePolicy != nil {
		for i := range j.PodFailurePolicy.Rules {
			if rule := &j.PodFailurePolicy.Rules[i]; rule.Action == batchv1.PodFailurePolicyActionFailIndex {
				rule.Action = batchv1.PodFailurePolicyActionCount
			}
		}
	}
	return changed
}

// withoutIndexScripts has the scripts be for any pod.
func withoutIndexScripts(s *sim.Scenario) bool {
	changed := false
	for i := range s.Pods {
		dropped := clear(&s.Pods[i].Match.Index)
		changed = changed || dropped
	}
	return changed
}

// successRules are the rules of the success policy of a Job, or a list of none.
func successRules(number int) func(*sim.Scenario) *[]batchv1.SuccessPolicyRule {
	return func(s *sim.Scenario) *[]batchv1.SuccessPolicyRule {
		if all := allJobs(s); number < len(all) && all[number].Spec.SuccessPolicy != nil {
			return &all[number].Spec.SuccessPolicy.Rules
		}
		return new([]batchv1.SuccessPolicyRule)
	}
}

// plainSuccessRules drops rules, and of a rule with two parts one.
func (m *minimizer) plainSuccessRules(number int) {
	rules := successRules(number)
	list(m, rules, 1)
	for i := range *rules(m.best.Scenario) {
		on := func(change func(*batchv1.SuccessPolicyRule) bool) {
			m.edit(func(s *sim.Scenario) bool { return i < len(*rules(s)) && change(&(*rules(s))[i]) })
		}
		on(func(r *batchv1.SuccessPolicyRule) bool { return r.SucceededCount != nil && clear(&r.SucceededIndexes) })
		on(func(r *batchv1.SuccessPolicyRule) bool { return r.SucceededIndexes != nil && clear(&r.SucceededCount) })
		on(func(r *batchv1.SuccessPolicyRule) bool {
			changed := r.SucceededIndexes != nil && *r.SucceededIndexes != "0"
			if changed {
				r.SucceededIndexes = new("0")
			}
			return changed
		})
	}
}

// failureRules are the rules of the failure policy of a Job, or a list of none.
func failureRules(number int) func(*sim.Scenario) *[]batchv1.PodFailurePolicyRule {
	return func(s *sim.Scenario) *[]batchv1.PodFailurePolicyRule {
		if all := allJobs(s); number < len(all) && all[number].Spec.PodFailurePolicy != nil {
			return &all[number].Spec.PodFailurePolicy.Rules
		}
		return new([]batchv1.PodFailurePolicyRule)
	}
}

// plainFailureRules drops rules, conditions and exit codes, and makes what is left plain.
func (m *minimizer) plainFailureRules(number int) {
	rules := failureRules(number)
	list(m, rules, 0)
	for i := range *rules(m.best.Scenario) {
		on := func(change func(*batchv1.PodFailurePolicyRule) bool) {
			m.edit(func(s *sim.Scenario) bool { return i < len(*rules(s)) && change(&(*rules(s))[i]) })
		}
		on(func(r *batchv1.PodFailurePolicyRule) bool {
			return r.OnExitCodes != nil && clear(&r.OnExitCodes.ContainerName)
		})
		on(func(r *batchv1.PodFailurePolicyRule) bool {
			changed := r.OnExitCodes != nil && r.OnExitCodes.Operator != batchv1.PodFailurePolicyOnExitCodesOpIn
			if changed {
				r.OnExitCodes.Operator = batchv1.PodFailurePolicyOnExitCodesOpIn
			}
			return changed
		})
		list(m, func(s *sim.Scenario) *[]int32 {
			if i < len(*rules(s)) && (*rules(s))[i].OnExitCodes != nil {
				return &(*rules(s))[i].OnExitCodes.Values
			}
			return new([]int32)
		}, 1)
		list(m, func(s *sim.Scenario) *[]batchv1.PodFailurePolicyOnPodConditionsPattern {
			if i < len(*rules(s)) {
				return &(*rules(s))[i].OnPodConditions
			}
			return new([]batchv1.PodFailurePolicyOnPodConditionsPattern)
		}, 1)
	}
}

// plainSize has a change of size be one of parallelism alone, or makes the two numbers smaller together, as they have to
// be for an Indexed Job.
func (m *minimizer) plainSize(action int) {
	sizeOf := func(s *sim.Scenario) *sim.Scale {
		if action < len(s.Actions) && s.Actions[action].Scale != nil && s.Actions[action].Scale.Completions != nil {
			return s.Actions[action].Scale
		}
		return nil
	}
	m.edit(func(s *sim.Scenario) bool {
		size := sizeOf(s)
		return size != nil && size.Parallelism != nil && clear(&size.Completions)
	})
	for smaller := true; smaller; {
		smaller = m.edit(func(s *sim.Scenario) bool {
			size := sizeOf(s)
			if size == nil || size.Parallelism == nil || *size.Completions == 0 || *size.Parallelism != *size.Completions {
				return false
			}
			*size.Completions--
			*size.Parallelism--
			return true
		})
	}
}
