package conformance

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// failure is how a pod has failed, as the back-off delay sees it (BO-3).
type failure struct {
	// failing is when the pod was pod-failed first.
	failing moment
	// soonest and latest are the earliest and the latest finish time that the implementation may have taken from it.
	soonest, latest time.Duration
	// round is how many pods the Job had had by then: failures of one round come without a creation in between.
	round int
	// unsure tells that the implementation got no answer to the write that listed the pod: by the next time it looks the
	// pod is no news any more.
	unsure bool
	// held is how often the implementation could not take its finalizer.
	held int
}

// noteHeld counts the refused removals of a finalizer. No list names a failure that is ignored, so upstream takes it for a
// new one in each evaluation until the finalizer is gone, and each makes the delay longer (BO-8).
func (v *view) noteHeld(e *trace.Entry) {
	if e.Resource != podsResource {
		return
	}
	if p := v.pod(e.Namespace, e.Name); p != nil && p.job != nil && p.ignored() {
		p.held++
		p.job.misses.n++
	}
}

// noteEnd keeps the pods of a Job that have failed or succeeded, for the back-off delay.
func (p *podState) noteEnd(v *view) {
	j := p.job
	if j == nil || perIndex(j.obj) || !hasPlace(j.obj, p.obj) { // each index waits by itself (BO-14), or it is no pod of the Job
		return
	}
	if p.ended.entry == v.entry && isSucceeded(p.obj) && p.carries(p.obj) {
		j.successes = append(j.successes, p)
		p.soonest, p.latest = finishTime(p.obj), finishTime(p.obj)
	}
	switch {
	case !p.failed() || p.account != unlisted:
	case !p.failing.come() && p.carries(p.obj):
		p.failing, p.round = moment{v.now, v.entry}, len(j.pods)
		p.soonest, p.latest = finishTime(p.obj), finishTime(p.obj)
		j.failures = append(j.failures, p)
	case p.failing.come():
		p.soonest, p.latest = min(p.soonest, finishTime(p.obj)), max(p.latest, finishTime(p.obj))
	}
}

// finishTime is when a pod ended, from which the delay counts (BO-3).
func finishTime(pod *corev1.Pod) time.Duration {
	if at, ok := containersEnded(pod); ok {
		return at
	}
	for i := range pod.Status.Conditions {
		c := &pod.Status.Conditions[i]
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionFalse && !c.LastTransitionTime.IsZero() {
			return sinceEpoch(c.LastTransitionTime)
		}
	}
	if pod.DeletionTimestamp != nil {
		return sinceEpoch(*pod.DeletionTimestamp) - time.Duration(valueOr(pod.DeletionGracePeriodSeconds, 0))*time.Second
	}
	return sinceEpoch(pod.CreationTimestamp)
}

// containersEnded is when the last regular container or sidecar has ended; false unless all have.
func containersEnded(pod *corev1.Pod) (last time.Duration, ok bool) {
	sidecar := map[string]bool{}
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		sidecar[c.Name] = c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
	}
	seen := 0
	ended := func(s *corev1.ContainerStatus) bool {
		if s.State.Terminated == nil || s.State.Terminated.FinishedAt.IsZero() {
			return false
		}
		seen++
		last = max(last, sinceEpoch(s.State.Terminated.FinishedAt))
		return true
	}
	for i := range pod.Status.ContainerStatuses {
		if !ended(&pod.Status.ContainerStatuses[i]) {
			return 0, false
		}
	}
	for i := range pod.Status.InitContainerStatuses {
		if s := &pod.Status.InitContainerStatuses[i]; sidecar[s.Name] && !ended(s) {
			return 0, false
		}
	}
	return last, seen > 0
}

// regularEnded is when the last regular container has ended, as far as that is known.
func regularEnded(pod *corev1.Pod) time.Duration {
	last := time.Duration(0)
	for i := range pod.Status.ContainerStatuses {
		if ended := pod.Status.ContainerStatuses[i].State.Terminated; ended != nil {
			last = max(last, sinceEpoch(ended.FinishedAt))
		}
	}
	return last
}

