package shrink

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// plain takes away what the parts that remain say beyond their names.
func (m *minimizer) plain() {
	for i := range allJobs(m.best.Scenario) {
		m.plainFeatures(i)
		m.plainJob(i)
	}
	for i := range m.best.Scenario.Pods {
		m.plainScript(i)
	}
	for i := range m.best.Scenario.Actions {
		m.plainAction(i)
	}
	for i := range m.best.Scenario.Faults {
		m.plainFault(i)
	}
	m.rename()
	m.edit(func(s *sim.Scenario) bool { return clear(&s.Until) })
}

// clear sets something to its zero value, and reports whether it was another.
func clear[T comparable](p *T) bool {
	var zero T
	changed := *p != zero
	*p = zero
	return changed
}

// plainJob leaves fields of a Job out, first all that decorate it.
func (m *minimizer) plainJob(number int) {
	on := func(change func(*batchv1.Job) bool) bool {
		return m.edit(func(s *sim.Scenario) bool {
			all := allJobs(s)
			return number < len(all) && change(all[number])
		})
	}
	on(func(j *batchv1.Job) bool {
		t := &j.Spec.Template
		changed := len(j.Labels)+len(j.Annotations)+len(t.Labels)+len(t.Annotations)+len(t.Finalizers) > 0 ||
			j.Spec.Selector != nil
		j.Labels, j.Annotations, t.Labels, t.Annotations, t.Finalizers = nil, nil, nil, nil, nil
		j.Spec.Selector, j.Spec.ManualSelector = nil, nil
		return changed
	})
	on(func(j *batchv1.Job) bool {
		changed := j.Spec.Selector != nil
		j.Spec.Selector, j.Spec.ManualSelector, j.Spec.Template.Labels = nil, nil, nil
		return changed
	})
	for _, maps := range []func(*batchv1.Job) *map[string]string{
		func(j *batchv1.Job) *map[string]string { return &j.Labels },
		func(j *batchv1.Job) *map[string]string { return &j.Annotations },
		func(j *batchv1.Job) *map[string]string { return &j.Spec.Template.Labels },
		func(j *batchv1.Job) *map[string]string { return &j.Spec.Template.Annotations },
	} {
		on(func(j *batchv1.Job) bool {
			changed := len(*maps(j)) > 0
			*maps(j) = nil
			return changed
		})
	}
	on(func(j *batchv1.Job) bool {
		changed := len(j.Spec.Template.Finalizers) > 0
		j.Spec.Template.Finalizers = nil
		return changed
	})
	on(func(j *batchv1.Job) bool { return clear(&j.Spec.Suspend) })
	on(func(j *batchv1.Job) bool { return clear(&j.Spec.ActiveDeadlineSeconds) })
	on(func(j *batchv1.Job) bool { return clear(&j.Spec.PodReplacementPolicy) })
	on(func(j *batchv1.Job) bool { return clear(&j.Spec.Template.Spec.TerminationGracePeriodSeconds) })
	on(func(j *batchv1.Job) bool { return clear(&j.Spec.BackoffLimit) })
	on(func(j *batchv1.Job) bool {
		a, b := clear(&j.Spec.Completions), clear(&j.Spec.Parallelism)
		return a || b
	})
	on(func(j *batchv1.Job) bool { return clear(&j.Spec.Parallelism) })
	on(func(j *batchv1.Job) bool {
		policy := &j.Spec.Template.Spec.RestartPolicy
		changed := *policy != corev1.RestartPolicyNever
		*policy = corev1.RestartPolicyNever
		return changed
	})
}

// plainScript makes pods more ordinary: first in everything but their runs.
func (m *minimizer) plainScript(number int) {
	on := func(change func(*kubelet.Script) bool) bool {
		return m.edit(func(s *sim.Scenario) bool { return number < len(s.Pods) && change(&s.Pods[number]) })
	}
	on(func(p *kubelet.Script) bool {
		ordinary := kubelet.Script{Runs: p.Runs, Containers: p.Containers}
		changed := p.Match != ordinary.Match || p.Stop != ordinary.Stop || p.Lost ||
			p.Unschedulable+p.Start+p.PullFails+p.Ready+p.EvictAfter != 0
		*p = ordinary
		return changed
	})
	on(func(p *kubelet.Script) bool {
		changed := len(p.Containers) > 0
		p.Containers = nil
		return changed
	})
	on(func(p *kubelet.Script) bool { return clear(&p.Lost) })
	on(func(p *kubelet.Script) bool { return clear(&p.Stop) })
	on(func(p *kubelet.Script) bool { return clear(&p.Match) })
	for i := range *runsOf(m.best.Scenario, number) {
		for _, simple := range []kubelet.Run{{}, {Exit: 1}} { // a success is simpler than any failure
			on(func(p *kubelet.Script) bool {
				if i >= len(p.Runs) || !simplerEnd(simple, p.Runs[i]) {
					return false
				}
				simple.For = p.Runs[i].For
				p.Runs[i] = simple
				return true
			})
		}
	}
}

