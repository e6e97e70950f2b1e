package sim_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/trace"
)

func deliveries(verb string, r apiserver.Resource) func(*trace.Entry) bool {
	return func(e *trace.Entry) bool {
		return e.Kind == trace.Delivery && e.Verb == verb && e.Resource == string(r)
	}
}

// TestNoDuplicatePods disturbs the watches in every way, at every moment of interest. CTRL-2, COMP-12.
func TestNoDuplicatePods(t *testing.T) {
	second := time.Second
	faults := []sim.WatchFault{
		{Delay: 3 * second}, {Delay: 20 * second, For: 5 * second}, {Delay: second, Resource: "jobs"},
		{Stall: true, For: 30 * second},
		{Stall: true, Resource: "pods", For: 15 * second}, {Stall: true, Resource: "jobs", For: 15 * second},
		{Break: true}, {Break: true, Resource: "pods"}, {Break: true, Resource: "jobs"},
	}
	for _, fault := range faults {
		for _, when := range seconds(0, 1, 5, 10, 11, 12, 21) {
			g := NewWithT(t)
			s := story(job("work", sized(4, 2)), succeeding(10*second))
			s.Faults = []sim.Fault{{When: at(when), Watch: &fault}}
			res := play(t, s)
			g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(4), "%+v at %v", fault, when)
			g.Expect(times(res, podCreated)).To(HaveLen(4), "%+v at %v", fault, when)
			g.Expect(res.Pods).To(HaveLen(4))
		}
	}
}

func TestWatchDelays(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work"), succeeding(10*time.Second))
	s.WatchDelay = 2 * time.Second
	res := play(t, s)
	g.Expect(times(res, deliveries("ADDED", apiserver.Jobs))).To(Equal(seconds(2)))
	g.Expect(times(res, podCreated)).To(Equal(seconds(2)))
	g.Expect(times(res, deliveries("ADDED", apiserver.Pods))).To(Equal(seconds(4)))
	g.Expect(became(res, batchv1.JobComplete)).To(Equal(seconds(2 + 10 + 2 + 1)))

	// Delays of faults come on top, for changes while they last.
	more := &sim.WatchFault{Delay: 5 * time.Second, Resource: "pods", For: 3 * time.Second}
	s.Faults = []sim.Fault{{When: at(10 * time.Second), Watch: more}}
	res = play(t, s)
	g.Expect(became(res, batchv1.JobComplete)).To(Equal(seconds(2 + 10 + 2 + 5 + 1)))
	g.Expect(texts(res, trace.Fault)).To(Equal([]string{"watches of pods are 5s late"}))
}

func TestWatchesStall(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work"), succeeding(10*time.Second))
	s.Faults = []sim.Fault{{When: at(5 * time.Second), Watch: &sim.WatchFault{Stall: true, For: time.Minute}}}
	res := play(t, s)
	g.Expect(texts(res, trace.Fault)).To(Equal([]string{"watches of everything fall silent"}))
	g.Expect(times(res, func(e *trace.Entry) bool {
		return e.Kind == trace.Delivery && e.At > 5*time.Second && e.At < 65*time.Second
	})).To(BeEmpty())
	g.Expect(became(res, batchv1.JobComplete)).To(Equal(seconds(66)))

	s.Faults[0].Watch.For = 0 // until the end
	res = play(t, s)
	g.Expect(conditions(res)).To(BeEmpty())
	g.Expect(res.Ending).To(Equal(sim.Quiet))
}

func TestWatchesBreak(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work"), succeeding(10*time.Second))
	s.Faults = []sim.Fault{
		{When: at(5 * time.Second), Watch: &sim.WatchFault{Break: true, Resource: "pods"}},
		{When: at(6 * time.Second), Watch: &sim.WatchFault{Break: true, Resource: "pods"}},
		{When: at(7 * time.Second), Watch: &sim.WatchFault{Break: true}},
	}
	res := play(t, s)
	g.Expect(texts(res, trace.Fault)).To(Equal([]string{
		"watches of pods break", "watches of pods break", "watches of everything break"}))
	g.Expect(times(res, deliveries("RELIST", apiserver.Pods))).To(Equal(seconds(0, 5, 6, 7)))
	g.Expect(times(res, deliveries("RELIST", apiserver.Jobs))).To(Equal(seconds(0, 7)))
	// One watch each is left: nothing arrives twice.
	seen := map[string]bool{}
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Delivery && e.Object != nil {
			key := e.Verb + e.Resource + e.Object.GetResourceVersion()
			g.Expect(seen[key]).To(BeFalse(), key)
			seen[key] = true
		}
	}
}

func TestStalledWatchIsBroken(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work"), succeeding(10*time.Second))
	s.Faults = []sim.Fault{
		{When: at(5 * time.Second), Watch: &sim.WatchFault{Stall: true, For: time.Minute}},
		{When: at(20 * time.Second), Watch: &sim.WatchFault{Break: true}},
	}
	res := play(t, s)
	g.Expect(became(res, batchv1.JobComplete)).To(Equal(seconds(21)))
}
