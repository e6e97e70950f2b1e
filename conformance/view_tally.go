package conformance

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// tally is what there is of a Job's pods, as the vocabulary of SEMANTICS.md has it.
type tally struct {
	// active, ready, terminating are STAT-1 to STAT-3 in truth.
	active, ready, terminating int
	// restarts is R of ONF-3: over pods that are Pending or Running.
	restarts int
	// newSucceeded and newFailed are tracked pods that are finished and stand in no counter and no list yet, of those that
	// the Job counts.
	newSucceeded, newFailed int
	// tracked is how many carry the tracking finalizer.
	tracked int
}

// account is where a pod stands in the status of its Job.
type account int8

const (
	unlisted account = iota
	listedSucceeded
	listedFailed
	countedSucceeded
	countedFailed
)

// recount makes the tally anew: under another replacement policy other pods are failed, and an Indexed Job of another size
// counts other pods.
func (j *jobState) recount() {
	at := j.podsAt
	for _, p := range j.pods {
		if p.job == j {
			p.leave() // for what the view counts; the tally itself may not be what it was
		}
	}
	j.tally = tally{}
	for _, p := range j.pods {
		if p.job == j {
			p.join()
		}
	}
	j.podsAt = at // no pod has changed
}

// list notes which pods stand in the uncounted lists, or have left them because they are counted now.
func (j *jobState) list(v *view) {
	var now, old batchv1.UncountedTerminatedPods
	if u := j.obj.Status.UncountedTerminatedPods; u != nil {
		now = *u
	}
	if j.before != nil && j.before.Status.UncountedTerminatedPods != nil {
		old = *j.before.Status.UncountedTerminatedPods
	}
	for _, uid := range now.Succeeded {
		j.setListed(v, uid, listedSucceeded)
	}
	for _, uid := range now.Failed {
		j.setListed(v, uid, listedFailed)
	}
	for _, uid := range old.Succeeded {
		if !slices.Contains(now.Succeeded, uid) {
			j.setListed(v, uid, countedSucceeded)
		}
	}
	for _, uid := range old.Failed {
		if !slices.Contains(now.Failed, uid) {
			j.setListed(v, uid, countedFailed)
		}
	}
}

func (j *jobState) setListed(v *view, uid types.UID, a account) {
	p := v.podByUID[uid]
	if p == nil || p.account == a || p.accountOf != nil && p.accountOf != j {
		return
	}
	p.leave()
	if p.account == unlisted && p.job != nil {
		p.listed = p.job.obj
	}
	p.account, p.accountOf = a, j
	p.unsure = p.unsure || v.entry.Lost
	p.join()
}

// succ and fail are the numbers of that name in the vocabulary of SEMANTICS.md.
func (j *jobState) succ() int {
	if indexed(j.obj) {
		return j.indexTruth().succeeded
	}
	n := int(j.obj.Status.Succeeded) + j.newSucceeded
	if u := j.obj.Status.UncountedTerminatedPods; u != nil {
		n += len(u.Succeeded)
	}
	return n
}

func (j *jobState) fail() int {
	n := int(j.obj.Status.Failed) + j.newFailed
	if u := j.obj.Status.UncountedTerminatedPods; u != nil {
		n += len(u.Failed)
	}
	return n
}

// join adds the pod to the tally of its Job; leave takes it out while it changes.
func (p *podState) join()  { p.add(+1) }
func (p *podState) leave() { p.add(-1) }

func (p *podState) add(sign int) {
	if p.obj == nil || p.gone {
		return
	}
	if sign > 0 {
		p.orphan = metav1.GetControllerOfNoCopy(p.obj) == nil
		p.stray = !p.orphan && p.job != nil && p.job.deselects(p.obj)
	}
	switch {
	case p.orphan:
		p.view.orphaned += sign
	case p.stray:
		p.view.strays += sign
	}
	if p.job == nil {
		return
	}
	p.job.podsAt = p.view.now
	p.job.indexes.truth.known = false
	t := &p.job.tally
	switch {
	case p.active():
		t.active += sign
		if ready(p.obj) {
			t.ready += sign
		}
	case p.terminating():
		t.terminating += sign
	}
	if !terminal(p.obj) {
		t.restarts += sign * restartsOf(p.obj)
	}
	if !p.tracked() {
		return
	}
	t.tracked += sign
	if p.account != unlisted || !hasPlace(p.job.obj, p.obj) {
		return
	}
	switch {
	case p.obj.Status.Phase == corev1.PodSucceeded:
		t.newSucceeded += sign
	case p.counts():
		t.newFailed += sign
	}
}

// uncounted returns a tracked pod of the Job that stands in no counter and no list although it should, and of which
// something holds; nil if there is none.
func (j *jobState) uncounted(holds func(*podState) bool) *podState {
	for _, p := range j.pods {
		if p.job == j && p.account == unlisted && p.tracked() && hasPlace(j.obj, p.obj) && !p.waits() && holds(p) {
			return p
		}
	}
	return nil
}
