package generate

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// resize makes an Indexed Job larger or smaller, and sometimes back again (EIJ-1 to EIJ-7).
func (p *plan) resize() {
	now := *p.s.Jobs[0].Spec.Completions
	to := func(label string) *sim.Scale {
		s := sized(max(0, pick(p.draw, label, now+1, now-1, now-1, 1, now+2, 2, 0, 3)))
		if p.chance(label+" alone", 8) {
			s.Parallelism = nil // refused, unless it is as large by chance
		}
		return s
	}
	when := p.when("resize")
	p.act(sim.Action{When: when, Scale: to("new size")})
	if p.chance("resized again", 35) {
		when.At += pick(p.draw, "resized after", 0, second, 5*second, 30*second)
		p.act(sim.Action{When: when, Scale: to("next size")})
	}
}

func sized(n int32) *sim.Scale { return &sim.Scale{Parallelism: new(n), Completions: new(n)} }

// shrinkAndGrow takes indexes away, often when some have succeeded or failed, and brings them back: what they were counts
// no more (EIJ-2, EIJ-3), but for the failures (EIJ-5).
func (p *plan) shrinkAndGrow() {
	spec := &p.s.Jobs[0].Spec
	n := *spec.Completions
	if n < 2 { // there must be an index left, or else the Job completes (EIJ-4)
		n = 2 + int32(p.below("more indexes to shrink", 3))
		spec.Completions = &n
	}
	smaller := max(1, n-1-int32(p.below("shrinks by", 2)))
	var when sim.When
	if p.chance("shrinks after some have ended", 60) {
		counter := pick(p.draw, "ended", "succeeded", "succeeded", "succeeded", "succeeded", "failed")
		p.slowFirst(n, counter)
		when.After = &sim.Trigger{Status: map[string]int32{counter: 1 + int32(p.below("ended before", int(n)-1))}}
		when.At = pick(p.draw, "shrinks how long after", second, 0, 2*second)
	} else {
		when = p.when("shrinks")
	}
	p.act(sim.Action{When: when, Scale: sized(smaller)})
	when.At += pick(p.draw, "grows after", 5*second, 0, second, 2*second, 20*second, time.Minute)
	p.act(sim.Action{When: when, Scale: sized(pick(p.draw, "grows to", n, n, n+1, smaller+1))})
}

// slowFirst has all indexes work at once, and the first one longest: so those that go have ended, and the Job has not. Where
// they have failed, the limit is near.
func (p *plan) slowFirst(n int32, counter string) {
	spec := &p.s.Jobs[0].Spec
	spec.Parallelism, spec.ActiveDeadlineSeconds = &n, nil
	slow := scripted(lasting(p.usual)+pick(p.draw, "first index takes", 30*second, 5*second, 90*second), 0)
	slow.Match.Index = new(0)
	if p.chance("the others do the same", 60) {
		p.keepContainers()
		p.s.Pods = []kubelet.Script{scripted(p.usual, 0)}
		if counter == "failed" {
			p.s.Pods = []kubelet.Script{scripted(p.usual, 1)}
			spec.BackoffLimit = new(n + int32(p.below("more failures", 2)))
		}
	}
	p.s.Pods = append([]kubelet.Script{slow}, p.s.Pods...)
}

// editIndex writes another index, or none, into the annotation of a pod (IDX-4, IDX-5, IDX-8). Its label and its name
// go on telling the old one.
func (p *plan) editIndex() {
	if spec := &p.s.Jobs[0].Spec; p.chance("indexes side by side", 50) {
		spec.Parallelism = new(*spec.Completions)
	}
	a := sim.Action{When: p.when("index edit"), Pod: &sim.PodAction{Pod: p.pod("index edit")}}
	if p.chance("edited while it runs", 60) {
		a.When = sim.When{After: &sim.Trigger{Pod: a.Pod.Pod, Phase: corev1.PodRunning}}
		a.At = pick(p.draw, "edited how long after", 0, second, 500*time.Millisecond)
	}
	index := pick(p.draw, "new index", any("0"), "1", "2", "7", "-1", "none", nil)
	a.Pod.Patch = merge(map[string]any{"metadata": map[string]any{"annotations": map[string]any{batchv1.JobCompletionIndexAnnotation: index}}})
	p.act(a)
}
