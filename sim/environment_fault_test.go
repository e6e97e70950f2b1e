package sim_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// onNodes plays a Job of one pod on a cluster of two nodes, the first of which the pod lands on.
func onNodes(t *testing.T, faults ...sim.Fault) *sim.Result {
	t.Helper()
	s := story(job("work"), succeeding(10*time.Minute))
	s.Nodes = []kubelet.Node{{Name: "a"}, {Name: "b"}}
	s.Faults = faults
	return play(t, s)
}

func nodeEntries(res *sim.Result) []string {
	var found []string
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Node {
			found = append(found, e.At.String()+" "+e.Verb+" "+e.Name)
		}
	}
	return found
}

func TestNodeFaults(t *testing.T) { // EXT-6, EXT-7
	g := NewWithT(t)
	lost := func(d time.Duration) sim.Fault {
		return sim.Fault{When: at(time.Minute), Node: &sim.NodeFault{Name: "a", Lost: true, For: d}}
	}

	res := onNodes(t, lost(30*time.Second)) // back before anybody notices
	g.Expect(nodeEntries(res)).To(Equal([]string{"1m0s lost a", "1m30s back a"}))
	g.Expect(became(res, batchv1.JobComplete)).To(Equal(seconds(601)))

	res = onNodes(t, lost(0)) // for ever: the pod is deleted after five minutes, counts, and is replaced
	g.Expect(nodeEntries(res)).To(Equal([]string{"1m0s lost a"}))
	g.Expect(res.Jobs[0].Status.Failed).To(BeEquivalentTo(1))
	g.Expect(times(res, podCreated)).To(HaveLen(2))

	res = onNodes(t, sim.Fault{When: at(time.Minute), Node: &sim.NodeFault{Name: "a", Deleted: true}})
	g.Expect(nodeEntries(res)).To(Equal([]string{"1m0s deleted a"}))
	g.Expect(res.Jobs[0].Status.Failed).To(BeEquivalentTo(1))
	g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(1))

	res = onNodes(t, lost(0), sim.Fault{When: at(2 * time.Minute), Node: &sim.NodeFault{Name: "a", Lost: true}})
	g.Expect(texts(res, trace.Fault)).To(Equal([]string{
		"losing node a: expected it to be connected, but it is lost already"}))
}

func TestClockFaults(t *testing.T) {
	g := NewWithT(t)
	var seen []time.Duration
	impl := onJob(func(_ context.Context, env *adapter.Env, _ *batchv1.Job) error {
		seen = append(seen, env.Clock.Since(event.Epoch))
		return nil
	})
	s := story(job("work", suspended))
	s.Faults = []sim.Fault{
		{When: at(time.Minute), Clock: new(-30 * time.Second)},
		{When: at(2 * time.Minute), Crash: &sim.Crash{Down: time.Minute}},
		{When: at(150 * time.Second), Clock: new(10 * time.Second)}, // while it is down
	}
	for _, minute := range seconds(61, 240) {
		s.Actions = append(s.Actions, sim.Action{
			When: at(minute), Scale: &sim.Scale{Parallelism: new(int32(minute / time.Second))}})
	}
	res := runWith(t, s, impl)
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(seen).To(Equal(seconds(0, 31, 160, 220)))
	g.Expect(texts(res, trace.Fault)).To(Equal([]string{
		"the controller's clock is set -30s off", "the controller's clock is set 10s off"}))
}

func TestLatency(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work", sized(2, 2)), succeeding(time.Minute))
	s.Latency = 4 * time.Second
	res := play(t, s)
	// Half of it before the effect. The second creation is asked for when the first has been answered.
	g.Expect(times(res, podCreated)).To(Equal(seconds(2, 6)))
	g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(2))
	// The world goes on meanwhile: the kubelet starts the first pod before the second is created.
	g.Expect(times(res, containerStarted)).To(Equal(seconds(2, 6)))
}

// A run may end while an instance waits for an answer, or sleeps.
func TestTimeIsUpInTheMiddleOfATurn(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work", sized(2, 2)), succeeding(time.Minute))
	s.Latency, s.Until = 4*time.Second, 5*time.Second
	res := runWith(t, s, reference())
	g.Expect(res.Ending).To(Equal(sim.TimeIsUp))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.End).To(Equal(5 * time.Second))
	g.Expect(res.Pods).To(HaveLen(1))
	g.Expect(res.Pods[0].Status.Phase).To(BeEquivalentTo("Running"))

	sleepy := onJob(func(_ context.Context, env *adapter.Env, _ *batchv1.Job) error {
		for {
			env.Clock.Sleep(time.Hour)
		}
	})
	res = runWith(t, story(job("work")), sleepy)
	g.Expect(res.Ending).To(Equal(sim.TimeIsUp))
	g.Expect(res.End).To(Equal(24 * time.Hour))
}
