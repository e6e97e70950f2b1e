package fakes

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenFailurePolicy misread pod failure policies.
var brokenFailurePolicy = slices.Concat(brokenRules, brokenActions)

// brokenRules ask the wrong rule, or ask it in the wrong way.
var brokenRules = []Broken{
	{
		Name:    "not-in-needs-all-containers",
		Mistake: "It takes NotIn to mean that no container has ended with a code of the list.",
		Clauses: []string{"PFP-3"},
		Break: func(d *Decisions) {
			d.MatchRule = func(rule *batchv1.PodFailurePolicyRule, pod *corev1.Pod) (RuleMatch, bool) {
				if on := rule.OnExitCodes; on != nil && on.Operator == batchv1.PodFailurePolicyOnExitCodesOpNotIn {
					in := *on
					in.Operator = batchv1.PodFailurePolicyOnExitCodesOpIn
					if _, listed := matchRule(&batchv1.PodFailurePolicyRule{OnExitCodes: &in}, pod); listed {
						return RuleMatch{}, false
					}
				}
				return matchRule(rule, pod)
			}
		},
	},
	{
		Name:    "container-name-ignored",
		Mistake: "It matches the exit code of any container although the rule names one.",
		Clauses: []string{"PFP-3"},
		Break: changingRule(func(rule *batchv1.PodFailurePolicyRule, _ *corev1.Pod) {
			if rule.OnExitCodes != nil {
				on := *rule.OnExitCodes
				on.ContainerName, rule.OnExitCodes = nil, &on
			}
		}),
	},
	{
		Name:    "init-container-exit-ignored",
		Mistake: "It looks for exit codes among the regular containers only.",
		Clauses: []string{"PFP-3"},
		Break: changingRule(func(_ *batchv1.PodFailurePolicyRule, pod *corev1.Pod) {
			pod.Status.InitContainerStatuses = nil
		}),
	},
	{
		Name:    "only-first-container-matched",
		Mistake: "It looks at the exit code of the first container of a pod and at no other.",
		Clauses: []string{"PFP-3"},
		Break: changingRule(func(_ *batchv1.PodFailurePolicyRule, pod *corev1.Pod) {
			pod.Status.ContainerStatuses = pod.Status.ContainerStatuses[:min(1, len(pod.Status.ContainerStatuses))]
		}),
	},
	{
		Name:    "condition-status-ignored",
		Mistake: "It matches a pod condition by its type, whatever its status.",
		Clauses: []string{"PFP-4"},
		Break: changingRule(func(rule *batchv1.PodFailurePolicyRule, pod *corev1.Pod) {
			patterns := slices.Clone(rule.OnPodConditions)
			for i := range patterns {
				for _, c := range pod.Status.Conditions {
					if c.Type == patterns[i].Type {
						patterns[i].Status = c.Status
					}
				}
			}
			rule.OnPodConditions = patterns
		}),
	},
	{
		Name:    "all-condition-patterns-needed",
		Mistake: "It matches pod conditions only if there is one for every pattern of the rule.",
		Clauses: []string{"PFP-4"},
		Break: func(d *Decisions) {
			d.MatchRule = func(rule *batchv1.PodFailurePolicyRule, pod *corev1.Pod) (RuleMatch, bool) {
				for i := range rule.OnPodConditions {
					one := batchv1.PodFailurePolicyRule{OnPodConditions: rule.OnPodConditions[i : i+1]}
					if _, ok := matchRule(&one, pod); !ok {
						return RuleMatch{}, false
					}
				}
				return matchRule(rule, pod)
			}
		},
	},
	{
		Name:    "oom-kill-is-a-disruption",
		Mistake: "It takes a container that was killed for its memory for a disruption.",
		Clauses: []string{"PFP-4"},
		Break: changingRule(func(rule *batchv1.PodFailurePolicyRule, pod *corev1.Pod) {
			for i := range pod.Status.ContainerStatuses {
				ended := pod.Status.ContainerStatuses[i].State.Terminated
				if ended != nil && ended.Reason == "OOMKilled" && len(rule.OnPodConditions) > 0 {
					pod.Status.Conditions = append(slices.Clone(pod.Status.Conditions),
						corev1.PodCondition{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue})
				}
			}
		}),
	},
	{
		Name:    "unmatched-failures-ignored",
		Mistake: "It ignores failures that no rule of a pod failure policy matches.",
		Clauses: []string{"PFP-2"},
		Break: func(d *Decisions) {
			d.IgnoresFailure = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
				return job.Spec.PodFailurePolicy != nil && d.AskPolicy(d, job, pod).Action == "" || ignoresFailure(d, job, pod)
			}
		},
	},
	{
		Name:    "policy-counts-deleted-pods-at-once",
		Mistake: "It asks the pod failure policy about a pod as soon as it is deleted, when no container has an exit code yet.",
		Clauses: []string{"PFP-1"},
		Bug:     "kubernetes/kubernetes#113855",
		Break: func(d *Decisions) {
			d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool {
				return isFailed(job, pod) || job.Spec.PodFailurePolicy != nil && pod.DeletionTimestamp != nil && !isSucceeded(pod)
			}
		},
	},
	{
		Name:    "empty-policy-changes-nothing",
		Mistake: "It counts deleted pods at once if the pod failure policy has no rules.",
		Clauses: []string{"PFP-12"},
		Break: func(d *Decisions) {
			d.IsFailed = func(job *batchv1.Job, pod *corev1.Pod) bool {
				empty := job.Spec.PodFailurePolicy != nil && len(job.Spec.PodFailurePolicy.Rules) == 0
				return isFailed(job, pod) || empty && pod.DeletionTimestamp != nil && !isSucceeded(pod)
			}
		},
	},
}

