package conformance

import (
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// endings are requirements on what happens between the decision and the end, and on what must be done by then.
var endings = []Requirement{
	{
		ID: "job/conditions/status-is-settled-at-the-end", Clauses: []string{"FIN-4", "STAT-1", "STAT-2", "STAT-3", "STAT-6"},
		Level: Core, Strength: Must, Since: 31,
		Sentence: "When a terminal condition appears, status must say that nothing is active, ready, terminating or uncounted, and " +
			"have a startTime.",
		Observed: "The version in which Complete=True or Failed=True appears, or that the API server refuses because of this; a suspended " +
			"Job with completions 0 needs no startTime.",
		Source: "KEP-3939, KEP-4368; upstream test TestDelayTerminalPhaseCondition", Scenarios: []string{"deadline-kills-pods"},
		check: orRefused(settledAtTheEnd, refusal{"status.active", "for finished job"}, refusal{"status.terminating", "for finished job"},
			refusal{"status.uncountedTerminatedPods", "for finished job"}, refusal{"status.startTime", "for finished job"}),
	},
	{
		ID: "job/conditions/waits-for-pods-to-end", Clauses: []string{"FIN-4", "FIN-10", "EXT-6"}, Level: Core, Strength: Must, Since: 31,
		Sentence: "A Job must not become Complete or Failed while one of its pods is active or terminating, however long that takes.",
		Observed: "When a terminal condition is stored, every pod of the Job that the implementation has been shown is in phase " +
			"Succeeded or Failed, or gone.",
		Source: "KEP-4368, KEP-3939", Scenarios: []string{"deadline-kills-pods", "node-lost"},
		check: func() any { return onJob(waitsForPods) },
	},
	{
		ID: "job/conditions/no-creation-after-decision", Clauses: []string{"FIN-9"}, Level: Core, Strength: Must, Since: 31,
		Sentence: "No pod must be created for a Job between the decision and the end, or after that.",
		Observed: "No accepted create of a pod whose Job is FailureTarget=True or SuccessCriteriaMet=True in every version that " +
			"the implementation may have looked at.",
		Source: "KEP-3998; upstream code, syncJob", Scenarios: []string{"deadline-kills-pods", "node-lost"},
		check: func() any { return noCreationAfterDecision{} },
	},
	{
		ID: "job/conditions/active-pods-are-deleted-after-decision", Clauses: []string{"FIN-9", "BL-7", "ADS-3"},
		Level: Core, Strength: Must, Since: 31, Bound: ReactionBound,
		Sentence: "Pods that are active when a Job is decided, or show up after that, must be deleted.",
		Observed: "From the moment at which FailureTarget=True or SuccessCriteriaMet=True is stored, no pod of the Job stays active " +
			"for longer than the reaction time.",
		Source: "upstream code, syncJob and deleteActivePods",
		check:  promptAfter(becameDecided, activeAfterDecision),
	},
	{
		ID: "job/conditions/finished-pods-are-untracked", Clauses: []string{"FIN-16", "TRK-9"}, Level: Core, Strength: Must,
		Since: 26, Bound: ReactionBound,
		Sentence: "When a Job is finished its pods must lose the tracking finalizer.",
		Observed: "From the moment at which Complete=True or Failed=True is stored, no pod of the Job carries the finalizer for " +
			"longer than the reaction time.",
		Source: "upstream test validateFinishedPodsNoFinalizer", Scenarios: []string{"pi", "deadline-kills-pods"},
		check: promptAfter(becameFinished, trackedAfterEnd),
	},
	{
		ID: "job/conditions/killed-pods-count-failed", Clauses: []string{"FIN-17", "BL-7", "STAT-7"}, Level: Core, Strength: Must,
		Since:    31,
		Sentence: "A pod that is killed because its Job fails must count as failed, once, even if it then ends Succeeded.",
		Observed: "Pods that live when FailureTarget=True is stored, and of which the implementation asks the deletion, have been " +
			"listed as failed and counted when the Job is Failed; so have pods that others deleted before, under " +
			"podReplacementPolicy TerminatingOrFailed.",
		Source: "upstream test TestTrackJobStatusAndRemoveFinalizers", Scenarios: []string{"deadline-kills-pods"},
		check: func() any { return &killedPods{} },
	},
}

func settledAtTheEnd(x *examiner, j *jobState) {
	if !becameFinished(x, j) {
		return
	}
	s := &j.obj.Status
	var wrong []string
	for _, of := range []struct {
		n    int32
		what string
	}{
		{s.Active, "active pods"}, {valueOr(s.Ready, 0), "ready pods"}, {valueOr(s.Terminating, 0), "terminating pods"},
		{int32(uncountedIn(j.obj)), "uncounted pods"},
	} {
		if of.n != 0 {
			wrong = append(wrong, of.what)
		}
	}
	neverRan := suspended(j.obj) && j.obj.Spec.Completions != nil && *j.obj.Spec.Completions == 0
	if s.StartTime == nil && !neverRan {
		wrong = append(wrong, "no startTime")
	}
	if x.exercised(); len(wrong) != 0 {
		x.violated("Job %s is %s, and its status has %s", j.obj.Name, terminalCondition(j.obj).Type,
			strings.Join(wrong, ", "))
	}
}

// uncountedIn is how many pods stand in the uncounted lists.
func uncountedIn(job *batchv1.Job) int {
	u := job.Status.UncountedTerminatedPods
	if u == nil {
		return 0
	}
	return len(u.Succeeded) + len(u.Failed)
}

func waitsForPods(x *examiner, j *jobState) {
	if !becameFinished(x, j) {
		return
	}
	x.exercised()
	for _, p := range j.pods {
		if p.job != j || !p.active() && !p.terminating() || !p.surelyAlive() {
			continue
		}
		how := "active"
		if p.terminating() {
			how = "terminating"
		}
		x.violatedBy([]*trace.Entry{p.created.entry}, "Job %s is %s, and its pod %s is %s still, in phase %s", j.obj.Name,
			terminalCondition(j.obj).Type, p.obj.Name, how, p.obj.Status.Phase)
		return
	}
}

type noCreationAfterDecision struct{}

func (noCreationAfterDecision) job(x *examiner, j *jobState) {
	if becameDecided(x, j) {
		x.exercised()
	}
}

func (noCreationAfterDecision) pod(x *examiner, p *podState) {
	j := p.maker
	if p.created.entry != x.entry || !p.created.byImplementation() || j == nil || j.gone || !j.decided() || failureHidden(j.obj) {
		return
	}
	if j.surely(isDecided) {
		x.violated("pod %s was created for Job %s, which has been decided since %v", p.obj.Name, j.obj.Name, j.decidedAt)
	}
}

func activeAfterDecision(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || !j.decided() || j.finished() || j.obj.DeletionTimestamp != nil || j.active == 0 || failureHidden(j.obj) {
		return 0, "", false
	}
	return j.decidedAt, j.say("Job ", j.obj.Name, " is decided, and has active pods that nobody deletes"), true
}

func trackedAfterEnd(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || !j.finished() || j.tracked == 0 {
		return 0, "", false
	}
	return j.finishedAt, j.say("Job ", j.obj.Name, " is finished, and its pods carry the tracking finalizer"), true
}

// killedPods follows the pods that live when a Job is decided to fail.
type killedPods struct {
	// onlyFailed looks at Jobs that replace only failed pods, and there at pods that others had deleted.
	onlyFailed bool
	alive      []alivePod
}

type alivePod struct {
	*podState
	onlyFailed bool // podReplacementPolicy at the decision
}

func (c *killedPods) job(x *examiner, j *jobState) {
	if j.gone || j.obj.DeletionTimestamp != nil {
		return
	}
	if becameFailureTarget(x, j) {
		for _, p := range j.pods {
			if p.job == j && p.tracked() && !terminal(p.obj) && p.surelyCounts(j) && !ignores(j.obj, p.obj) { // PFP-10
				c.alive = append(c.alive, alivePod{p, replacesOnlyFailed(j.obj)})
			}
		}
	}
	if !becameFinished(x, j) || !isTrue(j.obj, batchv1.JobFailed) {
		return
	}
	for _, p := range c.alive {
		if p.job != j || !c.mustCount(p) || ignores(j.obj, p.obj) || p.untracked.come() && !p.untracked.byImplementation() {
			continue
		}
		x.exercised()
		if p.account != countedFailed {
			x.violatedBy([]*trace.Entry{p.deleted.entry}, "pod %s of Job %s was alive when the Job was decided to fail, was "+
				"deleted, and counts as %s", p.obj.Name, j.obj.Name, p.account.describe())
		}
	}
}

// mustCount reports whether a pod that was alive at the decision counts as failed for certain.
func (c *killedPods) mustCount(p alivePod) bool {
	byOthers := p.deleted.come() && !p.deleted.byImplementation()
	if c.onlyFailed {
		return p.onlyFailed && byOthers
	}
	killed := p.deleted.byImplementation() && !(p.ended.come() && p.ended.entry.Seq < p.deleted.entry.Seq)
	return killed || byOthers && !p.onlyFailed && !replacesOnlyFailed(p.job.obj)
}

func (a account) describe() string {
	switch a {
	case listedSucceeded, listedFailed:
		return "nothing: it is listed still"
	case countedSucceeded:
		return "a success"
	case countedFailed:
		return "a failure"
	}
	return "nothing"
}
