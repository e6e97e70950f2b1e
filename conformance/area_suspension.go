package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// suspension is about what users do with spec.suspend (SUS). What it means for the times of a Job is in area_times.go.
var suspension = []Requirement{
	{
		ID: "job/suspension/is-said", Clauses: []string{"SUS-1", "SUS-8"}, Level: Core, Strength: Must, Since: 21, Bound: ReactionBound,
		Sentence: "A Job that is suspended must become Suspended=True.",
		Observed: "A Job that has spec.suspend true and that is not decided has the condition within the reaction time.",
		Source:   "API reference, JobSpec.suspend; upstream test TestSuspendJob", Scenarios: []string{"suspend-resume"},
		check: promptAfter(becameSuspended, suspensionUnsaid),
	},
	{
		ID: "job/suspension/said-only-if-so", Clauses: []string{"SUS-8", "ADS-12"}, Level: Core, Strength: Must, Since: 21,
		Sentence: "A Job that is not suspended must not become Suspended=True, not even to make up for a suspension that was missed.",
		Observed: "No write of the implementation turns Suspended to True when spec.suspend is false in every version that it may have " +
			"looked at.",
		Source: "API reference, JobSpec.suspend", Scenarios: []string{"suspend-resume"},
		check: func() any { return onJob(suspendedIsTrue) },
	},
	{
		ID: "job/suspension/deletes-active-pods", Clauses: []string{"SUS-2"}, Level: Core, Strength: Must, Since: 21, Bound: ReactionBound,
		Sentence: "All active pods of a Job that is suspended must be deleted.",
		Observed: "A Job that has spec.suspend true and that is not decided has no active pod after the reaction time.",
		Source:   "API reference, JobSpec.suspend; upstream test TestSuspendJob", Scenarios: []string{"suspend-resume"},
		check: promptWhenever(runsThoughSuspended),
	},
	{
		ID: "job/suspension/removed-pods-do-not-count", Clauses: []string{"SUS-3", "BL-4"}, Level: Core, Strength: Must, Since: 26,
		Sentence: "A pod that is deleted because its Job is suspended must not count, however it ends.",
		Observed: "Its UID does not appear in status.uncountedTerminatedPods.",
		Source:   "KEP-2232", Scenarios: []string{"suspend-resume", "suspend-loses-success"},
		check: func() any { return &victimsDoNotCount{of: bySuspension} },
	},
	{
		ID: "job/suspension/ended-pods-are-counted", Clauses: []string{"SUS-10", "STAT-8"}, Level: Core, Strength: Must, Since: 26,
		Bound:    ReactionBound,
		Sentence: "Pods that have ended must come to be counted also while their Job is suspended.",
		Observed: "As job/counters/ended-pods-are-counted, for Jobs with spec.suspend true.",
		Source:   "upstream code, syncJob",
		check: func() any {
			return &countsWhileSuspended{settling{what: "the number of uncounted pods", read: uncountedWhileSuspended, progress: counting}}
		},
	},
	{
		ID: "job/suspension/keeps-what-was-done", Clauses: []string{"SUS-4"}, Level: Core, Strength: Must, Since: 21,
		Sentence: "A Job that is resumed must run only what is left of its work: successes from before the suspension count.",
		Observed: "As job/parallelism/never-exceeds-target, for pods of Jobs that were suspended after a success.",
		Source:   "KEP-2232", Scenarios: []string{"suspend-resume"},
		check: func() any { return &remainder{} },
	},
	{
		ID: "job/suspension/resume-is-said", Clauses: []string{"SUS-5"}, Level: Core, Strength: Must, Since: 21, Bound: ReactionBound,
		Sentence: "A Job that is resumed must become Suspended=False; the entry must not be removed.",
		Observed: "A Job that is Suspended=True with spec.suspend false has Suspended=False within the reaction time, and no write of " +
			"the implementation takes the entry away.",
		Source: "API reference, JobSpec.suspend; upstream test TestSuspendJob", Scenarios: []string{"suspend-resume"},
		check: func() any { return &saysResumed{promptly{owed: resumeUnsaid}} },
	},
	{
		ID: "job/suspension/not-mentioned-without", Clauses: []string{"SUS-7"}, Level: Core, Strength: Must, Since: 21,
		Sentence: "A Job that was never suspended must have no Suspended condition.",
		Observed: "No write of the implementation adds an entry Suspended to a Job whose spec.suspend was never true.",
		Source:   "upstream test TestEnsureJobConditions", Scenarios: []string{"pi"},
		check: func() any { return onJob(suspendedForNothing) },
	},
	{
		ID: "job/suspension/decided-jobs-go-on", Clauses: []string{"SUS-11", "SYNC-2"}, Level: Core, Strength: Must, Since: 31,
		Sentence: "Suspending a Job of which it is decided how it ends must have no effect.",
		Observed: "No write of the implementation turns Suspended to True when it must know that the Job is FailureTarget=True or " +
			"SuccessCriteriaMet=True.",
		Source: "upstream code, syncJob",
		check:  func() any { return onJob(suspendedTooLate) },
	},
}

