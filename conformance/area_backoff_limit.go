package conformance

// backoffLimit is about how many pods may fail (BL). The checks are in area_backoff_limit_checks.go.
var backoffLimit = []Requirement{
	{
		ID: "job/backoff-limit/exceeding-fails-the-job", Clauses: []string{"BL-1", "BL-2", "BL-5"}, Level: Core, Strength: Must,
		Bound:    ReactionBound,
		Sentence: "A Job of which more pods have failed than backoffLimit must fail.",
		Observed: "From the moment at which counted, listed and newly failed pods together exceed spec.backoffLimit, " +
			"FailureTarget=True is stored within the reaction time.",
		Source: "API reference, JobSpec.backoffLimit", Scenarios: []string{"never-backoff", "backofflimit-zero"},
		check: exceedingFails(anyJob),
	},
	{
		ID: "job/backoff-limit/not-before-exceeded", Clauses: []string{"BL-1", "BL-5"}, Level: Core, Strength: Must,
		Sentence: "A Job must not fail with BackoffLimitExceeded unless more pods have failed than backoffLimit; reaching it is not enough.",
		Observed: "When FailureTarget=True with that reason is stored for a Job with restartPolicy Never, counted, listed and failed pods, " +
			"without those that the implementation is killing, are more than a backoffLimit that it may know of.",
		Source: "Kubernetes integration test TestJobBackoffOnRestartPolicyNever", Scenarios: []string{"never-backoff", "success-resets-backoff"},
		check: notBeforeExceeded(anyJob),
	},
	{
		ID: "job/backoff-limit/pods-run-on-within-the-limit", Clauses: []string{"BL-1", "BL-5"}, Level: Core, Strength: Must,
		Sentence: "An implementation must not delete a running pod while the Job has no reason to fail and needs the pod.",
		Observed: "For each accepted DELETE of an active pod some version of the Job and its pods that the implementation may know gives a " +
			"reason: too many failures or restarts, a deadline, a decision, suspension, deletion, or more active pods than wanted.",
		Source: "API reference, JobSpec.backoffLimit", Scenarios: []string{"parallel-completions", "never-backoff"},
		check: func() any { return onPod(needlessDelete) },
	},
	{
		ID: "job/backoff-limit/failures-accumulate", Clauses: []string{"BL-2"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "Failures must count over the whole life of a Job: successes, resumptions, edits and restarts of the implementation " +
			"must not make it forget them.",
		Observed: "As job/backoff-limit/exceeding-fails-the-job, for Jobs that have had a success, a resumption, a scaling or a restart of " +
			"the implementation.",
		Source: "API reference, JobSpec.backoffLimit; KEP-2307", Scenarios: []string{"success-resets-backoff"},
		check: exceedingFails(hasHistory),
	},
	{
		ID: "job/backoff-limit/zero-allows-no-failure", Clauses: []string{"BL-5"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "With backoffLimit 0 the first failed pod must fail the Job.",
		Observed: "As job/backoff-limit/exceeding-fails-the-job, for Jobs with spec.backoffLimit 0.",
		Source:   "API reference, JobSpec.backoffLimit", Scenarios: []string{"backofflimit-zero"},
		check: exceedingFails(func(_ *examiner, j *jobState) bool { return backoffLimitOf(j.obj) == 0 }),
	},
	{
		ID: "job/backoff-limit/deleted-pods-count", Clauses: []string{"BL-3", "EXT-1", "PRP-1"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "Under podReplacementPolicy TerminatingOrFailed a pod that somebody else deletes must count as failed as soon as its " +
			"deletion is seen, unless it has succeeded.",
		Observed: "A pod with the tracking finalizer and a deletionTimestamp set by somebody else stands in uncountedTerminatedPods, or " +
			"is counted, within the reaction time.",
		Source: "KEP-2307; KEP-3939", Scenarios: []string{"pod-deleted", "node-lost"},
		check: prompt(deletedPodsCount),
	},
	{
		ID: "job/backoff-limit/a-failure-counts-once", Clauses: []string{"BL-3", "COMP-12"}, Level: Core, Strength: Must,
		Sentence: "A Job's status.failed must not be larger than the number of the Job's pods that can have failed; a deleted pod that ends " +
			"later counts once.",
		Observed: "Whenever the implementation raises status.failed or uncountedTerminatedPods.failed, both together are not more than the " +
			"pods that are Failed, were deleted, or lost to a failure decision.",
		Source: "KEP-2307", Scenarios: []string{"pod-deleted", "never-backoff"},
		check: failuresAreReal("pods", func(_ *examiner, j *jobState) bool { return failedIn(j.obj) > 0 }),
	},
	{
		ID: "job/backoff-limit/removed-pods-do-not-count", Clauses: []string{"BL-4", "PAR-5", "SUS-3"}, Level: Core, Strength: Must,
		Sentence: "Pods that the implementation takes away because there are too many, or because the Job is suspended, must not count " +
			"as failed, nor must pods without the tracking finalizer.",
		Observed: "As job/backoff-limit/a-failure-counts-once, where pods that lost their finalizer while they were at work, and pods that were " +
			"deleted by the implementation when the Job had no reason to fail, do not count.",
		Source: "Kubernetes unit test TestTrackJobStatusAndRemoveFinalizers; KEP-2232", Scenarios: []string{"parallelism-change", "suspend-resume"},
		check: removedDoNotCount,
	},
	{
		ID: "job/backoff-limit/reason", Clauses: []string{"BL-6", "SYNC-1"}, Level: Core, Strength: Must,
		Sentence: "A Job that fails while more pods have failed than backoffLimit must give the reason BackoffLimitExceeded.",
		Observed: "FailureTarget=True has that reason when the failures that the implementation must know of exceed every backoffLimit that " +
			"it may know of.",
		Source:    "API reference, JobStatus.conditions; Kubernetes e2e test \"should fail to exceed backoffLimit\"",
		Scenarios: []string{"never-backoff", "backofflimit-zero"},
		check:     func() any { return onJob(exceededReason) },
	},
	{
		ID: "job/backoff-limit/message", Clauses: []string{"BL-6"}, Level: UpstreamExact, Strength: Up,
		Sentence: "The message of a condition with reason BackoffLimitExceeded must be \"Job has reached the specified backoff limit\".",
		Observed: "FailureTarget=True with that reason has exactly this message.",
		Source:   "kube-controller-manager, job_controller.go", Scenarios: []string{"never-backoff"},
		check: messageOf("BackoffLimitExceeded", "Job has reached the specified backoff limit"),
	},
	{
		ID: "job/backoff-limit/failing-deletes-active-pods", Clauses: []string{"BL-7", "FIN-9"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "When the back-off limit is exceeded, all active pods of the Job must be deleted.",
		Observed: "While FailureTarget=True with that reason is stored, no pod of the Job stays active for longer than the reaction time.",
		Source:   "Kubernetes unit test TestSyncJobPastDeadline; KEP-3998", Scenarios: []string{"onfailure-exhausted"},
		check: noneActive("BackoffLimitExceeded"),
	},
	{
		ID: "job/backoff-limit/killed-pods-count", Clauses: []string{"BL-7", "FIN-17"}, Level: Core, Strength: Must,
		Sentence: "Pods that are active when the back-off limit is exceeded must count as failed, with those that failed before.",
		Observed: "When Failed=True with that reason is stored, status.failed is not less than the pods listed as failed so far and those " +
			"that were deleted for the failure.",
		Source: "Kubernetes unit test \"count ready pods when job fails\"", Scenarios: []string{"onfailure-exhausted"},
		check: killedCount("BackoffLimitExceeded", anyJob),
	},
	{
		ID: "job/backoff-limit/failed-exceeds-the-limit", Clauses: []string{"BL-8"}, Level: Core, Strength: Must,
		Sentence: "A Job that has failed because too many pods failed must show all failures: more than backoffLimit, and maybe many more.",
		Observed: "When Failed=True with BackoffLimitExceeded is stored for a Job with restartPolicy Never, status.failed is at least one more " +
			"than the backoffLimit at the decision, and not less than the pods that were listed as failed.",
		Source: "Kubernetes integration test TestJobBackoffOnRestartPolicyNever", Scenarios: []string{"never-backoff", "backofflimit-zero"},
		check: func() any { return &failedExceeds{} },
	},
	{
		ID: "job/backoff-limit/edits-apply", Clauses: []string{"BL-9"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "An edit of backoffLimit must apply to the failures there are: lowered below them it fails the Job at once.",
		Observed: "As job/backoff-limit/exceeding-fails-the-job, for Jobs of which backoffLimit was lowered.",
		Source:   "API reference, JobSpec.backoffLimit (mutable)", check: exceedingFails(func(_ *examiner, j *jobState) bool { return j.limitLowered }),
	},
	{
		ID: "job/backoff-limit/raising-prolongs", Clauses: []string{"BL-9"}, Level: Core, Strength: Must,
		Sentence: "A backoffLimit that is raised before the decision must be the one that counts.",
		Observed: "As job/backoff-limit/not-before-exceeded, for Jobs of which backoffLimit was raised.",
		Source:   "API reference, JobSpec.backoffLimit (mutable)", Scenarios: []string{"backofflimit-raised"},
		check: notBeforeExceeded(func(_ *examiner, j *jobState) bool { return j.limitRaised }),
	},
	{
		ID: "job/backoff-limit/holds-while-suspended", Clauses: []string{"BL-10", "SUS-10"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "The back-off limit must hold also while the Job is suspended, and for a work queue that has had a success.",
		Observed: "As job/backoff-limit/exceeding-fails-the-job, for such Jobs.",
		Source:   "kube-controller-manager, job_controller.go", Scenarios: []string{"work-queue"},
		check: exceedingFails(func(_ *examiner, j *jobState) bool {
			return suspended(j.obj) || j.obj.Spec.Completions == nil && j.succ() > 0
		}),
	},
	{
		ID: "job/backoff-limit/beats-completion", Clauses: []string{"BL-11", "SYNC-3"}, Level: Core, Strength: Must,
		Sentence: "A Job must not succeed when the implementation knows of more failed pods than backoffLimit, even if all completions are reached.",
		Observed: "When SuccessCriteriaMet=True is stored, the failures that the implementation must know of do not exceed every backoffLimit " +
			"that it may know of.",
		Source: "Kubernetes unit test TestSyncJobPastDeadline \"bigger than single pod execution\"", check: func() any { return onJob(failureBeatsCompletion) },
	},
	{
		ID: "job/backoff-limit/no-pod-beyond-it", Clauses: []string{"BL-1", "BL-2", "SYNC-1"}, Level: Core, Strength: Must,
		Sentence: "No pod must be created for a Job of which more pods have failed than backoffLimit, whether they are counted yet or only listed.",
		Observed: "At each accepted creation the implementation does not have to know of more failures than the largest backoffLimit that it may " +
			"know of; neither does what it knows of the Job say so by itself.",
		Source: "API reference, JobSpec.backoffLimit", Scenarios: []string{"never-backoff"},
		check: func() any { return onNewPod(withinLimit) },
	},
	{
		ID: "job/backoff-limit/terminating-pods-wait-under-failed", Clauses: []string{"BL-12", "PRP-2"}, Level: UpstreamExact, Strength: Up,
		Sentence: "Under podReplacementPolicy Failed a pod that is being deleted must count only when it has ended, and by how it has ended.",
		Observed: "As long as no failure of the Job is decided, every pod that is put into uncountedTerminatedPods.failed has the phase Failed.",
		Source:   "KEP-3939", check: func() any { return onJob(terminatingWait) },
	},
}
