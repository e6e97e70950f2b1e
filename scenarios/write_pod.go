package scenarios

import (
	"maps"
	"slices"

	"github.com/jobsim/jobsim/sim/kubelet"
)

func writePod(s *kubelet.Script) podFields {
	f := podFields{
		Unschedulable: endless(s.Unschedulable), Start: duration(s.Start), PullFails: endless(s.PullFails),
		Ready: endless(s.Ready), Runs: writeRuns(s.Runs), EvictAfter: duration(s.EvictAfter), Lost: s.Lost,
	}
	if s.Match != (kubelet.Match{}) {
		f.Match = &matchFields{Job: s.Match.Job, Index: s.Match.Index, Pod: s.Match.Pod}
	}
	if s.Stop != (kubelet.Stop{}) {
		f.Stop = &stopFields{After: duration(s.Stop.After), Exit: s.Stop.Exit}
		if s.Stop.Ignore { // the rest has no effect then
			f.Stop = &stopFields{Ignore: true}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Containers)) {
		if f.Containers == nil {
			f.Containers = map[string][]runFields{}
		}
		f.Containers[name] = writeRuns(s.Containers[name])
	}
	return f
}

func writeRuns(list []kubelet.Run) []runFields {
	var runs []runFields
	for _, r := range list {
		f := runFields{For: endless(r.For), Message: prose(r.Message)}
		switch { // the first that is set decides how the run ends
		case r.OOM:
			f.OOM = true
		case r.Signal != 0:
			f.Signal = r.Signal
		default:
			f.Exit = r.Exit
		}
		runs = append(runs, f)
	}
	return runs
}
