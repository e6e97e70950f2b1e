package generate

import (
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/kubelet"
)

// failureRules draws podFailurePolicy: rules about the exit codes that the pods of the scenario have, and about
// conditions that the cluster gives them. No rules at all are legal too (PFP-12).
func (p *plan) failureRules(spec *batchv1.JobSpec) {
	policy := &batchv1.PodFailurePolicy{}
	for range p.weighted("failure rules", 8, 46, 31, 15) {
		rule := batchv1.PodFailurePolicyRule{Action: p.failureAction(spec)}
		if p.chance("on conditions", 30) {
			rule.OnPodConditions = p.conditionPatterns()
		} else {
			rule.OnExitCodes = p.exitCodes(spec)
		}
		policy.Rules = append(policy.Rules, rule)
	}
	if spec.PodReplacementPolicy != nil {
		spec.PodReplacementPolicy = new(batchv1.Failed)
	}
	spec.PodFailurePolicy = policy
}

func (p *plan) failureAction(spec *batchv1.JobSpec) batchv1.PodFailurePolicyAction {
	actions := []batchv1.PodFailurePolicyAction{
		batchv1.PodFailurePolicyActionFailJob, batchv1.PodFailurePolicyActionIgnore, batchv1.PodFailurePolicyActionCount,
		batchv1.PodFailurePolicyActionIgnore, batchv1.PodFailurePolicyActionFailJob,
	}
	if spec.BackoffLimitPerIndex != nil {
		actions = append(actions, batchv1.PodFailurePolicyActionFailIndex, batchv1.PodFailurePolicyActionFailIndex)
	}
	return pick(p.draw, "failure action", actions...)
}

func (p *plan) conditionPatterns() []batchv1.PodFailurePolicyOnPodConditionsPattern {
	patterns := []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}}
	switch p.weighted("condition pattern", 75, 10, 15) {
	case 1:
		patterns[0].Status = corev1.ConditionFalse
	case 2:
		patterns = append([]batchv1.PodFailurePolicyOnPodConditionsPattern{
			{Type: "example.com/Checked", Status: corev1.ConditionTrue}}, patterns...)
	}
	return patterns
}

func (p *plan) exitCodes(spec *batchv1.JobSpec) *batchv1.PodFailurePolicyOnExitCodesRequirement {
	codes := p.codes()
	one := codes[p.below("code", len(codes))]
	on := &batchv1.PodFailurePolicyOnExitCodesRequirement{Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: []int32{one}}
	if p.chance("NotIn", 25) {
		on.Operator = batchv1.PodFailurePolicyOnExitCodesOpNotIn
	}
	if p.chance("more codes", 30) {
		on.Values = append(on.Values, codes[p.below("other code", len(codes))])
		slices.Sort(on.Values)
		on.Values = slices.Compact(on.Values)
	}
	if p.chance("of one container", 20) {
		on.ContainerName = new(p.containers[p.below("container", len(p.containers))])
	}
	return on
}

// codes are those with which containers of the scenario may end, and one that none has.
func (p *plan) codes() []int32 {
	codes := []int32{1}
	add := func(code int32) {
		if code > 0 && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	runs := func(runs []kubelet.Run) {
		for _, r := range runs {
			switch {
			case r.OOM:
				add(137)
			case r.Signal > 0:
				add(128 + r.Signal)
			default:
				add(r.Exit)
			}
		}
	}
	for i := range p.s.Pods {
		s := &p.s.Pods[i]
		runs(s.Runs)
		for _, name := range p.containers {
			runs(s.Containers[name])
		}
		if s.Stop.After > 0 {
			add(137)
		}
	}
	add(143)
	add(77)
	return codes
}

// successRules draws successPolicy in its three forms (SP-1).
func (p *plan) successRules(spec *batchv1.JobSpec) {
	n := *spec.Completions
	policy := &batchv1.SuccessPolicy{}
	for range 1 + p.weighted("success rules", 70, 30) {
		var rule batchv1.SuccessPolicyRule
		listed := n
		form := p.weighted("success rule", 40, 30, 30) // count, indexes, both
		if form > 0 {
			var text string
			text, listed = p.someIndexes(n)
			rule.SucceededIndexes = &text
		}
		if form != 1 {
			rule.SucceededCount = new(1 + int32(p.below("succeededCount", int(listed))))
		}
		policy.Rules = append(policy.Rules, rule)
	}
	spec.SuccessPolicy = policy
}

// someIndexes draws a list of indexes below n as Kubernetes writes it, with its length.
func (p *plan) someIndexes(n int32) (text string, count int32) {
	first := int32(p.below("first index", int(min(n, 5))))
	last := first + int32(p.below("more indexes", int(min(n-first, 4))))
	var parts []string
	if first == last {
		parts = append(parts, fmt.Sprint(first))
	} else {
		parts = append(parts, fmt.Sprintf("%d-%d", first, last))
	}
	count = last - first + 1
	if next := last + 2; next < n && p.chance("one index apart", 30) {
		parts = append(parts, fmt.Sprint(next))
		count++
	}
	return strings.Join(parts, ","), count
}

// fitFailureRules lets rules speak of all containers that speak of one which the pods have no more.
func fitFailureRules(spec *batchv1.JobSpec) {
	template := &spec.Template.Spec
	for i := range spec.PodFailurePolicy.Rules {
		on := spec.PodFailurePolicy.Rules[i].OnExitCodes
		if on == nil || on.ContainerName == nil {
			continue
		}
		named := func(c corev1.Container) bool { return c.Name == *on.ContainerName }
		if !slices.ContainsFunc(template.Containers, named) && !slices.ContainsFunc(template.InitContainers, named) {
			on.ContainerName = nil
		}
	}
}

// fitSuccessRules keeps the rules that speak of indexes which the Job has. It tells whether there are any.
func fitSuccessRules(spec *batchv1.JobSpec) bool {
	var rules []batchv1.SuccessPolicyRule
	for _, rule := range spec.SuccessPolicy.Rules {
		if rule.SucceededCount != nil && *rule.SucceededCount > *spec.Completions {
			continue
		}
		if rule.SucceededIndexes == nil || highest(*rule.SucceededIndexes) < *spec.Completions {
			rules = append(rules, rule)
		}
	}
	spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: rules}
	return len(rules) > 0
}

// highest is the last index of a list that someIndexes has made.
func highest(list string) int32 {
	n := int32(0)
	_, _ = fmt.Sscan(list[strings.LastIndexAny(list, ",-")+1:], &n)
	return n
}
