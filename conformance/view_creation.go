package conformance

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// creations is what a Job has got and lost of pods, as far as it matters for when it must get another.
type creations struct {
	// misses are the pods that have failed, or were deleted by others.
	misses misses
	// createdPodAt is when a pod was last created: pods may end at once, so that there is never as many as there should be.
	createdPodAt time.Duration
	// raisedUnmet tells that parallelism was raised and the target has not been reached since.
	raisedUnmet bool
}

// misses are how many pods of a Job are lost, and when the last was.
type misses struct {
	n    int
	last time.Duration
}

// over is when the longest delay ends that the failures can mean (BO-1).
func (m *misses) over() time.Duration {
	if m.n == 0 {
		return 0
	}
	return m.last + delayAfter(m.n, upstreamMost)
}

// noteCreation remembers when a pod was created.
func (p *podState) noteCreation(v *view) {
	j := p.job
	if j == nil {
		return
	}
	if p.created.entry == v.entry {
		j.createdPodAt = v.now
	}
	ended := p.ended.entry == v.entry && p.obj.Status.Phase == corev1.PodFailed
	deleted := p.deleted.entry == v.entry && !v.byImplementation()
	adopted := p.before != nil && !metav1.IsControlledBy(p.before, j.obj) && isFailedOrStopping(p.obj)
	if ended || deleted || adopted {
		j.misses.n, j.misses.last = j.misses.n+1, v.now
	}
}

// noteTarget remembers whether parallelism was raised.
func (j *jobState) noteTarget() {
	switch {
	case j.before == nil:
	case parallel(j.obj) > parallel(j.before):
		j.raisedUnmet = true
	case j.raisedUnmet && j.vacancies() == 0:
		j.raisedUnmet = false
	}
}
