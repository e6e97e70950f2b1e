package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Bounds of the restart rules of one container.
const (
	maxRestartRules     = 20
	maxRestartExitCodes = 255
)

const rulesWithoutPolicy = "must specify restartPolicy when restart rules are used"

// validateInitContainerRestart stops at a missing policy, where the check of regular containers goes on to the rules.
func validateInitContainerRestart(c *corev1.Container, path *field.Path) field.ErrorList {
	if c.RestartPolicy == nil && len(c.RestartPolicyRules) > 0 {
		return field.ErrorList{field.Required(path.Child("restartPolicy"), rulesWithoutPolicy)}
	}
	return validateContainerRestart(c, path)
}

// validateContainerRestart checks the restart policy and rules of one container. Sidecars may have
// rules like all others, because the gates ContainerRestartRules and RestartAllContainersOnContainerExits are on.
func validateContainerRestart(c *corev1.Container, path *field.Path) field.ErrorList {
	if c.RestartPolicy == nil && len(c.RestartPolicyRules) == 0 {
		return nil
	}
	var errs field.ErrorList
	policyPath, rulesPath := path.Child("restartPolicy"), path.Child("restartPolicyRules")
	if c.RestartPolicy == nil {
		errs = append(errs, field.Required(policyPath, rulesWithoutPolicy))
	} else {
		errs = append(errs, isOneOf(*c.RestartPolicy, policyPath, corev1.ContainerRestartPolicyAlways,
			corev1.ContainerRestartPolicyNever, corev1.ContainerRestartPolicyOnFailure)...)
	}
	if len(c.RestartPolicyRules) > maxRestartRules {
		errs = append(errs, field.TooMany(rulesPath, len(c.RestartPolicyRules), maxRestartRules))
	}
	for i := range c.RestartPolicyRules {
		errs = append(errs, validateRestartRule(&c.RestartPolicyRules[i], rulesPath.Index(i))...)
	}
	return errs
}

func validateRestartRule(rule *corev1.ContainerRestartRule, path *field.Path) field.ErrorList {
	errs := isOneOf(rule.Action, path.Child("action"),
		corev1.ContainerRestartRuleActionRestart, corev1.ContainerRestartRuleActionRestartAllContainers)
	codesPath := path.Child("exitCodes")
	if rule.ExitCodes == nil {
		return append(errs, field.Required(codesPath, "must be specified"))
	}
	errs = append(errs, isOneOf(rule.ExitCodes.Operator, codesPath.Child("operator"),
		corev1.ContainerRestartRuleOnExitCodesOpIn, corev1.ContainerRestartRuleOnExitCodesOpNotIn)...)
	if count := len(rule.ExitCodes.Values); count > maxRestartExitCodes {
		errs = append(errs, field.TooMany(codesPath.Child("values"), count, maxRestartExitCodes))
	}
	return errs
}
