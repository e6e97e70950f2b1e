package conformance

import (
	"slices"
	"time"

	"github.com/jobsim/jobsim/sim/trace"
)

// resilience is about crashes, stale reads and failing calls (CTRL).
var resilience = slices.Concat(crashes, lateCaches, refusals)

var uncheckedResilience = []Unchecked{
	{"CTRL-8", "a quirk of the upstream controller, which nobody is asked to copy or to avoid"},
	{"CTRL-10", "it speaks of real time, of which a run in virtual time has none"},
	{"CTRL-11", "the API server refuses Jobs with an unknown completionMode, so no run has one"},
	{"CTRL-12", "a trace does not show which worker of an implementation makes a call"},
}

// crashes are requirements on what must survive the end of an instance.
var crashes = []Requirement{
	{
		ID: "job/resilience/counters-survive-crashes", Clauses: []string{"CTRL-1", "COMP-12", "COMP-13", "TRK-1", "STAT-8"}, Level: Core,
		Strength: Must, Since: 26,
		Sentence: "A crash between any two API calls must not change how pods are counted in the end.",
		Observed: "In runs in which an instance crashed or lost the answer to a call: when the Job is finished, every pod that " +
			"ended by itself before the decision, and was tracked, has been counted by its phase.",
		Source: "KEP-2307; upstream test TestJobFailedWithInterrupts", Scenarios: []string{"controller-crash-loop"},
		check: func() any { return &endedPods{afterCrash: true} },
	},
	{
		ID: "job/resilience/counters-are-exact", Clauses: []string{"STAT-8", "COMP-12", "COMP-13", "STAT-7", "TRK-4"}, Level: Core, Strength: Must, Since: 26,
		Sentence: "When a Job is finished, the counters must say how its pods ended.",
		Observed: "Every pod that ended by itself before the decision, and was tracked, has been counted by its phase.",
		Source:   "KEP-2307; API reference, JobStatus", Scenarios: []string{"parallel-completions", "never-backoff"},
		check: func() any { return &endedPods{} },
	},
	{
		ID: "job/resilience/goes-on-after-restart", Clauses: []string{"CTRL-7", "ADS-4"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "After a restart the implementation must take up deadlines and unfinished work without waiting for an event.",
		Observed: "Of later instances: a passed deadline is recorded, ended pods are counted and a startTime is set within the " +
			"reaction time.",
		Source: "upstream code, updateJob and the initial list of informers", Scenarios: []string{"deadline-survives-crash", "controller-crash-loop"},
		check: func() any { return &goesOn{promptly{owed: workAfterRestart}} },
	},
}

// endedPods follows the pods that end by themselves until their Job is finished.
type endedPods struct {
	// afterCrash looks only at runs in which something was lost.
	afterCrash bool
	lost       bool
	ended      perJob[[]*podState]
}

func (c *endedPods) instance(_ *examiner, e *trace.Entry) {
	c.lost = c.lost || e.Verb == "crash"
}

func (c *endedPods) call(_ *examiner, e *trace.Entry) { c.lost = c.lost || e.Lost }

func (c *endedPods) pod(x *examiner, p *podState) {
	j := p.job
	switch {
	case p.ended.entry == x.entry:
		if j != nil && p.tracked() && !p.deleted.come() && !j.decided() && !p.gone && !p.ignored() && hasPlace(j.obj, p.obj) {
			ended := c.ended.of(j)
			*ended = append(*ended, p)
		}
	case p.untracked.entry == x.entry && (!released(x, p) || !p.settled() || !p.surely(terminal)):
		// Somebody else took the finalizer, or it was taken from a pod that seemed to be active still (PAR-10).
		c.drop(p)
	case p.ended.come() && p.deleted.byImplementation():
		c.drop(p)
	}
}

func (c *endedPods) drop(p *podState) {
	for i, pods := range c.ended.all {
		c.ended.all[i] = slices.DeleteFunc(pods, func(other *podState) bool { return other == p })
	}
}

func (c *endedPods) job(x *examiner, j *jobState) {
	if len(c.ended.all) == 0 {
		return
	}
	ended := c.ended.of(j)
	if j.gone || j.obj.DeletionTimestamp != nil {
		*ended = nil
		return
	}
	// A pod whose index the Job has left out once is let go uncounted, even if the index has come back since (EIJ-7).
	*ended = slices.DeleteFunc(*ended, func(p *podState) bool { return !hasPlace(j.obj, p.obj) })
	if j.decided() && !j.wasDecided() { // what could not be known by now counts as the decision says
		*ended = slices.DeleteFunc(*ended, func(p *podState) bool { return !p.settled() || !p.surely(terminal) })
	}
	if !becameFinished(x, j) || c.afterCrash && !c.lost {
		return
	}
	for _, p := range *ended {
		if p.job != j || j.deselects(p.obj) || !p.surelyCounts(j) { // the Job lets those go uncounted (SEL-2, IDX-5)
			continue
		}
		x.exercised()
		want := countedFailed
		if isSucceeded(p.obj) {
			want = countedSucceeded
		}
		if p.account != want {
			x.violatedBy([]*trace.Entry{p.ended.entry}, "Job %s is %s, and its pod %s, which has ended as %s, counts as %s", j.obj.Name,
				terminalCondition(j.obj).Type, p.obj.Name, p.obj.Status.Phase, p.account.describe())
		}
	}
}

// goesOn is prompt for later instances.
type goesOn struct{ promptly }

func (c *goesOn) instance(x *examiner, e *trace.Entry) {
	if e.Verb != "start" || e.Instance < 2 {
		return
	}
	for _, j := range x.jobs {
		if _, _, ok := workAfterRestart(x, j); ok {
			x.exercised()
		}
	}
}

func workAfterRestart(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if x.instance < 2 || !j.runs() {
		return 0, "", false
	}
	s := &j.obj.Status
	switch {
	case s.StartTime == nil && !suspended(j.obj):
		return j.changedAt, j.say("the implementation was restarted, and Job ", j.obj.Name, " has no startTime"), true
	case s.StartTime != nil && !suspended(j.obj) && j.obj.Spec.ActiveDeadlineSeconds != nil && !x.skewed():
		at := sinceEpoch(*s.StartTime) + deadlineOf(j.obj)
		return max(at, j.specAt), j.say("the implementation was restarted, and the deadline of Job ", j.obj.Name, " passes unheeded"), true
	}
	if _, n, ok := uncountedPods(x, j); ok && n > 0 {
		return max(j.podsAt, j.changedAt), j.say("the implementation was restarted, and ended pods of Job ", j.obj.Name, " are not counted"), true
	}
	return 0, "", false
}
