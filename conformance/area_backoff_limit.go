package conformance

import "time"

// backoffLimit is about how many pods may fail (BL).
var backoffLimit = []Requirement{
	{
		ID: "job/backoff-limit/exceeding-fails-the-job", Clauses: []string{"BL-1", "BL-2", "BL-5"}, Level: Core, Strength: Must,
		Bound:    ReactionBound,
		Sentence: "A Job of which more pods have failed than backoffLimit must fail.",
		Observed: "From the moment at which counted, listed and newly failed pods together exceed spec.backoffLimit, " +
			"FailureTarget=True is stored within the reaction time.",
		Source: "API reference, JobSpec.backoffLimit", Scenarios: []string{"never-backoff", "backofflimit-zero"},
		check: prompt(exceedingFails),
	},
}

func exceedingFails(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || j.decided() || j.obj.DeletionTimestamp != nil || j.fail() <= backoffLimitOf(j.obj) {
		return 0, "", false
	}
	return 0, "more pods of Job " + j.obj.Name + " have failed than backoffLimit, and it is not FailureTarget", true
}
