package conformance

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// podCreationUpstream is how kube-controller-manager creates pods, and what it does when it cannot. It is seen with
// reconcile functions only, whose calls stand in the trace.
var podCreationUpstream = []Requirement{
	{
		ID: "job/pod-creation/slow-start", Clauses: []string{"POD-9"}, Level: UpstreamExact, Strength: Up,
		Sentence: "Pods must be created in batches of 1, 2, 4 and so on, of which the first with an error is the last.",
		Observed: "Within one evaluation, after a creation that failed there are no more than complete its batch.",
		Source:   "Kubernetes unit test of syncJob, \"limited pods\"", Scenarios: []string{"quota-slow-start"},
		check: func() any { return &slowStart{} },
	},
	{
		ID: "job/pod-creation/terminating-namespace", Clauses: []string{"POD-10"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A creation that is refused because the namespace is terminating must cause no event, no retry and no stop.",
		Observed: "An evaluation in which all refused creations have this cause tries all that are missing, does " +
			"not return an error, and sends no event FailedCreate.",
		Source: "kube-controller-manager, manageJob",
		check:  func() any { return &terminatingNamespace{} },
	},
	{
		ID: "job/pod-creation/retry-delay", Clauses: []string{"POD-11"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A failed evaluation must be repeated after 1 s, 2 s, 4 s and so on up to 60 s, until one succeeds.",
		Observed: "After the n-th error in a row the reconcile function is called again within that time; and not before it by " +
			"the error alone, if the Job has no deadline and no failed pod. A program makes a call for the Job within that time " +
			"after a creation was refused, if pods are missing still and its caches have not been behind. Runs with slow calls are " +
			"not judged.",
		Source: "kube-controller-manager, processNextWorkItem", Scenarios: []string{"api-errors"},
		check: func() any { return &retryDelay{} },
	},
	{
		ID: "job/pod-creation/active-includes-new-pods", Clauses: []string{"POD-12"}, Level: UpstreamExact, Strength: Up,
		Sentence: "The status that is written after pods were created must count them as active.",
		Observed: "status.active of a status write is at least the number of pods created within the same evaluation.",
		Source:   "kube-controller-manager, syncJob", Scenarios: []string{"pi", "parallel-completions"},
		check: func() any { return &activeIncludesNew{} },
	},
}

// failedCall reports whether the caller of a request got an error.
func failedCall(e *trace.Entry) bool { return !e.OK() || e.Lost }

// fromTerminatingNamespace reports whether a request was refused because its namespace goes away.
func fromTerminatingNamespace(e *trace.Entry) bool {
	return e.Status != nil && e.Status.Details != nil &&
		slices.ContainsFunc(e.Status.Details.Causes, func(c metav1.StatusCause) bool { return c.Type == corev1.NamespaceTerminatingCause })
}

// slowStart checks POD-9.
type slowStart struct{ perEvaluation[creationsTried] }

// creationsTried are the creations of one evaluation.
type creationsTried struct {
	tried int
	// allowed is how many may be tried in this evaluation; 0 as long as none has failed.
	allowed int
	first   *trace.Entry
}

func (c *slowStart) call(x *examiner, e *trace.Entry) {
	if !x.evaluates() || !creates(e) {
		return
	}
	a := c.of(x.evaluation)
	a.tried++
	if a.allowed > 0 && a.tried > a.allowed {
		x.violatedBy([]*trace.Entry{a.first},
			"creation %d of one evaluation comes although an earlier one has failed: expected no more than %d",
			a.tried, a.allowed)
	}
	if a.allowed > 0 || !failedCall(e) || fromTerminatingNamespace(e) {
		return
	}
	x.exercised()
	a.first = e
	for a.allowed = 1; a.allowed < a.tried; { // 1, 3, 7 …
		a.allowed = 2*a.allowed + 1
	}
}

// terminatingNamespace checks POD-10.
type terminatingNamespace struct {
	in              evaluation
	tried, missing  int
	refused, others int // by this cause, and any other failed call
	event           bool
}

func (c *terminatingNamespace) call(x *examiner, e *trace.Entry) {
	if ev, ok := e.Object.(*corev1.Event); ok && ev.Reason == "FailedCreate" && (x.evaluates() || x.sync == 0) {
		c.event = true
	}
	if !x.evaluates() {
		return
	}
	if c.in != x.evaluation {
		c.close(x)
		*c = terminatingNamespace{in: x.evaluation, event: c.event && x.sync == 0}
	}
	switch {
	case creates(e) && fromTerminatingNamespace(e):
		c.refused++
	case failedCall(e) && e.Resource != "events":
		c.others++
	}
	if !creates(e) {
		return
	}
	if c.tried++; c.tried == 1 {
		if j := x.evaluation.job; !x.behind() {
			c.missing = min(500, j.vacancies())
			if e.OK() {
				c.missing++ // it is there by now
			}
		}
	}
}

func (c *terminatingNamespace) instance(x *examiner, e *trace.Entry) {
	switch e.Verb {
	case "sync":
		c.close(x)
		*c = terminatingNamespace{}
	case "error":
		if c.refused > 0 && c.others == 0 {
			x.violated("an evaluation returns an error because a namespace is terminating: %s", e.Text)
		}
	}
}

func (c *terminatingNamespace) tick(x *examiner, _ time.Duration) {
	if x.run.Scenario.Latency == 0 {
		c.close(x)
		*c = terminatingNamespace{}
	}
}

// close looks at an evaluation that is over.
func (c *terminatingNamespace) close(x *examiner) {
	if c.refused == 0 || c.others > 0 {
		return
	}
	x.exercised()
	if c.event {
		x.violated("there is an event FailedCreate because a namespace is terminating")
	}
	if c.tried < c.missing {
		x.violated("%d creations are tried of %d pods that are missing: expected all, since only the namespace is terminating",
			c.tried, c.missing)
	}
}

// retryDelay checks POD-11. Keys of a reconcile function are looked at one by one.
type retryDelay struct {
	program programRetries
	keys    []*retriedKey
	at      *retriedKey // which is being evaluated
	failed  bool
}

func (c *retryDelay) call(x *examiner, e *trace.Entry) { c.program.call(x, e) }

// retriedKey is what is known of the evaluations of one key.
type retriedKey struct {
	namespace, name string
	errors          int // in a row
	failure         *trace.Entry
	due             time.Duration
}

func (c *retryDelay) key(e *trace.Entry) *retriedKey {
	for _, k := range c.keys {
		if k.namespace == e.Namespace && k.name == e.Name {
			return k
		}
	}
	k := &retriedKey{namespace: e.Namespace, name: e.Name}
	c.keys = append(c.keys, k)
	return k
}

func (c *retryDelay) instance(x *examiner, e *trace.Entry) {
	if x.run.Scenario.Latency > 0 {
		return
	}
	c.program.instance(x, e)
	switch e.Verb {
	case "start", "crash", "stop":
		*c = retryDelay{}
	case "sync":
		c.succeed()
		c.at, c.failed = c.key(e), false
		c.tooEarly(x, e)
		c.at.failure = nil
	case "error":
		if c.at == nil || e.Cause != x.sync {
			return
		}
		x.exercised()
		k := c.at
		c.failed = true
		k.errors++
		k.failure, k.due = e, x.now+min(time.Minute, time.Second<<min(k.errors-1, 6))
	}
}

// succeed notes that the last evaluation returned without an error.
func (c *retryDelay) succeed() {
	if c.at != nil && !c.failed {
		c.at.errors = 0
	}
}

// tooEarly complains about a repetition that nothing but the error has caused.
func (c *retryDelay) tooEarly(x *examiner, e *trace.Entry) {
	k := c.at
	j := x.jobNamed(e.Namespace, e.Name)
	if k.failure == nil || e.Cause != k.failure.Cause || x.now >= k.due || j == nil ||
		j.obj.Spec.ActiveDeadlineSeconds != nil || j.deadlineSooner || j.deadlineLater || j.fail() > 0 || len(j.failures) > 0 || len(x.jobs) > 1 || // a predecessor's timers may be left
		perIndex(j.obj) && j.anyPod(func(p *podState) bool { return p.obj.Status.Phase == corev1.PodFailed }) { // its index waits (BPI-8)
		return
	}
	x.violatedBy([]*trace.Entry{k.failure}, "Job %s is evaluated again at %v after error %d in a row: expected that at %v",
		k.name, x.now, k.errors, k.due)
}

func (c *retryDelay) tick(x *examiner, until time.Duration) {
	c.program.tick(x, until)
	for _, k := range c.keys {
		if k.failure != nil && k.due < until {
			x.violatedBy([]*trace.Entry{k.failure}, "Job %s is not evaluated again by %v after error %d in a row", k.name, k.due, k.errors)
		}
	}
}

// activeIncludesNew checks POD-12.
type activeIncludesNew struct {
	in      evaluation
	created int
}

func (c *activeIncludesNew) call(x *examiner, e *trace.Entry) {
	if !x.evaluates() {
		return
	}
	if c.in != x.evaluation {
		*c = activeIncludesNew{in: x.evaluation}
	}
	if creates(e) && !failedCall(e) {
		c.created++
	}
	j := x.evaluation.job
	if c.created == 0 || !writesStatus(e) || !e.Stored() || j.decided() {
		return
	}
	if x.exercised(); int(j.obj.Status.Active) < c.created {
		x.violated("Job %s is written with active=%d right after %d pods were created for it",
			j.obj.Name, j.obj.Status.Active, c.created)
	}
}
