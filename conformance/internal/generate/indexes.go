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
		able = append(able, p.resize, p.resize, p.shrinkAndGrow, p.shrinkAndGrow)
	}
	if p.asks.indexed {
		able = append(able, p.editIndex, p.editIndex)
	}
	if p.features.SuspendedEdits {
		able = append(able, p.editSuspended)
	}
	if p.features.TTLAfterFinished && p.asks.ttl {
		able = append(able, p.editTTL, p.editTTL)
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
