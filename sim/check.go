package sim

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim/kubelet"
)

// defaultRun is what containers do in a scenario that says nothing of pods.
const defaultRun = 5 * time.Second

func (s *Scenario) scripts() []kubelet.Script {
	if len(s.Pods) > 0 {
		return s.Pods
	}
	return []kubelet.Script{{Runs: []kubelet.Run{{For: defaultRun}}}}
}

// job returns a Job that the scenario creates, at the start or by an action; empty means the first.
func (s *Scenario) job(name string) *batchv1.Job {
	for _, j := range s.Jobs {
		if name == "" || j.Name == name {
			return j
		}
	}
	for i := range s.Actions {
		if j := s.Actions[i].Create; j != nil && (name == "" || j.Name == name) {
			return j
		}
	}
	return nil
}

// Check tells whether the scenario makes sense: times, names of what it refers to, and that every action and fault is
// one. That the API server accepts its Jobs is not checked, since a rejected Job may be what a scenario shows.
func (s *Scenario) Check() error {
	if s.job("") == nil {
		return fmt.Errorf("scenario %s: it has no Job; expected one at least", s.Name)
	}
	if s.Until < 0 || s.WatchDelay < 0 || s.Latency < 0 {
		return fmt.Errorf("scenario %s: until, watchDelay and latency must not be negative", s.Name)
	}
	for i := range s.Actions {
		if err := s.checkAction(&s.Actions[i]); err != nil {
			return fmt.Errorf("scenario %s: action %d: %w", s.Name, i+1, err)
		}
	}
	for i := range s.Faults {
		if err := s.checkFault(&s.Faults[i]); err != nil {
			return fmt.Errorf("scenario %s: fault %d: %w", s.Name, i+1, err)
		}
	}
	for i := range s.Expect {
		if err := s.checkExpectation(&s.Expect[i]); err != nil {
			return fmt.Errorf("scenario %s: expectation %d: %w", s.Name, i+1, err)
		}
	}
	return nil
}

func (s *Scenario) checkAction(a *Action) error {
	if err := s.checkWhen(a.When); err != nil {
		return err
	}
	if err := s.checkJob(a.Job); err != nil {
		return err
	}
	err := onlyOne("create, scale, suspend, patch, delete or pod",
		a.Create != nil, a.Scale != nil, a.Suspend != nil, a.Patch != nil, a.Delete != nil, a.Pod != nil)
	if err != nil || a.Pod == nil {
		return err
	}
	if a.Pod.Pod < 1 {
		return fmt.Errorf("pod %d: expected a number from 1, in order of creation", a.Pod.Pod)
	}
	return onlyOne("delete, patch, removeLabel, removeFinalizer or evict for the pod",
		a.Pod.Delete != nil, a.Pod.Patch != nil, a.Pod.RemoveLabel != "", a.Pod.RemoveFinalizer != "", a.Pod.Evict)
}

func (s *Scenario) checkFault(f *Fault) error {
	if err := s.checkWhen(f.When); err != nil {
		return err
	}
	err := onlyOne("crash, error, watch, node or clock",
		f.Crash != nil, f.Error != nil, f.Watch != nil, f.Node != nil, f.Clock != nil)
	switch {
	case err != nil:
		return err
	case f.Crash != nil && (f.Crash.Down < 0 || f.Crash.Call < 0):
		return fmt.Errorf("down %v, call %d: expected zero or more", f.Crash.Down, f.Crash.Call)
	case f.Error != nil && (f.Error.Times < 0 || f.Error.Skip < 0 || f.Error.For < 0):
		return fmt.Errorf("times %d, skip %d, for %v: expected zero or more", f.Error.Times, f.Error.Skip, f.Error.For)
	case f.Watch != nil && (f.Watch.Delay < 0 || f.Watch.For < 0):
		return fmt.Errorf("delay %v, for %v: expected zero or more", f.Watch.Delay, f.Watch.For)
	case f.Watch != nil:
		return onlyOne("delay, stall or break for the watch", f.Watch.Delay > 0, f.Watch.Stall, f.Watch.Break)
	case f.Node != nil && !s.hasNode(f.Node.Name):
		return fmt.Errorf("there is no node %q", f.Node.Name)
	case f.Node != nil:
		return onlyOne("lost or deleted for the node", f.Node.Lost, f.Node.Deleted)
	}
	return nil
}

// onlyOne checks that exactly one of some alternatives is there.
func onlyOne(what string, alternatives ...bool) error {
	there := 0
	for _, a := range alternatives {
		if a {
			there++
		}
	}
	if there != 1 {
		return fmt.Errorf("expected one of %s, found %d of them", what, there)
	}
	return nil
}

func (s *Scenario) checkExpectation(e *Expectation) error {
	if err := s.checkJob(e.Job); err != nil {
		return err
	}
	if e.At != nil && *e.At < 0 || e.Within < 0 {
		return fmt.Errorf("at and within must not be negative")
	}
	return checkCounters(e.Status)
}

func (s *Scenario) checkWhen(w When) error {
	if w.At < 0 {
		return fmt.Errorf("time %v: expected zero or more", w.At)
	}
	if w.After == nil {
		return nil
	}
	if err := s.checkJob(w.After.Job); err != nil {
		return err
	}
	return checkCounters(w.After.Status)
}

func checkCounters(status map[string]int32) error {
	for _, name := range sortedKeys(status) {
		if _, ok := counter(&batchv1.JobStatus{}, name); !ok {
			return fmt.Errorf("status has no counter %q; expected active, ready, terminating, succeeded or failed", name)
		}
	}
	return nil
}

func (s *Scenario) checkJob(name string) error {
	if name != "" && s.job(name) == nil {
		return fmt.Errorf("there is no Job %q", name)
	}
	return nil
}

func (s *Scenario) hasNode(name string) bool {
	if s.Nodes == nil {
		return name == "node-1" || name == "node-2" || name == "node-3"
	}
	for _, n := range s.Nodes {
		if n.Name == name {
			return true
		}
	}
	return false
}
