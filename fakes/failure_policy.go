package fakes

import (
	"context"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// RuleMatch is what a rule of a pod failure policy found in a failed pod: a container and its exit code, or a condition.
type RuleMatch struct {
	Container string
	ExitCode  int32
	Condition corev1.PodConditionType
}

// PolicyAnswer is what a pod failure policy says about a failed pod.
type PolicyAnswer struct {
	// Action is empty if no rule matches, and the failure counts like any other.
	Action batchv1.PodFailurePolicyAction
	// Rule is the position of the first rule that matches.
	Rule  int
	Match RuleMatch
}

// matchRule is PFP-3 and PFP-4.
func matchRule(rule *batchv1.PodFailurePolicyRule, pod *corev1.Pod) (RuleMatch, bool) {
	if rule.OnExitCodes != nil {
		match, ok := matchExitCodes(rule.OnExitCodes, pod.Status.ContainerStatuses)
		if !ok {
			match, ok = matchExitCodes(rule.OnExitCodes, pod.Status.InitContainerStatuses)
		}
		return match, ok
	}
	for i := range pod.Status.Conditions {
		c := &pod.Status.Conditions[i]
		for _, pattern := range rule.OnPodConditions {
			if c.Type == pattern.Type && c.Status == pattern.Status {
				return RuleMatch{Condition: c.Type}, true
			}
		}
	}
	return RuleMatch{}, false
}

// matchExitCodes looks for one container whose own code matches: NotIn does not mean that none is listed (PFP-3).
func matchExitCodes(
	on *batchv1.PodFailurePolicyOnExitCodesRequirement, containers []corev1.ContainerStatus,
) (RuleMatch, bool) {
	for i := range containers {
		c := &containers[i]
		if c.State.Terminated == nil || on.ContainerName != nil && *on.ContainerName != c.Name {
			continue
		}
		code := c.State.Terminated.ExitCode
		if code != 0 && matchesCode(on, code) {
			return RuleMatch{Container: c.Name, ExitCode: code}, true
		}
	}
	return RuleMatch{}, false
}

// matchesCode is PFP-9 as well: an operator that nobody knows matches nothing.
func matchesCode(on *batchv1.PodFailurePolicyOnExitCodesRequirement, code int32) bool {
	switch on.Operator {
	case batchv1.PodFailurePolicyOnExitCodesOpIn:
		return slices.Contains(on.Values, code)
	case batchv1.PodFailurePolicyOnExitCodesOpNotIn:
		return !slices.Contains(on.Values, code)
	}
	return false
}

// askPolicy is PFP-2: the first rule that matches decides. A rule with an action that nobody knows is passed over (PFP-9).
func askPolicy(d *Decisions, job *batchv1.Job, pod *corev1.Pod) PolicyAnswer {
	if job.Spec.PodFailurePolicy == nil {
		return PolicyAnswer{}
	}
	for i := range job.Spec.PodFailurePolicy.Rules {
		rule := &job.Spec.PodFailurePolicy.Rules[i]
		switch rule.Action {
		case batchv1.PodFailurePolicyActionFailJob, batchv1.PodFailurePolicyActionFailIndex,
			batchv1.PodFailurePolicyActionIgnore, batchv1.PodFailurePolicyActionCount:
			if match, ok := d.MatchRule(rule, pod); ok {
				return PolicyAnswer{Action: rule.Action, Rule: i, Match: match}
			}
		}
	}
	return PolicyAnswer{}
}

// ignoresFailure is PFP-6: the failure counts against nothing.
func ignoresFailure(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
	return d.AskPolicy(d, job, pod).Action == batchv1.PodFailurePolicyActionIgnore
}

// failJobTest is PFP-5 and PFP-11: any failed pod of the Job will do, accounted or not.
func failJobTest(d *Decisions, o Observation) *Verdict {
	if !mayFailJob(o.Job) {
		return nil
	}
	for _, pod := range o.Pods {
		if !d.IsFailed(o.Job, pod) {
			continue
		}
		if answer := d.AskPolicy(d, o.Job, pod); answer.Action == batchv1.PodFailurePolicyActionFailJob {
			return &Verdict{Reason: batchv1.JobReasonPodFailurePolicy, Message: failJobMessage(pod, answer)}
		}
	}
	return nil
}

func failJobMessage(pod *corev1.Pod, a PolicyAnswer) string {
	if a.Match.Condition != "" {
		return fmt.Sprintf("Pod %s/%s has condition %s matching %s rule at index %d",
			pod.Namespace, pod.Name, a.Match.Condition, a.Action, a.Rule)
	}
	return fmt.Sprintf("Container %s for pod %s/%s failed with exit code %d matching %s rule at index %d",
		a.Match.Container, pod.Namespace, pod.Name, a.Match.ExitCode, a.Action, a.Rule)
}

// mayFailJob tells whether one pod may be enough to fail the Job.
func mayFailJob(job *batchv1.Job) bool {
	return job.Spec.PodFailurePolicy != nil &&
		slices.ContainsFunc(job.Spec.PodFailurePolicy.Rules, func(rule batchv1.PodFailurePolicyRule) bool {
			return rule.Action == batchv1.PodFailurePolicyActionFailJob
		})
}

// podsToJudge are the pods that the failure policy may fail the Job for. Those that are accounted must be looked at too,
// since conditions come late.
func (s *jobSync) podsToJudge(ctx context.Context) ([]*corev1.Pod, error) {
	if !mayFailJob(s.job) {
		return nil, nil
	}
	judged := make([]*corev1.Pod, 0, len(s.pods))
	for i := range s.pods {
		judged = append(judged, s.pods[i].Pod)
	}
	accounted, err := s.r.accountedFailures(ctx, s.req.NamespacedName)
	if err != nil {
		return nil, err
	}
	for i := range accounted {
		if s.d.IsOwner(jobOwner(&accounted[i]), s.job.UID) {
			judged = append(judged, &accounted[i])
		}
	}
	return judged, nil
}
