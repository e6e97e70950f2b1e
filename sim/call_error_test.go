package sim_test

import (
	"errors"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

var (
	pods     = schema.GroupResource{Resource: "pods"}
	jobs     = schema.GroupResource{Group: "batch", Resource: "jobs"}
	creation = sim.CallMatch{Verb: "create", Resource: "pods"}
)

func forbidden() metav1.Status {
	return apierrors.NewForbidden(pods, "work-", errors.New("exceeded quota")).Status()
}

// troubled plays a Job of four pods, two at a time, with errors.
func troubled(t *testing.T, faults ...sim.Fault) *sim.Result {
	t.Helper()
	s := story(job("work", sized(4, 2)), succeeding(10*time.Second))
	s.Faults = faults
	return play(t, s)
}

// refused counts the calls that were answered with a status code.
func refused(res *sim.Result, code int32) int {
	return len(times(res, func(e *trace.Entry) bool { return e.Status != nil && e.Status.Code == code }))
}

func TestErrorsOfEachKind(t *testing.T) { // CTRL-5, CTRL-9
	kinds := map[string]metav1.Status{
		"forbidden":         forbidden(),
		"internal":          apierrors.NewInternalError(errors.New("etcd is away")).Status(),
		"timeout":           apierrors.NewTimeoutError("the server is slow", 1).Status(),
		"too many requests": apierrors.NewTooManyRequests("later", 1).Status(),
		"unavailable":       apierrors.NewServiceUnavailable("no").Status(),
	}
	for _, effect := range []bool{false, true} {
		for name, status := range kinds { // each a run of its own
			for _, m := range []sim.CallMatch{
				creation, {Resource: "jobs", Subresource: "status"}, {Verb: "patch", Resource: "pods"}, {},
			} {
				g := NewWithT(t)
				res := troubled(t, sim.Fault{Error: &sim.CallError{
					Match: m, Status: status, Effect: effect, Times: 2, Skip: 1}})
				g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(4), "%s, effect: %v, %+v", name, effect, m)
				given := times(res, func(e *trace.Entry) bool { return e.Kind == trace.Fault })
				g.Expect(given).To(HaveLen(2), "%s, effect: %v, %+v", name, effect, m)
				if !effect {
					g.Expect(refused(res, status.Code)).To(Equal(2), "%s, %+v", name, m)
				}
			}
		}
	}
}

func TestConflictsAreRetried(t *testing.T) { // CTRL-5
	g := NewWithT(t)
	status := apierrors.NewConflict(jobs, "work", errors.New("the object has been modified")).Status()
	res := troubled(t, sim.Fault{Error: &sim.CallError{
		Match: sim.CallMatch{Verb: "update", Resource: "jobs", Subresource: "status"}, Status: status, Times: 3}})
	g.Expect(refused(res, 409)).To(Equal(3))
	g.Expect(times(res, podCreated)).To(HaveLen(4))
	g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(4))
}

func TestErrorsSkipTimesFor(t *testing.T) {
	g := NewWithT(t)
	text := "create pods is answered with 403 Forbidden"

	res := troubled(t, sim.Fault{Error: &sim.CallError{Match: creation, Status: forbidden(), Skip: 3, Times: 1}})
	g.Expect(texts(res, trace.Fault)).To(Equal([]string{text}))
	g.Expect(times(res, podCreated)).To(HaveLen(4))
	g.Expect(times(res, podCreated)[:3]).To(Equal(seconds(0, 0, 11)))

	// For ten seconds from the second on: what is created at the start gets through.
	window := sim.Fault{When: at(time.Second), Error: &sim.CallError{Match: creation, Status: forbidden(), For: 10*time.Second + 1}}
	res = troubled(t, window)
	g.Expect(refused(res, 403)).To(BeNumerically(">", 0))
	created := times(res, podCreated)
	g.Expect(created[:2]).To(Equal(seconds(0, 0)))
	g.Expect(created[2]).To(BeNumerically(">", 11*time.Second))

	// Without end: the Job never fails by it.
	s := story(job("work"), succeeding(0))
	s.Until = time.Hour
	s.Faults = []sim.Fault{{Error: &sim.CallError{Match: creation, Status: forbidden()}}}
	res = play(t, s)
	g.Expect(res.Ending).To(Equal(sim.TimeIsUp))
	g.Expect(res.Pods).To(BeEmpty())
	g.Expect(conditions(res)).To(BeEmpty())
	g.Expect(res.Jobs[0].Status.StartTime).NotTo(BeNil()) // TIME-1
}

func TestErrorWithEffect(t *testing.T) {
	g := NewWithT(t)
	res := troubled(t, sim.Fault{Error: &sim.CallError{Match: creation, Status: forbidden(), Times: 1, Effect: true}})
	g.Expect(texts(res, trace.Fault)).To(Equal([]string{
		"create pods is answered with 403 Forbidden, although it takes effect"}))
	g.Expect(refused(res, 403)).To(BeZero(), "the server has accepted it")
	g.Expect(times(res, func(e *trace.Entry) bool { return e.Lost })).To(HaveLen(1))
}

func TestErrorsAreTriggered(t *testing.T) {
	g := NewWithT(t)
	res := troubled(t, sim.Fault{
		When:  sim.When{After: &sim.Trigger{Pod: 1}},
		Error: &sim.CallError{Match: creation, Status: forbidden(), Times: 1},
	})
	// It comes with the creation of the first pod as an event of its own, after the reconciler's turn: the third
	// creation is the first to meet it.
	g.Expect(times(res, func(e *trace.Entry) bool { return e.Kind == trace.Fault })).To(Equal(seconds(11)))
}

func TestWhoeverIsToldOfAnErrorMayChangeIt(t *testing.T) {
	g := NewWithT(t)
	status := forbidden()
	fault := sim.Fault{Error: &sim.CallError{Match: creation, Status: status, Times: 1}}
	troubled(t, fault)
	g.Expect(fault.Error.Status).To(Equal(forbidden()))
}
