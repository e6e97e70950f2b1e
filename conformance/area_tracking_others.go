package conformance

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// foreignFinalizers is about the other finalizers that pods have: those of the template, and those of other controllers.
var foreignFinalizers = []Requirement{
	{
		ID: "job/tracking/others-finalizers-stay", Clauses: []string{"TRK-11", "TRK-3"}, Level: Core, Strength: Must, Since: 22,
		Sentence: "From pods no finalizer must be taken but the one by which the implementation counts: others hold them with the rest.",
		Observed: "When an implementation writes a pod, each finalizer that the pod had is there afterwards, except the one that it claims.",
		Source:   "upstream code, removeTrackingFinalizerPatch",
		check:    func() any { return onCall(takesOnlyItsOwn) },
	},
}

func takesOnlyItsOwn(x *examiner, e *trace.Entry) {
	if e.Resource != podsResource || e.Subresource != "" || e.Verb != "patch" && e.Verb != "update" || !e.Stored() {
		return
	}
	pod, ok := e.Object.(*corev1.Pod)
	if !ok {
		return
	}
	p := x.podByUID[pod.UID]
	if p == nil {
		return
	}
	before := p.writtenOver(pod)
	if before == nil {
		return
	}
	for _, f := range before.Finalizers {
		if f == x.claims.Finalizer {
			continue
		}
		if x.exercised(); !slices.Contains(pod.Finalizers, f) {
			x.violated("pod %s is deprived of the finalizer %s: expected no other than %s to be taken from it", pod.Name, f, x.claims.Finalizer)
			return
		}
	}
}

// writtenOver is what a pod was like before the write that has just made this of it.
func (p *podState) writtenOver(pod *corev1.Pod) *corev1.Pod {
	if p.obj != pod && p.obj.ResourceVersion == pod.ResourceVersion {
		return p.obj // the last write to a pod, which goes with it
	}
	return p.before
}