var uncheckedSuspension = []Unchecked{
	{"SUS-9", "upstream does otherwise: it says Suspended although a DELETE has failed"},
	{"SUS-13", "it says what to tolerate: startTime may be written twice on resume"},
}

func becameSuspended(x *examiner, j *jobState) bool {
	return !j.gone && x.byImplementation() && suspendedIs(j.obj, corev1.ConditionTrue) &&
		j.before != nil && !suspendedIs(j.before, corev1.ConditionTrue)
}

func suspensionUnsaid(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !suspended(j.obj) || suspendedIs(j.obj, corev1.ConditionTrue) {
		return 0, "", false
	}
	return j.specAt, j.say("Job ", j.obj.Name, " is suspended, and is not Suspended=True"), true
}

func suspendedIsTrue(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.before == nil || !j.everSuspended {
		return
	}
	x.exercised()
	if becameSuspended(x, j) && j.surely(func(job *batchv1.Job) bool { return !suspended(job) }) {
		x.violated("Job %s is not suspended, and becomes Suspended=True", j.obj.Name)
	}
}

func runsThoughSuspended(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !suspended(j.obj) || j.active == 0 {
		return 0, "", false
	}
	return j.specAt, j.say("Job ", j.obj.Name, " is suspended, and ", itoa(j.active), " of its pods are active"), true
}

func resumeUnsaid(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || suspended(j.obj) || !suspendedIs(j.obj, corev1.ConditionTrue) {
		return 0, "", false
	}
	return j.specAt, j.say("Job ", j.obj.Name, " was resumed, and is Suspended=True still"), true
}

// saysResumed looks at what becomes of the entry Suspended.
type saysResumed struct{ promptly }

func (*saysResumed) job(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.before == nil || !suspendedIs(j.before, corev1.ConditionTrue) || suspended(j.before) {
		return
	}
	if x.exercised(); condition(j.obj, batchv1.JobSuspended) == nil {
		x.violated("Job %s was Suspended=True and was resumed, and the entry is removed", j.obj.Name)
	}
}

// countsWhileSuspended sees an occasion also where pods are listed at once.
type countsWhileSuspended struct{ settling }

func (c *countsWhileSuspended) job(x *examiner, j *jobState) {
	if !j.gone && suspended(j.obj) && x.byImplementation() && uncountedIn(j.obj) > 0 {
		x.exercised()
	}
}

func uncountedWhileSuspended(x *examiner, j *jobState) (truth, kept int, ok bool) {
	if !suspended(j.obj) {
		return 0, 0, false
	}
	return uncountedPods(x, j)
}

// remainder remembers the Jobs that were suspended when some of their work was done.
type remainder struct{ partly perJob[bool] }

func (c *remainder) job(_ *examiner, j *jobState) {
	if !j.gone && suspended(j.obj) && j.succ() > 0 {
		*c.partly.of(j) = true
	}
}

func (c *remainder) pod(x *examiner, p *podState) {
	if p.maker != nil && *c.partly.of(p.maker) {
		neverExceedsTarget(x, p)
	}
}

func suspendedForNothing(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.before == nil || j.everSuspended {
		return
	}
	x.exercised()
	if now := condition(j.obj, batchv1.JobSuspended); now != nil && condition(j.before, batchv1.JobSuspended) == nil {
		x.violated("Job %s was never suspended, and becomes Suspended=%s", j.obj.Name, now.Status)
	}
}

func suspendedTooLate(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.before == nil || !suspended(j.before) || !j.wasDecided() {
		return
	}
	x.exercised()
	if suspendedIs(j.obj, corev1.ConditionTrue) && !suspendedIs(j.before, corev1.ConditionTrue) && j.surely(isDecided) {
		x.violated("it was decided at %v how Job %s ends, and it becomes Suspended=True", j.decidedAt, j.obj.Name)
	}
}
