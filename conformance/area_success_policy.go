package conformance

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
)

// successPolicy is about spec.successPolicy (SP).
var successPolicy = slices.Concat(successRules, succeededByPolicy)

const successPolicySource = "KEP-3998; API reference, JobSpec.successPolicy"

// successRules are requirements on when a Job succeeds by its policy.
var successRules = []Requirement{
	{
		ID: "job/success-policy/met-rule-decides", Clauses: []string{"SP-1"}, Level: Extended, Feature: SuccessPolicy, Strength: Must, Since: 31,
		Bound:    ReactionBound,
		Sentence: "A Job of which one success rule is met must succeed, whatever becomes of its other indexes.",
		Observed: "From the moment at which the indexes that have succeeded meet a rule, counted or not, the Job is decided within the reaction time.",
		Source:   successPolicySource, Scenarios: []string{"leader-succeeds"}, check: promptAfter(succeedsByPolicy, ruleMetUndecided),
	},
	{
		ID: "job/success-policy/not-before-a-rule-is-met", Clauses: []string{"SP-1"}, Level: Extended, Feature: SuccessPolicy, Strength: Must, Since: 31,
		Sentence: "A Job must not succeed by its policy before a rule is met: all of its succeededIndexes have succeeded, or succeededCount of them; " +
			"without succeededIndexes, as many of all.",
		Observed: "When SuccessCriteriaMet=True with reason SuccessPolicy is stored, the indexes that may be known to have succeeded meet a rule.",
		Source:   successPolicySource, Scenarios: []string{"leader-succeeds", "quorum-with-stragglers"}, check: func() any { return &notBeforeMet{} },
	},
	{
		ID: "job/success-policy/reason", Clauses: []string{"SP-6", "SP-1"}, Level: Extended, Feature: SuccessPolicy, Strength: Must, Since: 31,
		Sentence: "A Job that succeeds while a rule is met must give the reason SuccessPolicy, even if all of its indexes have succeeded.",
		Observed: "SuccessCriteriaMet=True has that reason when the indexes that the implementation must know to have succeeded meet a rule.",
		Source:   "Kubernetes unit test TestSyncJobWithJobSuccessPolicy \"all indexes succeeded\"", Scenarios: []string{"leader-succeeds"},
		check: func() any { return onJob(successReason) },
	},
	{
		ID: "job/success-policy/completes-without-a-rule", Clauses: []string{"SP-7", "COMP-1"}, Level: Extended, Feature: SuccessPolicy, Strength: Must,
		Since: 31, Bound: ReactionBound,
		Sentence: "A Job of which no rule is met must succeed when all of its indexes have succeeded.",
		Observed: "From the moment at which all have, and no pod is active, the Job is decided within the reaction time.",
		Source:   successPolicySource, check: promptAfter(completesWithoutRule, allSucceededUndecided),
	},
	{
		ID: "job/success-policy/failure-wins", Clauses: []string{"SP-3", "SYNC-1"}, Level: Extended, Feature: SuccessPolicy, Strength: Must, Since: 31,
		Sentence: "A Job must not succeed by its policy while the implementation knows of a reason for it to fail.",
		Observed: "When SuccessCriteriaMet=True with reason SuccessPolicy is stored, the failures that the implementation must know of do not exceed " +
			"backoffLimit, no pod that it must know of matches a FailJob rule, and the deadline has not passed for certain.",
		Source: "Kubernetes unit test TestSyncJobWithJobSuccessPolicy", check: func() any { return onJob(failureBeatsPolicy) },
	},
	{
		ID: "job/success-policy/message", Clauses: []string{"SP-1"}, Level: UpstreamExact, Feature: SuccessPolicy, Strength: Up, Since: 31,
		Sentence: "The message of SuccessPolicy must be \"Matched rules at index I\", with the position of the first rule that is met.",
		Observed: "SuccessCriteriaMet=True with that reason has such a message, and the rule is one that may be known to be met.",
		Source:   "kube-controller-manager, success_policy.go", Scenarios: []string{"leader-succeeds"}, check: func() any { return onJob(successMessage) },
	},
	{
		ID: "job/success-policy/needs-a-success", Clauses: []string{"SP-5"}, Level: UpstreamExact, Feature: SuccessPolicy, Strength: Up, Since: 31,
		Sentence: "No rule must be met before one index has succeeded, and none ever whose succeededIndexes are empty.",
		Observed: "When SuccessCriteriaMet=True with reason SuccessPolicy is stored, a rule that is not empty is met and an index may be known to have " +
			"succeeded.",
		Source: "kube-controller-manager, matchSuccessPolicy", check: func() any { return &needsASuccess{} },
	},
}

