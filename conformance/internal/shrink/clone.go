package shrink

import (
	"maps"
	"slices"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// clone copies a scenario so that nothing of it is shared.
func clone(s *sim.Scenario) *sim.Scenario {
	c := *s
	c.Jobs = slices.Clone(s.Jobs)
	for i := range c.Jobs {
		c.Jobs[i] = c.Jobs[i].DeepCopy()
	}
	c.Nodes = slices.Clone(s.Nodes)
	for i := range c.Nodes {
		c.Nodes[i].Labels = maps.Clone(c.Nodes[i].Labels)
	}
	c.Pods = slices.Clone(s.Pods)
	for i := range c.Pods {
		cloneScript(&c.Pods[i])
	}
	c.Actions = slices.Clone(s.Actions)
	for i := range c.Actions {
		cloneAction(&c.Actions[i])
	}
	c.Faults = slices.Clone(s.Faults)
	for i := range c.Faults {
		cloneFault(&c.Faults[i])
	}
	return &c
}

func again[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

func cloneScript(s *kubelet.Script) {
	s.Match.Index = again(s.Match.Index)
	s.Runs = slices.Clone(s.Runs)
	s.Containers = maps.Clone(s.Containers)
	for name, runs := range s.Containers {
		s.Containers[name] = slices.Clone(runs)
	}
	s.Stop.Exit = again(s.Stop.Exit)
}

func cloneWhen(w *sim.When) {
	if w.After = again(w.After); w.After != nil {
		w.After.Status = maps.Clone(w.After.Status)
	}
}

func cloneAction(a *sim.Action) {
	cloneWhen(&a.When)
	a.Create = a.Create.DeepCopy()
	if a.Scale = again(a.Scale); a.Scale != nil {
		a.Scale.Parallelism, a.Scale.Completions = again(a.Scale.Parallelism), again(a.Scale.Completions)
	}
	a.Suspend = again(a.Suspend)
	a.Patch = again(a.Patch)
	a.Delete = cloneDelete(a.Delete)
	if a.Pod = again(a.Pod); a.Pod != nil {
		a.Pod.Delete = cloneDelete(a.Pod.Delete)
		a.Pod.Patch = again(a.Pod.Patch)
	}
}

func cloneDelete(d *sim.Delete) *sim.Delete {
	if d = again(d); d != nil {
		d.GraceSeconds = again(d.GraceSeconds)
	}
	return d
}

func cloneFault(f *sim.Fault) {
	cloneWhen(&f.When)
	f.Crash, f.Watch, f.Node, f.Clock = again(f.Crash), again(f.Watch), again(f.Node), again(f.Clock)
	if f.Error = again(f.Error); f.Error != nil {
		f.Error.Status = *f.Error.Status.DeepCopy()
	}
}
