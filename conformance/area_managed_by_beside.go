package conformance

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// besideOthers is about what the Jobs of another controller come to if that controller is there.
var besideOthers = []Requirement{
	{
		ID: "job/managed-by/leaves-others-pods-alone", Clauses: []string{"MB-3", "MB-1"}, Level: Extended, Strength: Must, Feature: ManagedBy,
		Since: 32, Beside: true,
		Sentence: "The pods of a Job of another controller must be left alone as long as the Job is there: that controller counts them, " +
			"and may use the reserved finalizer for it.",
		Observed: "The implementation neither deletes nor changes a pod that it must know to be controlled by such a Job, which is in the store.",
		Source:   "upstream test TestManagedBy_UsingReservedJobFinalizers", Scenarios: []string{"managed-by"},
		check: func() any { return othersPods{} },
	},
}

// othersPods looks at writes to pods that others control.
type othersPods struct{}

func (othersPods) end(x *examiner) {
	for _, p := range x.pods {
		if x.othersJob(p.obj) != nil {
			x.exercised()
		}
	}
}

func (othersPods) call(x *examiner, e *trace.Entry) {
	if e.Resource != podsResource || e.Verb == "create" || e.Verb == "get" || e.Verb == "list" || !e.Stored() || e.Text == "no change" {
		return
	}
	pod, ok := e.Object.(*corev1.Pod)
	if !ok {
		return
	}
	p := x.podByUID[pod.UID]
	if p == nil || !p.settled() || !p.surely(func(pod *corev1.Pod) bool { return x.othersJob(pod) != nil }) {
		return
	}
	before := pod
	if e.Verb != "delete" {
		before = p.writtenOver(pod)
	}
	if before == nil {
		return
	}
	if job := x.othersJob(before); job != nil && !x.foreignGone[job.UID] {
		x.violated("Job %s is managed by %s, and the implementation asks to %s its pod %s", job.Name, managerOf(job), e.Verb, pod.Name)
	}
}

// othersJob is the Job of somebody else that controls a pod, or nil.
func (x *examiner) othersJob(pod *corev1.Pod) *batchv1.Job {
	owner := metav1.GetControllerOfNoCopy(pod)
	if owner == nil {
		return nil
	}
	return x.foreign[owner.UID]
}
