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

// Check tells whether the scenario makes sense: times, and names of what it refers to. That the API server accepts its
// Jobs is not checked, since a rejected Job may be what a scenario shows.
func (s *Scenario) Check() error {
	if s.job("") == nil {
		return fmt.Errorf("scenario %s: it has no Job; expected one at least", s.Name)
	}
	if s.Until < 0 || s.WatchDelay < 0 || s.Latency < 0 {
		return fmt.Errorf("scenario %s: until, watchDelay and latency must not be negative", s.Name)
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		if err := s.checkWhen(a.When); err != nil {
			return fmt.Errorf("scenario %s: action %d: %w", s.Name, i+1, err)
		}
		if err := s.checkJob(a.Job); err != nil {
			return fmt.Errorf("scenario %s: action %d: %w", s.Name, i+1, err)
		}
	}
	for i := range s.Faults {
		f := &s.Faults[i]
		if err := s.checkWhen(f.When); err != nil {
			return fmt.Errorf("scenario %s: fault %d: %w", s.Name, i+1, err)
		}
		if f.Node != nil && !s.hasNode(f.Node.Name) {
			return fmt.Errorf("scenario %s: fault %d: there is no node %q", s.Name, i+1, f.Node.Name)
		}
	}
	for i := range s.Expect {
		if err := s.checkJob(s.Expect[i].Job); err != nil {
			return fmt.Errorf("scenario %s: expectation %d: %w", s.Name, i+1, err)
		}
		for name := range s.Expect[i].Status {
			if _, ok := counter(&batchv1.JobStatus{}, name); !ok {
				return fmt.Errorf("scenario %s: expectation %d: status has no counter %q; "+
					"expected active, ready, terminating, succeeded or failed", s.Name, i+1, name)
			}
		}
	}
	return nil
}

func (s *Scenario) checkWhen(w When) error {
	if w.At < 0 {
		return fmt.Errorf("time %v: expected zero or more", w.At)
	}
	if w.After == nil {
		return nil
	}
	return s.checkJob(w.After.Job)
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
