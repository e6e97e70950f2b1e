package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// deselects reports whether a pod is surely none that the Job's selector matches.
func (j *jobState) deselects(pod *corev1.Pod) bool {
	return !j.selects(pod)
}

func uncontrolled(pod *corev1.Pod) bool { return metav1.GetControllerOfNoCopy(pod) == nil }

func beingDeleted(pod *corev1.Pod) bool { return pod.DeletionTimestamp != nil }

// orphans lists the pods that nobody controls and that the Job's selector matches.
func (j *jobState) orphans(holds func(*podState) bool) (found []*podState) {
	v := j.view
	if v.orphaned == 0 {
		return nil
	}
	for _, p := range v.pods {
		if !p.gone && p.obj.Namespace == j.obj.Namespace && uncontrolled(p.obj) && j.selects(p.obj) && holds(p) {
			found = append(found, p)
		}
	}
	return found
}

func adoptsOrphans(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() {
		return 0, "", false
	}
	for _, p := range j.orphans(func(p *podState) bool { return !beingDeleted(p.obj) }) {
		return 0, j.say("pod ", p.obj.Name, " has no controller and matches the selector of Job ", j.obj.Name, ", and is not adopted"), true
	}
	return 0, "", false
}

func isAdoption(x *examiner, p *podState) bool { return adopted(x, p) != nil }

func isAdoptionOfEnded(x *examiner, p *podState) bool { return isAdoption(x, p) && terminal(p.obj) }

// isRelease reports whether the implementation has just taken the controller of a pod away.
func isRelease(x *examiner, p *podState) bool {
	return !p.gone && p.before != nil && x.byImplementation() && !uncontrolled(p.before) && uncontrolled(p.obj)
}

// adopted returns the Job that has just adopted a pod; nil if none has.
func adopted(x *examiner, p *podState) *jobState {
	if p.gone || p.before == nil || p.job == nil || !x.byImplementation() || !uncontrolled(p.before) {
		return nil
	}
	return p.job
}

func adoptionTracks(x *examiner, p *podState) {
	if j := adopted(x, p); j != nil {
		if x.exercised(); !p.carries(p.obj) {
			x.violated("Job %s adopts pod %s without the finalizer %s, so the pod can vanish uncounted", j.obj.Name, p.obj.Name, p.finalizer)
		}
	}
}

func releasesStrays(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if x.strays == 0 || !j.runs() {
		return 0, "", false
	}
	for _, p := range j.pods {
		if p.job == j && !p.gone && (p.tracked() || !terminal(p.obj)) && j.deselects(p.obj) {
			return 0, j.say("pod ", p.obj.Name, " does not match the selector of Job ", j.obj.Name, " any more, and is not released"), true
		}
	}
	return 0, "", false
}

func releaseUntracks(x *examiner, p *podState) {
	if !isRelease(x, p) {
		return
	}
	if x.exercised(); p.carries(p.obj) {
		x.violated("pod %s is released and keeps the finalizer %s, so nobody can delete it", p.obj.Name, p.finalizer)
	}
}

// released reports whether the Job has let the pod go while it was at work.
func (j *jobState) released(p *podState) bool {
	return p.early && p.job != j && p.untracked.byImplementation() && !p.deleted.come()
}

// missing is how many pods the Job lacks, as things are.
func (j *jobState) missing() int {
	if !j.runs() {
		return 0
	}
	return j.vacancies()
}

// replacedAtOnce is for Jobs without a failed pod: nothing delays their creations.
func replacedAtOnce(filter jobFilter) func() any {
	occasion := func(x *examiner, p *podState) bool {
		return p.job != nil && p.before == nil && x.byImplementation() && p.job.fail() == 0 && filter(x, p.job)
	}
	return promptAfterPod(occasion, func(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if j.fail() > 0 || len(j.failures) > 0 || j.missing() == 0 || pastDeadline(j.obj, x.now) || !filter(x, j) {
			return 0, "", false
		}
		return 0, j.say("Job ", j.obj.Name, " has too few active pods and no failed ones, and gets no pod"), true
	})
}

func adoptsForTheLiving(x *examiner, p *podState) {
	j := adopted(x, p)
	if j == nil {
		return
	}
	d := j.deletion
	if x.exercised(); d.come() && !x.atWork(d.entry.Seq, d.at) {
		x.violated("pod %s is adopted for Job %s, of which the deletion was asked for at %v",
			p.obj.Name, j.obj.Name, d.at)
	}
}

func adoptedCount(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() {
		return 0, "", false
	}
	for _, p := range j.orphans(func(p *podState) bool { return terminal(p.obj) && !beingDeleted(p.obj) }) {
		return 0, j.say("pod ", p.obj.Name, " has ended, has no controller and matches the selector of Job ", j.obj.Name,
			", and is not adopted"), true
	}
	if j.newSucceeded+j.newFailed == 0 {
		return 0, "", false
	}
	if p := j.uncounted(func(p *podState) bool { return p.maker != j && terminal(p.obj) }); p != nil {
		return 0, j.say("pod ", p.obj.Name, " had ended when Job ", j.obj.Name, " adopted it, and does not count"), true
	}
	return 0, "", false
}

// foreign is about pods that somebody else controls.
type foreign struct{}

func controlledByOthers(pod *corev1.Pod) bool {
	owner := metav1.GetControllerOfNoCopy(pod)
	return owner != nil && owner.Kind != "Job"
}

func (foreign) pod(x *examiner, p *podState) {
	if !p.gone && controlledByOthers(p.obj) {
		x.exercised()
	}
}

