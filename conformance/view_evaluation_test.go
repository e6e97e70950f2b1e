package conformance

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

// told is a trace that is written by hand, and read entry by entry.
type told struct {
	*view
	trace *trace.Trace
}

func tell(latency time.Duration) *told {
	claims := DefaultClaims()
	t := &told{newView(&claims), &trace.Trace{}}
	t.restart(&sim.Result{Trace: t.trace, Scenario: &sim.Scenario{Latency: latency}})
	return t
}

// entry adds an entry and lets the view read it.
func (t *told) entry(at time.Duration, e trace.Entry) *told {
	e.At = at
	last := t.trace.Find(t.trace.Append(e))
	if at > t.now {
		t.pass(at)
		t.now = at
	}
	t.take(last)
	return t
}

func (t *told) call(at time.Duration, verb, resource, name string) *told {
	return t.entry(at, trace.Entry{Kind: trace.Call, Instance: 1, Verb: verb, Resource: resource, Namespace: "default", Name: name})
}

func jobVersion(name string, generation int64, version string) *batchv1.Job {
	return &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: "default", Name: name, UID: types.UID(name), Generation: generation, ResourceVersion: version,
	}}
}

// begun is a run in which a program has started, and the user has made Jobs a and b.
func begun(latency time.Duration) *told {
	t := tell(latency).entry(0, trace.Entry{Kind: trace.Instance, Verb: "start", Instance: 1})
	for _, name := range []string{"a", "b"} {
		t.entry(0, trace.Entry{Kind: trace.Call, Verb: "create", Resource: jobsResource, Namespace: "default", Name: name, Object: jobVersion(name, 1, "1")})
	}
	return t
}

func TestWhatAProgramDoesForAJobAtOneInstantIsOneEvaluation(t *testing.T) {
	g := NewWithT(t)
	r := begun(0)
	at := func(when time.Duration, verb, name string) evaluation {
		return r.call(when, verb, podsResource, name).evaluation
	}

	first := at(time.Second, "create", "a-")
	g.Expect(r.evaluates()).To(BeTrue())
	g.Expect(at(time.Second, "create", "a-")).To(Equal(first))
	g.Expect(at(time.Second, "create", "b-")).NotTo(Equal(first))
	g.Expect(at(2*time.Second, "create", "a-")).NotTo(Equal(first))
	at(2*time.Second, "patch", "unknown")
	g.Expect(r.evaluates()).To(BeFalse())
}

func TestNobodyCanTellEvaluationsWhereCallsTakeTime(t *testing.T) {
	NewWithT(t).Expect(begun(time.Millisecond).call(time.Second, "create", podsResource, "a-").evaluates()).To(BeFalse())
}

func TestNobodyCanTellEvaluationsAtTheInstantOfAnEdit(t *testing.T) {
	g := NewWithT(t)
	r := begun(0).call(0, "list", jobsResource, "")
	r.entry(time.Second, trace.Entry{Kind: trace.Delivery, Instance: 1, Verb: "MODIFIED", Resource: jobsResource, Object: jobVersion("a", 2, "5")})
	g.Expect(r.call(time.Second, "create", podsResource, "a-").evaluates()).To(BeFalse())
	g.Expect(r.call(2*time.Second, "create", podsResource, "a-").evaluates()).To(BeTrue())
}

func TestAReconcileFunctionIsCalledForEachEvaluation(t *testing.T) {
	g := NewWithT(t)
	r := begun(time.Millisecond)
	for range 2 { // at one instant, and where calls take time
		r.entry(time.Second, trace.Entry{Kind: trace.Instance, Verb: "sync", Instance: 1, Namespace: "default", Name: "a"})
		sync := r.entry(time.Second, trace.Entry{Kind: trace.Call, Instance: 1, Verb: "create", Resource: podsResource, Namespace: "default",
			Name: "a-", Cause: r.sync})
		g.Expect(sync.evaluation).To(Equal(evaluation{r.jobNamed("default", "a"), r.sync}))
		g.Expect(r.call(time.Second, "create", podsResource, "a-").evaluates()).To(BeFalse()) // it is from somewhere else
	}
}

func TestListsFillTheCachesOfAProgram(t *testing.T) {
	g := NewWithT(t)
	r := begun(0)
	a := r.jobNamed("default", "a")
	g.Expect(a.seen).To(BeNil())
	r.call(time.Second, "list", jobsResource, "")
	g.Expect(a.seen).To(BeIdenticalTo(a.obj))
	g.Expect(r.begins).To(Equal(1100 * time.Millisecond))
	r.call(time.Second, "watch", jobsResource, "")

	edit := func(version string) {
		r.entry(2*time.Second, trace.Entry{Kind: trace.Call, Verb: "update", Resource: jobsResource, Namespace: "default", Name: "a",
			Object: jobVersion("a", 2, version)})
	}
	edit("7")
	g.Expect(r.behind()).To(BeTrue())
	r.call(2*time.Second, "list", jobsResource, "") // it may be a look past the cache
	g.Expect(r.behind()).To(BeTrue())
	g.Expect(a.seen).NotTo(BeIdenticalTo(a.obj))
	r.call(2*time.Second, "watch", jobsResource, "") // it was not
	g.Expect(r.behind()).To(BeFalse())
	g.Expect(a.seen).To(BeIdenticalTo(a.obj))

	edit("8")
	refused := metav1.Status{Code: 500}
	r.entry(3*time.Second, trace.Entry{Kind: trace.Call, Instance: 1, Verb: "watch", Resource: jobsResource, Status: &refused})
	r.call(3*time.Second, "list", jobsResource, "")
	g.Expect(r.behind()).To(BeFalse())
	g.Expect(a.seen).To(BeIdenticalTo(a.obj))
}
