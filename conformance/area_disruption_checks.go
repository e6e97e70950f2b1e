package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// disrupted reports whether a pod was ended by the cluster and not by itself.
func disrupted(pod *corev1.Pod) bool {
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == corev1.DisruptionTarget {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// givenUp reports whether the pod garbage collector has ended a pod because its node is gone.
func givenUp(pod *corev1.Pod) bool {
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue {
			return c.Reason == "DeletionByPodGC"
		}
	}
	return false
}

// nothingIsLost is that a pod which somebody else deletes does not lose its finalizer before it is listed.
func nothingIsLost(x *examiner, p *podState) {
	j := p.job
	if !freed(x, p) || j == nil || !p.deleted.come() || p.deleted.byImplementation() || !j.runs() {
		return
	}
	counts := func(pod *corev1.Pod) bool { return pod.DeletionTimestamp != nil || terminal(pod) }
	if p.seen == nil || !p.perhaps(counts) || p.early || p.ignored() || p.perhaps(j.deselects) { // it may have been let go (SEL-2)
		return
	}
	x.exercised()
	if p.account == unlisted && j.surely(func(job *batchv1.Job) bool { return !suspended(job) }) && p.surely(counts) && p.surelyCounts(j) {
		x.violated("pod %s, which somebody else deleted, loses its finalizer although Job %s neither lists nor counts it", p.obj.Name, j.obj.Name)
	}
}

func countedPodDeleted(_ *examiner, j *jobState) bool {
	return j.anyPod(func(p *podState) bool { return p.account >= countedSucceeded && p.deleted.come() && p.ended.come() })
}

// countersStay is that what happens to a pod which counts already changes no counter.
func countersStay(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() {
		return
	}
	was, is := &j.before.Status, &j.obj.Status
	if was.Succeeded+was.Failed == 0 {
		return
	}
	if countedPodDeleted(x, j) {
		x.exercised()
	}
	if is.Succeeded < was.Succeeded && !j.shrunk || // its indexes are no more (EIJ-2)
		is.Failed < was.Failed {
		x.violated("the counters of Job %s fall from succeeded %d and failed %d to %d and %d", j.obj.Name, was.Succeeded, was.Failed, is.Succeeded, is.Failed)
	}
}

// strippedAtWork reports whether somebody else took the pod's finalizer while it was at work.
func strippedAtWork(p *podState) bool { return p.early && !p.untracked.byImplementation() }

func hasStripped(_ *examiner, j *jobState) bool {
	return j.anyPod(func(p *podState) bool { return strippedAtWork(p) && p.deleted.come() })
}

// onLostNode reports whether a pod is on a node that is cut off.
func (v *view) onLostNode(p *podState) bool { return v.lostNodes[p.obj.Spec.NodeName] }

// waitsForEviction is that pods on a lost node keep their place until they are deleted.
func waitsForEviction(x *examiner, p *podState) {
	j := p.job
	if j == nil || p.gone {
		return
	}
	if p.before != nil {
		if p.active() && x.onLostNode(p) {
			x.exercised()
		}
		return
	}
	if !x.byImplementation() || len(x.lostNodes) == 0 {
		return
	}
	most := parallel(j.obj)
	j.known(func(job *batchv1.Job) { most = max(most, parallel(job)) })
	active := j.leastActive(p)
	if active < most {
		return
	}
	for _, lost := range j.pods {
		if lost != p && lost.job == j && lost.active() && x.onLostNode(lost) {
			x.violated("pod %s is created although %d pods are active and parallelism is %d; pod %s is on a lost node, and nobody has deleted it",
				p.obj.Name, active, most, lost.obj.Name)
			return
		}
	}
}

// lostBlockTheEnd is that a Job does not end while a pod of it may be at work on a node that nobody can ask.
func lostBlockTheEnd(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.before == nil {
		return
	}
	if j.decided() && !j.finished() && j.terminating > 0 {
		x.exercised()
	}
	if j.wasFinished() || !j.finished() {
		return
	}
	for _, p := range j.pods {
		if p.job == j && p.surelyThere(func(pod *corev1.Pod) bool { return !terminal(pod) && pod.DeletionTimestamp != nil }) {
			x.violated("Job %s is finished while pod %s is terminating and has not stopped", j.obj.Name, p.obj.Name)
		}
	}
}

// disruptedCount is that pods which the cluster has ended count, and are not let go before.
func disruptedCount(filter func(*corev1.Pod) bool) func() any {
	owed := disruptedUncounted(filter)
	return func() any { return &disruptions{promptly{owed: owed}, filter} }
}

type disruptions struct {
	promptly
	filter func(*corev1.Pod) bool
}

func (c *disruptions) pod(x *examiner, p *podState) {
	if !freed(x, p) || p.obj.Status.Phase != corev1.PodFailed || !c.filter(p.obj) || !mustBeListed(x, p) {
		return
	}
	if x.exercised(); p.account == unlisted {
		x.violated("pod %s was ended by the cluster, and loses its finalizer although Job %s neither lists nor counts it",
			p.obj.Name, p.job.obj.Name)
	}
}

func disruptedUncounted(filter func(*corev1.Pod) bool) owes {
	return func(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if j.newFailed == 0 || !j.runs() {
			return 0, "", false
		}
		if p := j.uncounted(func(p *podState) bool { return p.counts() && terminal(p.obj) && filter(p.obj) }); p != nil {
			return p.ended.at, j.say("pod ", p.obj.Name, " was ended by the cluster, and does not count as failed"), true
		}
		return 0, "", false
	}
}

// patienceWithPending is about pods that do not start.
type patienceWithPending struct{}

const longPending = time.Minute

func (patienceWithPending) pod(x *examiner, p *podState) {
	if p.before == nil || p.before.Status.Phase != corev1.PodPending || p.before.DeletionTimestamp != nil || p.gone {
		return
	}
	if x.now-p.created.at >= longPending {
		x.exercised()
	}
	if j := p.job; j != nil && p.deleted.entry == x.entry && p.deleted.byImplementation() && p.seen != nil && !j.mayDelete() && !p.perhapsMisplaced(j) {
		x.violated("pod %s has been Pending for %v and is deleted for no reason; it may still start", p.obj.Name, x.now-p.created.at)
	}
}

func (patienceWithPending) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() || j.decided() || failedIn(j.obj) <= failedIn(j.before) {
		return
	}
	for _, p := range j.pods {
		if p.account == listedFailed && p.pending() {
			x.violated("pod %s counts as failed, but it is only Pending", p.obj.Name)
		}
	}
	if failedIn(j.obj) > j.countable() {
		x.violated("Job %s shows %d pods as failed, but only %d can have failed; the others are Pending or at work", j.obj.Name, failedIn(j.obj), j.countable())
	}
}
