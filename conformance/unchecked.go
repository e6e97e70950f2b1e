package conformance

// Unchecked is a clause of SEMANTICS.md about Jobs that no requirement checks, and why.
type Unchecked struct{ Clause, Reason string }

// uncheckedClauses lists them, area by area: each area keeps its own beside its requirements.
var uncheckedClauses = [][]Unchecked{
	uncheckedBackoffDelay,
	uncheckedBackoffPerIndex,
	uncheckedCompletions,
	uncheckedConditions,
	uncheckedCounters,
	uncheckedDeadline,
	uncheckedDeletion,
	uncheckedDisruption,
	uncheckedEvents,
	uncheckedKubelet,
	uncheckedFailurePolicy,
	uncheckedOwnership,
	uncheckedParallelism,
	uncheckedResilience,
	uncheckedRestarts,
	uncheckedStatusWrites,
	uncheckedSuspendedEdits,
	uncheckedManagedBy,
	uncheckedSuspension,
}

// UncheckedClauses returns the clauses of the areas of Requirements that are not checked, each with its reason.
func UncheckedClauses() []Unchecked {
	var all []Unchecked
	for _, area := range uncheckedClauses {
		all = append(all, area...)
	}
	return all
}

// uncheckedKubelet is what the kubelet does, which is no part of an implementation.
var uncheckedKubelet = []Unchecked{
	{"KUB-1", "it is about the kubelet, which sim/kubelet plays"},
	{"KUB-2", "it is about the kubelet, which sim/kubelet plays"},
	{"KUB-3", "it is about the kubelet, which sim/kubelet plays"},
	{"KUB-4", "it is about the kubelet, which sim/kubelet plays"},
	{"KUB-5", "it is about the kubelet, which sim/kubelet plays"},
	{"KUB-6", "it is about the kubelet, which sim/kubelet plays"},
	{"KUB-7", "it is about the kubelet, which sim/kubelet plays"},
	{"KUB-8", "it is about the kubelet, which sim/kubelet plays"},
}
