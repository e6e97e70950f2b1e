package conformance

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// strays are requirements on pods that no Job will ever count.
var strays = []Requirement{
	{
		ID: "job/tracking/strays-are-released", Clauses: []string{"TRK-9", "DEL-2"}, Level: Core, Strength: Must, Since: 22, Bound: ReactionBound,
		Sentence: "Pods that carry the tracking finalizer and have no controller, or whose Job is gone, must lose it.",
		Observed: "No such pod carries it for longer than the reaction time; that a Job adopts it is as good.",
		Source:   "upstream tests TestSyncOrphanPod, TestOrphanPodsFinalizersClearedWithGC",
		check:    func() any { return &strayPods{} },
	},
	{
		ID: "job/tracking/others-pods-keep-the-finalizer", Clauses: []string{"TRK-9", "SEL-5"}, Level: Core, Strength: Must, Since: 22,
		Sentence: "The tracking finalizer must not be taken from a pod that somebody else than a Job controls.",
		Observed: "No implementation takes it from a pod that it must know to be controlled by another kind.",
		Source:   "upstream code, syncOrphanPod", Scenarios: []string{"pod-handed-over"},
		check: func() any { return onPod(othersPodsKeepFinalizer) },
	},
}

// strayPods follows the pods that must be released.
type strayPods struct{ open []strayPod }

type strayPod struct {
	p     *podState
	since time.Duration
	entry *trace.Entry
}

// astray reports whether nobody will count a pod that carries the finalizer.
func astray(p *podState) bool {
	if p.maker == nil || !p.tracked() {
		return false
	}
	if p.job != nil {
		return p.job.gone
	}
	return metav1.GetControllerOfNoCopy(p.obj) == nil
}

func (c *strayPods) pod(x *examiner, p *podState) {
	if astray(p) && (p.before == nil || p.before.ResourceVersion != p.obj.ResourceVersion) {
		c.note(x, p)
	}
}

func (c *strayPods) job(x *examiner, j *jobState) {
	if !j.gone {
		return
	}
	for _, p := range j.pods {
		if astray(p) {
			c.note(x, p)
		}
	}
}

func (c *strayPods) note(x *examiner, p *podState) {
	for _, open := range c.open {
		if open.p == p {
			return
		}
	}
	x.exercised()
	c.open = append(c.open, strayPod{p, x.now, x.entry})
}

func (c *strayPods) tick(x *examiner, until time.Duration) {
	kept := c.open[:0]
	for _, open := range c.open {
		if !astray(open.p) {
			continue
		}
		if x.overdue(open.since, until) {
			x.violatedBy([]*trace.Entry{open.entry}, "pod %s carries the tracking finalizer, and nobody will count it since %v (nothing "+
				"until %v, and %v are allowed)", open.p.obj.Name, open.since, describeTime(until), x.claims.Bounds.Reaction)
			continue
		}
		kept = append(kept, open)
	}
	c.open = kept
}

func othersPodsKeepFinalizer(x *examiner, p *podState) {
	if p.gone || !ofAnotherKind(p.obj) {
		return
	}
	if p.tracked() {
		x.exercised()
	}
	if released(x, p) && p.settled() && p.surely(ofAnotherKind) {
		x.violated("pod %s is controlled by %s, and was deprived of the tracking finalizer", p.obj.Name,
			metav1.GetControllerOfNoCopy(p.obj).Kind)
	}
}

func ofAnotherKind(pod *corev1.Pod) bool {
	owner := metav1.GetControllerOfNoCopy(pod)
	return owner != nil && owner.Kind != "Job"
}
