package shrink

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// values makes numbers and durations simpler: first each duration wherever it stands, since what counts is often that
// two of them are equal, then one by one.
func (m *minimizer) values() {
	m.sameDurations()
	for i := range durations(m.best.Scenario) {
		m.duration(i)
	}
	for i := range numbers(m.best.Scenario) {
		m.number(i)
	}
	for i := range m.best.Scenario.Actions {
		m.patchedNumber(i)
	}
}

// easy are durations in the order in which they are easy to think about.
var easy = []time.Duration{0, time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 10 * time.Minute}

// easier are the durations that are easier than one.
func easier(d time.Duration) []time.Duration {
	if i := slices.Index(easy, d); i >= 0 {
		return easy[:i]
	}
	found := slices.Clone(easy)
	for _, unit := range []time.Duration{time.Minute, 10 * time.Second, time.Second} {
		if round := d.Truncate(unit); d != kubelet.Forever && round != d && !slices.Contains(found, round) {
			found = append(found, round)
		}
	}
	return found
}

// place is a duration of a scenario.
type place struct {
	d *time.Duration
	// positive tells that zero would mean something else there: for ever.
	positive bool
}

// durations lists the places of all durations but until, always in the same order.
func durations(s *sim.Scenario) []place {
	var all []place
	add := func(d *time.Duration) { all = append(all, place{d: d}) }
	for i := range s.Pods {
		p := &s.Pods[i]
		for j := range p.Runs {
			add(&p.Runs[j].For)
		}
		for _, name := range slices.Sorted(maps.Keys(p.Containers)) {
			for j := range p.Containers[name] {
				add(&p.Containers[name][j].For)
			}
		}
		for _, d := range []*time.Duration{&p.Unschedulable, &p.Start, &p.PullFails, &p.Ready, &p.EvictAfter, &p.Stop.After} {
			add(d)
		}
	}
	for i := range s.Actions {
		add(&s.Actions[i].At)
	}
	for i := range s.Faults {
		f := &s.Faults[i]
		add(&f.At)
		switch {
		case f.Crash != nil:
			add(&f.Crash.Down)
		case f.Error != nil:
			all = append(all, place{&f.Error.For, true})
		case f.Watch != nil:
			all = append(all, place{&f.Watch.For, true}, place{&f.Watch.Delay, true})
		case f.Node != nil:
			all = append(all, place{&f.Node.For, true})
		}
	}
	add(&s.WatchDelay)
	add(&s.Latency)
	return all
}

// duration tries easier values at one place.
func (m *minimizer) duration(number int) {
	all := durations(m.best.Scenario)
	if number >= len(all) || *all[number].d == 0 {
		return
	}
	for _, d := range easier(*all[number].d) {
		if d == 0 && all[number].positive {
			continue
		}
		if m.edit(func(s *sim.Scenario) bool {
			*durations(s)[number].d = d
			return true
		}) {
			return
		}
	}
}

// sameDurations tries easier values for all durations that are equal, and the deadline with them.
func (m *minimizer) sameDurations() {
	var values []time.Duration
	for _, p := range durations(m.best.Scenario) {
		if *p.d != 0 && !slices.Contains(values, *p.d) {
			values = append(values, *p.d)
		}
	}
	for _, old := range values {
		for _, d := range easier(old) {
			if d > 0 && m.edit(func(s *sim.Scenario) bool { return replaceDuration(s, old, d) }) {
				break
			}
		}
	}
}

func replaceDuration(s *sim.Scenario, old, d time.Duration) bool {
	found := 0
	for _, p := range durations(s) {
		if *p.d == old {
			*p.d = d
			found++
		}
	}
	for _, job := range allJobs(s) {
		if seconds := job.Spec.ActiveDeadlineSeconds; seconds != nil && time.Duration(*seconds)*time.Second == old {
			*seconds = int64(d / time.Second)
			found++
		}
	}
	return found > 1 // one alone is tried later
}

// times are the times that a scenario speaks of, each with the second after, the easiest first.
func times(s *sim.Scenario) []time.Duration {
	found := []time.Duration{0, time.Second, 5 * time.Second, 10 * time.Second}
	add := func(t time.Duration) {
		if !slices.Contains(found, t) {
			found = append(found, t)
		}
	}
	for _, p := range durations(s) {
		if *p.d < time.Hour {
			add(*p.d)
			add(*p.d + time.Second)
		}
	}
	return found
}

// count is a whole number of a scenario, in a place that may hold it as one type or the other.
type count struct {
	get   func() int64
	set   func(int64)
	least int64
}

