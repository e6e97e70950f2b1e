package conformance

import batchv1 "k8s.io/api/batch/v1"

// backoffPerIndex is about Indexed Jobs whose indexes have a limit of their own (BPI). Its checks are in
// area_backoff_per_index_checks.go and, of what new pods are told, in area_backoff_per_index_pods.go.
var backoffPerIndex = []Requirement{
	{
		ID: "job/backoff-limit-per-index/limit-fails-the-index", Clauses: []string{"BPI-1"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28, Bound: ReactionBound,
		Sentence: "An index must fail when as many of its pods have failed as backoffLimitPerIndex and one more.",
		Observed: "Once a tracked pod has failed whose failure count is backoffLimitPerIndex or more, its index comes into failedIndexes, or " +
			"the Job is decided, within the reaction time.",
		Source: "Kubernetes conformance test \"should execute all indexes despite some failing when using backoffLimitPerIndex\"", Scenarios: []string{"index-fails", "max-failed-indexes"},
		check: promptAfter(failsIndex(anyPodState), indexNotFailed(anyPodState)),
	},
	{
		ID: "job/backoff-limit-per-index/not-before-the-limit", Clauses: []string{"BPI-1"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "An index must not fail before as many of its pods have failed as backoffLimitPerIndex and one more.",
		Observed: "Each index that enters failedIndexes has a pod with a failure count of backoffLimitPerIndex or more that has failed, or is being " +
			"deleted, in a version that the implementation may have seen; if the Job was made smaller, one that has carried the finalizer then.",
		Source: "Kubernetes unit test TestCalculateFailedIndexes", Scenarios: []string{"index-retries", "index-fails"}, check: func() any { return onJob(failedAreReal) },
	},
	{
		ID: "job/backoff-limit-per-index/deleted-pods-count", Clauses: []string{"BPI-12", "PRP-1"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28, Bound: ReactionBound,
		Sentence: "Under TerminatingOrFailed a running pod that somebody deletes must count for its index like one that fails.",
		Observed: "As job/backoff-limit-per-index/limit-fails-the-index, for pods that somebody else has deleted.",
		Source:   "kube-controller-manager, isPodFailed", check: promptAfter(failsIndex(deletedByOthers), indexNotFailed(deletedByOthers)),
	},
	{
		ID: "job/backoff-limit-per-index/failed-index-stays-failed", Clauses: []string{"BPI-2", "IDX-6", "POD-13"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "No pod must be created for an index that has failed.",
		Observed: "At each accepted creation the index is not in failedIndexes of all versions of the Job that the implementation may know of, and " +
			"no index leaves failedIndexes that the Job still has.",
		Source: "Kubernetes e2e tests of backoffLimitPerIndex", Scenarios: []string{"index-fails"}, check: func() any { return failedStays{} },
	},
	{
		ID: "job/backoff-limit-per-index/other-indexes-go-on", Clauses: []string{"BPI-2", "BPI-4"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "A failed index must not fail the Job as long as others may run and maxFailedIndexes is not exceeded.",
		Observed: "FailureTarget=True with FailedIndexes or MaxFailedIndexesExceeded appears only if, by what the implementation may have seen, " +
			"no index is left or too many have failed.",
		Source: "Kubernetes e2e tests of backoffLimitPerIndex", Scenarios: []string{"index-fails"}, check: func() any { return onJob(failsForReason) },
	},
	{
		ID: "job/backoff-limit-per-index/all-ended-fails-the-job", Clauses: []string{"BPI-3"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28, Bound: ReactionBound,
		Sentence: "A Job of which all indexes have ended, and not all have succeeded, must fail with the reason FailedIndexes.",
		Observed: "From that moment on FailureTarget=True is stored within the reaction time.",
		Source:   "Kubernetes unit test of syncJob, \"job failed due to failed indexes\"", Scenarios: []string{"index-fails"}, check: promptAfter(failsFor(batchv1.JobReasonFailedIndexes, anyJob), indexesEnded),
	},
	{
		ID: "job/backoff-limit-per-index/failed-index-is-no-success", Clauses: []string{"BPI-3"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "A Job with a failed index must not succeed, unless its success policy says so.",
		Observed: "When SuccessCriteriaMet=True appears without a success policy, failedIndexes is empty and there is no pod that the implementation must know " +
			"to have failed its index.",
		Source: "Kubernetes unit test of syncJob, \"job failed due to failed indexes\"", Scenarios: []string{"index-fails"}, check: func() any { return onJob(failedIsNoSuccess) },
	},
	{
		ID: "job/backoff-limit-per-index/max-failed-indexes", Clauses: []string{"BPI-4"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28, Bound: ReactionBound,
		Sentence: "A Job of which more indexes have failed than maxFailedIndexes must fail with the reason MaxFailedIndexesExceeded.",
		Observed: "From that moment on FailureTarget=True is stored within the reaction time.",
		Source:   "Kubernetes conformance test \"should terminate job execution when the number of failed indexes exceeds maxFailedIndexes\"", Scenarios: []string{"max-failed-indexes"},
		check: promptAfter(failsFor(batchv1.JobReasonMaxFailedIndexesExceeded, anyJob), tooManyFailed(anyJob)),
	},
	{
		ID: "job/backoff-limit-per-index/no-pod-beyond-the-maximum", Clauses: []string{"BPI-4", "SYNC-1"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "No pod must be created for a Job of which more indexes have failed than maxFailedIndexes.",
		Observed: "At each accepted creation the implementation does not have to know of more failed indexes, stored or not, than each " +
			"maxFailedIndexes that it may know of.",
		Source: "KEP-3850", Scenarios: []string{"max-failed-indexes"}, check: func() any { return onNewPod(withinMaximum) },
	},
	{
		ID: "job/backoff-limit-per-index/max-failed-indexes-edits-apply", Clauses: []string{"BPI-13"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28, Bound: ReactionBound,
		Sentence: "An edit of maxFailedIndexes must apply to the indexes that have failed already.",
		Observed: "As job/backoff-limit-per-index/max-failed-indexes, for Jobs of which it was edited.",
		Source:   "KEP-3850", check: promptAfter(failsFor(batchv1.JobReasonMaxFailedIndexesExceeded, maxEdited), tooManyFailed(maxEdited)),
	},
	{
		ID: "job/backoff-limit-per-index/killed-indexes-are-not-failed", Clauses: []string{"BPI-4"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "Indexes whose pods are deleted because the Job fails must not come into failedIndexes.",
		Observed: "No index enters failedIndexes, once the Job is decided, of which all failed pods were deleted by the implementation, as long as it " +
			"runs on, no call of it has failed since, and it had no more pods to account than fit at once.",
		Source: "Kubernetes conformance test \"should terminate job execution when the number of failed indexes exceeds maxFailedIndexes\"", Scenarios: []string{"max-failed-indexes"},
		check: func() any { return onJob(killedAreNotFailed) },
	},
	{
		ID: "job/backoff-limit-per-index/global-limit-applies", Clauses: []string{"BPI-5", "BL-1"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28, Bound: ReactionBound,
		Sentence: "A backoffLimit must hold beside backoffLimitPerIndex: failures of all indexes count together.",
		Observed: "As job/backoff-limit/exceeding-fails-the-job, for Jobs with both limits.",
		Source:   "Kubernetes unit test of syncJob, \"…exceeding the global backoff limit first\"",
		check:    exceedingFails(func(_ *examiner, j *jobState) bool { return perIndex(j.obj) }),
	},
	{
		ID: "job/backoff-limit-per-index/failed-indexes-are-there", Clauses: []string{"BPI-10"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "The field status.failedIndexes must be there, if only as an empty text, when backoffLimitPerIndex is set, and not otherwise.",
		Observed: "In each status write of the implementation.",
		Source:   "API reference, JobStatus.failedIndexes", Scenarios: []string{"index-retries"}, check: func() any { return onJob(failedIndexesThere) },
	},
	{
		ID: "job/backoff-limit-per-index/failed-indexes-format", Clauses: []string{"STAT-10", "STV-16"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "The field status.failedIndexes must be written like completedIndexes, and must have no index in common with it.",
		Observed: "Each text that the implementation writes is what the API would make of its indexes, all below completions.",
		Source:   "API reference, JobStatus.failedIndexes", Scenarios: []string{"max-failed-indexes"}, check: func() any { return onJob(failedFormat) },
	},
	{
		ID: "job/backoff-limit-per-index/failure-count", Clauses: []string{"POD-8", "BPI-6"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "Each pod must carry as an annotation how many pods of its index have failed before it.",
		Observed: "At each accepted creation batch.kubernetes.io/job-index-failure-count is a number, not more than that of the failed pods of the index, " +
			"and one if the failure is not ignored; and the annotation of ignored failures is not there if there are none.",
		Source: "Kubernetes e2e tests of backoffLimitPerIndex", Scenarios: []string{"index-retries"}, check: func() any { return onNewPod(failureCountThere) },
	},
	{
		ID: "job/backoff-limit-per-index/failure-count-goes-on", Clauses: []string{"BPI-6"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "The failure count of a pod that replaces another must be that of the other and one more.",
		Observed: "At each accepted creation the counts of failures and of ignored ones are together more than those of each pod of the index that " +
			"the implementation must know to have failed and to carry the finalizer.",
		Source: "Kubernetes e2e tests of backoffLimitPerIndex", Scenarios: []string{"index-retries"}, check: func() any { return onNewPod(failureCountGoesOn(anyJob)) },
	},
	{
		ID: "job/backoff-limit-per-index/failure-count-survives-restarts", Clauses: []string{"BPI-6", "POD-8", "CTRL-6"}, Level: Extended, Strength: Must, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "A restart of the implementation must not reset the failure count of an index.",
		Observed: "As job/backoff-limit-per-index/failure-count-goes-on, after the first instance.",
		Source:   "Kubernetes integration test TestBackoffLimitPerIndex_JobPodsCreatedWithExponentialBackoff", Scenarios: []string{"index-retries"},
		check: func() any {
			return onNewPod(failureCountGoesOn(func(x *examiner, _ *jobState) bool { return x.instance > 1 }))
		},
	},
	{
		ID: "job/backoff-limit-per-index/unreadable-count-is-zero", Clauses: []string{"BPI-11"}, Level: UpstreamExact, Strength: Up, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "A failure count that cannot be read must be taken for zero.",
		Observed: "A pod that replaces one whose annotation is missing or no number has the failure count 1.",
		Source:   "kube-controller-manager, parseInt32", check: func() any { return onNewPod(unreadableIsZero) },
	},
	{
		ID: "job/backoff-limit-per-index/failed-pod-stays-until-replaced", Clauses: []string{"BPI-7"}, Level: UpstreamExact, Strength: Up, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "The last failed pod of an index must keep the finalizer, and must not be counted, until it has a successor or its index has ended.",
		Observed: "When the implementation takes the finalizer from a failed pod or lists it, the Job may be decided, the index may have ended, " +
			"or there is another pod of the index that was made later or is active.",
		Source: "Kubernetes integration test TestBackoffLimitPerIndex_DelayedPodDeletion", Scenarios: []string{"index-retries"}, check: func() any { return keptUntilReplaced{} },
	},
	{
		ID: "job/backoff-limit-per-index/delay", Clauses: []string{"BPI-8", "BO-14"}, Level: UpstreamExact, Strength: Up, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "An index must wait for min(10 s * 2^(n-1), 600 s) after the end of its n-th failed pod.",
		Observed: "No pod is created for an index before the end of a failed pod of it, which the implementation must know of, and that delay, where n is " +
			"what the pod carries of failures, counted and ignored, and one.",
		Source: "Kubernetes unit test TestGetRemainingBackoffTimePerIndex", Scenarios: []string{"index-retries"}, check: func() any { return onNewPod(waitsPerIndex) },
	},
	{
		ID: "job/backoff-limit-per-index/delay-is-its-own", Clauses: []string{"BPI-8", "BO-14"}, Level: UpstreamExact, Strength: Up, Feature: BackoffLimitPerIndex, Since: 28, Bound: ReactionBound,
		Sentence: "An index must not wait for the failures of others.",
		Observed: "If there are places for all indexes that may get a pod, one whose own delay is over gets it within the reaction time.",
		Source:   "Kubernetes unit test TestGetRemainingBackoffTimePerIndex", check: promptAfterPod(isRetryOfIndex, ownDelayOver),
	},
	{
		ID: "job/backoff-limit-per-index/message-failed-indexes", Clauses: []string{"BPI-3"}, Level: UpstreamExact, Strength: Up, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "The message of the failure must be \"Job has failed indexes\".",
		Observed: "When FailureTarget=True with reason FailedIndexes appears.",
		Source:   "kube-controller-manager, syncJob", check: messageOf(batchv1.JobReasonFailedIndexes, "Job has failed indexes"),
	},
	{
		ID: "job/backoff-limit-per-index/message-max-failed-indexes", Clauses: []string{"BPI-4"}, Level: UpstreamExact, Strength: Up, Feature: BackoffLimitPerIndex, Since: 28,
		Sentence: "The message of the failure must be \"Job has exceeded the specified maximal number of failed indexes\".",
		Observed: "When FailureTarget=True with reason MaxFailedIndexesExceeded appears.",
		Source:   "kube-controller-manager, syncJob",
		check:    messageOf(batchv1.JobReasonMaxFailedIndexesExceeded, "Job has exceeded the specified maximal number of failed indexes"),
	},
}

var uncheckedBackoffPerIndex = []Unchecked{
	{"BPI-9", "a quirk: whether an index that waits keeps its place from higher ones is never held against anybody"},
}
