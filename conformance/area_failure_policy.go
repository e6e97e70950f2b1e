package conformance

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
)

// failurePolicy is about spec.podFailurePolicy (PFP).
var failurePolicy = slices.Concat(failJobs, ignoredFailures, failureRules)

var uncheckedFailurePolicy = []Unchecked{
	{"PFP-9", "the API server refuses actions and operators that it does not know, so that no Job has them"},
}

const failurePolicySource = "KEP-3329; API reference, JobSpec.podFailurePolicy"

// failJobs are requirements on the action FailJob.
var failJobs = []Requirement{
	{
		ID: "job/failure-policy/fail-job", Clauses: []string{"PFP-5"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must,
		Since: 26, Bound: ReactionBound,
		Sentence: "A failed pod that matches a FailJob rule must fail the Job, whatever backoffLimit allows.",
		Observed: "From the moment at which a tracked pod in phase Failed matches first a rule with action FailJob, FailureTarget=True is " +
			"stored within the reaction time.",
		Source: failurePolicySource, Scenarios: []string{"failjob-exit-code"}, check: failsByPolicy(false),
	},
	{
		ID: "job/failure-policy/fail-job-reason", Clauses: []string{"PFP-5", "SYNC-1"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must,
		Since:    26,
		Sentence: "A Job that fails while a failed pod matches a FailJob rule must give the reason PodFailurePolicy, even if a limit is passed too.",
		Observed: "When FailureTarget=True is stored, and the implementation must know of a tracked pod in phase Failed that matches such a " +
			"rule, the reason is PodFailurePolicy.",
		Source: "kube-controller-manager, job_controller.go, syncJob", Scenarios: []string{"failjob-exit-code"},
		check: func() any { return onJob(policyReason) },
	},
	{
		ID: "job/failure-policy/fails-only-on-a-match", Clauses: []string{"PFP-5", "PFP-1", "PFP-3", "PFP-4"}, Level: Extended, Feature: PodFailurePolicy,
		Strength: Must, Since: 26,
		Sentence: "A Job must not fail with PodFailurePolicy unless a pod in phase Failed matches a FailJob rule first.",
		Observed: "When FailureTarget=True with that reason is stored, some version of a pod that the implementation may know is Failed and " +
			"matches such a rule.",
		Source: failurePolicySource, Scenarios: []string{"failjob-exit-code", "oom-is-no-disruption"},
		check: func() any { return &onlyOnAMatch{} },
	},
	{
		ID: "job/failure-policy/fail-job-deletes-active-pods", Clauses: []string{"PFP-5", "FIN-9"}, Level: Extended, Feature: PodFailurePolicy,
		Strength: Must, Since: 26, Bound: ReactionBound,
		Sentence: "When a Job fails by its pod failure policy, its active pods must be deleted.",
		Observed: "While FailureTarget=True with reason PodFailurePolicy is stored, no pod of the Job stays active for longer than the reaction time.",
		Source:   failurePolicySource, Scenarios: []string{"failjob-exit-code"}, check: noneActive(batchv1.JobReasonPodFailurePolicy),
	},
	{
		ID: "job/failure-policy/verdict-survives-the-pod", Clauses: []string{"PFP-8"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must,
		Since:    26,
		Sentence: "An implementation must store FailureTarget before it lets a pod go that has failed the Job.",
		Observed: "No patch of the implementation takes the tracking finalizer from a pod that it must know to match a FailJob rule first, as long as " +
			"its Job is neither decided nor being deleted.",
		Source:    "Kubernetes integration test TestJobPodFailurePolicyWithFailedPodDeletedDuringControllerRestart",
		Scenarios: []string{"failjob-exit-code"}, check: func() any { return onPod(verdictFirst) },
	},
	{
		ID: "job/failure-policy/fail-job-message", Clauses: []string{"PFP-5", "PFP-11"}, Level: UpstreamExact, Feature: PodFailurePolicy, Strength: Up,
		Since: 26,
		Sentence: "The message of PodFailurePolicy must name a matching pod, the container and its exit code or the condition, and the position of the " +
			"rule, in the words of the upstream controller.",
		Observed: "FailureTarget=True with that reason has the message for one of the pods that may have been seen to match.",
		Source:   "Kubernetes unit test TestMatchPodFailurePolicy", Scenarios: []string{"failjob-exit-code"},
		check: func() any { return onJob(policyMessage) },
	},
	{
		ID: "job/failure-policy/accounted-pods-are-judged", Clauses: []string{"PFP-11"}, Level: UpstreamExact, Feature: PodFailurePolicy, Strength: Up,
		Since: 26, Bound: ReactionBound,
		Sentence: "A failed pod that counts already, and comes to match a FailJob rule after that, must fail the Job.",
		Observed: "As job/failure-policy/fail-job, for pods that are listed or counted.",
		Source:   "kube-controller-manager, getFailJobMessage", check: failsByPolicy(true),
	},
}

// ignoredFailures are requirements on the action Ignore.
var ignoredFailures = []Requirement{
	{
		ID: "job/failure-policy/ignored-failures-do-not-count", Clauses: []string{"PFP-6"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must,
		Since:    26,
		Sentence: "A failed pod that matches an Ignore rule first must not count in failed.",
		Observed: "No pod is put into uncountedTerminatedPods.failed of which every version that the implementation may know is Failed and matches " +
			"an Ignore rule first; nor is one that has never failed otherwise, before the Job is failing.",
		Source: failurePolicySource, Scenarios: []string{"ignore-disruption"}, check: func() any { return onJob(ignoredStaysOut) },
	},
	{
		ID: "job/failure-policy/ignored-failures-exceed-no-limit", Clauses: []string{"PFP-6", "BL-1"}, Level: Extended, Feature: PodFailurePolicy,
		Strength: Must, Since: 26,
		Sentence: "Ignored failures must not count toward backoffLimit, however many there are.",
		Observed: "As job/backoff-limit/not-before-exceeded, for Jobs of which a failure was ignored.",
		Source:   failurePolicySource, Scenarios: []string{"ignore-disruption"}, check: notBeforeExceeded(hasIgnored),
	},
	{
		ID: "job/failure-policy/ignored-pods-are-replaced", Clauses: []string{"PFP-6"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must,
		Since: 26, Bound: ReactionBound,
		Sentence: "A new pod must be created for one whose failure is ignored.",
		Observed: "While a failure was ignored and fewer pods are active than wanted, a pod is created within the reaction time, not counting the " +
			"longest back-off delay that the failures can mean.",
		Source: failurePolicySource, Scenarios: []string{"ignore-disruption"}, check: promptWhenever(lacks(ignoredNotReplaced)),
	},
	{
		ID: "job/failure-policy/killed-pods-are-matched", Clauses: []string{"PFP-10"}, Level: UpstreamExact, Feature: PodFailurePolicy, Strength: Up,
		Since:    26,
		Sentence: "When a Job fails, pods that are alive and match an Ignore rule by then must not be counted as failed.",
		Observed: "The version in which FailureTarget=True appears lists no pod as failed of which every version that may be known is alive and " +
			"matches an Ignore rule first.",
		Source: "kube-controller-manager, trackJobStatusAndRemoveFinalizers", check: func() any { return onJob(killedIgnored) },
	},
}

// failureRules are requirements on how rules are read.
var failureRules = []Requirement{
	{
		ID: "job/failure-policy/first-rule-wins", Clauses: []string{"PFP-2"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must, Since: 26,
		Bound:    ReactionBound,
		Sentence: "Of several rules that match a failed pod the first must be followed.",
		Observed: "Pods that match rules with different actions are counted, ignored, or fail the Job, as the first of them says; within the reaction time.",
		Source:   failurePolicySource, Scenarios: []string{"rule-order"}, check: follows(manyRules),
	},
	{
		ID: "job/failure-policy/unmatched-failures-count", Clauses: []string{"PFP-2"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must, Since: 26,
		Bound:    ReactionBound,
		Sentence: "A failed pod that no rule matches, or that a Count rule matches first, must count like any other failure.",
		Observed: "Such a pod is listed as failed, or counted, within the reaction time.",
		Source:   failurePolicySource, Scenarios: []string{"oom-is-no-disruption"}, check: follows(countsByRule),
	},
	{
		ID: "job/failure-policy/exit-codes", Clauses: []string{"PFP-3"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must, Since: 26,
		Bound: ReactionBound,
		Sentence: "A rule on exit codes must match a pod if one container has ended with a code other than 0 that is in the list, or with NotIn one " +
			"that is not; only the container that is named, if one is; and by how it has ended last.",
		Observed:  "Failed pods of Jobs with such rules are treated as the first rule that matches says; within the reaction time.",
		Source:    "Kubernetes unit test TestMatchPodFailurePolicy; API reference, PodFailurePolicyOnExitCodesRequirement",
		Scenarios: []string{"failjob-exit-code", "oom-is-no-disruption"},
		check:     follows(withExitCodes),
	},
	{
		ID: "job/failure-policy/pod-conditions", Clauses: []string{"PFP-4"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must, Since: 26,
		Bound: ReactionBound,
		Sentence: "A rule on pod conditions must match a pod if one of its conditions has the type and the status of one pattern, whatever its reason " +
			"and message.",
		Observed: "Failed pods of Jobs with such rules are treated as the first rule that matches says; within the reaction time.",
		Source:   "Kubernetes unit test TestMatchPodFailurePolicy", Scenarios: []string{"ignore-disruption", "oom-is-no-disruption"}, check: follows(withPodConditions),
	},
	{
		ID: "job/failure-policy/terminating-pods-wait", Clauses: []string{"PFP-1", "PRP-2"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must,
		Since:    26,
		Sentence: "With a pod failure policy a pod that is being deleted must neither count nor be replaced until it has ended.",
		Observed: "As long as no failure of the Job is decided, every pod that is put into uncountedTerminatedPods.failed is in phase Failed; and none is " +
			"created in the place of one that terminates (job/replacement/waits-for-terminating-pods).",
		Source: failurePolicySource, check: func() any { return &terminatingUnderPolicy{hasFailurePolicy} },
	},
	{
		ID: "job/failure-policy/no-rules", Clauses: []string{"PFP-12"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must, Since: 26,
		Sentence: "A pod failure policy without rules must make terminating pods wait like any other policy.",
		Observed: "As job/failure-policy/terminating-pods-wait, for Jobs with an empty list of rules.",
		Source:   "API reference, PodFailurePolicy.rules and JobSpec.podReplacementPolicy", check: func() any { return &terminatingUnderPolicy{hasNoRules} },
	},
	{
		ID: "job/failure-policy/fail-index", Clauses: []string{"PFP-7", "BPI-1"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must, Since: 28,
		Bound:    ReactionBound,
		Sentence: "A failed pod that matches a FailIndex rule first must fail its index at once, whatever backoffLimitPerIndex allows.",
		Observed: "Within the reaction time its index stands in status.failedIndexes, or the Job is decided.",
		Source:   "KEP-3850; API reference, PodFailurePolicyRule.action", Scenarios: []string{"failindex-spares-retries"},
		check: promptWhenever(failIndexIgnored),
	},
	{
		ID: "job/failure-policy/failed-index-is-not-retried", Clauses: []string{"PFP-7", "BPI-2"}, Level: Extended, Feature: PodFailurePolicy, Strength: Must,
		Since:    28,
		Sentence: "No pod must be created for an index after a pod of it has matched a FailIndex rule.",
		Observed: "No pod is created for an index of which the implementation must know a failed pod that matches such a rule first.",
		Source:   "KEP-3850", Scenarios: []string{"failindex-spares-retries"}, check: func() any { return onPod(retriedIndex) },
	},
}
