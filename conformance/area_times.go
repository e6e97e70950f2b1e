package conformance

import (
	"net/http"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// times is about startTime and completionTime (TIME).
var times = []Requirement{
	{
		ID: "job/times/start-time-is-set", Clauses: []string{"TIME-1", "COMP-2"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "The startTime of a Job that is not suspended must be set as soon as the Job is looked at, whether or not any pod can be " +
			"created.",
		Observed: "A Job that is not suspended has a startTime within the reaction time; refused creations of pods are no excuse.",
		Source:   "API reference, JobStatus.startTime", Scenarios: []string{"pi", "api-errors"},
		check: func() any { return &startTimes{} },
	},
	{
		ID: "job/times/no-start-while-suspended", Clauses: []string{"TIME-2", "SUS-1"}, Level: Core, Strength: Must, Since: 21,
		Sentence: "The startTime of a Job that is suspended must not be set, unless the Job finishes.",
		Observed: "No write by an implementation sets startTime of a Job that was suspended in every version that it may have " +
			"looked at.",
		Source: "API reference, JobSpec.suspend",
		check:  func() any { return onJob(noStartWhileSuspended) },
	},
	{
		ID: "job/times/cleared-by-suspension", Clauses: []string{"TIME-3", "SUS-6", "ADS-5"}, Level: Core, Strength: Must, Since: 36,
		Sentence: "The write that sets Suspended=True must clear status.startTime.",
		Observed: "The version in which Suspended becomes True has no startTime, unless the Job finishes.",
		Source:   "upstream test TestMutableSchedulingDirectivesForSuspendedJobs", Scenarios: []string{"suspend-resume"},
		check: func() any { return onJob(clearedBySuspension) },
	},
	{
		ID: "job/times/new-start-on-resume", Clauses: []string{"TIME-3", "SUS-5", "ADS-5"}, Level: Core, Strength: Must, Since: 21,
		Sentence: "The write that turns Suspended from True to False must set status.startTime anew.",
		Observed: "The version in which Suspended becomes False has a startTime that is not before the second in which it became True.",
		Source:   "upstream test TestStartTimeUpdateOnResume", Scenarios: []string{"suspend-resume"},
		check: func() any { return &resumedStarts{} },
	},
	{
		ID: "job/times/start-time-stays", Clauses: []string{"TIME-4"}, Level: Core, Strength: Must,
		Sentence: "The startTime of a Job that is not suspended must not change.",
		Observed: "No write by an implementation, be it refused, changes or removes the startTime of a Job that is not suspended, except the one " +
			"that turns Suspended from True to False.",
		Source: "API reference, JobStatus.startTime; API server validation of status", Scenarios: []string{"controller-crash-loop"},
		check: orRefused(startTimeStays, refusal{"status.startTime", "field is immutable for unsuspended job"}),
	},
	{
		ID: "job/times/completion-time-comes-with-complete", Clauses: []string{"TIME-5", "STV-10", "STV-11"}, Level: Core, Strength: Must,
		Sentence: "A Job's status.completionTime must be set by the write that sets Complete=True and by no other, must not be before " +
			"startTime, and must never change.",
		Observed: "Versions that an implementation stores, or is refused to, have a completionTime if and only if they are Complete=True; it is not before " +
			"startTime and is that of the version before.",
		Source: "API reference, JobStatus.completionTime", Scenarios: []string{"pi"},
		check: orRefused(completionTimeComesWithComplete, refusal{"status.completionTime", "when there is no Complete=True"},
			refusal{"status.completionTime", "is required for Complete"}, refusal{"status.completionTime", "field is immutable"}),
	},
	{
		ID: "job/times/completion-time-fits-the-condition", Clauses: []string{"TIME-5"}, Level: Core, Strength: Must,
		Sentence: "A Job's status.completionTime must not be after lastTransitionTime of the Complete condition.",
		Observed: "Both are compared in the version in which Complete=True appears.",
		Source:   "upstream code, finishJob", Scenarios: []string{"pi"},
		check: func() any { return onJob(completionTimeFits) },
	},
	{
		ID: "job/times/completion-time-is-the-end", Clauses: []string{"TIME-6", "TIME-5"}, Level: Core, Strength: Must, Since: 31,
		Sentence: "A Job's status.completionTime must be the time at which the last pod had ended, not that at which the criteria were met.",
		Observed: "In the version in which Complete=True appears it is not before the second in which the last pod of the Job ended.",
		Source:   "KEP-3998", Scenarios: []string{"node-lost"},
		check: func() any { return onJob(completionTimeIsTheEnd) },
	},
	{
		ID: "job/times/completion-time-is-now", Clauses: []string{"TIME-5"}, Level: UpstreamExact, Strength: Up, Since: 31,
		Sentence: "A Job's status.completionTime must be the time at which it is said to be Complete, however long ago its last pod ended.",
		Observed: "In the version in which Complete=True appears it is less than two seconds before lastTransitionTime of the condition, " +
			"unless a call before has made the evaluation wait.",
		Source: "upstream code, finishJob", Scenarios: []string{"stale-watch"},
		check: func() any { return onJob(completionTimeIsNow) },
	},
}

// startTimes follows how long Jobs have had no startTime.
type startTimes struct {
	// since is from when on nothing but refused creations of pods kept the implementation from setting it.
	since   time.Duration
	missing []time.Duration // for each Job, since when; -1 if it is not missing
}

func (c *startTimes) job(x *examiner, j *jobState) {
	if !j.gone && j.obj.Status.StartTime != nil && (j.before == nil || j.before.Status.StartTime == nil) {
		x.exercised()
	}
}

// call notes failures of other calls than those that create pods.
func (c *startTimes) call(x *examiner, e *trace.Entry) {
	failed := e.Lost || e.Status != nil && e.Status.Code != http.StatusNotFound
	if failed && (e.Resource != podsResource || e.Verb != "create") {
		c.since = max(c.since, x.now+x.retryDelay())
	}
}

func (c *startTimes) tick(x *examiner, until time.Duration) {
	if x.down || x.behind() {
		c.since = max(c.since, until)
	}
	for len(c.missing) < len(x.jobs) {
		c.missing = append(c.missing, -1)
	}
	for i, j := range x.jobs {
		if j.gone || j.obj.DeletionTimestamp != nil || suspended(j.obj) || j.obj.Status.StartTime != nil || j.decided() ||
			j.finished() || j.cannotStore() { // one that was decided while it was suspended need not start again
			c.missing[i] = -1
			continue
		}
		if c.missing[i] < 0 {
			c.missing[i] = x.now
		}
		allowed := x.claims.Bounds.Reaction + x.retryDelay() + x.slowness()
		if from := max(c.missing[i], c.since); until-from > allowed {
			x.violated("Job %s has had no startTime since %v, and it is not suspended (nothing until %v, and %v are allowed)",
				j.obj.Name, from, describeTime(until), allowed)
		}
	}
}

func noStartWhileSuspended(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.before == nil || !suspended(j.before) || j.before.Status.StartTime != nil {
		return
	}
	x.exercised()
	if j.obj.Status.StartTime != nil && !j.finished() && j.surely(suspended) {
		x.violated("Job %s is suspended, and has got startTime %s", j.obj.Name, describeStamp(j.obj.Status.StartTime))
	}
}

func suspendedIs(job *batchv1.Job, status corev1.ConditionStatus) bool {
	c := condition(job, batchv1.JobSuspended)
	return c != nil && c.Status == status
}

func clearedBySuspension(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || !suspendedIs(j.obj, corev1.ConditionTrue) ||
		j.before != nil && suspendedIs(j.before, corev1.ConditionTrue) || j.finished() {
		return
	}
	if x.exercised(); j.obj.Status.StartTime != nil {
		x.violated("Job %s is Suspended, and has startTime %s still", j.obj.Name,
			describeStamp(j.obj.Status.StartTime))
	}
}

// resumedStarts remembers when Jobs became Suspended.
type resumedStarts struct{ suspended map[*jobState]time.Duration }

func (c *resumedStarts) job(x *examiner, j *jobState) {
	was := j.before != nil && suspendedIs(j.before, corev1.ConditionTrue)
	switch {
	case j.gone:
	case !was && suspendedIs(j.obj, corev1.ConditionTrue):
		if c.suspended == nil {
			c.suspended = map[*jobState]time.Duration{}
		}
		c.suspended[j] = x.now
	case was && suspendedIs(j.obj, corev1.ConditionFalse) && x.byImplementation():
		x.exercised()
		start, since := j.obj.Status.StartTime, c.suspended[j]
		switch {
		case start == nil:
			x.violated("Job %s was resumed, and has no startTime", j.obj.Name)
		case sinceEpoch(*start) < since.Truncate(time.Second) && !x.skewed():
			x.violated("Job %s was resumed at %v, and has the startTime %s; it was Suspended since %v", j.obj.Name, x.now,
				describeStamp(start), since)
		}
	}
}

func startTimeStays(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.before == nil || j.before.Status.StartTime == nil || suspended(j.obj) {
		return
	}
	resumed := suspendedIs(j.before, corev1.ConditionTrue) && suspendedIs(j.obj, corev1.ConditionFalse)
	if resumed {
		return
	}
	if x.exercised(); !j.obj.Status.StartTime.Equal(j.before.Status.StartTime) {
		x.violated("startTime of Job %s, which is not suspended, has changed "+
			"from %s to %s", j.obj.Name, describeStamp(j.before.Status.StartTime), describeStamp(j.obj.Status.StartTime))
	}
}

func completionTimeComesWithComplete(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() {
		return
	}
	complete, at := isTrue(j.obj, batchv1.JobComplete), j.obj.Status.CompletionTime
	if complete {
		x.exercised()
	}
	switch {
	case complete && at == nil:
		x.violated("Job %s is Complete, and has no completionTime", j.obj.Name)
	case !complete && at != nil:
		x.violated("Job %s is not Complete, and has completionTime %s", j.obj.Name, describeStamp(at))
	case at == nil:
	case j.obj.Status.StartTime != nil && at.Before(j.obj.Status.StartTime) && !x.skewed():
		x.violated("Job %s has completionTime %s, and startTime %s", j.obj.Name, describeStamp(at),
			describeStamp(j.obj.Status.StartTime))
	case j.before != nil && j.before.Status.CompletionTime != nil && !at.Equal(j.before.Status.CompletionTime):
		x.violated("completionTime of Job %s has changed from %s to %s", j.obj.Name,
			describeStamp(j.before.Status.CompletionTime), describeStamp(at))
	}
}

func completionTimeFits(x *examiner, j *jobState) {
	if !becameFinished(x, j) || x.skewed() || x.patient() || !isTrue(j.obj, batchv1.JobComplete) || j.obj.Status.CompletionTime == nil {
		return
	}
	at, condition := j.obj.Status.CompletionTime, &trueCondition(j.obj, batchv1.JobComplete).LastTransitionTime
	if x.exercised(); condition.Before(at) {
		x.violated("Job %s is Complete since %s, and has completionTime %s", j.obj.Name,
			describeStamp(condition), describeStamp(at))
	}
}

func completionTimeIsNow(x *examiner, j *jobState) {
	if !becameFinished(x, j) || x.skewed() || x.patient() || !isTrue(j.obj, batchv1.JobComplete) || j.obj.Status.CompletionTime == nil {
		return
	}
	at, said := sinceEpoch(*j.obj.Status.CompletionTime), sinceEpoch(trueCondition(j.obj, batchv1.JobComplete).LastTransitionTime)
	if x.exercised(); said-at >= 2*time.Second+x.slowness() {
		x.violated("Job %s is Complete since %v, and has completionTime %v", j.obj.Name, said, at)
	}
}

func completionTimeIsTheEnd(x *examiner, j *jobState) {
	if !becameFinished(x, j) || x.skewed() || x.patient() || !isTrue(j.obj, batchv1.JobComplete) || j.obj.Status.CompletionTime == nil {
		return
	}
	end := lastAlive(j).Truncate(time.Second)
	if x.exercised(); sinceEpoch(*j.obj.Status.CompletionTime) < end {
		x.violated("Job %s has completionTime %s, and its last pod ended at %v only",
			j.obj.Name, describeStamp(j.obj.Status.CompletionTime), lastAlive(j))
	}
}
