package sim

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/validation"
)

// expectedPods is about how many pods a run will have, as far as the Jobs say. Room that is made at the start is neither
// copied nor collected again and again while a run grows; room that stays empty costs little.
func (s *Scenario) expectedPods() int {
	const most = 100_000
	pods := 0
	for _, job := range s.Jobs {
		switch {
		case job.Spec.Completions != nil:
			pods += max(0, min(int(*job.Spec.Completions), most))
		case job.Spec.Parallelism == nil:
			pods++ // DEF-3
		}
	}
	return min(pods, most)
}

// expectedEntries is about how many entries the trace of a run will have.
func (s *Scenario) expectedEntries() int {
	const some, perPod = 96, 16
	return some + perPod*s.expectedPods()
}

// namespaces are those of the scenario's Jobs, each once. They exist before the run, since a scenario is about Jobs; one
// whose name no namespace can have does not, and then the server says so.
func (s *Scenario) namespaces() []string {
	var names []string
	add := func(job *batchv1.Job) {
		if job == nil || job.Namespace == "" || slices.Contains(names, job.Namespace) ||
			len(validation.ValidateNamespaceName(job.Namespace, false)) > 0 {
			return
		}
		names = append(names, job.Namespace)
	}
	for _, job := range s.Jobs {
		add(job)
	}
	for i := range s.Actions {
		add(s.Actions[i].Create)
	}
	return names
}
