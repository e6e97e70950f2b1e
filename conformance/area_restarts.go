package conformance

// restarts is about restartPolicy OnFailure: containers are restarted in place (ONF). The checks are in
// area_restarts_checks.go.
var restarts = []Requirement{
	{
		ID: "job/restarts/in-place", Clauses: []string{"ONF-1"}, Level: Core, Strength: Must,
		Sentence: "A pod whose container has failed and is restarted must be left alone: it must neither be deleted nor get a pod beside it.",
		Observed: "No accepted DELETE of a restarted pod without a reason, and no pod created while the active pods that the implementation " +
			"must know of, a restarted one among them, are as many as spec.parallelism.",
		Source: "Kubernetes e2e conformance test \"locally restarted\"", Scenarios: []string{"onfailure-recovers", "onfailure-exhausted"},
		check: func() any { return onPod(restartedInPlace) },
	},
	{
		ID: "job/restarts/are-no-failures", Clauses: []string{"ONF-2"}, Level: Core, Strength: Must,
		Sentence: "Restarts of containers must not change status.failed; a Job that succeeds after restarts alone ends with failed 0.",
		Observed: "For Jobs with restarts: whenever the implementation raises status.failed or uncountedTerminatedPods.failed, both together " +
			"are not more than the pods that are Failed, were deleted, or lost to a failure decision.",
		Source: "Kubernetes integration test TestJobBackoffForOnFailure", Scenarios: []string{"onfailure-recovers"},
		check: failuresAreReal("pods", hasRestarts),
	},
	{
		ID: "job/restarts/sum-fails-the-job", Clauses: []string{"ONF-3", "ONF-5"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A Job with restartPolicy OnFailure must fail when the restarts of all containers and init containers of its active pods " +
			"together reach backoffLimit, or one if that is 0.",
		Observed: "From the moment at which the sum over active pods is that high, FailureTarget=True is stored within the reaction time, " +
			"unless the sum falls again (ONF-10).",
		Source: "Kubernetes integration test TestJobBackoffForOnFailure", Scenarios: []string{"onfailure-exhausted"},
		check: restartsFail(activeRestarts),
	},
	{
		ID: "job/restarts/not-before-the-sum", Clauses: []string{"ONF-3", "ONF-6"}, Level: Core, Strength: Must,
		Sentence: "A Job with restartPolicy OnFailure must not fail with BackoffLimitExceeded before its restarts reach backoffLimit, or more " +
			"pods than that have failed.",
		Observed: "When FailureTarget=True with that reason is stored, either the sum of restarts has reached, or the number of failed pods " +
			"exceeds, a backoffLimit that the implementation may know of.",
		Source: "Kubernetes integration test TestJobBackoffForOnFailure", Scenarios: []string{"onfailure-exhausted", "onfailure-recovers"},
		check: func() any { return &notBeforeTheSum{filter: anyJob} },
	},
	{
		ID: "job/restarts/runs-until-the-limit", Clauses: []string{"ONF-5"}, Level: Core, Strength: Must,
		Sentence: "With one pod and one container that always fails, the container must have been started once more than max(backoffLimit, 1) " +
			"when the Job fails.",
		Observed: "Container starts are counted until FailureTarget=True with BackoffLimitExceeded is stored.",
		Source:   "Kubernetes source, pastBackoffLimitOnFailure", Scenarios: []string{"onfailure-exhausted"},
		check: func() any { return &runsUntilLimit{} },
	},
	{
		ID: "job/restarts/are-not-added-to-failed-pods", Clauses: []string{"ONF-6"}, Level: Core, Strength: Must,
		Sentence: "Restarts and failed pods must be held against backoffLimit separately; they must not be added.",
		Observed: "As job/restarts/not-before-the-sum, for Jobs in which only both together exceed backoffLimit.",
		Source:   "Kubernetes source, pastBackoffLimitOnFailure", check: func() any { return &notBeforeTheSum{filter: onlyTogether} },
	},
	{
		ID: "job/restarts/ended-pods-do-not-count", Clauses: []string{"ONF-7"}, Level: UpstreamExact, Strength: Up,
		Sentence: "Restarts of pods that have ended or disappeared must not count against backoffLimit any more.",
		Observed: "As job/restarts/not-before-the-sum, for Jobs of which a restarted pod has ended.",
		Source:   "Kubernetes source, pastBackoffLimitOnFailure", Scenarios: []string{"onfailure-recovers"},
		check: func() any { return &notBeforeTheSum{filter: restartedHasEnded} },
	},
	{
		ID: "job/restarts/terminating-pods-count", Clauses: []string{"ONF-7"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "Restarts of a pod that is being deleted must count against backoffLimit until it has ended.",
		Observed: "As job/restarts/sum-fails-the-job, where terminating pods count, for Jobs in which they make the difference.",
		Source:   "Kubernetes source, pastBackoffLimitOnFailure", check: restartsFail(terminatingRestarts),
	},
	{
		ID: "job/restarts/killed-pods-count", Clauses: []string{"ONF-8", "BL-7"}, Level: Core, Strength: Must,
		Sentence: "When a Job fails because of restarts, its running pods must be deleted and each must count as one failure.",
		Observed: "When Failed=True with BackoffLimitExceeded is stored for a Job whose restarts have reached the limit, status.failed is not " +
			"less than the pods that had failed before and those that were deleted for the failure.",
		Source: "Kubernetes integration test TestJobBackoffForOnFailure; Job documentation", Scenarios: []string{"onfailure-exhausted"},
		check: killedCount("BackoffLimitExceeded", func(_ *examiner, j *jobState) bool { return j.restartsReached }),
	},
	{
		ID: "job/restarts/failed-pods-count-too", Clauses: []string{"ONF-9"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A pod with restartPolicy OnFailure that ends in phase Failed all the same must count as failed like any other, and against " +
			"backoffLimit.",
		Observed: "A tracked pod of such a Job in phase Failed stands in uncountedTerminatedPods, or is counted, within the reaction time, and " +
			"before the implementation takes its finalizer; and the Job is FailureTarget within that time if more have failed than backoffLimit.",
		Source: "Kubernetes source, getNewFinishedPods", check: func() any { return &failedCount{promptly{owed: failedInSpite}} },
	},
}

var uncheckedRestarts = []Unchecked{
	{"ONF-4", "a quirk; that limits 0 and 1 are alike follows from the formula of ONF-3, which is checked"},
	{"ONF-10", "says that what happens in this window is unspecified; job/restarts/sum-fails-the-job therefore asks for nothing if the sum falls again"},
	{"ONF-11", "a promise of the kubelet, which the simulator keeps (sim/kubelet)"},
}
