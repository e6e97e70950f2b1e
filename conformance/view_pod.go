package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/trace"
)

// podState is one pod as the trace has shown it so far.
type podState struct {
	view *view
	// number is which of all pods it is.
	number int
	// obj is the pod as it is stored, or as it was last if it is gone; before is the version that it replaced, nil
	// after its creation.
	obj, before *corev1.Pod
	// job controls the pod now; nil if none does. last is the Job that did last.
	job, last *jobState
	// maker is the Job that controlled it when it was created.
	maker *jobState
	// seen is the pod as the cache of the present instance shows it, since seenAt; nil if it does not. seenSeq is the
	// Seq of the entry that told it.
	seen    *corev1.Pod
	seenAt  time.Duration
	seenSeq int
	// overtaken are versions that the cache or the store has shown until a moment ago.
	overtaken []overtakenPod
	// answered tells that the present instance has created the pod and knows it, whatever its cache shows.
	answered bool

	// created, deleted, ended, untracked, removal are when it was created, when its deletion was asked for, when its
	// phase became Succeeded or Failed, when it lost its tracking finalizer, and when it left the store.
	created, deleted, ended, untracked, removal moment
	gone                                        bool
	// orphan and stray tell as what the view counts it.
	orphan, stray bool
	account       account
	givenUp       bool      // it may count as failed because its Job was failing while it was alive
	unignored     bool      // it was failed at some time so that the pod failure policy did not ignore it
	unfatal       bool      // it was failed at some time so that the pod failure policy did not fail the Job
	endedTracked  bool      // it was tracked when it ended
	letGo         bool      // the implementation took its finalizer knowing that it had ended
	swapped       bool      // it was controlled by somebody else, or by nobody, for a time
	reindexed     bool      // somebody gave it another index, or none
	displaced     bool      // its Job was without its index for a time, so that it may have been let go uncounted (EIJ-7)
	troubled      bool      // some version of it had failed, or was being deleted
	denied        bool      // the implementation was told that it is gone, and may believe it (TRK-5)
	accountOf     *jobState // whose account that is
	// listed is the first version of its Job that lists the pod or counts it; nil if none does.
	listed    *batchv1.Job
	finalizer string // what tracking uses
	failure
	// recounts is how often its Job has adopted it again after it had counted: it counts again then (SEL-4).
	recounts int
	// early tells that it lost its tracking finalizer while it was at work and its Job was not failing; surplus that the
	// implementation deleted it at a time when nothing said that the Job fails. Such pods count neither way (BL-4).
	early, surplus bool
	// killed tells that the implementation deleted it, tracked as it was, because the Job fails and for no other reason.
	killed bool
}

// moment is when something happened to an object and who asked for it; the zero moment has not come.
type moment struct {
	at    time.Duration
	entry *trace.Entry
}

func (m moment) come() bool { return m.entry != nil }

// byImplementation reports whether it came about by a request of the implementation.
func (m moment) byImplementation() bool { return m.entry != nil && m.entry.Instance > 0 }

func (v *view) newPod(obj *corev1.Pod) *podState {
	var p *podState
	v.pods, p = next(v.pods)
	*p = podState{view: v, number: len(v.pods) - 1, created: moment{v.now, v.entry}, finalizer: v.claims.Finalizer, overtaken: p.overtaken[:0]}
	p.answered = isImplementation(v.entry) && v.entry.Instance == v.instance && !v.entry.Lost
	v.podByUID[obj.UID] = p
	v.podByKey[types.NamespacedName{Namespace: obj.Namespace, Name: obj.Name}] = p
	p.maker = v.controllerOf(obj)
	return p
}

// controllerOf is the Job that controls a pod; nil if that is something else, or nothing.
func (v *view) controllerOf(pod *corev1.Pod) *jobState {
	owner := metav1.GetControllerOfNoCopy(pod)
	if owner == nil || owner.Kind != "Job" || owner.APIVersion != batchv1.SchemeGroupVersion.String() {
		return nil
	}
	return v.jobByUID[owner.UID]
}

func (p *podState) stored(v *view, obj *corev1.Pod) {
	p.leave()
	p.overtake(p.obj)
	p.before, p.obj = p.obj, obj
	p.troubled = p.troubled || isFailedOrStopping(obj)
	was := p.job
	p.control(v)
	if p.job != nil && p.job != was { // whatever another Job has counted
		if p.account != unlisted && p.accountOf == p.job {
			p.recounts++
		}
		p.account, p.listed = unlisted, nil
	}
	if !p.deleted.come() && obj.DeletionTimestamp != nil {
		p.deleted = moment{v.now, v.entry}
		p.noteDeleted()
	}
	if !p.ended.come() && terminal(obj) {
		p.ended, p.endedTracked = moment{v.now, v.entry}, p.carries(obj)
	}
	p.noteFinalizer(v, p.before, obj)
	switch {
	case p.carries(obj):
		p.early = false
	case p.untracked.entry == v.entry:
		p.early = !terminal(obj) && !p.deleted.come() && (was == nil || !isTrue(was.obj, batchv1.JobFailureTarget))
	}
	p.join()
	p.unignored = p.unignored || p.job != nil && p.counts()
	p.noteSettled()
	p.unfatal = p.unfatal || p.job != nil && p.failed() && !failsJob(p.job.obj, obj)
	p.noteEnd(v)
	p.noteCreation(v)
	if j := p.job; j != nil && onFailure(j.obj) && restartsReach(j.restarts, backoffLimitOf(j.obj)) {
		j.restartsReached = true
	}
}

