package conformance

// deletion is about Jobs that are deleted, and Jobs that are not (DEL). The checks are in area_deletion_checks.go.
var deletion = []Requirement{
	{
		ID: "job/deletion/frees-pods-of-a-gone-job", Clauses: []string{"DEL-2", "TRK-9"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "When a Job is gone, its pods must lose the tracking finalizer, so that they can be deleted with it.",
		Observed: "No pod that names a Job which is gone as its controller carries the finalizer for longer than the reaction time.",
		Source:   "Kubernetes integration test TestOrphanPodsFinalizersClearedWithGC", check: freesDependents(true),
	},
	{
		ID: "job/deletion/frees-orphaned-pods", Clauses: []string{"DEL-2", "TRK-9"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "When a Job is deleted without its pods, they must lose the tracking finalizer.",
		Observed: "No pod of a deleted Job that has no controller carries the finalizer for longer than the reaction time.",
		Source:   "Kubernetes integration test TestOrphanPodsFinalizersClearedWithGC", Scenarios: []string{"hand-over"},
		check: freesOrphans(madeByDeleted),
	},
	{
		ID: "job/deletion/orphaned-pods-run-on", Clauses: []string{"DEL-2"}, Level: Core, Strength: Must,
		Sentence: "Pods of a Job that was deleted without them must go on running.",
		Observed: "No accepted DELETE of such a pod by the implementation, neither while the Job goes nor afterwards.",
		Source:   "Job documentation", Scenarios: []string{"hand-over"}, check: func() any { return onPod(orphansLive) },
	},
	{
		ID: "job/deletion/frees-pods-while-it-goes", Clauses: []string{"DEL-3", "DEL-2"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "While a Job is being deleted, all its pods must lose the tracking finalizer, also those that are running.",
		Observed: "No pod of a Job with a deletionTimestamp carries the finalizer for longer than the reaction time.",
		Source:   "Kubernetes unit test TestTrackJobStatusAndRemoveFinalizers \"deleted job\"", Scenarios: []string{"foreground-deletion"},
		check: freesDependents(false),
	},
	{
		ID: "job/deletion/freed-pods-do-not-count", Clauses: []string{"DEL-3", "BL-4"}, Level: Core, Strength: Must,
		Sentence: "Pods that lose their finalizer because their Job is being deleted must not count as failed.",
		Observed: "As job/backoff-limit/a-failure-counts-once, for Jobs with a deletionTimestamp.",
		Source:   "Kubernetes unit test TestTrackJobStatusAndRemoveFinalizers \"deleted job\"", Scenarios: []string{"foreground-deletion"},
		check: failuresAreReal("pods", beingDeletedJob),
	},
	{
		ID: "job/deletion/a-dying-job-can-fail", Clauses: []string{"DEL-4"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "A Job that is being deleted must be evaluated as before: it fails when too many pods have failed.",
		Observed: "As job/backoff-limit/exceeding-fails-the-job, for Jobs with a deletionTimestamp.",
		Source:   "Kubernetes unit test \"too many job failures\" (deleting)", check: promptAfter(failsAtOnce(beingDeletedJob), failsWhileDeleted),
	},
	{
		ID: "job/deletion/a-new-job-counts-its-own-pods", Clauses: []string{"DEL-5", "SEL-5"}, Level: Core, Strength: Must,
		Sentence: "A Job with the name of one that was deleted must not count the pods of that one.",
		Observed: "Its uncountedTerminatedPods name only its own pods, and its counters are not more than those of its own that can have ended.",
		Source:   "Kubernetes integration test TestImmediateJobRecreation", Scenarios: []string{"recreated"},
		check: func() any { return newcomer{} },
	},
	{
		ID: "job/deletion/a-new-job-starts-at-once", Clauses: []string{"DEL-5", "BO-10"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A Job with the name of one that was deleted must inherit neither its back-off delay nor what the implementation waited " +
			"to see.",
		Observed: "Such a Job has its first pod within the reaction time.",
		Source:   "Kubernetes integration tests TestImmediateJobRecreation, TestJobRecreationClearsPodExpectations", Scenarios: []string{"recreated"},
		check: promptAfterPod(isNewcomersPod, newcomerStarts),
	},
	{
		ID: "job/deletion/finished-jobs-stay", Clauses: []string{"DEL-6"}, Level: Core, Strength: Must,
		Sentence: "Finished Jobs and their pods must stay until somebody else deletes them.",
		Observed: "The implementation deletes no Job without ttlSecondsAfterFinished, and no ended pod of a finished Job.",
		Source:   "Job documentation", Scenarios: []string{"pi"}, check: func() any { return finishedStay{} },
	},
}

var uncheckedDeletion = []Unchecked{
	{"DEL-1", "a promise of the API server, which the simulator keeps (sim/apiserver)"},
}