// simplerEnd reports whether a run ends in a simpler way than another.
func simplerEnd(a, b kubelet.Run) bool {
	rank := func(r kubelet.Run) int {
		switch {
		case r.OOM, r.Signal != 0, r.Exit > 1, r.Message != "":
			return 2
		}
		return int(r.Exit)
	}
	return rank(a) < rank(b)
}

// plainAction makes an action happen at a time rather than after something, and leaves out what it need not say.
func (m *minimizer) plainAction(number int) {
	on := func(change func(*sim.Action) bool) bool {
		return m.edit(func(s *sim.Scenario) bool { return number < len(s.Actions) && change(&s.Actions[number]) })
	}
	m.plainWhen(func(s *sim.Scenario) *sim.When {
		if number >= len(s.Actions) {
			return nil
		}
		return &s.Actions[number].When
	})
	m.plainSize(number)
	on(func(a *sim.Action) bool { return clear(&a.Job) })
	on(func(a *sim.Action) bool { return a.Delete != nil && clear(&a.Delete.Propagation) })
	on(func(a *sim.Action) bool {
		return a.Pod != nil && a.Pod.Delete != nil && clear(&a.Pod.Delete.GraceSeconds)
	})
}

// plainFault does the same for faults, and widens which calls are meant.
func (m *minimizer) plainFault(number int) {
	on := func(change func(*sim.Fault) bool) bool {
		return m.edit(func(s *sim.Scenario) bool { return number < len(s.Faults) && change(&s.Faults[number]) })
	}
	m.plainWhen(func(s *sim.Scenario) *sim.When {
		if number >= len(s.Faults) {
			return nil
		}
		return &s.Faults[number].When
	})
	on(func(f *sim.Fault) bool { return f.Error != nil && clear(&f.Error.Effect) })
	on(func(f *sim.Fault) bool { return f.Error != nil && f.Error.Times > 0 && clear(&f.Error.For) })
	on(func(f *sim.Fault) bool {
		if f.Error == nil || f.Error.Times == 1 {
			return false
		}
		f.Error.Times, f.Error.For = 1, 0
		return true
	})
	on(func(f *sim.Fault) bool { return f.Crash != nil && clear(&f.Crash.After) })
	on(func(f *sim.Fault) bool { return f.Watch != nil && clear(&f.Watch.Resource) })
}

// plainWhen puts a time in the place of something to wait for: one of the times that a scenario speaks of, or the second
// after.
func (m *minimizer) plainWhen(of func(*sim.Scenario) *sim.When) {
	if w := of(m.best.Scenario); w == nil || w.After == nil {
		return
	}
	for _, t := range times(m.best.Scenario) {
		if m.edit(func(s *sim.Scenario) bool {
			*of(s) = sim.When{At: t}
			return true
		}) {
			return
		}
	}
}

// rename calls the first Job what a reader expects.
func (m *minimizer) rename() {
	m.edit(func(s *sim.Scenario) bool {
		const usual = "job"
		if len(s.Jobs) == 0 || s.Jobs[0].Name == usual {
			return false
		}
		old := s.Jobs[0].Name
		for _, job := range allJobs(s) {
			if job.Name == old {
				job.Name = usual
			}
		}
		named := func(name *string) {
			if *name == old {
				*name = usual
			}
		}
		for i := range s.Actions {
			named(&s.Actions[i].Job)
			if s.Actions[i].After != nil {
				named(&s.Actions[i].After.Job)
			}
		}
		for i := range s.Faults {
			if s.Faults[i].After != nil {
				named(&s.Faults[i].After.Job)
			}
		}
		for i := range s.Pods {
			named(&s.Pods[i].Match.Job)
		}
		return true
	})
}
