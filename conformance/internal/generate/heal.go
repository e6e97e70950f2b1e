package generate

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// soonFails is the highest backoffLimit with which a Job whose pods always fail is left to its fate: the waits before
// its last pod add up to ten minutes and a half (BO-15).
const soonFails = 6

// endless reports whether some pod might stay active for ever, so that only a deadline ends the Job.
func (p *plan) endless() bool {
	for i := range p.s.Pods {
		s := &p.s.Pods[i]
		if s.Unschedulable == kubelet.Forever || s.PullFails == kubelet.Forever {
			return true
		}
		for _, r := range s.Runs {
			if r.For == kubelet.Forever {
				return true
			}
		}
	}
	return false
}

// heal makes sure that everything comes to an end: if failures may go on for long, pods succeed at last, and what might
// stay active for ever has a deadline.
func (p *plan) heal() {
	last := &p.s.Pods[len(p.s.Pods)-1]
	patient := p.highestLimit() > soonFails || p.ignores()
	if patient { // pods that are always cut short would always fail
		for _, j := range p.jobs() {
			j.Spec.Template.Spec.ActiveDeadlineSeconds = nil
		}
	}
	if patient {
		p.healIndexes()
		last = &p.s.Pods[len(p.s.Pods)-1]
	}
	if patient && !p.succeeds(last) {
		p.s.Pods = append(p.s.Pods, kubelet.Script{Runs: []kubelet.Run{{For: lasting(p.usual)}}})
	}
	if patient || p.abandons() {
		p.calm()
	}
	if p.endless() {
		for _, j := range p.jobs() {
			if j.Spec.ActiveDeadlineSeconds == nil {
				j.Spec.ActiveDeadlineSeconds = new(int64(60))
			}
		}
	}
}

// calm lets no pod go on trying for ever.
func (p *plan) calm() {
	for i := range p.s.Pods {
		s := &p.s.Pods[i]
		if s.PullFails == kubelet.Forever {
			s.PullFails = time.Minute
		}
		if p.s.Jobs[0].Spec.Template.Spec.RestartPolicy == "OnFailure" && !p.succeeds(s) {
			s.Runs = append(s.Runs, kubelet.Run{For: second})
		}
	}
}

// abandons reports whether pods may outlive their Job, or leave it, so that nobody ends them.
func (p *plan) abandons() bool {
	for i := range p.s.Actions {
		a := &p.s.Actions[i]
		orphans := a.Delete != nil && (a.Delete.Propagation == "" || a.Delete.Propagation == metav1.DeletePropagationOrphan)
		if orphans || a.Pod != nil && a.Pod.RemoveLabel != "" {
			return true
		}
	}
	return false
}

// succeeds reports whether a pod of a script ends well some time. Under Never each container has one run.
func (p *plan) succeeds(s *kubelet.Script) bool {
	good := func(runs []kubelet.Run) bool {
		r := runs[0]
		if p.s.Jobs[0].Spec.Template.Spec.RestartPolicy == "OnFailure" {
			r = runs[len(runs)-1]
		}
		return r.Exit == 0 && r.Signal == 0 && !r.OOM
	}
	for _, name := range p.containers {
		runs, ok := s.Containers[name]
		if !ok {
			runs = s.Runs
		}
		if name != "sidecar" && !good(runs) {
			return false
		}
	}
	return s.EvictAfter == 0
}

// highestLimit is the highest backoffLimit that any Job ever has.
func (p *plan) highestLimit() int32 {
	highest := int32(0)
	for _, j := range p.jobs() {
		if limit := j.Spec.BackoffLimit; limit != nil {
			highest = max(highest, *limit)
		}
	}
	if p.raised {
		return 100
	}
	return highest
}

// jobs are all Jobs of the scenario.
func (p *plan) jobs() []*batchv1.Job {
	all := append([]*batchv1.Job(nil), p.s.Jobs...)
	for i := range p.s.Actions {
		if j := p.s.Actions[i].Create; j != nil {
			all = append(all, j)
		}
	}
	return all
}

// until is an end that leaves time for everything, with hours to spare.
func (p *plan) until() time.Duration {
	var pods, waits, rest time.Duration
	for i := range p.s.Pods {
		s := &p.s.Pods[i]
		pods += lasting(s.Unschedulable) + s.Start + 2*lasting(s.PullFails) + lasting(s.Ready) + s.Stop.After
		pods += runTime(s) + time.Duration(len(s.Runs))*5*time.Minute // crash-loop back-off
		waits += 10 * time.Minute
		pods += time.Duration(soonFails+1) * lasting(s.Runs[len(s.Runs)-1].For) // it repeats
	}
	last := &p.s.Pods[len(p.s.Pods)-1]
	for _, j := range p.jobs() {
		for range 8 + completions(j) { // pods that repeat the last script
			rest += lasting(last.Start) + lasting(last.Unschedulable) + 2*lasting(last.PullFails) + runTime(last)
		}
		waits += 25 * time.Minute
		if d := j.Spec.ActiveDeadlineSeconds; d != nil {
			rest += time.Duration(*d) * second
		}
	}
	for i := range p.s.Actions {
		rest += p.s.Actions[i].At
	}
	for i := range p.s.Faults {
		rest += faultTime(&p.s.Faults[i])
	}
	return (pods + waits + rest + 2*time.Hour).Truncate(time.Hour)
}

// runTime is how long the containers of a pod run, if it is one after the other.
func runTime(s *kubelet.Script) time.Duration {
	var sum time.Duration
	for _, r := range s.Runs {
		sum += lasting(r.For)
	}
	for _, runs := range s.Containers {
		for _, r := range runs {
			sum += lasting(r.For)
		}
	}
	return sum
}

// faultTime is how long a fault delays things at most, roughly.
func faultTime(f *sim.Fault) time.Duration {
	t := f.At
	switch {
	case f.Crash != nil:
		t += f.Crash.Down
	case f.Error != nil:
		t += f.Error.For + time.Duration(f.Error.Times)*time.Minute
	case f.Watch != nil:
		t += f.Watch.For + f.Watch.Delay
	case f.Node != nil:
		t += f.Node.For + 10*time.Minute
	}
	return t
}

func completions(job *batchv1.Job) int {
	if job.Spec.Completions == nil {
		return int(parallelism(job))
	}
	return int(*job.Spec.Completions)
}
