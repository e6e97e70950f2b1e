package conformance

import (
	"net/http"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// startsNamed reports whether the implementation has just started a Job that names it.
func startsNamed(x *examiner, j *jobState) bool {
	return !j.gone && x.byImplementation() && j.obj.Spec.ManagedBy != nil && j.before != nil &&
		j.before.Status.StartTime == nil && j.obj.Status.StartTime != nil
}

func namedButIdle(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || suspended(j.obj) || j.obj.Spec.ManagedBy == nil || j.obj.Status.StartTime != nil {
		return 0, "", false
	}
	return j.specAt, j.say("Job ", j.obj.Name, " is managed by ", *j.obj.Spec.ManagedBy, ", and has not been started"), true
}

// handsOff is about those of the Jobs that are not the implementation's of which this holds.
type handsOff func(*view, *batchv1.Job) bool

func namesAnother(_ *view, job *batchv1.Job) bool { return managerOf(job) != batchv1.JobControllerName }

func namesBuiltIn(_ *view, job *batchv1.Job) bool { return managerOf(job) == batchv1.JobControllerName }

func followsOwn(v *view, job *batchv1.Job) bool { return v.jobNamed(job.Namespace, job.Name) != nil }

func (c handsOff) end(x *examiner) {
	for _, job := range x.foreign {
		if c(x.view, job) {
			x.exercised()
		}
	}
}

func (c handsOff) call(x *examiner, e *trace.Entry) {
	if !e.Stored() || e.Verb == "get" || e.Verb == "list" {
		return
	}
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		if job := x.foreign[obj.UID]; job != nil && e.Subresource == "status" && c(x.view, job) {
			x.violated("Job %s is managed by %s, and the implementation writes its status", job.Name, managerOf(job))
		}
	case *corev1.Pod:
		c.pod(x, e, obj)
	}
}

// pod looks at a pod that the implementation has written.
func (c handsOff) pod(x *examiner, e *trace.Entry, pod *corev1.Pod) {
	owner := metav1.GetControllerOfNoCopy(pod)
	if owner == nil {
		return
	}
	job := x.foreign[owner.UID]
	if job == nil || !c(x.view, job) {
		return
	}
	switch p := x.podByUID[pod.UID]; {
	case e.Verb == "create":
		x.violated("Job %s is managed by %s, and the implementation creates pod %s for it", job.Name, managerOf(job), pod.Name)
	case p != nil && p.before != nil && uncontrolled(p.before):
		x.violated("Job %s is managed by %s, and the implementation adopts pod %s for it", job.Name, managerOf(job), pod.Name)
	}
}

func managerOf(job *batchv1.Job) string {
	return valueOr(job.Spec.ManagedBy, batchv1.JobControllerName)
}

func namedStatusRefused(x *examiner, e *trace.Entry) {
	if e.Resource != jobsResource || e.Subresource != "status" || x.skewed() || x.injects(http.StatusUnprocessableEntity) {
		return
	}
	j := x.jobNamed(e.Namespace, e.Name)
	if j == nil || j.obj.Spec.ManagedBy == nil {
		return
	}
	if x.exercised(); e.Status != nil && e.Status.Code == http.StatusUnprocessableEntity {
		x.violated("Job %s is managed by %s, and the API server refuses the status that this writes: %s",
			j.obj.Name, managerOf(j.obj), e.Status.Message)
	}
}
