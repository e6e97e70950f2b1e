package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// completions is about when a Job has succeeded (COMP).
var completions = slices.Concat([]Requirement{
	{
		ID: "job/completions/success-needs-completions", Clauses: []string{"COMP-1"}, Level: Core, Strength: Must,
		Sentence: "A Job with completions must not succeed before that many pods have succeeded and no pod is active.",
		Observed: "When SuccessCriteriaMet=True appears, at least spec.completions pods have succeeded, and the implementation " +
			"has not seen a pod as active that is active still; when Complete=True appears, succeeded counts as many.",
		Source:    "API reference, JobSpec.completions; Kubernetes conformance test \"should run a job to completion\"",
		Scenarios: []string{"pi", "parallel-completions", "sequential-completions"},
		check:     func() any { return &successNeedsCompletions{} },
	},
	{
		ID: "job/completions/reached-means-success", Clauses: []string{"COMP-1", "SYNC-1"}, Level: Core, Strength: Must,
		Bound:    ReactionBound,
		Sentence: "A Job of which completions pods have succeeded and none is active must succeed.",
		Observed: "From that moment on SuccessCriteriaMet=True (or FailureTarget=True) is stored within the reaction time.",
		Source:   "API reference, JobSpec.completions", Scenarios: []string{"pi", "parallel-completions"},
		check: promptWhenever(reachedSucceeds),
	},
	{
		ID: "job/completions/zero", Clauses: []string{"COMP-2"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A Job with completions 0 must succeed without a pod, with startTime set unless it is suspended.",
		Observed: "No pod is created for it, it is decided within the reaction time of its creation, and it has a startTime " +
			"when it is Complete.",
		Source: "Kubernetes integration test TestSuspendJobWithZeroCompletions",
		check:  func() any { return &zeroCompletions{promptly{owed: zeroSucceeds}} },
	},
	{
		ID: "job/completions/suspended-completes", Clauses: []string{"COMP-14"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A suspended Job whose completion test holds must succeed.",
		Observed: "From the moment at which the completion test holds while spec.suspend is true, the Job is decided within the " +
			"reaction time.",
		Source: "Kubernetes unit test of syncJob, \"finished job\" with suspend=true",
		check:  promptWhenever(suspendedSucceeds),
	},
	{
		ID: "job/completions/complete-is-not-suspended", Clauses: []string{"COMP-14"}, Level: Core, Strength: Must,
		Sentence: "A Job whose completion test holds must not become Suspended.",
		Observed: "When Suspended=True appears, the implementation has not seen enough successes to complete the Job with no " +
			"pod being active.",
		Source: "Kubernetes unit test of syncJob, \"finished job\" with suspend=true",
		check:  func() any { return onJob(completeIsNotSuspended) },
	},
	{
		ID: "job/completions/no-more-than-completions", Clauses: []string{"COMP-9"}, Level: Core, Strength: Must,
		Sentence: "When a pod is created for a Job with completions, no more pods than that must be active or have succeeded.",
		Observed: "At each accepted creation the pods that the implementation must know as active, the new one included, and " +
			"those that it must know as succeeded are at most spec.completions.",
		Source: "API reference, JobSpec.parallelism", Scenarios: []string{"parallel-completions", "stale-watch", "controller-crash-loop"},
		check: func() any { return onPod(noMoreThanCompletions) },
	},
	{
		ID: "job/completions/surplus-is-deleted", Clauses: []string{"COMP-10"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence:  "Active pods beyond the completions that are missing must be deleted.",
		Observed:  "While more pods are active than completions less successes, the surplus is deleted within the reaction time.",
		Source:    "Kubernetes unit test of syncJob, \"more active pods than remaining completions\"",
		Scenarios: []string{"adopted-surplus"},
		check:     promptWhenever(completionsSurplus),
	},
	{
		ID: "job/completions/surplus-does-not-count", Clauses: []string{"COMP-10", "BL-4"}, Level: Core, Strength: Must,
		Sentence:  "A pod that is deleted because completions needs it no more must count neither as succeeded nor as failed.",
		Observed:  "Its UID does not appear in status.uncountedTerminatedPods.",
		Source:    "Kubernetes unit test of syncJob, \"more active pods than remaining completions\"",
		Scenarios: []string{"adopted-surplus"},
		check:     func() any { return &victimsDoNotCount{of: beyondCompletions} },
	},
}, workQueueCompletions, countedPods)

// becameSuccessful reports whether what is looked at is the decision of the implementation that a Job has succeeded.
func becameSuccessful(x *examiner, j *jobState) bool {
	return !j.gone && x.byImplementation() && isTrue(j.obj, batchv1.JobSuccessCriteriaMet) &&
		(j.before == nil || !isTrue(j.before, batchv1.JobSuccessCriteriaMet))
}

// successNeedsCompletions remembers the Jobs of which the implementation has decided that they succeed.
type successNeedsCompletions struct{ decided perJob[bool] }

func (c *successNeedsCompletions) job(x *examiner, j *jobState) {
	if workQueue(j.obj) {
		return
	}
	if n := int(j.obj.Status.Succeeded); *c.decided.of(j) && becameFinished(x, j) && n < completionsOf(j.obj) &&
		(!indexed(j.obj) || j.obj.Generation == 1) { // it may have grown since
		x.violated("Job %s is Complete, and counts %d of %d completions", j.obj.Name, n, *j.obj.Spec.Completions)
		return
	}
	if !becameSuccessful(x, j) || j.perhapsSuccessRuleMet() {
		return
	}
	*c.decided.of(j) = true
	x.exercised()
	least := completionsOf(j.obj)
	j.known(func(version *batchv1.Job) { least = min(least, completionsOf(version)) })
	if n := max(j.succ(), everSucceeded(j)); n < least {
		x.violated("Job %s succeeds with %d of %d completions", j.obj.Name, n, least)
		return
	}
	noActivePod(x, j)
}

// noActivePod complains about a pod that the implementation has seen as active when a Job succeeds.
func noActivePod(x *examiner, j *jobState) {
	for _, p := range j.pods {
		if p.job == j && p.surelyThere(isActive) && p.surelyThere(j.selects) {
			x.violated("Job %s succeeds while its pod %s is active", j.obj.Name, p.obj.Name)
		}
	}
}

// everSucceeded is how many pods of a Job have succeeded, whatever became of them.
func everSucceeded(j *jobState) int {
	n := 0
	for _, p := range j.pods {
		if isSucceeded(p.obj) || p.seen != nil && isSucceeded(p.seen) {
			n++
		}
	}
	return n
}

func reachedSucceeds(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || workQueue(j.obj) || suspended(j.obj) || !j.completed() {
		return 0, "", false
	}
	return 0, j.say("Job ", j.obj.Name, " has its completions and no active pod, and does not succeed"), true
}

func suspendedSucceeds(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !suspended(j.obj) || !j.completed() {
		return 0, "", false
	}
	return 0, j.say("the suspended Job ", j.obj.Name, " has its completions and no active pod, and does not succeed"), true
}

// zeroCompletions checks a Job that needs no pods (COMP-2).
type zeroCompletions struct{ promptly }

func wantsNothing(job *batchv1.Job) bool {
	return job.Spec.Completions != nil && *job.Spec.Completions == 0
}

func zeroSucceeds(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !wantsNothing(j.obj) || j.active > 0 {
		return 0, "", false
	}
	return 0, j.say("Job ", j.obj.Name, " has completions 0, and does not succeed"), true
}

func (c *zeroCompletions) job(x *examiner, j *jobState) {
	if j.gone || !wantsNothing(j.obj) || j.wasFinished() || !isTrue(j.obj, batchv1.JobComplete) {
		return
	}
	if x.exercised(); j.obj.Status.StartTime == nil && !j.everSuspended {
		x.violated("Job %s with completions 0 is Complete, and has no startTime", j.obj.Name)
	}
}

func (c *zeroCompletions) pod(x *examiner, p *podState) {
	if p.created.entry == x.entry && p.created.byImplementation() && p.maker != nil && wantsNothing(p.maker.obj) &&
		p.maker.surely(wantsNothing) {
		x.violated("pod %s is created for Job %s, which has completions 0", p.obj.Name, p.maker.obj.Name)
	}
}

func completeIsNotSuspended(x *examiner, j *jobState) {
	if becameSuccessful(x, j) && suspended(j.obj) {
		x.exercised()
	}
	if j.gone || j.before == nil || j.decided() || !x.byImplementation() ||
		!isTrue(j.obj, batchv1.JobSuspended) || isTrue(j.before, batchv1.JobSuspended) {
		return
	}
	x.exercised()
	for _, p := range j.pods {
		if p.job == j && p.perhapsThere(isActive) && !(p.deleted.byImplementation() && !p.deleted.entry.Lost) {
			return
		}
	}
	if j.surely(func(version *batchv1.Job) bool {
		wanted := 1
		if !workQueue(version) {
			wanted = int(*version.Spec.Completions)
		}
		return j.leastSucceeded(version) >= wanted
	}) {
		x.violated("Job %s becomes Suspended, although %d pods have succeeded, none is active, and it could complete",
			j.obj.Name, j.succ())
	}
}

func noMoreThanCompletions(x *examiner, p *podState) {
	j := p.maker
	if p.created.entry != x.entry || !x.byImplementation() || j == nil || workQueue(j.obj) {
		return
	}
	x.exercised()
	completions := completionsOf(j.obj)
	if j.active+j.succ() <= completions {
		return
	}
	active := j.leastActive(p)
	if j.surely(func(version *batchv1.Job) bool {
		return active+1+j.leastSucceeded(version) > completionsOf(version)
	}) {
		x.violated("pod %s is created for Job %s beside %d active pods and %d successes: completions is %d",
			p.obj.Name, j.obj.Name, active, j.succ(), completions)
	}
}

func completionsSurplus(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || workQueue(j.obj) || suspended(j.obj) || j.active <= max(0, int(*j.obj.Spec.Completions)-j.succ()) {
		return 0, "", false
	}
	return 0, j.say("more pods of Job ", j.obj.Name, " are active than completions are missing"), true
}

var uncheckedCompletions = []Unchecked{
	{"COMP-5", "a quirk: what happens to running pods of a work queue when parallelism is lowered after a success is open"},
}
