package conformance

import "time"

// replacement is about spec.podReplacementPolicy (PRP). What it means for the counting of pods stands with the back-off
// limit and with tracking.
var replacement = []Requirement{
	{
		ID: "job/replacement/waits-for-terminating-pods", Clauses: []string{"PRP-3", "PRP-2", "SUS-12"}, Level: Core, Strength: Must, Since: 28,
		Sentence: "Under podReplacementPolicy Failed a pod must not be created in place of one that is terminating, whatever it is terminated for.",
		Observed: "As job/parallelism/never-exceeds-target, where pods are terminating under that policy.",
		Source:   "KEP-3939", Scenarios: []string{"replacement-waits"},
		check: func() any { return onPod(besideTerminating) },
	},
	{
		ID: "job/replacement/delay-counts-from-the-end", Clauses: []string{"PRP-5"}, Level: UpstreamExact, Strength: Up, Since: 28,
		Sentence: "Under podReplacementPolicy Failed the back-off delay for a pod that was deleted must count from when it has ended.",
		Observed: "As job/backoff-delay/upstream-figures, where the last failure is a pod that somebody else deleted.",
		Source:   "KEP-3939", Scenarios: []string{"replacement-waits"}, check: waited(deletedAndEnded),
	},
	{
		ID: "job/replacement/policy-edits-apply", Clauses: []string{"PRP-6", "PRP-1"}, Level: Core, Strength: Must, Since: 28, Bound: ReactionBound,
		Sentence: "When podReplacementPolicy is changed to TerminatingOrFailed, pods that are terminating must count as failed at once.",
		Observed: "After such an edit no tracked pod that is terminating stays out of the lists and counters of the status for longer than " +
			"the reaction time.",
		Source: "KEP-3939",
		check:  promptWhenever(policyEditIgnored),
	},
}

// deletedAndEnded tells whether the last failure is a pod that somebody deleted and that had to end first.
func deletedAndEnded(_ *examiner, j *jobState, w wait) bool {
	last := w.failures[len(w.failures)-1]
	return last.deleted.come() && !last.deleted.byImplementation() && replacesOnlyFailed(j.obj)
}

func besideTerminating(x *examiner, p *podState) {
	if j := p.maker; j != nil && replacesOnlyFailed(j.obj) && j.terminating > 0 {
		neverExceedsTarget(x, p)
	}
}

func policyEditIgnored(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || j.policyEased == 0 || replacesOnlyFailed(j.obj) {
		return 0, "", false
	}
	for _, p := range j.pods {
		if p.job == j && p.terminating() && p.tracked() && p.account == unlisted && hasPlace(j.obj, p.obj) && !p.waits() && p.deleted.at <= j.policyEased &&
			!p.deleted.byImplementation() {
			return j.policyEased, j.say("pod ", p.obj.Name, " of Job ", j.obj.Name,
				" is terminating, podReplacementPolicy is TerminatingOrFailed now, and it does not count as failed"), true
		}
	}
	return 0, "", false
}
