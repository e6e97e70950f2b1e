package upstream

import (
	"maps"
	"slices"
	"time"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// apart makes times odd, so that no two things fall on one instant by chance: which of them is first then is left open,
// and a program's own timers come before what the world does, while a reconcile function is called after it. The parts
// of a second are spread so that their sums differ too.
func apart(s *sim.Scenario) *sim.Scenario {
	n := time.Duration(0)
	odd := func(d *time.Duration) {
		if *d > 0 && *d < kubelet.Forever {
			n++
			*d += 37*time.Millisecond + n*n*n*7919%400_009*time.Microsecond
		}
	}
	oddRuns := func(runs []kubelet.Run) {
		for i := range runs {
			odd(&runs[i].For)
		}
	}
	for i := range s.Pods {
		script := &s.Pods[i]
		odd(&script.Unschedulable)
		odd(&script.Start)
		odd(&script.PullFails)
		odd(&script.Ready)
		odd(&script.EvictAfter)
		oddRuns(script.Runs)
		for _, name := range slices.Sorted(maps.Keys(script.Containers)) {
			oddRuns(script.Containers[name])
		}
		odd(&script.Stop.After)
	}
	for i := range s.Actions { // those of one instant stay in their order
		s.Actions[i].At += 23*time.Millisecond + time.Duration(i)*7_919*time.Microsecond
	}
	ownScripts(s)
	return s
}

// ownScripts gives the pods of each Job scripts of their own. Who is first of two Jobs that create pods at one instant is
// left open too.
func ownScripts(s *sim.Scenario) {
	names := map[string]bool{}
	for _, job := range s.Jobs {
		names[job.Name] = true
	}
	for _, a := range s.Actions {
		if a.Create != nil {
			names[a.Create.Name] = true
		}
	}
	var own []kubelet.Script
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, script := range s.Pods {
			if script.Match.Job == "" {
				script.Match.Job = name
				own = append(own, script)
			}
		}
	}
	s.Pods = append(slices.DeleteFunc(s.Pods, func(p kubelet.Script) bool { return p.Match.Job == "" }), own...)
}

// startLater has the Jobs created, and everything else happen, a second later.
func startLater(s *sim.Scenario) *sim.Scenario {
	const later = time.Second
	actions := make([]sim.Action, 0, len(s.Jobs)+len(s.Actions))
	for i, job := range s.Jobs { // whose pods find room first in a small cluster is left open too
		at := later + time.Duration(i)*11_003*time.Microsecond
		actions = append(actions, sim.Action{When: sim.When{At: at}, Create: job})
	}
	for _, a := range s.Actions {
		if a.After == nil {
			a.At += later
		} else if a.After.Job == "" {
			after := *a.After
			after.Job = s.Jobs[0].Name
			a.After = &after
		}
		if a.Job == "" && a.Create == nil {
			a.Job = s.Jobs[0].Name
		}
		actions = append(actions, a)
	}
	s.Jobs, s.Actions = nil, actions
	s.Until += later
	return s
}
