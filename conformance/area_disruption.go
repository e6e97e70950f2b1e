package conformance

import corev1 "k8s.io/api/core/v1"

// disruption is about pods that others delete, evict or lose (EXT). The checks are in area_disruption_checks.go.
var disruption = []Requirement{
	{
		ID: "job/disruption/nothing-is-lost", Clauses: []string{"EXT-1", "EXT-3", "TRK-1"}, Level: Core, Strength: Must,
		Sentence: "A pod that somebody else deletes must not vanish uncounted: it keeps its finalizer until it is listed.",
		Observed: "When the implementation removes the finalizer of such a pod of a running Job, and must know of the deletion, the pod " +
			"stands in uncountedTerminatedPods or counts already.",
		Source: "KEP-2307", Scenarios: []string{"pod-deleted", "node-lost"},
		check: func() any { return onPod(nothingIsLost) },
	},
	{
		ID: "job/disruption/counted-pods-stay-counted", Clauses: []string{"EXT-2"}, Level: Core, Strength: Must,
		Sentence: "Deleting a pod that has ended and counts already must not change succeeded or failed.",
		Observed: "No status write of the implementation, be it refused, lowers either counter.",
		Source:   "KEP-2307", check: orRefusedOf(countedPodDeleted, countersStay,
			refusal{"status.failed", "cannot decrease"}, refusal{"status.succeeded", "cannot decrease"}),
	},
	{
		ID: "job/disruption/stripped-pods-do-not-count", Clauses: []string{"EXT-4", "TRK-7"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A running pod from which somebody takes the tracking finalizer and which is deleted then must not count as failed.",
		Observed: "As job/backoff-limit/a-failure-counts-once, for Jobs with such a pod.",
		Source:   "Kubernetes source, getNewFinishedPods", check: failuresAreReal("pods", hasStripped),
	},
	{
		ID: "job/disruption/stripped-pods-are-replaced", Clauses: []string{"EXT-4", "TRK-7"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "A running pod from which somebody takes the tracking finalizer and which is deleted then must be replaced without a back-off delay.",
		Observed: "A running Job without failures that has lost such a pod and has fewer active pods than it wants gets one within the " +
			"reaction time.",
		Source: "Kubernetes source, getNewFinishedPods", check: replacedAtOnce(hasStripped),
	},
	{
		ID: "job/disruption/lost-nodes-keep-their-pods", Clauses: []string{"EXT-5", "PAR-2"}, Level: Core, Strength: Must,
		Sentence: "Pods on a node that is not ready must not be replaced before somebody deletes them.",
		Observed: "No pod is created while the active pods that the implementation must know of, one of them on a lost node, are as many " +
			"as spec.parallelism.",
		Source: "Kubernetes documentation, nodes", Scenarios: []string{"node-lost"},
		check: func() any { return onPod(waitsForEviction) },
	},
	{
		ID: "job/disruption/lost-pods-block-the-end", Clauses: []string{"EXT-6", "FIN-10"}, Level: Core, Strength: Must,
		Sentence: "A Job must not be Complete or Failed while a pod of it is terminating, even on a node that nobody reaches.",
		Observed: "When a terminal condition is stored, the implementation cannot know of a terminating pod of the Job.",
		Source:   "KEP-4368", Scenarios: []string{"node-lost", "draining-pods-count"},
		check: func() any { return onJob(lostBlockTheEnd) },
	},
	{
		ID: "job/disruption/given-up-pods-count", Clauses: []string{"EXT-7"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A pod that the pod garbage collector marks Failed, because its node is gone, must count as failed.",
		Observed: "A tracked pod of a running Job with DisruptionTarget for that reason stands in uncountedTerminatedPods, or is counted, " +
			"within the reaction time.",
		Source: "KEP-3329", Scenarios: []string{"node-deleted"}, check: disruptedCount(givenUp),
	},
	{
		ID: "job/disruption/evicted-pods-count", Clauses: []string{"EXT-8"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A pod that was evicted or preempted and is Failed must count as failed.",
		Observed: "A tracked pod of a running Job with DisruptionTarget in phase Failed stands in uncountedTerminatedPods, or is counted, " +
			"within the reaction time, and before the implementation takes its finalizer.",
		Source: "KEP-3329", Scenarios: []string{"node-deleted"},
		check: disruptedCount(func(pod *corev1.Pod) bool { return disrupted(pod) && !givenUp(pod) }),
	},
	{
		ID: "job/disruption/pending-is-no-failure", Clauses: []string{"EXT-9"}, Level: Core, Strength: Must,
		Sentence: "A pod that does not start is active: it must not count as failed or be deleted, however long it takes.",
		Observed: "No Pending pod is listed as failed before a decision, and none is deleted for no reason.",
		Source:   "Job documentation", Scenarios: []string{"deadline-pending-pods"},
		check: func() any { return patienceWithPending{} },
	},
}

var uncheckedDisruption = []Unchecked{
	{"EXT-10", "a promise of the API server, which the simulator keeps (sim/apiserver)"},
}
