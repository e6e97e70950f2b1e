package sim_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

const (
	externalName      = "example.com/controller"
	externalFinalizer = "example.com/job-tracking"
	builtIn           = "kube-controller-manager"
)

// external is a controller for the Jobs that name it.
func external() adapter.Implementation {
	return fakes.ReferenceImplementation(fakes.ManagedBy(externalName), fakes.Finalizer(externalFinalizer))
}

func managed(name string) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.ManagedBy = &name }
}

// bothKinds has Jobs of the built-in controller and of an external one, some of which fail.
func bothKinds() *sim.Scenario {
	return &sim.Scenario{
		Name: "both-kinds",
		Jobs: []*batchv1.Job{
			job("theirs", sized(3, 2)), job("ours", sized(3, 2), managed(externalName)),
			job("named", sized(2, 1), managed(batchv1.JobControllerName)), job("short", limited(0), managed(externalName)),
		},
		Until: time.Hour,
	}
}

// whoseJob tells which Job an entry is about, if it is a write of a controller to a Job or a pod.
func whoseJob(e *trace.Entry) string {
	if e.Kind != trace.Call || e.Verb == "get" || e.Verb == "list" {
		return ""
	}
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		return obj.Name
	case *corev1.Pod:
		if owner := metav1.GetControllerOfNoCopy(obj); owner != nil {
			return owner.Name
		}
	}
	return ""
}

// writers lists who has written each Job and its pods, and how often.
func writers(t *trace.Trace, actors ...string) map[string]map[string]int {
	found := map[string]map[string]int{}
	for i := range t.Entries {
		e := &t.Entries[i]
		for _, actor := range actors {
			if name := whoseJob(e); name != "" && e.Actor == actor {
				if found[name] == nil {
					found[name] = map[string]int{}
				}
				found[name][actor]++
			}
		}
	}
	return found
}

func TestTwoControllersInOneCluster(t *testing.T) {
	for name, c := range map[string]struct {
		impl, neighbour adapter.Implementation
		named           string
		ours, theirs    string
	}{
		"the external one is watched": {external(), reference(), builtIn, "controller", builtIn},
		"the built-in one is watched": {reference(), external(), externalName, externalName, "controller"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			r, err := sim.Run(bothKinds(), c.impl, sim.WithNeighbour(c.named, c.neighbour))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(r.Ending).To(Equal(sim.Quiet))
			for _, j := range r.Jobs {
				g.Expect(j.Status.Conditions).To(ContainElement(HaveField("Type", batchv1.JobComplete)), j.Name)
			}
			by := writers(r.Trace, "controller", c.named)
			for job, writer := range map[string]string{"ours": c.ours, "short": c.ours, "theirs": c.theirs, "named": c.theirs} {
				g.Expect(by[job]).To(And(HaveLen(1), HaveKeyWithValue(writer, BeNumerically(">", 3))), job)
			}
			for i := range r.Trace.Entries {
				if e := &r.Trace.Entries[i]; e.Actor == c.named {
					g.Expect(e.Kind).To(Equal(trace.Call))
					g.Expect(e.Instance).To(BeZero(), "it is not the implementation")
				}
			}
		})
	}
}

// TestNeighboursKeepApart looks at random runs: things are late and overtake each other, and the implementation crashes.
func TestNeighboursKeepApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewWithT(t)
		seed := rapid.Uint64().Draw(t, "seed")
		s := bothKinds()
		s.Faults = []sim.Fault{{When: sim.When{At: time.Second}, Crash: &sim.Crash{Down: time.Minute}}}
		run := func() *sim.Result {
			r, err := sim.Run(s, external(), sim.WithSeed(seed), sim.WithNeighbour(builtIn, reference()))
			g.Expect(err).NotTo(HaveOccurred())
			return r
		}
		r := run()
		by := writers(r.Trace, "controller", builtIn)
		g.Expect(by["ours"]).To(And(HaveLen(1), HaveKey("controller")))
		g.Expect(by["theirs"]).To(And(HaveLen(1), HaveKey(builtIn)))
		g.Expect(r.Job("theirs").Status.CompletionTime.Time).To(BeTemporally("<", r.Job("ours").Status.CompletionTime.Time),
			"the crash hits the implementation alone")
		g.Expect(run().Trace.Hash()).To(Equal(r.Trace.Hash()))
		token, err := sim.Run(s, external(), sim.WithReplay(r.Token), sim.WithNeighbour(builtIn, reference()))
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(token.Trace.Hash()).To(Equal(r.Trace.Hash()))
	})
}

