package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// evaluationUpstream is what one evaluation of kube-controller-manager is like: when it comes and in which order it has
// its effects. It is seen with reconcile functions only, whose calls stand in the trace.
var evaluationUpstream = []Requirement{
	{
		ID: "job/evaluation/order-of-effects", Clauses: []string{"SYNC-4"}, Level: UpstreamExact, Strength: Up,
		Sentence: "One evaluation must create or delete pods first, then write the status, then remove the tracking " +
			"finalizers of pods that have ended.",
		Observed: "Within one evaluation no pod is created or deleted after a write to the Job's status or " +
			"after the finalizer of an ended pod was removed.",
		Source: "kube-controller-manager, syncJob", Scenarios: []string{"parallel-completions", "parallelism-change"},
		check: func() any { return &effectOrder{} },
	},
	{
		ID: "job/evaluation/creates-or-deletes", Clauses: []string{"SYNC-5"}, Level: UpstreamExact, Strength: Up,
		Sentence: "One evaluation must either create or delete pods, never both.",
		Observed: "Calls of the two kinds do not occur within one evaluation.",
		Source:   "kube-controller-manager, manageJob", Scenarios: []string{"parallelism-change"},
		check: func() any { return &createsOrDeletes{} },
	},
	{
		ID: "job/evaluation/job-changes-at-once", Clauses: []string{"SYNC-6"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A new Job and a changed spec must be evaluated at once.",
		Observed: "A reconcile function is called for the Job at the instant at which its creation or a new generation of it " +
			"is delivered. Runs with slow calls are not judged.",
		Source: "Kubernetes unit test TestJobBackoff", Scenarios: []string{"parallelism-change", "suspend-resume"},
		check: func() any { return &triggers{wanted: jobTriggers} },
	},
	{
		ID: "job/evaluation/pod-changes-within-a-second", Clauses: []string{"SYNC-6"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A change of a pod or of the status of a Job must be evaluated after a second at the latest.",
		Observed: "A reconcile function is called for the Job within a second of the delivery. Runs with slow calls are not judged.",
		Source:   "Kubernetes unit test TestUpdateJobRequeue", Scenarios: []string{"pi", "parallel-completions"},
		check: func() any { return &triggers{wanted: batchedTriggers} },
	},
	{
		ID: "job/evaluation/pod-changes-are-batched", Clauses: []string{"SYNC-6"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A change of a pod must not be evaluated before a second has passed, so that the changes of many pods cost one evaluation.",
		Observed: "No call of a reconcile function that the delivery of a pod has caused comes less than a second after it, if the " +
			"instance has evaluated the Job before.",
		Source: "Kubernetes unit test TestJobBackoff; kubernetes issue 118470", Scenarios: []string{"pi", "parallel-completions"},
		check: func() any { return &batches{} },
	},
	{
		ID: "job/evaluation/deadline-timer", Clauses: []string{"SYNC-6", "ADS-4"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A Job must be evaluated at the instant at which its deadline passes.",
		Observed: "A reconcile function is called for the Job at status.startTime plus activeDeadlineSeconds, or a program makes a call for it.",
		Source:   "kube-controller-manager, syncJob", Scenarios: []string{"deadline-kills-pods", "deadline-pending-pods"},
		check: func() any { return &deadlineTimer{} },
	},
	{
		ID: "job/evaluation/waits-for-its-own-pods", Clauses: []string{"SYNC-9"}, Level: UpstreamExact, Strength: Up,
		Sentence: "While pods that it has created or deleted are not in its cache, an evaluation must not create pods, take " +
			"surplus pods away, or record a failure.",
		Observed: "In a later call of the reconcile function than the one that created or deleted them, and for five minutes " +
			"at most. Success by completions is exempt.",
		Source:    "Kubernetes unit test of syncJob, \"job failures, unsatisfied expectations\"",
		Scenarios: []string{"stale-watch"},
		check:     func() any { return &ownPodsFirst{} },
	},
}

// creates and deletes report whether a request is to create or delete a pod, refused or not.
func creates(e *trace.Entry) bool {
	return e.Resource == podsResource && e.Verb == "create" && e.Subresource == ""
}

func deletes(e *trace.Entry) bool { return e.Resource == podsResource && e.Verb == "delete" }

func writesStatus(e *trace.Entry) bool {
	return e.Resource == jobsResource && e.Subresource == "status" && (e.Verb == "update" || e.Verb == "patch")
}

// effectOrder checks the order of calls in one evaluation (SYNC-4).
type effectOrder struct {
	in      evaluation
	managed bool
	wrote   bool
	freed   string
}

func (c *effectOrder) call(x *examiner, e *trace.Entry) {
	if !x.evaluates() {
		return
	}
	if c.in != x.evaluation {
		*c = effectOrder{in: x.evaluation}
	}
	switch {
	case writesStatus(e):
		if c.managed {
			x.exercised()
		}
		c.wrote = true
	case creates(e) || deletes(e):
		c.managed = true
		if c.wrote {
			x.violated("in one evaluation the status is written, and then there is a %s of pod %s", e.Verb, e.Name)
		} else if c.freed != "" {
			x.violated("in one evaluation the finalizer of pod %s is removed, and then there is a %s of pod %s", c.freed, e.Verb, e.Name)
		}
	default:
		if p := x.pod(e.Namespace, e.Name); p != nil && p.untracked.entry == e && p.job != nil && p.job == x.evaluation.job &&
			p.seen != nil && terminal(p.seen) && p.settled() && !p.perhaps(p.job.deselects) {
			x.exercised()
			c.freed = p.obj.Name
		}
	}
}

// createsOrDeletes checks that one evaluation does not do both (SYNC-5).
type createsOrDeletes struct {
	in               evaluation
	created, deleted string
}

func (c *createsOrDeletes) call(x *examiner, e *trace.Entry) {
	if !x.evaluates() || !creates(e) && !deletes(e) {
		return
	}
	if c.in != x.evaluation {
		*c = createsOrDeletes{in: x.evaluation}
	}
	if x.exercised(); creates(e) {
		c.created = e.Name
	} else {
		c.deleted = e.Name
	}
	if c.created != "" && c.deleted != "" {
		x.violated("one evaluation deletes pod %s and creates pod %s", c.deleted, c.created)
	}
}

// triggers checks that what is delivered is evaluated in time (SYNC-6).
type triggers struct {
	// wanted tells within what time of a delivery there must be an evaluation, if there must be one.
	wanted func(x *examiner, e *trace.Entry) (j *jobState, within time.Duration, ok bool)
	due    []trigger
}

type trigger struct {
	job   *jobState
	entry *trace.Entry
	at    time.Duration
}

func (c *triggers) delivery(x *examiner, e *trace.Entry) {
	if e.Instance != x.instance || x.run.Scenario.Latency > 0 {
		return
	}
	if j, within, ok := c.wanted(x, e); ok {
		c.due = append(c.due, trigger{j, e, x.now + within})
	}
}

func (c *triggers) instance(x *examiner, e *trace.Entry) {
	switch e.Verb {
	case "start", "crash", "stop":
		c.due = c.due[:0]
	case "sync":
		kept := c.due[:0]
		for _, t := range c.due {
			if t.job != x.syncedJob() {
				kept = append(kept, t)
				continue
			}
			x.exercised()
		}
		c.due = kept
	}
}

func (c *triggers) tick(x *examiner, until time.Duration) {
	if x.sync == 0 { // no reconcile function
		return
	}
	for _, t := range c.due {
		if t.at < until && !t.job.gone {
			x.violatedBy([]*trace.Entry{t.entry}, "%s of %s %s was delivered at %v, and Job %s is not evaluated by %v",
				t.entry.Verb, t.entry.Resource, t.entry.Name, t.entry.At, t.job.obj.Name, t.at)
		}
	}
}

// batches checks that what happens to pods waits for more of it. It remembers which instance has evaluated a Job last.
type batches struct{ evaluated perJob[int] }

func (c *batches) instance(x *examiner, e *trace.Entry) {
	j := x.syncedJob()
	if e.Verb != "sync" || j == nil {
		return
	}
	before := *c.evaluated.of(j)
	*c.evaluated.of(j) = x.instance
	cause := x.run.Trace.Find(e.Cause)
	if before != x.instance || !j.runs() || cause == nil || cause.Kind != trace.Delivery {
		return
	}
	if pod, ok := cause.Object.(*corev1.Pod); !ok || x.controllerOf(pod) != j {
		return
	}
	if x.exercised(); e.At-cause.At < batch {
		x.violated("Job %s is evaluated at %v, because of %s of pod %s, which was delivered at %v", j.obj.Name, e.At, cause.Verb, cause.Name, cause.At)
	}
}

func jobTriggers(x *examiner, e *trace.Entry) (*jobState, time.Duration, bool) {
	job, ok := e.Object.(*batchv1.Job)
	if !ok || e.Verb == "DELETED" {
		return nil, 0, false
	}
	j := x.jobByUID[job.UID]
	news := e.Verb == "ADDED" || j != nil && len(j.overtaken) > 0 && j.overtaken[len(j.overtaken)-1].Generation != job.Generation
	return j, 0, j != nil && news
}

func batchedTriggers(x *examiner, e *trace.Entry) (*jobState, time.Duration, bool) {
	var j *jobState
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		j = x.jobByUID[obj.UID]
	case *corev1.Pod:
		if owner := metav1.GetControllerOf(obj); owner != nil {
			j = x.jobByUID[owner.UID]
		}
	}
	// A Job that the instance has not taken up, or that is over, is not evaluated any more.
	ok := j != nil && j.seen != nil && !isFinished(j.seen) && len(j.seen.Status.Conditions)+int(j.seen.Status.Active) > 0
	return j, time.Second, ok && !isFinished(j.obj)
}

// deadlineTimer checks that there is an evaluation when a deadline passes (SYNC-6).
type deadlineTimer struct{ last []lastSync }

type lastSync struct {
	job *jobState
	at  time.Duration
}

func (c *deadlineTimer) instance(x *examiner, e *trace.Entry) {
	j := x.syncedJob()
	if e.Verb != "sync" || j == nil {
		return
	}
	c.note(x, j)
}

// call takes what a program does for a Job for an evaluation of it.
func (c *deadlineTimer) call(x *examiner, _ *trace.Entry) {
	if x.sync == 0 && x.evaluates() {
		c.note(x, x.evaluation.job)
	}
}

func (c *deadlineTimer) note(x *examiner, j *jobState) {
	if expiry, ok := expiryOf(j); ok && expiry == x.now {
		x.exercised()
	}
	for i := range c.last {
		if c.last[i].job == j {
			c.last[i].at = x.now
			return
		}
	}
	c.last = append(c.last, lastSync{j, x.now})
}

func (c *deadlineTimer) tick(x *examiner, until time.Duration) {
	if x.down || x.behind() || x.skewed() || x.run.Scenario.Latency > 0 {
		return
	}
	for _, l := range c.last {
		expiry, ok := expiryOf(l.job)
		if !ok || expiry < x.now || expiry >= until || expiry < max(l.job.changedAt, x.hindered)+time.Second {
			continue
		}
		if x.exercised(); l.at != expiry {
			x.violated("the deadline of Job %s passes at %v, and it is evaluated at %v and not then",
				l.job.obj.Name, expiry, l.at)
		}
	}
}

// expiryOf is when the deadline of a Job passes that has one running.
func expiryOf(j *jobState) (at time.Duration, ok bool) {
	if !j.runs() {
		return 0, false
	}
	return deadlineAt(j.obj)
}
