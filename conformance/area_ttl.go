package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// ttl is about spec.ttlSecondsAfterFinished (TTL). Whatever deletes finished Jobs need not be what runs them.
var ttl = []Requirement{
	{
		ID: "job/ttl/expired-jobs-are-deleted", Clauses: []string{"TTL-1"}, Level: Extended, Feature: TTLAfterFinished, Strength: Must,
		Bound:    ReactionBound,
		Sentence: "A finished Job must be deleted when ttlSecondsAfterFinished have passed since it became Complete or Failed.",
		Observed: "From the lastTransitionTime of Complete=True or Failed=True and that many seconds on, the Job gets a deletionTimestamp within the " +
			"reaction time.",
		Source: ttlSource, Scenarios: []string{"ttl-cleans-up"}, check: promptAfter(deletesExpired(anyJob), expiredStays(anyJob)),
	},
	{
		ID: "job/ttl/never-before", Clauses: []string{"TTL-1", "TTL-4"}, Level: Extended, Feature: TTLAfterFinished, Strength: Must,
		Sentence: "A Job must not be deleted before ttlSecondsAfterFinished have passed since it became Complete or Failed.",
		Observed: "For each accepted DELETE of a finished Job by the implementation some version that it may know of has a time to live that has passed; " +
			"if the clock of the implementation was moved, by as much as it was.",
		Source: ttlSource, Scenarios: []string{"ttl-cleans-up", "ttl-raised-in-time"}, check: func() any { return onJob(deletedTooEarly(anyJob)) },
	},
	{
		ID: "job/ttl/unfinished-jobs-stay", Clauses: []string{"TTL-1", "TTL-3"}, Level: Extended, Feature: TTLAfterFinished, Strength: Must,
		Sentence: "A Job that is neither Complete nor Failed must not be deleted, even if another one of its name had finished before.",
		Observed: "No accepted DELETE by the implementation is of a Job of which no version that it may know of is finished.",
		Source:   ttlSource, check: func() any { return &unfinishedStay{} },
	},
	{
		ID: "job/ttl/zero-is-at-once", Clauses: []string{"TTL-2"}, Level: Extended, Feature: TTLAfterFinished, Strength: Must, Bound: ReactionBound,
		Sentence: "With ttlSecondsAfterFinished 0 a Job must be deleted as soon as it has finished.",
		Observed: "As job/ttl/expired-jobs-are-deleted, for Jobs with 0.",
		Source:   ttlSource, check: promptAfter(deletesExpired(livesNot), expiredStays(livesNot)),
	},
	{
		ID: "job/ttl/none-is-never", Clauses: []string{"TTL-2"}, Level: Extended, Feature: TTLAfterFinished, Strength: Must,
		Sentence: "A Job without ttlSecondsAfterFinished must not be deleted.",
		Observed: "No accepted DELETE by the implementation is of a Job of which no version that it may know of has the field.",
		Source:   ttlSource, check: func() any { return onJob(immortalStays) },
	},
	{
		ID: "job/ttl/interim-conditions-start-nothing", Clauses: []string{"TTL-5", "FIN-10"}, Level: Extended, Feature: TTLAfterFinished, Strength: Must,
		Since:    31,
		Sentence: "The time to live must count from the terminal condition, not from FailureTarget or SuccessCriteriaMet before it.",
		Observed: "As job/ttl/never-before, for Jobs that have been decided for longer than they have been finished.",
		Source:   ttlSource, Scenarios: []string{"ttl-waits-for-draining"}, check: func() any { return onJob(deletedTooEarly(drained)) },
	},
	{
		ID: "job/ttl/edits-apply", Clauses: []string{"TTL-4"}, Level: Extended, Feature: TTLAfterFinished, Strength: Must, Bound: ReactionBound,
		Sentence: "A time to live that is set or shortened after a Job has finished must apply.",
		Observed: "As job/ttl/expired-jobs-are-deleted, for Jobs whose spec was edited; from the edit on if the time has passed by then.",
		Source:   ttlSource, check: promptAfter(deletesExpired(wasEdited), expiredStays(wasEdited)),
	},
	{
		ID: "job/ttl/looks-before-it-deletes", Clauses: []string{"TTL-3", "TTL-4"}, Level: Extended, Feature: TTLAfterFinished, Strength: Must,
		Sentence: "An implementation must read a Job again before it deletes it: somebody may have given it more time, which its cache does not show yet.",
		Observed: "For each accepted DELETE of a Job whose spec was edited before the evaluation began the time to live of the stored version has passed.",
		Source:   "Kubernetes ttlafterfinished controller, processJob", Scenarios: []string{"ttl-raised-in-time"}, check: func() any { return &looksFirst{} },
	},
	{
		ID: "job/ttl/pods-go-first", Clauses: []string{"TTL-3"}, Level: Extended, Feature: TTLAfterFinished, Strength: Must,
		Sentence: "An expired Job must be deleted with its pods, by foreground propagation.",
		Observed: "A Job that has pods carries the finalizer foregroundDeletion after the accepted DELETE of the implementation.",
		Source:   "Kubernetes ttlafterfinished controller, processJob", Scenarios: []string{"ttl-cleans-up"}, check: func() any { return onJob(inTheForeground) },
	},
	{
		ID: "job/ttl/others-jobs-expire", Clauses: []string{"TTL-6", "MB-1"}, Level: UpstreamExact, Feature: TTLAfterFinished, Strength: Up,
		Bound:    ReactionBound,
		Sentence: "A finished Job must be deleted when its time to live is over, also if another controller manages it.",
		Observed: "As job/ttl/expired-jobs-are-deleted, for Jobs whose spec.managedBy is another name.",
		Source:   "Kubernetes ttlafterfinished controller, which does not look at spec.managedBy", Scenarios: []string{"ttl-for-everybody"},
		check: func() any { return &othersExpire{} },
	},
	{
		ID: "job/ttl/deletes-once", Clauses: []string{"TTL-6"}, Level: UpstreamExact, Feature: TTLAfterFinished, Strength: Up,
		Sentence: "A Job that is being deleted already must not be deleted again.",
		Observed: "No DELETE by the implementation is of a Job that has a deletionTimestamp in every version that it may know of.",
		Source:   "Kubernetes ttlafterfinished controller, needsCleanup", check: func() any { return deletesOnce{} },
	},
}

const ttlSource = "API reference, JobSpec.ttlSecondsAfterFinished"

// endOfLife is when a version of a Job is to be deleted; false if it is not.
func endOfLife(job *batchv1.Job) (at time.Duration, ok bool) {
	end := terminalCondition(job)
	if end == nil || job.Spec.TTLSecondsAfterFinished == nil {
		return 0, false
	}
	return sinceEpoch(end.LastTransitionTime) + time.Duration(*job.Spec.TTLSecondsAfterFinished)*time.Second, true
}

func livesNot(_ *examiner, j *jobState) bool {
	return valueOr(j.obj.Spec.TTLSecondsAfterFinished, 1) == 0
}

func wasEdited(_ *examiner, j *jobState) bool { return j.obj.Generation > 1 && j.specAt > j.finishedAt }

func drained(_ *examiner, j *jobState) bool { return j.finishedAt-j.decidedAt >= time.Second }
