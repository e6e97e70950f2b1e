package generate

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
)

// at draws a time that likes to be that of something else, or just before or after it.
func (p *plan) at(label string) sim.When {
	t := p.moments[p.below(label, len(p.moments))]
	t += pick(p.draw, label+" off by", 0, 0, 0, 0, second, -second, 500*time.Millisecond, time.Millisecond)
	return sim.When{At: max(0, t)}
}

// when draws a time, or something to wait for.
func (p *plan) when(label string) sim.When {
	if !p.chance(label+" triggered", 35) {
		return p.at(label)
	}
	w := sim.When{After: p.trigger(label)}
	w.At = pick(p.draw, label+" delay", 0, 0, 0, 500*time.Millisecond, second, 2*second, 5*second, 10*second)
	return w
}

// trigger draws something that a run may reach.
func (p *plan) trigger(label string) *sim.Trigger {
	switch p.weighted(label+" after", 40, 25, 35) {
	case 1:
		return &sim.Trigger{Condition: pick(p.draw, label+" condition", batchv1.JobComplete, batchv1.JobFailed,
			batchv1.JobFailureTarget, batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet, batchv1.JobSuspended)}
	case 2:
		counter := pick(p.draw, label+" counter", "failed", "failed", "succeeded", "active", "ready", "terminating")
		return &sim.Trigger{Status: map[string]int32{counter: pick(p.draw, label+" number", int32(1), 1, 2)}}
	}
	return &sim.Trigger{
		Pod: p.pod(label), Phase: pick(p.draw, label+" phase", corev1.PodRunning, corev1.PodRunning, corev1.PodSucceeded,
			corev1.PodFailed, corev1.PodFailed, corev1.PodPending, ""),
	}
}

// pod draws the number of a pod.
func (p *plan) pod(label string) int { return pick(p.draw, label+" pod", 1, 1, 1, 2, 2, 3, 4) }