func (foreign) call(x *examiner, e *trace.Entry) {
	pod, ok := e.Object.(*corev1.Pod)
	if !ok || !e.Stored() || e.Verb == "create" || e.Verb == "get" || e.Verb == "list" {
		return
	}
	if p := x.podByUID[pod.UID]; p != nil && p.surely(controlledByOthers) {
		x.violated("the implementation asks to %s pod %s, which a %s controls", e.Verb, pod.Name, metav1.GetControllerOf(p.obj).Kind)
	}
}

func (foreign) job(x *examiner, j *jobState) {
	listsOwn(x, j)
	if j.gone || j.before == nil || !x.byImplementation() {
		return
	}
	own, others := 0, 0
	for _, p := range j.pods {
		switch {
		case p.perhapsThere(func(pod *corev1.Pod) bool { return isActive(pod) && x.controllerOf(pod) == j }):
			own++
		case controlledByOthers(p.obj):
			others++
		}
	}
	if others > 0 && int(j.obj.Status.Active) > own {
		x.violated("Job %s shows %d active pods, and has %d; %d were its own and have another controller now",
			j.obj.Name, j.obj.Status.Active, own, others)
	}
}

// listsOwn is that the uncounted lists name only pods that the Job has or has had.
func listsOwn(x *examiner, j *jobState) {
	u := j.obj.Status.UncountedTerminatedPods
	if j.gone || u == nil || !x.byImplementation() {
		return
	}
	for uid := range each(u.Succeeded, u.Failed) {
		if p := x.podByUID[uid]; p != nil && p.job != j && p.maker != j && !slices.Contains(j.pods, p) {
			x.violated("Job %s lists pod %s, which has never been its own", j.obj.Name, p.obj.Name)
		}
	}
}

// handOver is about Jobs with a selector made by hand that find pods at work.
func handOver(x *examiner, p *podState) {
	if j := adopted(x, p); j != nil && byHand(j) {
		x.exercised()
	}
	j := p.job
	if j == nil || p.before != nil || !x.byImplementation() || !byHand(j) {
		return
	}
	most := parallel(j.obj)
	j.known(func(job *batchv1.Job) { most = max(most, parallel(job)) })
	free := j.orphans(func(o *podState) bool {
		return o.surelyThere(isActive) && o.surelyThere(uncontrolled) && o.surelyThere(j.selects)
	})
	if own := j.leastActive(p); len(free) > 0 && own+len(free) >= most {
		x.violated("pod %s is created for Job %s with parallelism %d, which has %d active pods and could adopt %d more", p.obj.Name, j.obj.Name, most, own, len(free))
	}
}

func byHand(j *jobState) bool { return valueOr(j.obj.Spec.ManualSelector, false) }

// leavesDying is about the adoption of pods that are being deleted.
type leavesDying struct{}

// call looks for adoptions that fail because such a pod takes no new finalizer.
func (leavesDying) call(x *examiner, e *trace.Entry) {
	if e.Resource != podsResource || e.Verb != "patch" && e.Verb != "update" || e.Status == nil || e.Status.Details == nil {
		return
	}
	p := x.pod(e.Namespace, e.Name)
	if p == nil || !uncontrolled(p.obj) || !p.deleted.come() || x.atWork(p.deleted.entry.Seq, p.deleted.at) || !p.surelyThere(beingDeleted) {
		return
	}
	for _, cause := range e.Status.Details.Causes {
		if cause.Field == "metadata.finalizers" {
			x.violated("pod %s is to be adopted although it is being deleted: %s", p.obj.Name, cause.Message)
		}
	}
}

func (leavesDying) pod(x *examiner, p *podState) {
	if !p.gone && uncontrolled(p.obj) && beingDeleted(p.obj) {
		x.exercised()
	}
	if j := adopted(x, p); j != nil && p.deleted.come() && !x.atWork(p.deleted.entry.Seq, p.deleted.at) && p.surelyThere(beingDeleted) {
		x.violated("pod %s is adopted for Job %s although it is being deleted", p.obj.Name, j.obj.Name)
	}
}

// freed reports whether the implementation has just removed the tracking finalizer of a pod, which may be the end of it.
func freed(x *examiner, p *podState) bool {
	return p.untracked.byImplementation() && (p.untracked.entry == x.entry || p.gone && p.untracked.at == x.now)
}

// freesOrphans is that pods which nobody will count lose the finalizer. It goes by the Job that has made them.
func freesOrphans(filter func(*podState) bool) func() any {
	occasion := func(x *examiner, p *podState) bool { return freed(x, p) && uncontrolled(p.obj) && filter(p) }
	return promptAfterPod(occasion, func(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if x.orphaned == 0 {
			return 0, "", false
		}
		for _, p := range x.pods {
			if p.maker == j && p.tracked() && uncontrolled(p.obj) && filter(p) {
				return 0, j.say("pod ", p.obj.Name, " has no controller, and keeps the finalizer ", p.finalizer), true
			}
		}
		return 0, "", false
	})
}

func adoptedSurplus(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || j.active == 0 {
		return 0, "", false
	}
	if workQueue(j.obj) && j.succ() > 0 && !suspended(j.obj) {
		return 0, "", false // whatever runs is wanted (COMP-5)
	}
	if j.active <= target(j.obj, j.succ()) || !j.anyPod(func(p *podState) bool { return p.job == j && p.maker != j }) {
		return 0, "", false
	}
	return 0, j.say("Job ", j.obj.Name, " has adopted more pods than it wants, and they stay active"), true
}

// isSurplusAdoption reports whether the implementation has just adopted a pod that its Job does not want.
func isSurplusAdoption(x *examiner, p *podState) bool {
	j := adopted(x, p)
	return j != nil && p.active() && (suspended(j.obj) || j.active > parallel(j.obj))
}
