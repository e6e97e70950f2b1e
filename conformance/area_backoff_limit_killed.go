package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// knownToLive is about pods of whose creation the implementation was told. Others may come to light once the Job has
// finished, and then it is left alone (SYNC-7).
func knownToLive(p *podState) bool { return p.active() && p.answered }

// noneActive is that a Job that fails for a reason has no active pods for long.
func noneActive(reason string) func() any {
	atOnce := func(x *examiner, j *jobState) bool {
		d := decision(x, j, batchv1.JobFailureTarget)
		return d != nil && d.Reason == reason && (j.active > 0 || j.anyPod(func(p *podState) bool { return p.killed }))
	}
	return promptAfter(atOnce, func(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if j.gone || j.active == 0 || j.finished() && !j.anyPod(knownToLive) || j.obj.DeletionTimestamp != nil ||
			!failingFor(j.obj, reason) || failureHidden(j.obj) {
			return 0, "", false
		}
		return 0, j.say("Job ", j.obj.Name, " is failing with ", reason, ", and pods of it are still active"), true
	})
}

// killedCount is that the pods that were killed for a failure count as failed.
func killedCount(reason string, filter jobFilter) func() any {
	return func() any {
		return onJob(func(x *examiner, j *jobState) {
			if j.gone || j.wasFinished() || !isTrue(j.obj, batchv1.JobFailed) || !failingFor(j.obj, reason) || !filter(x, j) ||
				x.wasRefused && j.obj.Generation > 1 { // an edit may have made them surplus before the decision was stored (CTRL-8, SUS-3, PAR-5)
				return
			}
			failed, killed := 0, 0
			for _, p := range j.pods {
				switch {
				case p.reindexed || p.displaced: // it may have been released when its index was no more (IDX-5, EIJ-7)
				case p.killed && p.job == j && !j.endedWell(p) && !ignores(j.obj, p.obj) && !j.ignoresKilled(p): // PFP-10
					killed++
					failed++
				case p.account == listedFailed || p.account == countedFailed:
					failed++
				}
			}
			if killed == 0 {
				return
			}
			if x.exercised(); int(j.obj.Status.Failed) < failed {
				x.violated("Job %s has failed with status.failed %d; %d pods had failed before and %d were killed",
					j.obj.Name, j.obj.Status.Failed, failed-killed, killed)
			}
		})
	}
}

// endedWell reports whether a killed pod may count as a success, because it had succeeded before the decision was
// stored, or not at all, because somebody took its finalizer.
func (j *jobState) endedWell(p *podState) bool {
	if p.account == countedSucceeded || p.untracked.come() && !p.untracked.byImplementation() {
		return true
	}
	return p.obj.Status.Phase == corev1.PodSucceeded && p.ended.at <= j.decidedAt
}

// ignoresKilled reports whether the failure policy ignores a pod as it was when it was killed: containers of it may have
// ended while others went on.
func (j *jobState) ignoresKilled(p *podState) bool {
	pod, ok := p.deleted.entry.Object.(*corev1.Pod)
	return ok && ignores(j.obj, pod)
}
