package conformance

// ownership is about which pods are the Job's: selectors, adoption, release (SEL). The checks are in
// area_ownership_checks.go.
var ownership = []Requirement{
	{
		ID: "job/ownership/adopts-orphans", Clauses: []string{"SEL-1"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A pod without a controller that matches the Job's selector and is not being deleted must be adopted.",
		Observed: "Such a pod in the Job's namespace has a controller within the reaction time, while the Job runs.",
		Source:   "Kubernetes e2e conformance test \"should adopt matching orphans and release non-matching pods\"", Scenarios: []string{"hand-over"},
		check: promptAfterPod(isAdoption, adoptsOrphans),
	},
	{
		ID: "job/ownership/adopts-what-it-selects", Clauses: []string{"SEL-1"}, Level: Core, Strength: Must,
		Sentence: "A pod must not be adopted that the Job's selector does not match, by its labels and by its expressions.",
		Observed: "When the implementation makes a Job the controller of a pod, the selector matches the labels that the pod has in some " +
			"version that it may know of.",
		Source: "API reference, JobSpec.selector", Scenarios: []string{"hand-over"}, check: func() any { return onPod(adoptsSelected) },
	},
	{
		ID: "job/ownership/adoption-tracks", Clauses: []string{"SEL-1", "TRK-1"}, Level: Core, Strength: Must,
		Sentence: "Adoption must add the tracking finalizer together with the controller reference.",
		Observed: "A pod carries the finalizer in the version in which the implementation has made a Job its controller.",
		Source:   "Kubernetes unit test TestGetPodsForJob", Scenarios: []string{"hand-over"}, check: func() any { return onPod(adoptionTracks) },
	},
	{
		ID: "job/ownership/releases-pods", Clauses: []string{"SEL-2"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A pod of a Job whose labels do not match the selector any more must be released.",
		Observed: "Such a pod has lost its controller within the reaction time, while the Job runs, unless it has ended and counts already.",
		Source:   "Kubernetes e2e conformance test \"should adopt matching orphans and release non-matching pods\"", Scenarios: []string{"pod-released"},
		check: promptAfterPod(isRelease, releasesStrays),
	},
	{
		ID: "job/ownership/release-untracks", Clauses: []string{"SEL-2"}, Level: Core, Strength: Must,
		Sentence: "Release must remove the tracking finalizer together with the controller reference.",
		Observed: "A pod does not carry the finalizer in the version in which the implementation has taken its controller away.",
		Source:   "Kubernetes source, PodControllerRefManager.ReleasePod", Scenarios: []string{"pod-released"}, check: func() any { return onPod(releaseUntracks) },
	},
	{
		ID: "job/ownership/released-pods-do-not-count", Clauses: []string{"SEL-2", "BL-4"}, Level: Core, Strength: Must,
		Sentence: "A released pod must not count as failed.",
		Observed: "As job/backoff-limit/a-failure-counts-once, for Jobs that have released a pod that was at work.",
		Source:   "Kubernetes source, PodControllerRefManager.ReleasePod", Scenarios: []string{"pod-released"},
		check: failuresAreReal("pods", func(_ *examiner, j *jobState) bool { return j.anyPod(j.released) }),
	},
	{
		ID: "job/ownership/released-pods-are-replaced", Clauses: []string{"SEL-2"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A released pod must be replaced without a back-off delay.",
		Observed: "A running Job without failures that has released a pod and has fewer active pods than it wants gets one within the " +
			"reaction time.",
		Source: "Kubernetes e2e conformance test \"should adopt matching orphans and release non-matching pods\"", Scenarios: []string{"pod-released"},
		check: replacedAtOnce(func(_ *examiner, j *jobState) bool { return j.anyPod(j.released) }),
	},
	{
		ID: "job/ownership/adopts-for-the-living", Clauses: []string{"SEL-3"}, Level: Core, Strength: Must,
		Sentence: "No pod must be adopted for a Job that is being deleted or is gone.",
		Observed: "When the implementation makes a Job the controller of a pod, the Job's deletion had not been asked for before it looked.",
		Source:   "Kubernetes source, RecheckDeletionTimestamp", Scenarios: []string{"hand-over"}, check: func() any { return onPod(adoptsForTheLiving) },
	},
	{
		ID: "job/ownership/adopted-pods-that-ended-count", Clauses: []string{"SEL-4"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "A pod without a controller that has ended already must be adopted and count like any other.",
		Observed: "Such a pod that matches the selector of a running Job has a controller within the reaction time, and stands in " +
			"uncountedTerminatedPods or is counted within that time after its adoption.",
		Source: "Kubernetes source, getPodsForJob", Scenarios: []string{"hand-over"}, check: promptAfterPod(isAdoptionOfEnded, adoptedCount),
	},
	{
		ID: "job/ownership/leaves-foreign-pods-alone", Clauses: []string{"SEL-5"}, Level: Core, Strength: Must,
		Sentence: "Pods that another controller owns must not be touched or counted, whatever their labels.",
		Observed: "No accepted write to a pod that the implementation must know to be controlled by another kind, and no pod in " +
			"uncountedTerminatedPods that has never been the Job's; while there are pods that were its own, no status.active above " +
			"those that are.",
		Source: "Kubernetes documentation, owners and dependents", Scenarios: []string{"pod-handed-over"},
		check: func() any { return foreign{} },
	},
	{
		ID: "job/ownership/leaves-jobs-of-others-alone", Clauses: []string{"MB-1"}, Level: Core, Strength: Must, Since: 32,
		Sentence: "A Job whose spec.managedBy names another controller must be left alone: it gets no pods and no status.",
		Observed: "No accepted status write to such a Job, and no creation of a pod that it controls.",
		Source:   "API reference, JobSpec.managedBy; KEP-4368", check: func() any { return othersJobs{} },
	},
	{
		ID: "job/ownership/takes-over-running-pods", Clauses: []string{"SEL-6", "SEL-1"}, Level: Core, Strength: Must,
		Sentence: "A Job with manualSelector must adopt the running pods that its selector matches, and not create others in their place.",
		Observed: "When a pod is created for such a Job, its active pods and the matching active orphans that the implementation must know " +
			"of are fewer than spec.parallelism.",
		Source: "Job documentation, specifying your own Pod selector", Scenarios: []string{"hand-over"}, check: func() any { return onPod(handOver) },
	},
	{
		ID: "job/ownership/leaves-dying-orphans", Clauses: []string{"SEL-7"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A pod that is being deleted must not be adopted.",
		Observed: "When the implementation makes a Job the controller of a pod, or the API server refuses it the finalizer that it would add, it " +
			"cannot know of a deletionTimestamp.",
		Source: "Kubernetes source, PodControllerRefManager.ClaimPods", check: func() any { return leavesDying{} },
	},
	{
		ID: "job/ownership/frees-dying-orphans", Clauses: []string{"SEL-7", "TRK-9"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "The tracking finalizer must be removed from a pod that is being deleted and has no controller.",
		Observed: "It is gone within the reaction time.",
		Source:   "Kubernetes unit test TestSyncOrphanPod", check: freesOrphans(func(p *podState) bool { return beingDeleted(p.obj) }),
	},
	{
		ID: "job/ownership/adopted-surplus-is-deleted", Clauses: []string{"SEL-8", "COMP-10"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "Adopted pods are the Job's own: it must not keep more of them active than it wants, and none while it is suspended.",
		Observed: "A Job with adopted pods does not have more active pods than it wants for longer than the reaction time.",
		Source:   "Kubernetes source, manageJob", check: promptAfterPod(isSurplusAdoption, adoptedSurplus),
	},
}

var uncheckedOwnership = []Unchecked{}
