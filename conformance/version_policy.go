package conformance

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// policyAnswer is what the pod failure policy of a Job says about a failed pod; without an action no rule matches, and
// the failure counts like any other.
type policyAnswer struct {
	action batchv1.PodFailurePolicyAction
	// rule is the position of the first rule that matches (PFP-2).
	rule int
	// container and code, or condition, are what it matched.
	container string
	code      int32
	condition corev1.PodConditionType
}

// askPolicy is PFP-2 to PFP-4. It looks at what the pod says, whatever its phase.
func askPolicy(job *batchv1.Job, pod *corev1.Pod) policyAnswer {
	if job.Spec.PodFailurePolicy == nil {
		return policyAnswer{}
	}
	for i := range job.Spec.PodFailurePolicy.Rules {
		rule := &job.Spec.PodFailurePolicy.Rules[i]
		answer, ok := ruleMatches(rule, pod)
		if ok {
			answer.action, answer.rule = rule.Action, i
			return answer
		}
	}
	return policyAnswer{}
}

// ruleMatches tells whether one rule matches a pod, and by what.
func ruleMatches(rule *batchv1.PodFailurePolicyRule, pod *corev1.Pod) (policyAnswer, bool) {
	if rule.OnExitCodes == nil {
		return conditionMatches(rule.OnPodConditions, pod)
	}
	for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for i := range list {
			if exitMatches(rule.OnExitCodes, &list[i]) {
				return policyAnswer{container: list[i].Name, code: list[i].State.Terminated.ExitCode}, true
			}
		}
	}
	return policyAnswer{}, false
}

// exitMatches is about one container: NotIn does not mean that no container has a listed code (PFP-3).
func exitMatches(on *batchv1.PodFailurePolicyOnExitCodesRequirement, c *corev1.ContainerStatus) bool {
	if c.State.Terminated == nil || c.State.Terminated.ExitCode == 0 || on.ContainerName != nil && *on.ContainerName != c.Name {
		return false
	}
	return slices.Contains(on.Values, c.State.Terminated.ExitCode) == (on.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn)
}

// conditionMatches needs one condition that equals one pattern (PFP-4).
func conditionMatches(patterns []batchv1.PodFailurePolicyOnPodConditionsPattern, pod *corev1.Pod) (policyAnswer, bool) {
	for i := range pod.Status.Conditions {
		c := &pod.Status.Conditions[i]
		for _, pattern := range patterns {
			if c.Type == pattern.Type && c.Status == pattern.Status {
				return policyAnswer{condition: c.Type}, true
			}
		}
	}
	return policyAnswer{}, false
}

// ignores reports whether the failure of a pod does not count (PFP-6).
func ignores(job *batchv1.Job, pod *corev1.Pod) bool {
	return askPolicy(job, pod).action == batchv1.PodFailurePolicyActionIgnore
}

// failsJob reports whether a pod has failed so that its Job must fail (PFP-1, PFP-5).
func failsJob(job *batchv1.Job, pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed && askPolicy(job, pod).action == batchv1.PodFailurePolicyActionFailJob
}

// countsAsFailed is "pod-failed" of SEMANTICS.md without what the policy ignores.
func countsAsFailed(job *batchv1.Job, pod *corev1.Pod, onlyFailed bool) bool {
	return failedAs(pod, onlyFailed) && !ignores(job, pod)
}
