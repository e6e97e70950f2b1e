package conformance

import (
	"net/http"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// upstreamEndings are the order of effects with which the upstream controller ends a Job.
var upstreamEndings = []Requirement{
	{
		ID: "job/conditions/interim-comes-first", Clauses: []string{"FIN-5"}, Level: UpstreamExact, Strength: Up, Since: 31,
		Sentence: "The interim condition must be stored in an earlier version than the terminal one.",
		Observed: "Before the version in which Complete=True or Failed=True appears there is one with only the interim condition.",
		Source:   "upstream test TestTrackJobStatusAndRemoveFinalizers, wantStatusUpdates", Scenarios: []string{"pi"},
		check: func() any {
			return onJob(func(x *examiner, j *jobState) {
				if becameFinished(x, j) {
					if x.exercised(); !j.wasDecided() {
						x.violated("Job %s is %s in the first version that says so", j.obj.Name, terminalCondition(j.obj).Type)
					}
				}
			})
		},
	},
	{
		ID: "job/conditions/kills-before-deciding", Clauses: []string{"FIN-6", "FIN-7"}, Level: UpstreamExact, Strength: Up, Since: 31,
		Sentence: "The deletion of all active pods must have been asked for when a failure is recorded.",
		Observed: "When FailureTarget=True is stored, no pod that the implementation has been shown is active.",
		Source:   "upstream code, syncJob", Scenarios: []string{"deadline-kills-pods"},
		check: func() any { return onJob(killsBeforeDeciding) },
	},
	{
		ID: "job/conditions/no-decision-after-a-failed-delete", Clauses: []string{"FIN-7"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A failure must not be recorded by an evaluation in which the deletion of a pod was refused.",
		Observed: "The evaluation that stores FailureTarget=True has made no DELETE of a pod that was answered with anything but success " +
			"or 404.",
		Source: "upstream code, syncJob",
		check:  func() any { return &failedDeletes{} },
	},
	{
		ID: "job/conditions/no-decision-on-unseen-pods", Clauses: []string{"FIN-7", "SYNC-9"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A failure must not be recorded while the implementation has not been shown all pods that it has created.",
		Observed: "When FailureTarget=True is stored, every pod that this instance has created in the last five minutes has been " +
			"delivered to it, or is gone.",
		Source: "upstream test TestControllerSyncJob, \"job failures, unsatisfied expectations\"",
		check:  func() any { return onJob(noDecisionOnUnseenPods) },
	},
	{
		ID: "job/conditions/lists-pods-with-the-decision", Clauses: []string{"FIN-6", "FIN-17"}, Level: UpstreamExact, Strength: Up,
		Since:    31,
		Sentence: "The write that records a failure must list the pods that are alive as failed.",
		Observed: "When FailureTarget=True is stored, every tracked pod that has not ended stands in uncountedTerminatedPods.failed " +
			"of the same version, unless that is full (500).",
		Source: "upstream code, trackJobStatusAndRemoveFinalizers", Scenarios: []string{"deadline-kills-pods"},
		check: func() any { return onJob(listsWithTheDecision) },
	},
	{
		ID: "job/conditions/terminating-pods-count-failed", Clauses: []string{"FIN-17", "BL-12", "PRP-2"}, Level: UpstreamExact, Strength: Up,
		Since: 31,
		Sentence: "Under podReplacementPolicy Failed, pods that are terminating when a failure is recorded must count as failed, " +
			"however they end.",
		Observed: "Pods that others deleted, and that have not ended when FailureTarget=True is stored, have been counted as failed " +
			"when the Job is Failed.",
		Source: "observed on Kubernetes 1.37.2", Scenarios: []string{"draining-pods-count"},
		check: func() any { return &killedPods{onlyFailed: true} },
	},
	{
		ID: "job/conditions/looks-again-after-a-kill", Clauses: []string{"FIN-8"}, Level: UpstreamExact, Strength: Up, Since: 31,
		Sentence: "An evaluation that deletes pods and records a failure must report these pods as terminating, and leave the " +
			"terminal condition to a later one.",
		Observed: "The evaluation that stores FailureTarget=True after k accepted DELETEs of pods writes terminating of at least k, and does " +
			"not write Failed=True.",
		Source:    "upstream test TestControllerSyncJob, \"count ready pods when job fails\"",
		Scenarios: []string{"deadline-kills-pods"}, check: func() any { return &secondLook{} },
	},
	{
		ID: "job/conditions/one-evaluation-without-a-kill", Clauses: []string{"FIN-8"}, Level: UpstreamExact, Strength: Up, Since: 31,
		Sentence: "An evaluation that decides a Job of which no pod is left must write the terminal condition as well.",
		Observed: "Where nothing was deleted and nothing was terminating, the sync that stores the interim condition stores the " +
			"terminal one, unless one of its calls failed.",
		Source: "upstream test TestControllerSyncJob, \"indexed job failed\"", Scenarios: []string{"pi", "backofflimit-zero"},
		check: func() any { return onJob(oneEvaluationWithoutAKill) },
	},
}

func killsBeforeDeciding(x *examiner, j *jobState) {
	if !becameFailureTarget(x, j) {
		return
	}
	x.exercised()
	for _, p := range j.pods {
		if p.job == j && p.active() && p.surelyAlive() {
			x.violated("Job %s is FailureTarget, and nobody has asked for the deletion of its pod %s", j.obj.Name, p.obj.Name)
		}
	}
}

// failedDeletes remembers the last evaluation in which the deletion of a pod was refused.
type failedDeletes struct {
	in    evaluation
	entry *trace.Entry
}

func (c *failedDeletes) call(x *examiner, e *trace.Entry) {
	refused := e.Lost || e.Status != nil && e.Status.Code != http.StatusNotFound
	if deletes(e) && refused && x.evaluates() {
		c.in, c.entry = x.evaluation, e
		x.exercised()
	}
}

func (c *failedDeletes) job(x *examiner, j *jobState) {
	if c.entry != nil && x.evaluation == c.in && becameFailureTarget(x, j) {
		x.violatedBy([]*trace.Entry{c.entry}, "Job %s is FailureTarget by the same evaluation in which pod %s could not be deleted",
			j.obj.Name, c.entry.Name)
	}
}

// expectationsTimeout is how long the upstream controller waits to see what it has created (CTRL-2).
const expectationsTimeout = 5 * time.Minute

func noDecisionOnUnseenPods(x *examiner, j *jobState) {
	if !becameFailureTarget(x, j) {
		return
	}
	x.exercised()
	for _, p := range j.pods {
		own := p.created.byImplementation() && p.created.entry.Instance == x.entry.Instance && !p.created.entry.Lost
		if p.job == j && own && !p.gone && p.seen == nil && x.now-p.created.at <= expectationsTimeout {
			x.violatedBy([]*trace.Entry{p.created.entry}, "Job %s is FailureTarget, and its pod %s, created at %v, has not been shown "+
				"to the implementation", j.obj.Name, p.obj.Name, p.created.at)
		}
	}
}

// maxUncounted is how many pods the upstream controller accounts at once (TRK-4).
const maxUncounted = 500

func listsWithTheDecision(x *examiner, j *jobState) {
	if !becameFailureTarget(x, j) || j.obj.DeletionTimestamp != nil || uncountedIn(j.obj) >= maxUncounted {
		return
	}
	for _, p := range j.pods {
		if p.job == j && p.tracked() && !terminal(p.obj) && p.surelyAlive() && p.surelyCounts(j) && !ignores(j.obj, p.obj) { // PFP-10
			if x.exercised(); p.account != listedFailed && p.account != countedFailed {
				x.violated("Job %s is FailureTarget, and its pod %s, which has not ended, is not listed as failed", j.obj.Name, p.obj.Name)
			}
		}
	}
}

// secondLook counts the pods that an evaluation has deleted.
type secondLook struct {
	in      evaluation
	deleted int
	decided bool // that evaluation has recorded a failure
}

func (c *secondLook) call(x *examiner, e *trace.Entry) {
	if !deletes(e) || !e.Stored() || !x.evaluates() {
		return
	}
	if c.in != x.evaluation {
		*c = secondLook{in: x.evaluation}
	}
	c.deleted++
}

func (c *secondLook) job(x *examiner, j *jobState) {
	if c.deleted == 0 || x.evaluation != c.in {
		return
	}
	if becameFailureTarget(x, j) {
		c.decided = true
		terminating := int(valueOr(j.obj.Status.Terminating, 0))
		if x.exercised(); terminating < c.deleted {
			x.violated("Job %s is FailureTarget by an evaluation that has deleted %d pods, and says that %d are "+
				"terminating", j.obj.Name, c.deleted, terminating)
		}
	}
	if c.decided && becameFinished(x, j) {
		x.violated("Job %s is Failed by the evaluation that has deleted %d of its pods", j.obj.Name, c.deleted)
	}
}

func oneEvaluationWithoutAKill(x *examiner, j *jobState) {
	if !becameFinished(x, j) || !j.wasDecided() || !x.evaluates() {
		return
	}
	decision := decisionOf(x, j)
	if decision == nil || decision.Instance == 0 || x.sync > 0 && decision.Cause == 0 {
		return
	}
	decided := decision.Object.(*batchv1.Job)
	if valueOr(decided.Status.Terminating, 0) != 0 || uncountedIn(decided) >= maxUncounted {
		return
	}
	before, together := x.evaluationOf(decision)
	var last *trace.Entry
	for i := before; i < x.entry.Seq; i++ {
		switch e := x.run.Trace.Find(i + 1); {
		case e.Kind == trace.Instance && e.Verb == "crash":
			return
		case e.Kind != trace.Call || !together(e):
		case e.Status != nil || e.Lost || e.Verb == "delete":
			return
		default:
			last = e
		}
	}
	if last == nil {
		return
	}
	if x.exercised(); !together(x.entry) {
		x.violated("Job %s had nothing left to wait for when it was decided at %v, and was %s at %v "+
			"only, by another evaluation", j.obj.Name, decision.At, terminalCondition(j.obj).Type, x.now)
	}
}

// decisionOf returns the entry by which the Job was decided, or nil.
func decisionOf(x *examiner, j *jobState) *trace.Entry {
	var found *trace.Entry
	for i := x.entry.Seq - 1; i > 0; i-- {
		e := x.run.Trace.Find(i)
		job, ok := e.Object.(*batchv1.Job)
		if !ok || job.UID != j.obj.UID || !e.Stored() || e.Kind != trace.Call {
			continue
		}
		if !isDecided(job) {
			return found
		}
		found = e
	}
	return found
}
