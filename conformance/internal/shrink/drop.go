package shrink

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
)

// drop takes away whole parts of the scenario, the greatest gain first.
func (m *minimizer) drop() {
	list(m, func(s *sim.Scenario) *[]sim.Fault { return &s.Faults }, 0)
	m.edit(func(s *sim.Scenario) bool {
		changed := s.WatchDelay+s.Latency > 0
		s.WatchDelay, s.Latency = 0, 0
		return changed
	})
	list(m, func(s *sim.Scenario) *[]sim.Action { return &s.Actions }, 0)
	m.edit(func(s *sim.Scenario) bool {
		changed := s.Nodes != nil
		s.Nodes = nil
		return changed
	})
	list(m, jobsOf, 1)
	list(m, scriptsOf, 0)
	m.dropContainers()
	for i := range m.best.Scenario.Pods {
		list(m, func(s *sim.Scenario) *[]run { return runsOf(s, i) }, 1)
	}
}

// list drops entries of a list, all of them, then halves, quarters and single ones, and keeps at least some.
func list[T any](m *minimizer, of func(*sim.Scenario) *[]T, atLeast int) {
	if m.edit(func(s *sim.Scenario) bool {
		l := of(s)
		if len(*l) <= atLeast {
			return false
		}
		*l = cut(*l, atLeast, len(*l))
		return true
	}) {
		return
	}
	for size := len(*of(m.best.Scenario)) / 2; size > 0; size /= 2 {
		for end := len(*of(m.best.Scenario)); end-size >= 0; end-- {
			if m.edit(func(s *sim.Scenario) bool {
				l := of(s)
				if end > len(*l) || len(*l)-size < atLeast {
					return false
				}
				*l = cut(*l, end-size, end)
				return true
			}) {
				end -= size - 1
			}
		}
	}
}

// cut is a list without some of its entries, nil if none is left.
func cut[T any](l []T, from, to int) []T {
	if l = slices.Delete(l, from, to); len(l) == 0 {
		return nil
	}
	return l
}

// dropContainers leaves each Job one container, and takes the scripts of the others away.
func (m *minimizer) dropContainers() {
	m.edit(func(s *sim.Scenario) bool {
		changed := false
		for _, job := range allJobs(s) {
			spec := &job.Spec.Template.Spec
			changed = changed || len(spec.InitContainers) > 0 || len(spec.Containers) > 1
			spec.InitContainers, spec.Containers = nil, spec.Containers[:1]
		}
		return dropRuns(s) || changed
	})
	m.edit(func(s *sim.Scenario) bool {
		changed := false
		for _, job := range allJobs(s) {
			spec := &job.Spec.Template.Spec
			changed = changed || len(spec.Containers) > 1
			spec.Containers = spec.Containers[:1]
		}
		return dropRuns(s) || changed
	})
	m.edit(dropRuns)
}

// dropRuns takes away the scripts of containers that no Job has.
func dropRuns(s *sim.Scenario) bool {
	changed := false
	for i := range s.Pods {
		p := &s.Pods[i]
		for name := range p.Containers {
			if !slices.ContainsFunc(containersOf(s), func(c corev1.Container) bool { return c.Name == name }) {
				delete(p.Containers, name)
				changed = true
			}
		}
		if len(p.Containers) == 0 {
			p.Containers = nil
		}
	}
	return changed
}

func containersOf(s *sim.Scenario) []corev1.Container {
	var all []corev1.Container
	for _, job := range allJobs(s) {
		all = slices.Concat(all, job.Spec.Template.Spec.InitContainers, job.Spec.Template.Spec.Containers)
	}
	return all
}
