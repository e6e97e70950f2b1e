package model

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// The end of a Job with indexes or policies follows from what each of its pods comes to, whatever their order: so what is
// worked out here is the fate of every index by itself, or of the pods one after the other where there are none. What
// depends on which of several ends comes first is left open, and so are times.

// plan is what a Job with features asks for.
type plan struct {
	spec         *batchv1.JobSpec
	n            int // completions
	parallelism  int
	limit        int
	indexed      bool
	perIndex     *int32
	mostFailed   *int32
	scripts      []kubelet.Script
	slowest      time.Duration // of all pods
	lost         bool          // of some pod nobody hears any more once it is deleted
	reaction     time.Duration
	indexScripts map[int][]kubelet.Script
}

// optional reports whether a Job uses indexes or policies.
func optional(spec *batchv1.JobSpec) bool {
	return spec.CompletionMode != nil && *spec.CompletionMode == batchv1.IndexedCompletion ||
		spec.PodFailurePolicy != nil || spec.SuccessPolicy != nil || spec.BackoffLimitPerIndex != nil
}

// noLimit is the common limit of a Job whose indexes have their own (DEF-4).
const noLimit = 1<<31 - 1

func newPlan(s *sim.Scenario, reaction time.Duration) (*plan, bool) {
	spec := &s.Jobs[0].Spec
	if len(s.Actions) > 0 || spec.Suspend != nil && *spec.Suspend || !placed(&spec.Template.Spec) ||
		spec.Template.Spec.RestartPolicy != corev1.RestartPolicyNever {
		return nil, false
	}
	p := &plan{
		spec: spec, parallelism: int(*orElse(spec.Parallelism, 1)), limit: int(*orElse(spec.BackoffLimit, 6)),
		indexed: spec.CompletionMode != nil && *spec.CompletionMode == batchv1.IndexedCompletion, perIndex: spec.BackoffLimitPerIndex,
		mostFailed: spec.MaxFailedIndexes, reaction: reaction, indexScripts: map[int][]kubelet.Script{},
	}
	if p.perIndex != nil && spec.BackoffLimit == nil {
		p.limit = noLimit
	}
	switch {
	case spec.Completions != nil:
		p.n = int(*spec.Completions)
	case spec.Parallelism == nil:
		p.n = 1
	default:
		return nil, false // of a work queue one success is enough, and which comes first depends on times
	}
	return p, p.deal(s.Pods)
}

// deal separates the scripts of single indexes from those for any pod.
func (p *plan) deal(scripts []kubelet.Script) bool {
	for i := range scripts {
		m := scripts[i].Match
		if m.Index != nil {
			p.indexScripts[*m.Index] = append(p.indexScripts[*m.Index], scripts[i])
			m.Index = nil
		} else {
			p.scripts = append(p.scripts, scripts[i])
		}
		if m != (kubelet.Match{}) {
			return false
		}
	}
	if len(scripts) == 0 {
		p.scripts = []kubelet.Script{{Runs: []kubelet.Run{{For: 5 * time.Second}}}}
	}
	return len(p.scripts) > 0
}

// end is what a pod comes to, and what that means for the Job.
type end int

const (
	succeeds   end = iota
	counts         // toward limits
	ignored        // PFP-6
	failsIndex     // PFP-7
	failsJob       // PFP-5
	hangs          // it never ends
)

// endOf is the end of a pod that nobody disturbs; false if that is more than the model knows.
func (p *plan) endOf(s *kubelet.Script) (end, bool) {
	template := &p.spec.Template.Spec
	l, ok := lifeOf(template, s)
	switch {
	case !ok || s.EvictAfter > 0:
		return 0, false
	case l.end >= never:
		p.lost = p.lost || l.lost
		return hangs, true
	}
	p.slowest = max(p.slowest, l.end)
	p.lost = p.lost || l.lost
	if l.ok {
		return succeeds, true
	}
	if p.spec.PodFailurePolicy == nil {
		return counts, true
	}
	return judge(p.spec.PodFailurePolicy, exitCodes(template, s)), true
}

// exitCodes are the codes other than 0 of containers that have run, by name: an init container that fails keeps the others
// from running.
func exitCodes(template *corev1.PodSpec, s *kubelet.Script) map[string]int32 {
	codes := map[string]int32{}
	note := func(container string) bool {
		runs := runsOf(s, container)
		if len(runs) == 0 {
			return true
		}
		code := runs[0].Exit
		switch {
		case runs[0].OOM:
			code = 137
		case runs[0].Signal > 0:
			code = 128 + runs[0].Signal
		}
		if code != 0 {
			codes[container] = code
		}
		return code == 0
	}
	for i := range template.InitContainers {
		if !note(template.InitContainers[i].Name) {
			return codes
		}
	}
	for i := range template.Containers {
		note(template.Containers[i].Name)
	}
	return codes
}

// judge is what the first rule says that matches (PFP-2, PFP-3). Rules about conditions match no pod that nobody disturbs.
func judge(policy *batchv1.PodFailurePolicy, codes map[string]int32) end {
	for i := range policy.Rules {
		rule := &policy.Rules[i]
		if rule.OnExitCodes == nil || !matches(rule.OnExitCodes, codes) {
			continue
		}
		switch rule.Action {
		case batchv1.PodFailurePolicyActionIgnore:
			return ignored
		case batchv1.PodFailurePolicyActionFailIndex:
			return failsIndex
		case batchv1.PodFailurePolicyActionFailJob:
			return failsJob
		}
		return counts
	}
	return counts
}

func matches(on *batchv1.PodFailurePolicyOnExitCodesRequirement, codes map[string]int32) bool {
	for container, code := range codes {
		if on.ContainerName != nil && *on.ContainerName != container {
			continue
		}
		if slices.Contains(on.Values, code) == (on.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn) {
			return true
		}
	}
	return false
}

// fate is what comes of an index, or of a Job without indexes, if nothing ends the Job before.
type fate struct {
	end            end // succeeds, failsIndex, failsJob or hangs
	pods, failures int // created, and counted as failed
}

// fateOf follows the pods of one index.
func (p *plan) fateOf(ends []end) (fate, bool) {
	var f fate
	for f.pods < mostPods {
		e := ends[min(f.pods, len(ends)-1)]
		f.pods++
		switch e {
		case counts, failsIndex, failsJob:
			f.failures++
		}
		switch {
		case e == succeeds || e == failsJob || e == failsIndex || e == hangs:
			f.end = e
			return f, true
		case e == counts && p.perIndex != nil && f.failures > int(*p.perIndex): // BPI-1
			f.end = failsIndex
			return f, true
		case f.failures > p.limit:
			f.end = hangs // it is the Job that ends
			return f, true
		}
	}
	return f, false
}

// endsOf are the ends of the pods that follow scripts, of which the last is repeated.
func (p *plan) endsOf(scripts []kubelet.Script) ([]end, bool) {
	var ends []end
	for i := range scripts {
		e, ok := p.endOf(&scripts[i])
		if !ok {
			return nil, false
		}
		ends = append(ends, e)
	}
	return ends, true
}
