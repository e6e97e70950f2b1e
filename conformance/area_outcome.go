package conformance

import (
	"net/http"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/conformance/internal/model"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

// outcome is about what comes of a Job as a whole: it is compared with what a model says must come of it.
var outcome = []Requirement{
	{
		ID: "job/outcome/as-predicted",
		Clauses: []string{"SYNC-1", "COMP-1", "BL-1", "ADS-1", "IDX-1", "BPI-1", "BPI-3", "BPI-4", "PFP-2", "PFP-3", "PFP-5", "PFP-6",
			"PFP-7", "SP-1", "TTL-1"},
		Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "When nothing goes wrong, how a Job ends must follow from its spec and from what its pods do, however fast the " +
			"implementation is.",
		Observed: "In a run without faults the first Job gets the terminal condition, reason, counters and number of pods that an " +
			"executable model predicts from the scenario, within the time that it predicts. Where reactions within the reaction " +
			"time, or when users act, decide about the end, these are bounds for each end that there may be.",
		Source:    "API reference, JobSpec and JobStatus; the order of the tests is that of syncJob in kube-controller-manager",
		Scenarios: []string{"pi", "never-backoff", "onfailure-exhausted", "deadline-kills-pods", "work-queue"},
		check:     func() any { return &asPredicted{} },
	},
}

// asPredicted compares a run with the model.
type asPredicted struct {
	// hindered tells that a call of the implementation met a conflict, after which it may take its time.
	hindered bool
	// finish is the write with which the Job finished.
	finish *trace.Entry
}

func (c *asPredicted) job(x *examiner, j *jobState) {
	if c.finish == nil && j == x.jobs[0] && j.finished() {
		c.finish = x.entry
	}
}

func (c *asPredicted) call(_ *examiner, e *trace.Entry) {
	c.hindered = c.hindered || e.Lost || e.Status != nil && e.Status.Code == http.StatusConflict
}

// lag is how late watch events may be in a run that is not calm.
const lag = time.Second

func (c *asPredicted) end(x *examiner) {
	calm := x.run.Token.Seed == 0 && len(x.run.Token.Choices) == 0
	reaction := x.claims.Bounds.Reaction
	if !calm {
		reaction += lag
	}
	if c.hindered || len(x.jobs) == 0 {
		return
	}
	p, ok := model.Predict(x.run.Scenario, reaction)
	if !ok {
		return
	}
	seen := c.outcome(x, x.jobs[0])
	seen.Calm = calm
	switch x.run.Ending {
	case sim.Quiet, sim.Finished:
	case sim.TimeIsUp:
		if seen.Condition == "" && x.run.End <= p.Last() {
			return // it may still come
		}
	default:
		return // the run was given up, which others judge
	}
	if x.claims.Kubernetes < 31 && seen.Condition == batchv1.JobComplete {
		seen.Reason = batchv1.JobReasonCompletionsReached // Complete had no reason yet (FIN-3)
	}
	if x.exercised(); !p.Allows(seen) {
		x.violatedBy([]*trace.Entry{c.finish}, "Job %s: predicted %v; seen %v", x.jobs[0].obj.Name, p, seen)
	}
}

func (c *asPredicted) outcome(x *examiner, j *jobState) model.Outcome {
	o := model.Outcome{
		Succeeded: int(j.obj.Status.Succeeded), Failed: int(j.obj.Status.Failed), Pods: len(j.pods), At: j.finishedAt,
	}
	for _, kind := range []batchv1.JobConditionType{batchv1.JobComplete, batchv1.JobFailed} {
		if isTrue(j.obj, kind) {
			o.Condition, o.Reason = kind, condition(j.obj, kind).Reason
		}
	}
	o.Completed = model.Indexes(j.obj.Status.CompletedIndexes)
	if j.obj.Status.FailedIndexes != nil {
		o.FailedIndexes = model.Indexes(*j.obj.Status.FailedIndexes)
	}
	if o.Condition != "" && j.deletion.come() {
		o.Deleted, o.DeletedAfter = true, j.deletion.at-j.finishedAt
	}
	return o
}
