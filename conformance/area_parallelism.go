package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// parallelism is about how many pods are active (PAR).
var parallelism = slices.Concat([]Requirement{
	{
		ID: "job/parallelism/reaches-target", Clauses: []string{"PAR-1"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "As many pods must be active as parallelism allows and completions needs.",
		Observed: "While fewer are active (or, under podReplacementPolicy Failed, active or terminating) than the smaller of " +
			"parallelism and completions less successes, a pod is created within the reaction time, not counting the longest " +
			"back-off delay that the failures of the Job can mean.",
		Source:    "API reference, JobSpec.parallelism",
		Scenarios: []string{"parallel-completions", "parallelism-default", "sequential-completions"},
		check:     promptWhenever(lacks(targetMissed)),
	},
	{
		ID: "job/parallelism/never-exceeds-target", Clauses: []string{"PAR-2", "PAR-1", "POD-14"}, Level: Core, Strength: Must,
		Sentence: "A pod must not be created when as many are active as there should be.",
		Observed: "At each accepted creation, fewer pods are active than wanted, as the implementation must know them: those that " +
			"its cache shows and those that it has created itself. Under podReplacementPolicy Failed terminating pods count too.",
		Source:    "API reference, JobSpec.parallelism",
		Scenarios: []string{"parallel-completions", "stale-watch", "api-errors"},
		check:     func() any { return onPod(neverExceedsTarget) },
	},
	{
		ID: "job/parallelism/zero-is-not-suspension", Clauses: []string{"PAR-3"}, Level: Core, Strength: Must,
		Sentence: "Parallelism 0 must not suspend the Job: startTime stays, and nothing says Suspended.",
		Observed: "While spec.parallelism is 0 and the Job has never been suspended, startTime is not changed, there is no " +
			"condition Suspended=True and no event Suspended or Resumed.",
		Source: "API reference, JobSpec.parallelism and JobSpec.suspend", Scenarios: []string{"parallelism-zero"},
		check: func() any { return zeroParallelism{} },
	},
	{
		ID: "job/parallelism/zero-creates-nothing", Clauses: []string{"PAR-3", "PAR-2"}, Level: Core, Strength: Must,
		Sentence: "No pod must be created while parallelism is 0.",
		Observed: "At each accepted creation of a pod parallelism is not 0 in some version of the Job that the implementation may act on.",
		Source:   "API reference, JobSpec.parallelism", Scenarios: []string{"parallelism-zero"},
		check: func() any { return zeroCreates{} },
	},
	{
		ID: "job/parallelism/zero-keeps-the-deadline", Clauses: []string{"PAR-3"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "The deadline of a Job must go on while parallelism is 0.",
		Observed: "While spec.parallelism is 0, FailureTarget=True is stored within the reaction time of startTime plus " +
			"activeDeadlineSeconds.",
		Source: "API reference, JobSpec.activeDeadlineSeconds", Scenarios: []string{"parallelism-zero"},
		check: promptWhenever(zeroKeepsDeadline),
	},
	{
		ID: "job/parallelism/raising-creates", Clauses: []string{"PAR-4"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "When parallelism is raised, the missing pods must be created.",
		Observed: "Within the reaction time of the edit, not counting the longest back-off delay that failures can mean.",
		Source:   "Kubernetes integration test TestParallelJobChangingParallelism", Scenarios: []string{"parallelism-change"},
		check: promptWhenever(lacks(raisedTargetMissed)),
	},
	{
		ID: "job/parallelism/lowering-deletes", Clauses: []string{"PAR-5", "PAR-12"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "When more pods are active than parallelism, the surplus must be deleted.",
		Observed: "Within the reaction time of the edit no more pods are active than spec.parallelism.",
		Source:   "Kubernetes integration test TestParallelJobChangingParallelism", Scenarios: []string{"parallelism-change"},
		check: promptWhenever(parallelismSurplus),
	},
	{
		ID: "job/parallelism/surplus-does-not-count", Clauses: []string{"PAR-5", "BL-4"}, Level: Core, Strength: Must,
		Sentence: "A pod that is deleted because parallelism was lowered must not count.",
		Observed: "Its UID does not appear in status.uncountedTerminatedPods.",
		Source:   "Kubernetes integration test TestParallelJobChangingParallelism", Scenarios: []string{"parallelism-change"},
		check: func() any { return &victimsDoNotCount{of: beyondParallelism} },
	},
	{
		ID: "job/parallelism/terminating-pods-hold-no-place", Clauses: []string{"PAR-12"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "Under podReplacementPolicy TerminatingOrFailed terminating pods must not count against parallelism.",
		Observed: "While pods are terminating and fewer are active than wanted, a pod is created within the reaction time, not " +
			"counting the longest back-off delay that failures can mean.",
		Source: "API reference, JobSpec.podReplacementPolicy", Scenarios: []string{"node-lost"},
		check: promptWhenever(lacks(terminatingHoldsPlace)),
	},
}, victimRequirements, upstreamParallelism)

// target is how many pods should be active if that many have succeeded (PAR-1).
func target(job *batchv1.Job, succeeded int) int {
	switch {
	case suspended(job):
		return 0
	case !workQueue(job):
		return max(0, min(parallel(job), int(*job.Spec.Completions)-succeeded))
	case succeeded > 0:
		return 0 // whatever runs may go on, and nothing is added to it
	}
	return parallel(job)
}

// occupied is how many pods hold a place in truth.
func (j *jobState) occupied() int {
	if replacesOnlyFailed(j.obj) {
		return j.active + j.terminating
	}
	return j.active
}

func neverExceedsTarget(x *examiner, p *podState) {
	j := p.maker
	if p.created.entry != x.entry || !x.byImplementation() || j == nil {
		return
	}
	x.exercised()
	if j.occupied() <= target(j.obj, j.succ()) {
		return
	}
	active, unfinished := j.leastActive(p), j.leastUnfinished(p)
	if j.surely(func(version *batchv1.Job) bool {
		have := active
		if replacesOnlyFailed(version) {
			have = unfinished
		}
		return have >= target(version, j.leastSucceeded(version))
	}) {
		x.violated("pod %s is created for Job %s beside %d active and %d terminating pods and %d successes: %s",
			p.obj.Name, j.obj.Name, active, unfinished-active, j.succ(), describeSize(j.obj))
	}
}

func describeSize(job *batchv1.Job) string {
	text := "parallelism is " + itoa(parallel(job))
	if workQueue(job) {
		text += " and there are no completions"
	} else {
		text += " and completions " + itoa(int(*job.Spec.Completions))
	}
	if suspended(job) {
		text += ", and it is suspended"
	}
	return text
}

// zeroCreates is about pods for Jobs with parallelism 0.
type zeroCreates struct{}

func hasNoPlaces(job *batchv1.Job) bool { return parallel(job) == 0 }

func (zeroCreates) job(x *examiner, j *jobState) {
	if !j.gone && j.before != nil && hasNoPlaces(j.before) && hasNoPlaces(j.obj) && x.byImplementation() {
		x.exercised() // it has seen such a Job
	}
}

func (zeroCreates) pod(x *examiner, p *podState) {
	j := p.maker
	if j != nil && !j.gone && p.created.entry == x.entry && x.byImplementation() && hasNoPlaces(j.obj) && j.surely(hasNoPlaces) {
		x.violated("pod %s is created for Job %s, which has parallelism 0", p.obj.Name, j.obj.Name)
	}
}

// zeroParallelism checks the safe part of PAR-3.
type zeroParallelism struct{}

func (zeroParallelism) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil || parallel(j.obj) != 0 || j.everSuspended || j.finished() {
		return
	}
	x.exercised()
	switch old, now := j.before.Status.StartTime, j.obj.Status.StartTime; {
	case !x.byImplementation():
	case isTrue(j.obj, batchv1.JobSuspended):
		x.violated("Job %s has parallelism 0 and was never suspended, and it becomes Suspended", j.obj.Name)
	case old != nil && !old.Equal(now):
		x.violated("Job %s has parallelism 0 and was never suspended, and its startTime changes from %v to %v", j.obj.Name, old, now)
	}
}

func (zeroParallelism) call(x *examiner, e *trace.Entry) {
	ev, ok := e.Object.(*corev1.Event)
	if !ok || ev.Reason != "Suspended" && ev.Reason != "Resumed" {
		return
	}
	if j := x.jobByUID[ev.InvolvedObject.UID]; j != nil && parallel(j.obj) == 0 && !j.everSuspended {
		x.violated("Job %s has parallelism 0 and was never suspended, and there is an event %s", j.obj.Name, ev.Reason)
	}
}

func zeroKeepsDeadline(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || parallel(j.obj) != 0 || suspended(j.obj) || x.skewed() || j.completed() ||
		j.obj.Spec.ActiveDeadlineSeconds == nil || j.obj.Status.StartTime == nil {
		return 0, "", false
	}
	at, _ := deadlineAt(j.obj)
	return max(j.specAt, at), j.say("the deadline of Job ", j.obj.Name, ", which has parallelism 0, has passed, and it does not fail"), true
}

func parallelismSurplus(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || suspended(j.obj) || workQueue(j.obj) && j.succ() > 0 || j.active <= parallel(j.obj) {
		return 0, "", false
	}
	return 0, j.say("more pods of Job ", j.obj.Name, " are active than parallelism"), true
}
