package kubelet

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// restartable tells whether a container that ended with an exit code is to be started again: its own rules decide
// first, then its own policy (KUB-9), then the pod's.
func restartable(pod *corev1.PodSpec, c *corev1.Container, code int32) bool {
	policy := pod.RestartPolicy
	if c.RestartPolicy != nil {
		if matchingRule(c, code) != nil {
			return true // every action there is restarts at least this container
		}
		policy = corev1.RestartPolicy(*c.RestartPolicy)
	}
	switch policy {
	case corev1.RestartPolicyNever:
		return false
	case corev1.RestartPolicyOnFailure:
		return code != 0
	}
	return true
}

// matchingRule is the first restart rule of a container that an exit code matches.
func matchingRule(c *corev1.Container, code int32) *corev1.ContainerRestartRule {
	for i := range c.RestartPolicyRules {
		if matchesExit(&c.RestartPolicyRules[i], code) {
			return &c.RestartPolicyRules[i]
		}
	}
	return nil
}

func matchesExit(rule *corev1.ContainerRestartRule, code int32) bool {
	if rule.ExitCodes == nil {
		return false
	}
	listed := slices.Contains(rule.ExitCodes.Values, code)
	switch rule.ExitCodes.Operator {
	case corev1.ContainerRestartRuleOnExitCodesOpIn:
		return listed
	case corev1.ContainerRestartRuleOnExitCodesOpNotIn:
		return !listed
	}
	return false
}

// isSidecar tells whether an init container keeps running beside the regular ones.
func isSidecar(c *corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}
