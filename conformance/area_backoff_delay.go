package conformance

// backoffDelay is about how long failed pods wait for their replacement (BO). What can be known of a delay is in
// view_backoff.go, the checks are in area_backoff_delay_checks.go.
var backoffDelay = []Requirement{
	{
		ID: "job/backoff-delay/grows", Clauses: []string{"BO-1"}, Level: Core, Strength: Should,
		Sentence: "A failed pod should not be replaced before a delay that starts at ten seconds and doubles with each further failure, up " +
			"to six minutes.",
		Observed: "A pod is not created in place of one that failed by itself before its finish time plus 10 s, 20 s, 40 s …, where failures " +
			"without a creation between them count as one, and a success or a restart of the implementation begins anew.",
		Source: "Job documentation, pod backoff failure policy", Scenarios: []string{"never-backoff", "success-resets-backoff"},
		check: func() any { return onPod(waitsToReplace) },
	},
	{
		ID: "job/backoff-delay/upstream-figures", Clauses: []string{"BO-1", "BO-3", "BO-15"}, Level: UpstreamExact, Strength: Up,
		Sentence: "With n failures since the last success no pod must be created before the last failure plus min(10 s * 2^(n-1), 600 s).",
		Observed: "Each creation is compared with the failures that the present instance must know of.",
		Source:   "Kubernetes integration test TestJobPodsCreatedWithExponentialBackoff", Scenarios: []string{"never-backoff"},
		check: waited(anyWait),
	},
	{
		ID: "job/backoff-delay/counts-pods", Clauses: []string{"BO-2"}, Level: UpstreamExact, Strength: Up,
		Sentence: "Pods that fail together must count one by one for the back-off delay.",
		Observed: "As job/backoff-delay/upstream-figures, where pods have failed without a creation in between.",
		Source:   "Kubernetes unit test TestNewBackoffRecord", check: waited(severalAtOnce),
	},
	{
		ID: "job/backoff-delay/counts-from-the-finish", Clauses: []string{"BO-3"}, Level: UpstreamExact, Strength: Up,
		Sentence: "The back-off delay must count from the finish time of the failed pod and not from when the failure is noticed.",
		Observed: "In runs without disturbance a missing pod is created less than a second after the finish time plus the delay.",
		Source:   "Kubernetes unit test TestGetFinishedTime", Scenarios: []string{"never-backoff"},
		check: func() any { return &punctual{filter: finishDiffers} },
	},
	{
		ID: "job/backoff-delay/success-resets", Clauses: []string{"BO-4"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A success must reset the back-off delay: failures before it must not make later waits longer.",
		Observed: "A running Job that lacks a pod, and has had failures before and after a success, gets one within the reaction time after the " +
			"delay for the failures since the success.",
		Source: "Kubernetes unit test TestNewBackoffRecord", Scenarios: []string{"success-resets-backoff"},
		check: prompt(resetBySuccess),
	},
	{
		ID: "job/backoff-delay/later-failures-count", Clauses: []string{"BO-4"}, Level: UpstreamExact, Strength: Up,
		Sentence: "Failures that finished after the last success must count for the back-off delay, even if they are seen together with it.",
		Observed: "As job/backoff-delay/upstream-figures, for Jobs that have had a success.",
		Source:   "Kubernetes unit test TestNewBackoffRecord", Scenarios: []string{"success-resets-backoff"},
		check: waited(afterSuccess),
	},
	{
		ID: "job/backoff-delay/wait-ends-on-time", Clauses: []string{"BO-5", "BO-12", "BO-15"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A missing pod must be created at the end of the back-off delay, the very instant included, and less than a second later at the latest.",
		Observed: "In runs without disturbance a missing pod is created less than a second after the delay is over.",
		Source:   "Kubernetes unit test TestGetRemainingBackoffTime", Scenarios: []string{"never-backoff"},
		check: func() any { return &punctual{filter: anyWait} },
	},
	{
		ID: "job/backoff-delay/holds-all-creations", Clauses: []string{"BO-6"}, Level: UpstreamExact, Strength: Up,
		Sentence: "While the back-off delay runs no pod at all must be created, not even because parallelism is raised.",
		Observed: "As job/backoff-delay/upstream-figures, where parallelism was raised after the last failure.",
		Source:   "Kubernetes source, manageJob", check: waited(raisedMeanwhile),
	},
	{
		ID: "job/backoff-delay/sibling-success-releases", Clauses: []string{"BO-7", "BO-4"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "A success of another pod must end the back-off delay: all missing pods are created.",
		Observed: "A running Job that lacks a pod and has had no failure since its last success gets one within the reaction time.",
		Source:   "Kubernetes source, newBackoffRecord", check: promptAfterPod(isCreationAfterSuccess, releasedBySuccess),
	},
	{
		ID: "job/backoff-delay/released-at-once", Clauses: []string{"BO-7"}, Level: UpstreamExact, Strength: Up,
		Sentence: "After a success, and no failure since, missing pods must be created within a second.",
		Observed: "In runs without disturbance, as job/backoff-delay/wait-ends-on-time; the second counts from the success.",
		Source:   "Kubernetes source, newBackoffRecord", Scenarios: []string{"success-resets-backoff"},
		check: func() any { return &punctual{released: true} },
	},
	{
		ID: "job/backoff-delay/restart-does-not-lengthen", Clauses: []string{"BO-9", "CTRL-6"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "A restart of the implementation must not make a back-off delay longer; it may end it early.",
		Observed: "A running Job that lacks a pod, and whose failures were before the restart, gets one within the reaction time after the delay " +
			"for all of them.",
		Source: "Kubernetes source, backoffStore", check: promptAfterPod(isCreationAfterRestart, notLongerAfterRestart),
	},
	{
		ID: "job/backoff-delay/active-stays-true", Clauses: []string{"BO-11", "STAT-1"}, Level: Core, Strength: Must,
		Sentence: "While the replacement of a failed pod waits, status.active must stay the number of active pods.",
		Observed: "No status write of the implementation for a Job that has failed pods and lacks a pod shows fewer active pods than it must " +
			"know of.",
		Source: "Kubernetes unit test \"too few active pods and active back-off with running pods\"", check: func() any { return onJob(activeWhileWaiting) },
	},
	{
		ID: "job/backoff-delay/deleted-pods-count-from-their-deletion", Clauses: []string{"BO-13", "PRP-5"}, Level: UpstreamExact, Strength: Up,
		Sentence: "For a pod that was deleted while it was ready the back-off delay must count from the request; if it was not ready, from when it ceased to be.",
		Observed: "As job/backoff-delay/upstream-figures and job/backoff-delay/wait-ends-on-time, where the last failure is a pod that somebody " +
			"else deleted.",
		Source: "Kubernetes unit test TestGetFinishedTime", Scenarios: []string{"pod-deleted"},
		check: func() any { return &exactWait{notBefore(deletedWhileRunning), punctual{filter: deletedWhileRunning}} },
	},
}

var uncheckedBackoffDelay = []Unchecked{
	{"BO-8", "a quirk, and about podFailurePolicy, which is not part of the core"},
}
