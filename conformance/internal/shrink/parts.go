package shrink

import (
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

type run = kubelet.Run

func jobsOf(s *sim.Scenario) *[]*batchv1.Job { return &s.Jobs }

func scriptsOf(s *sim.Scenario) *[]kubelet.Script { return &s.Pods }

// runsOf are the runs of a script, or a list of none.
func runsOf(s *sim.Scenario, script int) *[]run {
	if script >= len(s.Pods) {
		return new([]run)
	}
	return &s.Pods[script].Runs
}

// allJobs are the Jobs of a scenario, those that exist at the start and those that an action creates.
func allJobs(s *sim.Scenario) []*batchv1.Job {
	all := append([]*batchv1.Job(nil), s.Jobs...)
	for i := range s.Actions {
		if job := s.Actions[i].Create; job != nil {
			all = append(all, job)
		}
	}
	return all
}