func countOf[N int | int32 | int64](p *N, least int64) count {
	return count{get: func() int64 { return int64(*p) }, set: func(v int64) { *p = N(v) }, least: least}
}

// numbers lists all whole numbers, always in the same order.
func numbers(s *sim.Scenario) []count {
	var all []count
	add := func(c count) { all = append(all, c) }
	for _, job := range allJobs(s) {
		if p := job.Spec.Completions; p != nil {
			add(countOf(p, 0))
		}
		if p := job.Spec.Parallelism; p != nil {
			add(countOf(p, 0))
		}
		if p := job.Spec.BackoffLimit; p != nil {
			add(countOf(p, 0))
		}
		if p := job.Spec.ActiveDeadlineSeconds; p != nil {
			add(countOf(p, 0))
		}
		if p := job.Spec.Template.Spec.TerminationGracePeriodSeconds; p != nil {
			add(countOf(p, 0))
		}
		all = append(all, featureNumbers(&job.Spec)...)
	}
	for i := range s.Pods {
		if p := s.Pods[i].Match.Index; p != nil {
			add(countOf(p, 0))
		}
	}
	for i := range s.Nodes {
		add(countOf(&s.Nodes[i].Pods, 1))
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		if a.Scale != nil && a.Scale.Parallelism != nil {
			add(countOf(a.Scale.Parallelism, 0))
		}
		if a.Pod != nil {
			add(countOf(&a.Pod.Pod, 1))
		}
		all = append(all, triggerNumbers(a.After)...)
	}
	for i := range s.Faults {
		f := &s.Faults[i]
		all = append(all, triggerNumbers(f.After)...)
		switch {
		case f.Crash != nil && f.Crash.Call > 0:
			add(countOf(&f.Crash.Call, 1))
		case f.Error != nil && f.Error.Times > 0:
			add(countOf(&f.Error.Times, 1))
			add(countOf(&f.Error.Skip, 0))
		case f.Error != nil:
			add(countOf(&f.Error.Skip, 0))
		}
	}
	return all
}

func featureNumbers(spec *batchv1.JobSpec) []count {
	var all []count
	for _, p := range []*int32{spec.BackoffLimitPerIndex, spec.MaxFailedIndexes, spec.TTLSecondsAfterFinished} {
		if p != nil {
			all = append(all, countOf(p, 0))
		}
	}
	if spec.SuccessPolicy != nil {
		for i := range spec.SuccessPolicy.Rules {
			if p := spec.SuccessPolicy.Rules[i].SucceededCount; p != nil {
				all = append(all, countOf(p, 1))
			}
		}
	}
	return all
}

func triggerNumbers(t *sim.Trigger) []count {
	var all []count
	if t == nil {
		return nil
	}
	if t.Pod > 0 {
		all = append(all, countOf(&t.Pod, 1))
	}
	for _, name := range slices.Sorted(maps.Keys(t.Status)) {
		all = append(all, count{
			get: func() int64 { return int64(t.Status[name]) }, set: func(v int64) { t.Status[name] = int32(v) }, least: 1,
		})
	}
	return all
}

// number tries smaller values: the least, the one after it, the half, one less.
func (m *minimizer) number(i int) {
	for {
		all := numbers(m.best.Scenario)
		if i >= len(all) {
			return
		}
		now, least := all[i].get(), all[i].least
		smaller := false
		for _, v := range []int64{least, least + 1, now / 2, now - 1} {
			if v < least || v >= now {
				continue
			}
			if smaller = m.edit(func(s *sim.Scenario) bool { numbers(s)[i].set(v); return true }); smaller {
				break
			}
		}
		if !smaller {
			return
		}
	}
}

// patchedNumber does the same for a number that an action sets in spec.
func (m *minimizer) patchedNumber(action int) {
	if action >= len(m.best.Scenario.Actions) {
		return
	}
	patch := m.best.Scenario.Actions[action].Patch
	if patch == nil || patch.Type != types.MergePatchType {
		return
	}
	var body map[string]map[string]int64
	if json.Unmarshal(patch.Data, &body) != nil || len(body["spec"]) != 1 {
		return
	}
	for field, now := range body["spec"] { // one
		for _, v := range []int64{0, 1, now / 2, now - 1} {
			data, err := json.Marshal(map[string]any{"spec": map[string]any{field: v}})
			if err == nil && v < now && v >= 0 && m.edit(func(s *sim.Scenario) bool {
				s.Actions[action].Patch.Data = data
				return true
			}) {
				return
			}
		}
	}
}
