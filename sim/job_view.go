package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// jobView is what a trace has shown of one Job so far.
type jobView struct {
	name    string
	job     *batchv1.Job // nil before its creation and after its removal
	existed bool
	pods    int
	starts  int
	owned   map[string]int32 // restarts of each pod that the Job has had
	events  map[string]int
}

func newJobView(name string) *jobView {
	return &jobView{name: name, owned: map[string]int32{}, events: map[string]int{}}
}

// gone reports whether there has been such a Job, and there is none any more.
func (v *jobView) gone() bool { return v.job == nil && v.existed }

// take reads an entry. It reports whether the entry has changed anything.
func (v *jobView) take(e *trace.Entry) bool {
	switch {
	case e.Kind == trace.Container:
		if _, own := v.owned[e.Name]; !own || e.Verb != "start" {
			return false
		}
		v.starts++
		return true
	case e.Kind == trace.Removed && e.Resource == "jobs" && e.Name == v.name:
		v.job = nil
		return true
	case !e.Stored() || e.Object == nil:
		return false
	}
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		if obj.Name != v.name || e.Verb == "delete" && obj.DeletionTimestamp == nil {
			return false
		}
		v.job, v.existed = obj, true
		return true
	case *corev1.Pod:
		return v.takePod(e, obj)
	case *corev1.Event:
		if obj.InvolvedObject.Kind != "Job" || obj.InvolvedObject.Name != v.name {
			return false
		}
		v.events[obj.Reason]++
		return true
	}
	return false
}

func (v *jobView) takePod(e *trace.Entry, pod *corev1.Pod) bool {
	if e.Verb == "create" && e.Subresource == "" {
		owner := metav1.GetControllerOf(pod)
		if owner == nil || owner.Kind != "Job" || owner.Name != v.name {
			return false
		}
		v.pods++
		v.owned[pod.Name] = 0
		return true
	}
	before, own := v.owned[pod.Name]
	if !own || e.Subresource != "status" {
		return false
	}
	var restarts int32
	for _, c := range pod.Status.InitContainerStatuses {
		restarts += c.RestartCount
	}
	for _, c := range pod.Status.ContainerStatuses {
		restarts += c.RestartCount
	}
	v.owned[pod.Name] = restarts
	return restarts != before
}

// restarts is the sum over all pods that the Job has had.
func (v *jobView) restarts() int {
	sum := 0
	for _, n := range v.owned {
		sum += int(n)
	}
	return sum
}

// describe says how things stand, as far as an expectation asks.
func (v *jobView) describe(e *Expectation) string {
	var parts []string
	switch {
	case v.gone():
		parts = append(parts, "the Job is gone")
	case v.job == nil:
		parts = append(parts, "the Job was never created")
	case e.Deleted:
		parts = append(parts, "the Job exists")
	}
	if v.job != nil {
		parts = append(parts, v.describeJob(e)...)
	}
	count := func(asked *int, n int, what string) {
		if asked != nil {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	count(e.Pods, v.pods, "pods created")
	count(e.Starts, v.starts, "container starts")
	count(e.Restarts, v.restarts(), "container restarts")
	if e.Event != "" {
		parts = append(parts, v.describeEvents())
	}
	return "at the end: " + strings.Join(parts, ", ")
}

func (v *jobView) describeJob(e *Expectation) []string {
	var parts []string
	if e.Condition != "" {
		var conditions []string
		for _, c := range v.job.Status.Conditions {
			if c.Status == corev1.ConditionTrue {
				conditions = append(conditions, fmt.Sprintf("%s (%s)", c.Type, c.Reason))
			}
		}
		if conditions == nil {
			conditions = []string{"none"}
		}
		parts = append(parts, "conditions "+strings.Join(conditions, ", "))
	}
	for _, name := range sortedKeys(e.Status) {
		have, _ := counter(&v.job.Status, name)
		parts = append(parts, fmt.Sprintf("%s=%d", name, have))
	}
	for _, i := range e.indexes(v.job) {
		if i.want != nil {
			parts = append(parts, fmt.Sprintf("%s=%q", i.name, i.have))
		}
	}
	return parts
}

func (v *jobView) describeEvents() string {
	if len(v.events) == 0 {
		return "no events"
	}
	return "events " + strings.Join(slices.Sorted(maps.Keys(v.events)), ", ")
}
