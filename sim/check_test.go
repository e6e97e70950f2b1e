package sim_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

func TestCheck(t *testing.T) {
	pod := func(p sim.PodAction) sim.Action { return sim.Action{Pod: &p} }
	action := func(a sim.Action) sim.Scenario { return sim.Scenario{Actions: []sim.Action{a}} }
	fault := func(f sim.Fault) sim.Scenario { return sim.Scenario{Faults: []sim.Fault{f}} }
	expect := func(e sim.Expectation) sim.Scenario { return sim.Scenario{Expect: []sim.Expectation{e}} }
	resume := new(false)
	for _, c := range []struct {
		scenario sim.Scenario
		text     string
	}{
		{sim.Scenario{Until: -1}, "until, watchDelay and latency must not be negative"},
		{sim.Scenario{WatchDelay: -1}, "until, watchDelay and latency must not be negative"},
		{sim.Scenario{Latency: -1}, "until, watchDelay and latency must not be negative"},
		{action(sim.Action{When: at(-time.Second), Suspend: resume}), "action 1: time -1s: expected zero or more"},
		{action(sim.Action{Job: "x", Suspend: resume}), `action 1: there is no Job "x"`},
		{action(sim.Action{When: sim.When{After: &sim.Trigger{Job: "x"}}, Suspend: resume}), `action 1: there is no Job "x"`},
		{action(sim.Action{When: sim.When{After: &sim.Trigger{Status: status("done", 1)}}, Suspend: resume}),
			`action 1: status has no counter "done"; expected active, ready, terminating, succeeded or failed`},
		{action(sim.Action{}), "action 1: expected one of create, scale, suspend, patch, delete or pod, found 0 of them"},
		{action(sim.Action{Suspend: resume, Delete: &sim.Delete{}}),
			"action 1: expected one of create, scale, suspend, patch, delete or pod, found 2 of them"},
		{action(pod(sim.PodAction{Evict: true})), "action 1: pod 0: expected a number from 1, in order of creation"},
		{action(pod(sim.PodAction{Pod: 1})),
			"action 1: expected one of delete, patch, removeLabel, removeFinalizer or evict for the pod, found 0 of them"},
		{fault(sim.Fault{When: at(-1), Clock: new(time.Second)}), "fault 1: time -1ns: expected zero or more"},
		{fault(sim.Fault{}), "fault 1: expected one of crash, error, watch, node or clock, found 0 of them"},
		{fault(sim.Fault{Crash: &sim.Crash{Call: -1}}), "fault 1: down 0s, call -1: expected zero or more"},
		{fault(sim.Fault{Error: &sim.CallError{Skip: -1}}), "fault 1: times 0, skip -1, for 0s: expected zero or more"},
		{fault(sim.Fault{Watch: &sim.WatchFault{Delay: -1}}), "fault 1: delay -1ns, for 0s: expected zero or more"},
		{fault(sim.Fault{Watch: &sim.WatchFault{}}), "fault 1: expected one of delay, stall or break for the watch, found 0 of them"},
		{fault(sim.Fault{Node: &sim.NodeFault{Name: "x", Lost: true}}), `fault 1: there is no node "x"`},
		{fault(sim.Fault{Node: &sim.NodeFault{Name: "node-1"}}), "fault 1: expected one of lost or deleted for the node, found 0 of them"},
		{sim.Scenario{Nodes: []kubelet.Node{}, Faults: []sim.Fault{{Node: &sim.NodeFault{Name: "node-1", Lost: true}}}},
			`fault 1: there is no node "node-1"`},
		{expect(sim.Expectation{Job: "x"}), `expectation 1: there is no Job "x"`},
		{expect(sim.Expectation{Status: status("Active", 1)}),
			`expectation 1: status has no counter "Active"; expected active, ready, terminating, succeeded or failed`},
		{expect(sim.Expectation{At: new(-time.Second)}), "expectation 1: at and within must not be negative"},
		{expect(sim.Expectation{Within: -1}), "expectation 1: at and within must not be negative"},
	} {
		g := NewWithT(t)
		s := c.scenario
		s.Name, s.Jobs = "bad", []*batchv1.Job{job("work")}
		g.Expect(s.Check()).To(MatchError("scenario bad: " + c.text))
		_, err := sim.Run(&s, reference())
		g.Expect(err).To(MatchError("scenario bad: " + c.text))
	}
}

func TestCheckNeedsAJob(t *testing.T) {
	g := NewWithT(t)
	g.Expect((&sim.Scenario{Name: "none"}).Check()).To(MatchError("scenario none: it has no Job; expected one at least"))
	// One that is created later will do.
	s := &sim.Scenario{Name: "later", Actions: []sim.Action{{When: at(time.Second), Create: job("late")}},
		Expect: []sim.Expectation{{Condition: batchv1.JobComplete}, {Job: "late", Pods: new(1)}}}
	g.Expect(s.Check()).To(Succeed())
	g.Expect(play(t, s).Unmet()).To(BeEmpty())
}

func TestCheckTakesGoodScenarios(t *testing.T) {
	g := NewWithT(t)
	g.Expect(eventful().Check()).To(Succeed())
	s := story(job("work"))
	s.Nodes = []kubelet.Node{{Name: "a"}}
	s.Faults = []sim.Fault{{Node: &sim.NodeFault{Name: "a", Deleted: true}}}
	g.Expect(s.Check()).To(Succeed())
}
