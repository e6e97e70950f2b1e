package generate

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// indexScripts gives some indexes scripts of their own, the last of which each index repeats: an index that always fails,
// or one that fails a few times.
func (p *plan) indexScripts(job *batchv1.Job) {
	n := job.Spec.Completions
	if !p.asks.indexed || *n == 0 || !p.chance("scripts of an index", 55) {
		return
	}
	var own []kubelet.Script
	for range 1 + p.weighted("indexes with scripts", 65, 35) {
		index := p.below("index with scripts", int(min(*n, 6)))
		for range 1 + p.weighted("scripts of it", 50, 35, 15) {
			own = append(own, p.scriptOf(job, index))
		}
	}
	p.s.Pods = append(own, p.s.Pods...)
}

// healIndexes has every index succeed at last that has scripts of its own.
func (p *plan) healIndexes() {
	last := map[int]int{}
	for i := range p.s.Pods {
		if index := p.s.Pods[i].Match.Index; index != nil {
			last[*index] = i
		}
	}
	for i := len(p.s.Pods) - 1; i >= 0; i-- {
		index := p.s.Pods[i].Match.Index
		if index != nil && last[*index] == i && !p.succeeds(&p.s.Pods[i]) {
			good := kubelet.Script{Match: kubelet.Match{Index: new(*index)}, Runs: []kubelet.Run{{For: lasting(p.usual)}}}
			p.s.Pods = slices.Insert(p.s.Pods, i+1, good)
		}
	}
}

func (p *plan) scriptOf(job *batchv1.Job, index int) kubelet.Script {
	s := p.script(job, p.weighted("that index", 40, 45, 15))
	s.Match.Index = &index
	return s
}

// ignores reports whether failures may be ignored without end, or the common limit is out of reach.
func (p *plan) ignores() bool {
	for _, j := range p.jobs() {
		if policy := j.Spec.PodFailurePolicy; policy != nil {
			for i := range policy.Rules {
				if policy.Rules[i].Action == batchv1.PodFailurePolicyActionIgnore {
					return true
				}
			}
		}
	}
	return false
}

// featureAction draws something that users do with a Job because of its features; false if there is nothing.
func (p *plan) featureAction() bool {
	if p.features == (Features{}) {
		return false
	}
	spec := &p.s.Jobs[0].Spec
	var able []func()
	if p.features.ElasticIndexed && p.asks.indexed {
		able = append(able, p.resize, p.resize)
	}
	if p.features.SuspendedEdits {
		able = append(able, p.editSuspended)
	}
	if p.features.TTLAfterFinished && p.asks.ttl {
		able = append(able, p.editTTL)
	}
	if spec.BackoffLimitPerIndex != nil {
		able = append(able, func() {
			p.edit(p.whenFailing("failed indexes edit"), "maxFailedIndexes",
				pick(p.draw, "new maxFailedIndexes", any(0), 1, nil, 2, any(*spec.Completions)))
		})
	}
	if len(able) == 0 || !p.chance("action on features", 45) {
		return false
	}
	able[p.below("feature", len(able))]()
	return true
}

// resize makes an Indexed Job larger or smaller, and sometimes back again (EIJ-1 to EIJ-7).
func (p *plan) resize() {
	now := *p.s.Jobs[0].Spec.Completions
	to := func(label string) *sim.Scale {
		n := max(0, pick(p.draw, label, now+1, now-1, now-1, 1, now+2, 2, 0, 3))
		s := &sim.Scale{Parallelism: new(n), Completions: new(n)}
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

// editSuspended suspends the Job, edits its template, and has it go on. An edit that comes too early is refused (MSD-1).
func (p *plan) editSuspended() {
	when := p.when("template edit")
	if !suspended(p.s.Jobs[0]) {
		p.act(sim.Action{When: when, Suspend: new(true)})
		when.At += pick(p.draw, "edited after", 5*second, second, 0, 40*second)
	}
	template := map[string]any{}
	switch p.weighted("edited in the template", 40, 25, 20, 15) {
	case 0:
		template["metadata"] = map[string]any{"annotations": map[string]any{"example.com/note": "edited"}}
	case 1:
		template["metadata"] = map[string]any{"labels": map[string]any{"edited": "yes"}}
	case 2:
		template["spec"] = map[string]any{"tolerations": []any{map[string]any{"key": "example.com/edited", "operator": "Exists"}}}
	case 3:
		template["spec"] = map[string]any{"terminationGracePeriodSeconds": 3} // never legal
	}
	p.edit(when, "template", template)
	when.At += pick(p.draw, "resumed after the edit", second, 0, 10*second, 90*second)
	p.act(sim.Action{When: when, Suspend: new(false)})
}

// editTTL changes ttlSecondsAfterFinished, often when the Job has finished already (TTL-4).
func (p *plan) editTTL() {
	when := p.when("ttl edit")
	if p.chance("ttl of a finished Job", 60) {
		when = sim.When{After: &sim.Trigger{Condition: pick(p.draw, "finished by", batchv1.JobComplete, batchv1.JobFailed)}}
		ttl := time.Duration(*p.s.Jobs[0].Spec.TTLSecondsAfterFinished) * second
		when.At = max(0, ttl+pick(p.draw, "ttl edit off by", 0, -second, -2*second, second))
	}
	p.edit(when, "ttlSecondsAfterFinished", pick(p.draw, "new ttl", any(60), 0, nil, 1, 10))
}