// delayAfter is the delay of BO-1 after n failures, not above most.
func delayAfter(n int, most time.Duration) time.Duration {
	if n <= 0 {
		return 0
	}
	delay := 10 * time.Second
	for ; n > 1 && delay < most; n-- {
		delay *= 2
	}
	return min(delay, most)
}

const (
	// documentedMost is the longest delay that the documentation speaks of, upstreamMost the longest there is.
	documentedMost = 6 * time.Minute
	upstreamMost   = 10 * time.Minute
)

// wait is a back-off delay as far as one can tell.
type wait struct {
	// failures are those that count, in order; until is when the delay is over; n the number it was made of.
	failures []*podState
	n        int
	until    time.Duration
}

// lastSuccess returns the latest success, or nil.
func (j *jobState) lastSuccess() *podState {
	if n := len(j.successes); n > 0 {
		return j.successes[n-1]
	}
	return nil
}

// shortestWait is the least that the present instance must wait: for failures that it must know of, since the last
// success that there was, and that have come while it ran (BO-9).
func (j *jobState) shortestWait(x *view, n func([]*podState) int, most time.Duration) wait {
	var w wait
	if j.forgetsFailures() {
		return w
	}
	s := j.lastSuccess()
	soonest := never
	var older []*podState
	for _, f := range j.failures {
		lost := f.account == unlisted && f.untracked.come() // somebody took its finalizer, or it was released
		if f.surplus || f.killed || f.unsure || lost || !f.surelyCounts(j) || f.failing.at <= x.runsSince || s != nil && f.failing.entry.Seq < s.ended.entry.Seq {
			continue
		}
		if s != nil && f.soonest <= s.latest {
			older = append(older, f)
			continue
		}
		// Whether ignored failures count is not settled (BO-8).
		failed := func(pod *corev1.Pod) bool { return countsAsFailed(j.obj, pod, j.perhaps(replacesOnlyFailed)) }
		if f.seen != nil && f.settled() && f.surely(failed) || f.account != unlisted {
			w.failures = append(w.failures, f)
			soonest = f.soonest
		} else {
			soonest = min(soonest, f.soonest) // it may be taken for the last one, and may have ended before it (BO-3)
		}
	}
	if len(w.failures) == 0 {
		return w
	}
	w.n = n(w.failures)
	w.until = soonest + delayAfter(w.n, most)
	for _, f := range older {
		// Unless it was seen together with the success it counts, and its finish time may be the one that is taken (BO-3).
		all := n(append(w.failures[:len(w.failures):len(w.failures)], f))
		w.until = min(w.until, f.soonest+delayAfter(all, most))
	}
	return w
}

// forgetsFailures reports whether a success of an Indexed Job that is counted may carry its finalizer still. No list names
// it, so upstream takes it for a new success in each sync until the finalizer is gone, and each ends the delay (IDX-3).
func (j *jobState) forgetsFailures() bool {
	return indexed(j.obj) && j.anyPod(func(p *podState) bool {
		return p.account == countedSucceeded && p.perhapsThere(p.carries)
	})
}

// longestWait is the most that an implementation may wait.
func (j *jobState) longestWait() wait {
	var w wait
	s := j.lastSuccess()
	latest := time.Duration(0)
	for _, f := range j.failures {
		if f.surplus || s != nil && f.failing.entry.Seq < s.ended.entry.Seq && f.latest <= s.soonest {
			continue
		}
		w.failures = append(w.failures, f)
		w.n += 1 + f.recounts + f.held
		latest = max(latest, f.latest)
	}
	if w.n > 0 {
		w.until = latest + delayAfter(w.n, upstreamMost)
	}
	return w
}

// eachPod counts failures as upstream does (BO-2); eachRound counts those of one round once.
func eachPod(failures []*podState) int { return len(failures) }

func eachRound(failures []*podState) int {
	n, round := 0, -1
	for _, f := range failures {
		if f.round != round {
			n, round = n+1, f.round
		}
	}
	return n
}