// TestANeighbourOfAProgram has one beside a program with goroutines, which runs in a bubble.
func TestANeighbourOfAProgram(t *testing.T) {
	g := NewWithT(t)
	run := func() *sim.Result {
		r, err := sim.Run(bothKinds(), adapter.Concurrent("idle", func(ctx context.Context, _ *rest.Config) error {
			<-ctx.Done()
			return nil
		}), sim.WithNeighbour(externalName, external()))
		g.Expect(err).NotTo(HaveOccurred())
		return r
	}
	r := run()
	g.Expect(r.Failure).To(BeNil())
	g.Expect(r.Leaked).To(BeEmpty())
	g.Expect(r.Job("ours").Status.Succeeded).To(BeEquivalentTo(3))
	g.Expect(r.Job("theirs").Status.StartTime).To(BeNil(), "the program does nothing")
	g.Expect(run().Trace.Hash()).To(Equal(r.Trace.Hash()))
}

func TestNeighboursThatFail(t *testing.T) {
	acting := func(act func(*adapter.Env)) adapter.Implementation {
		return adapter.Reconciler("unruly", func(env *adapter.Env) (reconcile.Reconciler, error) {
			return reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
				act(env)
				return reconcile.Result{}, nil
			}), nil
		})
	}
	program := adapter.Concurrent("unruly", func(context.Context, *rest.Config) error { return errors.New("never called") })
	broken := adapter.Reconciler("unruly", func(*adapter.Env) (reconcile.Reconciler, error) { return nil, fmt.Errorf("no licence") })
	_, err := sim.Run(bothKinds(), reference(), sim.WithNeighbour("", reference()))
	NewWithT(t).Expect(err).To(MatchError("neighbour: expected a name by which the trace calls it"))
	_, err = sim.Run(bothKinds(), reference(), sim.WithNeighbour("a", reference()), sim.WithNeighbour("a", reference()))
	NewWithT(t).Expect(err).To(MatchError(ContainSubstring("neighbour a: expected a name that nobody else has")))
	for name, c := range map[string]struct {
		neighbour adapter.Implementation
		want      string
	}{
		"nobody":      {nil, "neighbour next: expected an implementation"},
		"program":     {program, "neighbour next, unruly: it has goroutines of its own: expected a reconcile function"},
		"start":       {broken, "neighbour next, unruly: the factory of the reconciler: no licence"},
		"panic":       {acting(func(*adapter.Env) { panic("oops") }), "neighbour next, unruly: Reconcile(default/theirs) panicked: oops"},
		"sleep":       {acting(func(e *adapter.Env) { e.Clock.Sleep(time.Second) }), "expected it to return RequeueAfter"},
		"timer":       {acting(func(e *adapter.Env) { e.Clock.AfterFunc(time.Second, func() {}) }), "expected it to return RequeueAfter"},
		"with itself": {reference(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			_, err := sim.Run(bothKinds(), reference(), sim.WithNeighbour("next", c.neighbour))
			if c.want == "" {
				g.Expect(err).NotTo(HaveOccurred(), "two of the same are no good, but no failure either")
				return
			}
			g.Expect(err).To(MatchError(ContainSubstring(c.want)))
		})
	}
}