// succeededByPolicy are requirements on what follows.
var succeededByPolicy = []Requirement{
	{
		ID: "job/success-policy/lingering-pods-are-deleted", Clauses: []string{"SP-2", "FIN-9"}, Level: Extended, Feature: SuccessPolicy, Strength: Must,
		Since: 31, Bound: ReactionBound,
		Sentence: "When a Job succeeds by its policy, its active pods must be deleted.",
		Observed: "While SuccessCriteriaMet=True with reason SuccessPolicy is stored, no pod of the Job stays active for longer than the reaction time.",
		Source:   successPolicySource, Scenarios: []string{"leader-succeeds"}, check: promptAfter(leavesPods, lingeringActive),
	},
	{
		ID: "job/success-policy/lingering-pods-do-not-count", Clauses: []string{"SP-2", "FIN-17"}, Level: Extended, Feature: SuccessPolicy, Strength: Must,
		Since:    31,
		Sentence: "Pods that are deleted because a Job succeeds by its policy must not count as failed.",
		Observed: "No pod that was active when the implementation deleted it for that is put into uncountedTerminatedPods.failed, unless a call was " +
			"refused, or the instance that did it has ended, since then (CTRL-8).",
		Source: successPolicySource, Scenarios: []string{"leader-succeeds"}, check: func() any { return onJob(lingeringCounted) },
	},
	{
		ID: "job/success-policy/successes-freeze", Clauses: []string{"SP-8"}, Level: Extended, Feature: SuccessPolicy, Strength: Must, Since: 31,
		Sentence: "Pods that succeed while they are taken away must add nothing to succeeded and completedIndexes.",
		Observed: "After SuccessCriteriaMet=True with reason SuccessPolicy is stored, completedIndexes gets no index of which a pod was alive by then, " +
			"under the same exceptions.",
		Source: "kube-controller-manager, trackJobStatusAndRemoveFinalizers", check: func() any { return &frozen{} },
	},
	{
		ID: "job/success-policy/later-failures-do-not-matter", Clauses: []string{"SP-4", "SYNC-2"}, Level: Extended, Feature: SuccessPolicy, Strength: Must,
		Since:    31,
		Sentence: "What fails after SuccessCriteriaMet must not fail the Job, neither lingering pods nor a deadline.",
		Observed: "No version that the implementation stores after that, or is refused to, has FailureTarget=True or Failed=True.",
		Source:   "Kubernetes unit test TestSyncJobWithJobSuccessPolicy", Scenarios: []string{"leader-succeeds"},
		check: orRefusedOf(func(_ *examiner, j *jobState) bool { return succeedingByPolicy(j.obj) }, staysSuccessful,
			refusal{"status.conditions", "cannot set SuccessCriteriaMet=True and Fail"},
			refusal{"status.conditions", "cannot disable the SuccessCriteriaMet"}),
	},
	{
		ID: "job/success-policy/ends-complete", Clauses: []string{"SP-4", "FIN-3"}, Level: Extended, Feature: SuccessPolicy, Strength: Must, Since: 31,
		Bound:    ReactionBound,
		Sentence: "A Job that succeeds by its policy must become Complete once none of its pods lives any more.",
		Observed: "While SuccessCriteriaMet=True with reason SuccessPolicy is stored, and no pod of the Job is active or terminating, the Job does not " +
			"stay unfinished for longer than the reaction time.",
		Source: successPolicySource, Scenarios: []string{"leader-succeeds"},
		check: promptAfter(func(x *examiner, j *jobState) bool { return becameFinished(x, j) && succeedingByPolicy(j.obj) }, successUnfinished),
	},
}

// succeedingByPolicy reports whether the Job is decided to succeed by its policy.
func succeedingByPolicy(job *batchv1.Job) bool {
	c := trueCondition(job, batchv1.JobSuccessCriteriaMet)
	return c != nil && c.Reason == batchv1.JobReasonSuccessPolicy
}
