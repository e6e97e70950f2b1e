package model

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// mostPods is how many pods of a Job are looked at.
const mostPods = 64

// noCompletions is the number of completions of a work queue: more than can be reached.
const noCompletions = 1 << 30

// task is what the model knows of a Job and of its implementation.
type task struct {
	completions, parallelism, limit int
	workQueue, onFailure            bool
	deadline                        time.Duration // never if there is none
	// begins is when the Job starts to be worked on: at its creation, or when it is resumed; never if it stays suspended.
	begins   time.Duration
	reaction time.Duration
	// edit is what a user changes later; nil if nothing that matters.
	edit *edit
	// late is when users begin to do what may be anything, but must come after the end of the Job; never if they do not.
	late time.Duration
	// notBeforeLo and notBeforeHi are between when the Job got its present limits, since its start; pods that were created
	// before were created under a limit that was as high as allowed.
	notBeforeLo, notBeforeHi time.Duration
	allowed                  int
	spec                     *corev1.PodSpec
	scripts                  []kubelet.Script
}

// predictEnd follows what must happen from the order of events; false if that leaves the end open.
func predictEnd(s *sim.Scenario, reaction time.Duration) (Prediction, bool) {
	if optional(&s.Jobs[0].Spec) {
		p, ok := newPlan(s, reaction)
		if !ok {
			return Prediction{}, false
		}
		return p.predict()
	}
	t, ok := newTask(s, reaction)
	if !ok {
		return Prediction{}, false
	}
	return t.predict()
}

func newTask(s *sim.Scenario, reaction time.Duration) (task, bool) {
	spec := &s.Jobs[0].Spec
	if !core(spec) {
		return task{}, false
	}
	t := task{
		parallelism: int(*orElse(spec.Parallelism, 1)), limit: int(*orElse(spec.BackoffLimit, 6)),
		onFailure: spec.Template.Spec.RestartPolicy == corev1.RestartPolicyOnFailure,
		deadline:  never, late: never, reaction: reaction, spec: &spec.Template.Spec, scripts: s.Pods,
	}
	switch {
	case spec.Completions != nil:
		t.completions = int(*spec.Completions)
	case spec.Parallelism == nil:
		t.completions = 1
	default:
		t.completions, t.workQueue = noCompletions, true
	}
	if d := spec.ActiveDeadlineSeconds; d != nil {
		t.deadline = time.Duration(*d) * time.Second
	}
	if spec.Suspend != nil && *spec.Suspend {
		t.begins = never
		if t.completions == 0 {
			t.begins, t.deadline = 0, never // it completes even so (COMP-14), and its deadline does not run (ADS-5)
		}
	}
	if len(t.scripts) == 0 {
		t.scripts = []kubelet.Script{{Runs: []kubelet.Run{{For: 5 * time.Second}}}}
	}
	for i := range t.scripts {
		if t.scripts[i].Match != (kubelet.Match{}) {
			return t, false
		}
	}
	t.allowed = t.limit
	return t, t.act(s.Actions)
}

// core reports whether a Job asks for nothing but what the model knows.
func core(spec *batchv1.JobSpec) bool {
	return !optional(spec) && placed(&spec.Template.Spec)
}

// placed reports whether pods run anywhere, for as long as their containers do.
func placed(pod *corev1.PodSpec) bool {
	return pod.ActiveDeadlineSeconds == nil && len(pod.SchedulingGates) == 0 && pod.NodeSelector == nil && pod.Affinity == nil &&
		pod.NodeName == ""
}
