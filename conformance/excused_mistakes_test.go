package conformance

import (
	"net/http"
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/trace"
)

// excusedMistake is a mistake that looks like what kube-controller-manager was blamed for at first: the requirement holds of
// the run with the excuse, and is broken by the one without it.
type excusedMistake struct {
	name, requirement string
	// with is the run that is excused, and without the one that is not.
	with, without *sim.Scenario
	mistake       func(*fakes.Decisions)
	// rewrite changes the trace of the run that is excused.
	rewrite func(*trace.Trace)
}

func TestExcusedMistakes(t *testing.T) {
	three := func() *sim.Scenario { return until(seconds(4), story(neverJob(withSize(3, 2), asIndexed), nil)) }
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
	} {
		t.Run(e.name, func(t *testing.T) { e.check(t) })
	}
}

func (e *excusedMistake) check(t *testing.T) {
	g := NewWithT(t)
	claims := DefaultClaims()
	examine := func(s *sim.Scenario, rewrite func(*trace.Trace)) *Findings {
		d := fakes.Reference()
		e.mistake(&d)
		s.Name = "excuse"
		r, err := sim.Run(s, fakes.Implementation("excused", d))
		g.Expect(err).NotTo(HaveOccurred())
		if rewrite != nil {
			rewrite(r.Trace)
		}
		return Examine(r, []*Requirement{Lookup(e.requirement)}, &claims)
	}
	g.Expect(examine(e.with, e.rewrite).Violations[0]).To(BeNil())
	g.Expect(examine(e.without, nil).Violations[0]).NotTo(BeNil())
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