// brokenActions do not do what a rule says.
var brokenActions = []Broken{
	{
		Name:    "fail-job-only-counts",
		Mistake: "It counts a failure that matches a FailJob rule and tries again.",
		Clauses: []string{"PFP-5"},
		Break:   func(d *Decisions) { withoutTest(d, "failure policy") },
	},
	{
		Name:    "fail-job-pods-run-on",
		Mistake: "It lets the other pods run on when a FailJob rule has failed the Job.",
		Clauses: []string{"PFP-5"},
		Break:   func(d *Decisions) { runningOn(d, batchv1.JobReasonPodFailurePolicy) },
	},
	{
		Name:    "limits-before-failure-policy",
		Mistake: "It looks at backoffLimit before the pod failure policy, and gives the wrong reason.",
		Clauses: []string{"PFP-5", "SYNC-1"},
		Break: func(d *Decisions) {
			i := slices.IndexFunc(d.Outcome, func(t OutcomeTest) bool { return t.Name == "failure policy" })
			d.Outcome[i], d.Outcome[i+1] = d.Outcome[i+1], d.Outcome[i]
		},
	},
	{
		Name:    "fail-job-message-without-rule",
		Mistake: "It does not say which rule has failed the Job.",
		Clauses: []string{"PFP-5"},
		Break: func(d *Decisions) {
			test := d.Test("failure policy").Decide
			d.Test("failure policy").Decide = func(d *Decisions, o Observation) *Verdict {
				v := test(d, o)
				if v != nil {
					v.Message = "Job failed by its pod failure policy"
				}
				return v
			}
		},
	},
	{
		Name:    "fail-job-verdict-after-release",
		Mistake: "It lets the pod go that fails the Job before it stores that it does.",
		Clauses: []string{"PFP-8"},
		Break: func(d *Decisions) {
			beforeStep(d, "list", func(ctx context.Context, s *jobSync) {
				if s.verdict == nil || s.verdict.Stored || s.verdict.Reason != batchv1.JobReasonPodFailurePolicy {
					return
				}
				for _, pod := range s.release {
					_ = dropFinalizer(ctx, s, pod)
				}
			})
		},
	},
	{
		Name:    "fail-job-forgets-accounted-pods",
		Mistake: "It asks the pod failure policy about pods that are not accounted yet and about no others.",
		Clauses: []string{"PFP-11"},
		Break: func(d *Decisions) {
			test := d.Test("failure policy").Decide
			d.Test("failure policy").Decide = func(d *Decisions, o Observation) *Verdict {
				o.Pods = slices.DeleteFunc(slices.Clone(o.Pods), func(pod *corev1.Pod) bool { return !d.carriesFinalizer(pod) })
				return test(d, o)
			}
		},
	},
	{
		Name:    "ignored-failures-count",
		Mistake: "It counts failures that an Ignore rule matches.",
		Clauses: []string{"PFP-6"},
		Break: func(d *Decisions) {
			d.IgnoresFailure = func(*Decisions, *batchv1.Job, *corev1.Pod) bool { return false }
		},
	},
	{
		Name:    "ignored-failures-exceed-the-limit",
		Mistake: "It leaves ignored failures out of status.failed but holds them against backoffLimit.",
		Clauses: []string{"PFP-6"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				for i := range s.pods {
					if s.pods[i].tracked && s.news(&s.pods[i]) == Ignored {
						s.counts.Failed++
					}
				}
			})
		},
	},
	{
		Name:    "ignored-pods-not-replaced",
		Mistake: "It ignores the failure of a pod, and its place as well.",
		Clauses: []string{"PFP-6"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(ctx context.Context, s *jobSync) {
				for _, pod := range everyPod(ctx, s) {
					if pod.Status.Phase == corev1.PodFailed && s.d.IgnoresFailure(s.d, s.job, pod) {
						s.job.Spec.Parallelism = new(max(0, *s.job.Spec.Parallelism-1))
					}
				}
			})
		},
	},
	{
		Name:    "killed-pods-not-matched",
		Mistake: "It counts pods that live when the Job fails as failed, even if an Ignore rule matches them.",
		Clauses: []string{"PFP-10"},
		Break: func(d *Decisions) {
			d.IgnoresFailure = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
				return pod.Status.Phase == corev1.PodFailed && ignoresFailure(d, job, pod)
			}
		},
	},
	{
		Name:    "fail-index-only-counts",
		Mistake: "It counts a failure that matches a FailIndex rule and tries the index again.",
		Clauses: []string{"PFP-7"},
		Break: func(d *Decisions) {
			d.IndexFails = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
				counting := *d
				counting.AskPolicy = func(*Decisions, *batchv1.Job, *corev1.Pod) PolicyAnswer {
					answer := d.AskPolicy(d, job, pod)
					if answer.Action == batchv1.PodFailurePolicyActionFailIndex {
						answer.Action = batchv1.PodFailurePolicyActionCount
					}
					return answer
				}
				return indexFails(&counting, job, pod)
			}
		},
	},
}

// runningOn leaves the pods of a Job alone that is decided for a reason.
func runningOn(d *Decisions, reason string) {
	beforeStep(d, "manage", func(_ context.Context, s *jobSync) {
		if s.verdict != nil && s.verdict.Reason == reason {
			s.active, s.counts.Active, s.counts.Ready = nil, 0, 0
		}
	})
}

// changingRule matches a rule that was changed, or a pod that was.
func changingRule(change func(*batchv1.PodFailurePolicyRule, *corev1.Pod)) func(*Decisions) {
	return func(d *Decisions) {
		d.MatchRule = func(rule *batchv1.PodFailurePolicyRule, pod *corev1.Pod) (RuleMatch, bool) {
			changedRule, changedPod := *rule, *pod
			change(&changedRule, &changedPod)
			return matchRule(&changedRule, &changedPod)
		}
	}
}
