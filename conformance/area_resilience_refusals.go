package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// refusals are requirements on what calls that fail may do.
var refusals = []Requirement{
	{
		ID: "job/resilience/conflict-makes-no-duplicates", Clauses: []string{"CTRL-5"}, Level: Core, Strength: Must,
		Sentence: "After a status write has met a conflict, pods that were created must not be created again.",
		Observed: "After a status write of a Job was refused with 409, no pod is created with which more are active than the Job may " +
			"have, as the implementation must know.",
		Source: "upstream test TestSyncJobUpdateRequeue", Scenarios: []string{"api-errors"},
		check: func() any { return &conflicts{} },
	},
	{
		ID: "job/resilience/conflicts-are-retried", Clauses: []string{"CTRL-5"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A status write that has met a conflict must be tried again, although nothing else happens.",
		Observed: "After a status write of a Job was refused with 409, and until the next one, it does not happen that status.active is " +
			"wrong or a pod that has ended is in no list for longer than the times for reaction and retry.",
		Source: "upstream test TestSyncJobUpdateRequeue", Scenarios: []string{"api-errors"},
		check: func() any { return newRetriedWrites() },
	},
	{
		ID: "job/resilience/refused-creations-do-not-fail", Clauses: []string{"CTRL-9"}, Level: Core, Strength: Must,
		Sentence: "Refused creations of pods must not fail a Job.",
		Observed: "After a creation was refused, a Job without a deadline of which no pod has failed, was deleted or was restarted does " +
			"not become FailureTarget.",
		Source: "upstream code, manageJob", Scenarios: []string{"api-errors"},
		check: func() any { return &refusedCreations{} },
	},
	{
		ID: "job/resilience/refused-creations-are-tried-again", Clauses: []string{"CTRL-9", "POD-11"}, Level: Core, Strength: Must,
		Bound:    ReactionBound,
		Sentence: "Pods whose creation was refused must be created again and again until it succeeds.",
		Observed: "After a refused creation, a Job of which no pod has failed or was deleted does not have too few active pods for longer " +
			"than the times for reaction and retry, counted from the last attempt.",
		Source: "upstream code, processNextWorkItem", Scenarios: []string{"api-errors"},
		check: func() any { return newRetriedCreations() },
	},
}

// conflicts remembers of which Jobs a status write has met a conflict.
type conflicts struct{ refused perJob[*trace.Entry] }

func (c *conflicts) call(x *examiner, e *trace.Entry) {
	if e.Resource != jobsResource || e.Subresource != "status" || e.Status == nil || e.Status.Code != 409 {
		return
	}
	if j := x.jobNamed(e.Namespace, e.Name); j != nil && !j.gone {
		*c.refused.of(j) = e
		x.exercised()
	}
}

func (c *conflicts) pod(x *examiner, p *podState) {
	if len(c.refused.all) == 0 || p.maker == nil {
		return
	}
	if refused := *c.refused.of(p.maker); refused != nil {
		tooMany(x, p, refused, "after a conflict of a status write")
	}
}

// retriedWrites remembers of which Jobs the last status write has met a conflict.
type retriedWrites struct {
	promptly
	refused perJob[bool]
}

func newRetriedWrites() *retriedWrites {
	c := &retriedWrites{}
	c.owed = func(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if len(c.refused.all) == 0 || !*c.refused.of(j) || !j.counted() ||
			j.toCount() == 0 && int(j.obj.Status.Active) == j.active {
			return 0, "", false
		}
		return j.podsAt, j.say("a status write of Job ", j.obj.Name, " has met a conflict, and none follows: active is ",
			itoa(int(j.obj.Status.Active)), " and should be ", itoa(j.active), ", and ", itoa(j.toCount()),
			" ended pods are not counted"), true
	}
	return c
}

func (c *retriedWrites) call(x *examiner, e *trace.Entry) {
	if e.Resource != jobsResource || e.Subresource != "status" {
		return
	}
	if j := x.jobNamed(e.Namespace, e.Name); j != nil {
		refused := e.Status != nil && e.Status.Code == 409
		if refused || len(c.refused.all) > 0 {
			*c.refused.of(j) = refused
		}
		if refused && j.counted() {
			x.exercised()
		}
	}
}

// tooMany checks that the creation of a pod does not give its Job more active pods than it may have, under any version
// of it that the implementation may have looked at.
func tooMany(x *examiner, p *podState, since *trace.Entry, when string) {
	j := p.maker
	if p.created.entry != x.entry || !p.created.byImplementation() || j == nil || j.gone {
		return
	}
	most := 0
	j.known(func(version *batchv1.Job) { most = max(most, mayHave(version)) })
	if active := j.leastActive(p) + 1; active > most {
		x.violatedBy([]*trace.Entry{since}, "pod %s was created %s, and Job %s, which may have %d, has %d active pods with it",
			p.obj.Name, when, j.obj.Name, most, active)
	}
}

// mayHave is how many pods may be active under a version of the Job, as far as it alone tells.
func mayHave(version *batchv1.Job) int {
	if suspended(version) {
		return 0
	}
	if workQueue(version) {
		return parallel(version)
	}
	done := int(version.Status.Succeeded)
	if indexed(version) { // indexes that are no more are still in it (EIJ-2)
		completed, _ := parseIndexes(version.Status.CompletedIndexes)
		done = completed.countBelow(completionsOf(version))
	}
	if u := version.Status.UncountedTerminatedPods; u != nil {
		done += len(u.Succeeded)
	}
	return max(0, min(parallel(version), int(*version.Spec.Completions)-done))
}

// refusedCreations notes that a creation was refused.
type refusedCreations struct{ refused *trace.Entry }

func isRefusedCreation(e *trace.Entry) bool {
	return e.Resource == podsResource && e.Verb == "create" && e.Subresource == "" && e.Status != nil
}

func (c *refusedCreations) call(x *examiner, e *trace.Entry) {
	if isRefusedCreation(e) {
		c.refused = e
		x.exercised()
	}
}

func (c *refusedCreations) job(x *examiner, j *jobState) {
	if c.refused == nil || !becameFailureTarget(x, j) ||
		j.perhaps(func(version *batchv1.Job) bool { return version.Spec.ActiveDeadlineSeconds != nil }) {
		return
	}
	if j.obj.Status.Failed > 0 || slices.ContainsFunc(j.pods, func(p *podState) bool {
		return p.deleted.come() && !p.deleted.byImplementation() || p.obj.Status.Phase == corev1.PodFailed || restartsOf(p.obj) > 0
	}) {
		return
	}
	x.violatedBy([]*trace.Entry{c.refused}, "Job %s is FailureTarget (%s), and none of its pods has failed, was deleted or restarted: a "+
		"creation was refused", j.obj.Name, trueCondition(j.obj, batchv1.JobFailureTarget).Reason)
}

// retriedCreations is prompt for Jobs with too few pods, once a creation was refused.
type retriedCreations struct {
	promptly
	refused bool
}

func newRetriedCreations() *retriedCreations {
	c := &retriedCreations{}
	c.owed = c.missing
	return c
}

func (c *retriedCreations) call(x *examiner, e *trace.Entry) {
	if isRefusedCreation(e) && !fromTerminatingNamespace(e) {
		c.refused = true
		x.exercised()
	}
}

func (c *retriedCreations) missing(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !c.refused || !j.runs() || suspended(j.obj) || workQueue(j.obj) && j.succ() > 0 || j.obj.Status.Failed > 0 {
		return 0, "", false
	}
	if j.active+j.terminating >= wanted(j) || j.vacancies() == 0 {
		return 0, "", false
	}
	for _, p := range j.pods {
		if p.deleted.come() || p.obj.Status.Phase == corev1.PodFailed {
			return 0, "", false
		}
	}
	return max(j.podsAt, j.changedAt), j.say("a creation was refused, and Job ", j.obj.Name, " has too few active pods"), true
}

// wanted is how many pods a Job that is not suspended should have (PAR-1).
func wanted(j *jobState) int {
	if workQueue(j.obj) {
		return parallel(j.obj)
	}
	return max(0, min(parallel(j.obj), int(*j.obj.Spec.Completions)-j.succ()))
}