// noteDeleted notes why the implementation deletes the pod, as far as one can tell.
func (p *podState) noteDeleted() {
	j := p.job
	if j == nil || !p.deleted.byImplementation() {
		return
	}
	p.surplus = !j.mayFail()
	p.killed = !p.surplus && p.carries(p.obj) && !p.perhapsMisplaced(j) && !j.perhaps(suspended) && j.mostActive() <= j.leastWanted()
}

// control notes whose pod it is now.
func (p *podState) control(v *view) {
	was := p.job
	p.job = v.controllerOf(p.obj)
	p.swapped = p.swapped || p.before != nil && p.job != was
	p.reindexed = p.reindexed || p.before != nil && indexOf(p.before) != indexOf(p.obj)
	p.displaced = p.displaced || p.job != nil && !hasPlace(p.job.obj, p.obj)
	if p.job == nil || p.job == p.last {
		return
	}
	p.last, p.unignored, p.unfatal = p.job, false, false
	p.account, p.listed = unlisted, nil // another Job has counted it, if any
	if !slices.Contains(p.job.pods, p) {
		p.job.pods = append(p.job.pods, p)
	}
	if p.job != nil && p.job != p.accountOf { // another Job has adopted it, and has its own account of it
		p.account, p.accountOf = unlisted, p.job
	}
}

// noteFinalizer notes when the tracking finalizer goes. Adoption can bring it back.
func (p *podState) noteFinalizer(v *view, before, obj *corev1.Pod) {
	switch {
	case p.carries(obj):
		p.untracked = moment{}
	case before != nil && p.carries(before):
		p.untracked = moment{v.now, v.entry}
		p.letGo = v.byImplementation() && p.settled() && p.surely(terminal)
	}
}

func (p *podState) removed(v *view) {
	p.leave()
	p.before, p.gone, p.removal = p.obj, true, moment{v.now, v.entry}
	if !p.deleted.come() { // at once, without a mark before
		p.deleted = p.removal
	}
	key := types.NamespacedName{Namespace: p.obj.Namespace, Name: p.obj.Name}
	if v.podByKey[key] == p {
		delete(v.podByKey, key)
	}
	p.noteCreation(v)
}

// tracked reports whether the pod carries the tracking finalizer now.
func (p *podState) tracked() bool { return !p.gone && p.carries(p.obj) }

func (p *podState) carries(pod *corev1.Pod) bool { return slices.Contains(pod.Finalizers, p.finalizer) }

// active, terminating and failed are the words of SEMANTICS.md.
func (p *podState) active() bool {
	return !p.gone && !terminal(p.obj) && p.obj.DeletionTimestamp == nil
}

func (p *podState) terminating() bool {
	return !p.gone && !terminal(p.obj) && p.obj.DeletionTimestamp != nil
}

func (p *podState) failed() bool {
	switch {
	case p.obj.Status.Phase == corev1.PodFailed:
		return true
	case p.obj.Status.Phase == corev1.PodSucceeded || p.obj.DeletionTimestamp == nil:
		return false
	}
	return p.job == nil || !replacesOnlyFailed(p.job.obj)
}

// counts reports whether it has failed, and the pod failure policy of its Job does not ignore that.
func (p *podState) counts() bool {
	return p.failed() && (p.job == nil || !ignores(p.job.obj, p.obj))
}

// ignored reports whether it has failed, and has never done so in a way that counts (PFP-6).
func (p *podState) ignored() bool { return p.obj.Status.Phase == corev1.PodFailed && !p.unignored }

// adoptedAgain reports whether a pod was controlled by nobody, or by somebody else, for a time: it is a new pod to the Job
// that adopts it, and counts by SEL-4 although it may have counted before, which COMP-12 forgets.
func (v *view) adoptedAgain(uid types.UID) bool {
	p := v.podByUID[uid]
	return p != nil && p.swapped
}

// releasedAs is the pod as it was when its tracking finalizer was taken; false if it has it.
func (p *podState) releasedAs() (*corev1.Pod, bool) {
	if !p.untracked.come() || p.tracked() {
		return nil, false
	}
	pod, ok := p.untracked.entry.Object.(*corev1.Pod)
	return pod, ok
}
