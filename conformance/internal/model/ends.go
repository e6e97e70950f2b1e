package model

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/kubelet"
)

// ends is a set of what a pod may come to.
type ends uint16

const (
	vanishes end = hangs + 1 // it counts neither way, and is replaced: taken away, or released
	trips    end = hangs + 2 // its restarts fail the Job (ONF-3)
)

func (e end) set() ends         { return 1 << e }
func (s ends) has(e end) bool   { return s&e.set() != 0 }
func (s ends) any(of ends) bool { return s&of != 0 }

// each calls back for every member.
func (s ends) each(do func(end)) {
	for e := succeeds; e <= trips; e++ {
		if s.has(e) {
			do(e)
		}
	}
}

// scripted is what pods of one script come to.
type scripted struct {
	ends ends
	// least is how long such a pod lives at least, if nobody disturbs it.
	least time.Duration
	// restarts is when a container of it is restarted first.
	restarts time.Duration
}

// failures are all that a pod which fails may come to, by some rule or none.
func failures(spec *batchv1.JobSpec) ends {
	set := counts.set()
	if spec.PodFailurePolicy == nil {
		return set
	}
	for i := range spec.PodFailurePolicy.Rules {
		switch spec.PodFailurePolicy.Rules[i].Action {
		case batchv1.PodFailurePolicyActionIgnore:
			set |= ignored.set()
		case batchv1.PodFailurePolicyActionFailIndex:
			set |= failsIndex.set()
		case batchv1.PodFailurePolicyActionFailJob:
			set |= failsJob.set()
		}
	}
	return set
}

// scriptedEnds is what pods of a script may come to.
func (r *rough) scriptedEnds(s *kubelet.Script) (scripted, gap) {
	template := r.spec.Template.Spec
	sidecars := false
	template.InitContainers = nil
	for _, c := range r.spec.Template.Spec.InitContainers {
		if sidecars = sidecars || c.RestartPolicy != nil; c.RestartPolicy == nil {
			template.InitContainers = append(template.InitContainers, c)
		}
	}
	onFailure := template.RestartPolicy == corev1.RestartPolicyOnFailure
	if sidecars && onFailure {
		return scripted{}, "restarts of a sidecar"
	}
	undisturbed := *s
	undisturbed.EvictAfter = 0
	l, ok := lifeOf(&template, &undisturbed)
	if !ok {
		return scripted{}, "containers with rules of their own"
	}
	r.lost, r.slowest = r.lost || l.lost, max(r.slowest, l.stop)
	natural := scripted{ends: hangs.set(), least: never}
	r.endless = r.endless || l.end >= never
	if l.end < never {
		r.slowest = max(r.slowest, l.end)
		natural = scripted{ends: r.endOf(l, &template, s).set(), least: l.end}
		if !l.ok && sidecars { // how the sidecar stops may match a rule too
			natural.ends |= failures(r.spec)
		}
	}
	natural = r.restarted(natural, l)
	if s.EvictAfter > 0 || r.spec.Template.Spec.ActiveDeadlineSeconds != nil {
		natural.ends |= failures(r.spec)
		natural.least = 0
		if l.mayStopWell {
			natural.ends |= succeeds.set()
		}
	}
	r.stopsWell = r.stopsWell || l.mayStopWell
	return natural, ""
}

// endOf is what a pod comes to that nobody disturbs, and that ends.
func (r *rough) endOf(l life, template *corev1.PodSpec, s *kubelet.Script) end {
	if l.ok {
		return succeeds
	}
	if r.spec.PodFailurePolicy == nil {
		return counts
	}
	return judge(r.spec.PodFailurePolicy, exitCodes(template, s))
}

// restarted adds that the restarts of a pod may fail the Job (ONF-3), or must if it goes on with them for ever.
func (r *rough) restarted(natural scripted, l life) scripted {
	if natural.restarts = never; len(l.restarts) == 0 {
		return natural
	}
	r.restarts = append(r.restarts, len(l.restarts))
	natural.restarts = l.restarts[0]
	if len(l.restarts) < max(r.limit.Least, 1) {
		return natural
	}
	if l.end >= never && len(l.restarts) >= max(r.limit.Most, 1) {
		natural.ends = 0
	}
	natural.ends |= trips.set()
	natural.least = min(natural.least, l.restarts[max(r.limit.Least, 1)-1])
	return natural
}
