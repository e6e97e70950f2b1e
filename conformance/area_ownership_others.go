package conformance

import (
	"cmp"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// othersJobs is about Jobs that somebody else manages.
type othersJobs struct{}

func (othersJobs) end(x *examiner) {
	if len(x.foreign) > 0 {
		x.exercised()
	}
}

func (othersJobs) call(x *examiner, e *trace.Entry) {
	if !e.Stored() || e.Object == nil {
		return
	}
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		if !x.claims.manages(obj) && e.Verb != "get" && e.Verb != "list" && !(e.Verb == "delete" && x.isExpired(obj)) {
			x.violated("Job %s is managed by %s, and the implementation asks to %s its %s", obj.Name,
				valueOr(obj.Spec.ManagedBy, batchv1.JobControllerName), e.Verb,
				cmp.Or(e.Subresource, "spec"))
		}
	case *corev1.Pod:
		if owner := metav1.GetControllerOfNoCopy(obj); owner != nil && e.Verb == "create" && x.foreign[owner.UID] != nil {
			x.violated("Job %s is managed by somebody else, and the implementation creates pod %s for it", owner.Name, obj.Name)
		}
	}
}

func adoptsSelected(x *examiner, p *podState) {
	j := adopted(x, p)
	if j == nil {
		return
	}
	if x.exercised(); !p.perhaps(j.selects) {
		x.violated("pod %s is adopted for Job %s, whose selector does not match its labels", p.obj.Name, j.obj.Name)
	}
}
