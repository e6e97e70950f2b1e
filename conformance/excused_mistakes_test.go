package conformance

import (
	"net/http"
	"slices"
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// excusedMistake is a mistake that looks like what kube-controller-manager was blamed for at first: the requirement holds of
// the run with the excuse, and is broken by the one without it.
type excusedMistake struct {
	name, requirement string
	// with is the run that is excused, and without the one that is not.
	with, without *sim.Scenario
	mistake       func(*fakes.Decisions)
	middleman     *middleman
	// rewrite changes the trace of the run that is excused.
	rewrite func(*trace.Trace)
}

func TestExcusedMistakes(t *testing.T) {
	three := func() *sim.Scenario { return until(seconds(4), story(neverJob(withSize(3, 2), asIndexed), nil)) }
	forgetful := func() *sim.Scenario {
		return story(neverJob(withLimit(0), withSize(2, 2)), []kubelet.Script{exits(seconds(5), 1), slowly(seconds(25))},
			edit(seconds(20), `{"spec": {"backoffLimit": 5}}`))
	}
	for _, e := range []excusedMistake{
		{
			name:        "client-go drops events after 25 about one Job, whether they were stored or not",
			requirement: "job/events/completion-is-announced", mistake: asIn("no-event-at-the-end"),
			with: story(neverJob(withSize(25, 25)), nil), rewrite: refuseEvents(10), without: oneSuccess(),
		},
		{
			name:        "a crash among creations side by side leaves any of them",
			requirement: "job/indexed/lowest-first", mistake: asIn("highest-index-first"),
			with: withFaults(three(), sim.Fault{Crash: &sim.Crash{Call: 2, Down: seconds(10),
				Match: sim.CallMatch{Verb: "create", Resource: apiserver.Pods}}}),
			without: three(),
		},
		{
			name:        "a failure that is hidden is forgotten, and pods are created (FIN-14)",
			requirement: "job/conditions/no-creation-after-decision", mistake: func(d *fakes.Decisions) { d.Outcome = d.Outcome[2:] },
			with: forgetful(), rewrite: hideFailure, without: forgetful(),
		},
		{
			name:        "a failure that is hidden is forgotten, and pods live (FIN-14)",
			requirement: "job/conditions/active-pods-are-deleted-after-decision", middleman: &middleman{idleDelete: true},
			with: killed(), rewrite: hideFailure, without: killed(),
		},
		{
			name:        "a failure that is hidden is forgotten, and pods that it has killed live (FIN-14)",
			requirement: "job/deadline/failing-deletes-active-pods", middleman: &middleman{idleDelete: true},
			with: killed(), rewrite: hideFailure, without: killed(),
		},
	} {
		t.Run(e.name, func(t *testing.T) { e.check(t) })
	}
}

func (e *excusedMistake) check(t *testing.T) {
	g := NewWithT(t)
	claims := DefaultClaims()
	examine := func(s *sim.Scenario, rewrite func(*trace.Trace)) *Findings {
		d := fakes.Reference()
		if e.mistake != nil {
			e.mistake(&d)
		}
		s.Name = "excuse"
		r, err := sim.Run(s, e.middleman.between(d))
		g.Expect(err).NotTo(HaveOccurred())
		if rewrite != nil {
			rewrite(r.Trace)
		}
		return Examine(r, []*Requirement{Lookup(e.requirement)}, &claims)
	}
	g.Expect(examine(e.with, e.rewrite).Violations[0]).To(BeNil())
	g.Expect(examine(e.without, nil).Violations[0]).NotTo(BeNil())
}

// hideFailure puts an entry FailureTarget that is False before the one that is True.
func hideFailure(t *trace.Trace) {
	rewriteObjects(0, anyEntry, func(job *batchv1.Job) {
		if isTrue(job, batchv1.JobFailureTarget) {
			no := batchv1.JobCondition{Type: batchv1.JobFailureTarget, Status: corev1.ConditionFalse}
			job.Status.Conditions = slices.Insert(job.Status.Conditions, 0, no)
		}
	})(t)
}

// refuseEvents has the first events refused, so that they are about nothing.
func refuseEvents(n int) func(*trace.Trace) {
	return func(t *trace.Trace) {
		for i := range t.Entries {
			if e := &t.Entries[i]; e.Resource == "events" && n > 0 {
				n--
				e.Status, e.Object = &metav1.Status{Code: http.StatusConflict, Reason: metav1.StatusReasonAlreadyExists}, nil
			}
		}
	}
}

func asIndexed(s *batchv1.JobSpec) { s.CompletionMode = new(batchv1.IndexedCompletion) }
