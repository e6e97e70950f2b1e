package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// madeByDeleted reports whether the Job that has made the pod is gone or on its way.
func madeByDeleted(p *podState) bool {
	return p.maker != nil && (p.maker.gone || p.maker.deletion.come())
}

// freesDependents is that the pods of a Job that is gone, or being deleted, lose the finalizer.
func freesDependents(gone bool) func() any {
	occasion := func(x *examiner, p *podState) bool {
		return freed(x, p) && p.job != nil && p.job.deletion.come() && p.job.gone == gone
	}
	state := " is being deleted"
	if gone {
		state = " is gone"
	}
	return promptAfterPod(occasion, func(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if j.tracked == 0 || j.gone != gone || !j.deletion.come() {
			return 0, "", false
		}
		for _, p := range j.pods {
			if p.job == j && p.tracked() {
				return j.deletion.at, j.say("Job ", j.obj.Name, state, ", and pod ", p.obj.Name, " keeps the finalizer ", p.finalizer), true
			}
		}
		return 0, "", false
	})
}

// leavesPods reports whether the Job was deleted with propagationPolicy Orphan.
func (j *jobState) leavesPods() bool {
	deleted, ok := j.deletion.entry.Object.(*batchv1.Job)
	return ok && slices.Contains(deleted.Finalizers, metav1.FinalizerOrphanDependents)
}

// runsOn reports whether the Job has no reason to end.
func (j *jobState) runsOn() bool { return !j.decided() && !j.mayFail() && !j.perhapsSuccessRuleMet() }

// orphansLive is that nobody stops pods whose Job was deleted without them.
func orphansLive(x *examiner, p *podState) {
	if p.before == nil || !madeByDeleted(p) {
		return
	}
	j := p.maker
	if !j.gone && j.leavesPods() && j.surely(isBeingDeleted) && j.runsOn() && p.deleted.entry == x.entry && p.deleted.byImplementation() {
		x.violated("pod %s is deleted; its Job %s is being deleted without its pods", p.obj.Name, j.obj.Name)
	}
	if !uncontrolled(p.before) {
		return
	}
	x.exercised()
	if p.deleted.entry == x.entry && p.deleted.byImplementation() && p.surely(uncontrolled) {
		x.violated("pod %s is deleted; its Job %s was deleted without its pods", p.obj.Name, p.maker.obj.Name)
	}
}

func beingDeletedJob(_ *examiner, j *jobState) bool { return j.deletion.come() }

// failsWhileDeleted is that a Job which is being deleted can still fail.
func failsWhileDeleted(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || j.decided() || !j.deletion.come() || j.fail() <= backoffLimitOf(j.obj) {
		return 0, "", false
	}
	return 0, j.say("more pods of Job ", j.obj.Name, " have failed than backoffLimit, and it is not FailureTarget; it is being deleted, but it is there"), true
}

// predecessor returns a Job of the same name that was there before; nil if there was none.
func (j *jobState) predecessor() *jobState {
	for _, old := range j.view.jobs {
		if old == j {
			return nil
		}
		if old.obj.Name == j.obj.Name && old.obj.Namespace == j.obj.Namespace {
			return old
		}
	}
	return nil
}

// newcomer is about Jobs that have the name of one that was deleted.
type newcomer struct{}

func (newcomer) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() {
		return
	}
	old := j.predecessor()
	if old == nil {
		return
	}
	if len(old.pods) > 0 {
		x.exercised()
	}
	listsOwn(x, j)
	own := 0
	for _, p := range j.pods {
		if p.ended.come() || p.deleted.come() || isTrue(j.obj, batchv1.JobFailureTarget) {
			own += 1 + p.recounts
		}
	}
	if counted := int(j.obj.Status.Succeeded + j.obj.Status.Failed); counted > own {
		x.violated("Job %s shows %d ended pods, but only %d of its own can have ended; the Job of that name before it had %d", j.obj.Name, counted, own, len(old.pods))
	}
}

// newcomerStarts is that such a Job waits for nothing that the old one has left behind.
func newcomerStarts(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if len(j.pods) > 0 || j.missing() == 0 || j.obj.Spec.ActiveDeadlineSeconds != nil || j.predecessor() == nil {
		return 0, "", false
	}
	return 0, j.say("Job ", j.obj.Name, ", of a name that there was before, has no pod, and gets none"), true
}

func isNewcomersPod(x *examiner, p *podState) bool {
	return p.before == nil && p.job != nil && x.byImplementation() && p.job.predecessor() != nil
}

// finishedStay is that nobody tidies up.
type finishedStay struct{}

func (finishedStay) job(x *examiner, j *jobState) {
	if j.finished() && !j.wasFinished() {
		x.exercised()
	}
}

func (c finishedStay) call(x *examiner, e *trace.Entry) {
	if e.Verb != "delete" || !e.OK() {
		return
	}
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		c.deletesJob(x, obj)
	case *corev1.Pod:
		p := x.podByUID[obj.UID]
		if p == nil || p.maker == nil || p.maker.gone || p.maker.deletion.come() || !p.ended.come() {
			return
		}
		if p.maker.surely(isFinished) && p.surely(terminal) {
			x.violated("the implementation deletes pod %s of Job %s, which is finished", obj.Name, p.maker.obj.Name)
		}
	}
}

// deletesJob excuses who has read the Job before somebody took its time to live away.
func (finishedStay) deletesJob(x *examiner, job *batchv1.Job) {
	mortal := func(version *batchv1.Job) bool { return version.Spec.TTLSecondsAfterFinished != nil }
	j := x.jobByUID[job.UID]
	if !mortal(job) && (j == nil || !j.perhaps(mortal) && !j.perhapsOvertaken(mortal)) {
		x.violated("the implementation deletes Job %s; that is for others to do", job.Name)
	}
}
