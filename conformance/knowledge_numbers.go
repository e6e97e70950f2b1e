package conformance

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// The numbers that decide a Job, as far as the implementation can know them: each has a most and a least, because what
// it acts on may be older than what is stored. A decision is wrong only if it is wrong for all that lies between.

// leastActive counts pods other than one that are active, as the implementation must know. Those that it asks to stop
// are not, and neither are those that it may let go because their labels do not match any more.
func (j *jobState) leastActive(but *podState) int {
	return j.leastHaving(but, isActive)
}

// leastUnfinished counts those that are active or terminating.
func (j *jobState) leastUnfinished(but *podState) int {
	return j.leastHaving(but, isUnfinished)
}

func (j *jobState) leastHaving(but *podState, holds func(*corev1.Pod) bool) int {
	n := 0
	for _, p := range j.pods {
		if p != but && !p.gone && p.job == j && p.surelyStill(holds) && p.surelyStill(j.selects) {
			n++
		}
	}
	return n
}

// mostActive is the largest number of active pods that the implementation may know of, with those that it is about to
// delete.
func (j *jobState) mostActive() int {
	n := 0
	for _, p := range j.pods {
		if p.perhapsThere(isActive) {
			n++
		}
	}
	return n
}

// leastSucceeded is the lowest number of successes that the implementation must see with a version of the Job.
func (j *jobState) leastSucceeded(version *batchv1.Job) int {
	if indexed(version) {
		return j.leastIndexes(version).count()
	}
	n := succeededIn(version)
	for _, p := range j.pods {
		if isNews(version, p) && p.job == j && p.surelyThere(isSucceeded) && p.surelyThere(p.carries) {
			n++
		}
	}
	return n
}

// mostSucceeded is the highest number that it may have seen with that version.
func (j *jobState) mostSucceeded(version *batchv1.Job) int {
	if indexed(version) {
		return j.mostIndexes(version).count()
	}
	n := succeededIn(version)
	for _, p := range j.pods {
		if isNews(version, p) && p.perhapsThere(isSucceeded) && p.perhapsThere(p.carries) {
			n++
		}
	}
	return n
}

// leastFailed is the lowest number of failures that the implementation must see with a version of the Job. Pods that
// it has deleted itself are left out: whether they count depends on why it did (PAR-5, BL-7).
func (j *jobState) leastFailed(version *batchv1.Job) int {
	n, byThemselves := failedIn(version), 0
	failed := func(pod *corev1.Pod) bool { return countsAsFailed(version, pod, replacesOnlyFailed(version)) }
	for _, p := range j.pods {
		if !p.troubled {
			continue
		}
		if isFailedOrStopping(p.obj) && !p.deleted.byImplementation() && !ignores(version, p.obj) {
			byThemselves++
		}
		if isNews(version, p) && p.job == j && !p.deleted.byImplementation() &&
			p.surelyThere(failed) && p.surelyThere(p.carries) && p.surelyCounts(j) {
			n++
		}
	}
	return min(n, byThemselves)
}

// mostFailed is the largest number of failures that the implementation may know of, when base is the latest status.
func (j *jobState) mostFailed(base *batchv1.Job) int {
	n, onlyFailed := failedIn(base), j.surely(replacesOnlyFailed)
	for _, p := range j.pods {
		if !p.troubled || !isNews(base, p) || p.ownKill() || !p.perhapsThere(p.carries) || !p.perhapsCounts(j) {
			continue
		}
		if p.perhapsThere(func(pod *corev1.Pod) bool { return countsAsFailed(base, pod, onlyFailed) }) {
			n++
		}
	}
	return n
}

// ownKill reports whether the implementation is just now taking the pod away: its failure cannot be a reason for that.
// It can if a call of a program was refused since, which begins another evaluation (CTRL-8).
func (p *podState) ownKill() bool {
	v := p.view
	if !p.deleted.byImplementation() || v.sync == 0 && v.wasRefused && v.refusedSeq > p.deleted.entry.Seq ||
		!v.atWork(p.deleted.entry.Seq, p.deleted.at) {
		return false
	}
	return !p.ended.come() || p.ended.entry.Seq > p.deleted.entry.Seq
}

// isNews reports whether a version of the Job neither lists nor counts a pod.
func isNews(version *batchv1.Job, p *podState) bool {
	return p.listed == nil || older(version.ResourceVersion, p.listed.ResourceVersion)
}

// older compares resource versions, which are numbers.
func older(a, b string) bool {
	return len(a) < len(b) || len(a) == len(b) && a < b
}

// leastRestarts is the smallest sum of restarts that it must know of (ONF-3).
func (j *jobState) leastRestarts() int {
	sum := 0
	for _, p := range j.pods {
		if p.job == j && p.surelyThere(isUnfinished) && p.surelyThere(j.selects) {
			sum += min(restartsOf(p.obj), restartsOf(p.seen))
		}
	}
	return sum
}

// mostRestarts is the largest sum of restarts that it may know of (ONF-3).
func (j *jobState) mostRestarts() int {
	sum := 0
	for _, p := range j.pods {
		most := 0
		p.perhaps(func(pod *corev1.Pod) bool {
			if !terminal(pod) {
				most = max(most, restartsOf(pod))
			}
			return false
		})
		sum += most
	}
	return sum
}

// leastLimit and mostLimit are the smallest and the largest backoffLimit that the implementation may know of.
func (j *jobState) leastLimit() int {
	least := backoffLimitOf(j.obj)
	j.known(func(job *batchv1.Job) { least = min(least, backoffLimitOf(job)) })
	return least
}

func (j *jobState) mostLimit() int {
	most := backoffLimitOf(j.obj)
	j.known(func(job *batchv1.Job) { most = max(most, backoffLimitOf(job)) })
	return most
}

// leastWanted is the smallest number of active pods that the implementation may want.
func (j *jobState) leastWanted() int {
	if indexed(j.obj) {
		return j.leastWantedIndexes()
	}
	succeeded := int(j.obj.Status.Succeeded)
	if u := j.obj.Status.UncountedTerminatedPods; u != nil {
		succeeded += len(u.Succeeded)
	}
	for _, p := range j.pods {
		if p.account == unlisted && p.obj.Status.Phase == corev1.PodSucceeded {
			succeeded++
		}
	}
	least := parallel(j.obj)
	j.known(func(job *batchv1.Job) {
		wanted := parallel(job)
		if job.Spec.Completions != nil {
			wanted = min(wanted, max(0, int(*job.Spec.Completions)-succeeded))
		}
		if suspended(job) {
			wanted = 0
		}
		least = min(least, wanted)
	})
	return least
}
