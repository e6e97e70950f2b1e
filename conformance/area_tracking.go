package conformance

import (
	"iter"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/trace"
)

// tracking is about finalizers, with which pods are kept until they are counted (TRK).
var tracking = slices.Concat(ledger, releases, strays, foreignFinalizers)

// ledger are requirements on the way of a pod into a counter: every increase must be backed by a pod that has ended.
var ledger = []Requirement{
	{
		ID: "job/tracking/counters-rise-with-the-lists", Clauses: []string{"TRK-1", "COMP-12", "CTRL-1"}, Level: Core, Strength: Must, Since: 26,
		Sentence: "The counters status.succeeded and status.failed must rise by as many as leave the list of that name in status.uncountedTerminatedPods, in the same write.",
		Observed: "Of each write of an implementation, the change of the counters is compared with the UIDs that leave the lists.",
		Source:   "KEP-2307", Scenarios: []string{"pi", "controller-crash-loop"},
		check: func() any { return onJob(countersRiseWithLists) },
	},
	{
		ID: "job/tracking/each-pod-counts-once", Clauses: []string{"COMP-12", "TRK-1", "STAT-7"}, Level: Core, Strength: Must, Since: 26,
		Sentence: "Each pod must be counted once at most, as succeeded or as failed, over the life of its Job.",
		Observed: "No UID is put into an uncounted list after it has stood in one and has left it.",
		Source:   "KEP-2307; upstream test TestTrackJobStatusAndRemoveFinalizers", Scenarios: []string{"controller-crash-loop"},
		check: func() any { return countedOnce{} },
	},
	{
		ID: "job/tracking/listed-pods-have-ended", Clauses: []string{"STAT-8", "STAT-7", "BL-3", "PRP-1", "PRP-2"}, Level: Core,
		Strength: Must, Since: 26,
		Sentence: "A pod must not be listed as succeeded or failed in status.uncountedTerminatedPods unless it is that.",
		Observed: "A UID that enters the list of successes belongs to a pod of the Job in phase Succeeded. One that enters the list of " +
			"failures belongs to one in phase Failed; or being deleted, under podReplacementPolicy TerminatingOrFailed; or the Job " +
			"is FailureTarget.",
		Source: "API reference, UncountedTerminatedPods; KEP-3939", Scenarios: []string{"pi", "never-backoff", "pod-deleted"},
		check: func() any { return onJob(listedPodsHaveEnded) },
	},
	{
		ID: "job/tracking/untracked-pods-do-not-count", Clauses: []string{"TRK-7", "BL-4"}, Level: Core, Strength: Must, Since: 27,
		Sentence: "A pod that has lost the tracking finalizer before it was listed must not be counted.",
		Observed: "No UID enters an uncounted list whose pod the implementation must know to be without the finalizer.",
		Source:   "KEP-2307; upstream test \"past and new finished pods\"",
		check:    func() any { return untrackedPods{} },
	},
	{
		ID: "job/tracking/failed-stays-failed", Clauses: []string{"TRK-8"}, Level: UpstreamExact, Strength: Up, Since: 22,
		Sentence: "A pod that has been listed as failed must count as failed, whatever its phase says later.",
		Observed: "No UID that stood in the list of failures enters that of successes.",
		Source:   "upstream test \"pod flips from failed to succeeded\"", Scenarios: []string{"deadline-kills-pods"},
		check: func() any { return failedStaysFailed{} },
	},
}

// uidLists are the two lists of a Job.
func uidLists(job *batchv1.Job) (succeeded, failed []types.UID) {
	if job == nil || job.Status.UncountedTerminatedPods == nil {
		return nil, nil
	}
	return job.Status.UncountedTerminatedPods.Succeeded, job.Status.UncountedTerminatedPods.Failed
}

// each goes through two lists.
func each(succeeded, failed []types.UID) iter.Seq[types.UID] {
	return func(yield func(types.UID) bool) {
		for _, list := range [2][]types.UID{succeeded, failed} {
			for _, uid := range list {
				if !yield(uid) {
					return
				}
			}
		}
	}
}

// without returns what is in a and not in b. It may be a part of a.
func without(a, b []types.UID) []types.UID {
	if len(b) <= len(a) && slices.Equal(a[:len(b)], b) { // nothing has left b, which is so most often
		return a[len(b):]
	}
	var rest []types.UID
	for _, uid := range a {
		if !slices.Contains(b, uid) {
			rest = append(rest, uid)
		}
	}
	return rest
}

// newlyListed returns the UIDs that a write has put into the lists.
func newlyListed(j *jobState) (succeeded, failed []types.UID) {
	s, f := uidLists(j.obj)
	wasS, wasF := uidLists(j.before)
	return without(s, wasS), without(f, wasF)
}

// accounts reports whether what is being looked at is a status write of the implementation to a Job whose pods it
// counts.
func accounts(x *examiner, j *jobState) bool { return !j.gone && x.byImplementation() }

func countersRiseWithLists(x *examiner, j *jobState) {
	if !accounts(x, j) || j.before == nil {
		return
	}
	s, f := uidLists(j.obj)
	wasS, wasF := uidLists(j.before)
	for _, of := range []struct {
		name      string
		left, now int
		before    int
	}{
		{"succeeded", len(without(wasS, s)), int(j.obj.Status.Succeeded), int(j.before.Status.Succeeded)},
		{"failed", len(without(wasF, f)), int(j.obj.Status.Failed), int(j.before.Status.Failed)},
	} {
		if of.name == "succeeded" && indexed(j.obj) {
			continue // it follows completedIndexes (TRK-2)
		}
		if of.left > 0 || of.now != of.before {
			if x.exercised(); of.now-of.before != of.left {
				x.violated("status.%s of Job %s went from %d to %d, and %d pods have left "+
					"uncountedTerminatedPods.%s", of.name, j.obj.Name, of.before, of.now, of.left, of.name)
			}
		}
	}
}

// countedOnce remembers which UIDs each Job has listed.
type countedOnce map[listing]bool

type listing struct {
	job *jobState
	pod types.UID
}

func (c countedOnce) job(x *examiner, j *jobState) {
	if j.gone {
		return
	}
	succeeded, failed := newlyListed(j)
	for uid := range each(succeeded, failed) {
		if x.byImplementation() {
			if x.exercised(); c[listing{j, uid}] && !x.adoptedAgain(uid) {
				x.violated("Job %s lists %s once more, after it has been listed before", j.obj.Name, x.describePod(uid))
			}
		}
		c[listing{j, uid}] = true
	}
}

func listedPodsHaveEnded(x *examiner, j *jobState) {
	if !accounts(x, j) {
		return
	}
	succeeded, failed := newlyListed(j)
	for _, uid := range succeeded {
		x.exercised()
		if p := x.podListed(j, uid); p != nil && !p.perhaps(isSucceeded) {
			x.violated("Job %s lists pod %s as succeeded, which is %s", j.obj.Name, p.obj.Name, p.obj.Status.Phase)
		}
	}
	for _, uid := range failed {
		x.exercised()
		p := x.podListed(j, uid)
		if p == nil || isTrue(j.obj, batchv1.JobFailureTarget) {
			continue
		}
		onlyFailed := j.surely(replacesOnlyFailed)
		fails := func(pod *corev1.Pod) bool {
			switch pod.Status.Phase {
			case corev1.PodFailed:
				return true
			case corev1.PodSucceeded:
				return false
			}
			return pod.DeletionTimestamp != nil && !onlyFailed
		}
		if !p.perhaps(fails) {
			x.violated("Job %s lists pod %s as failed, which is %s%s", j.obj.Name, p.obj.Name, p.obj.Status.Phase,
				describeDeletion(p))
		}
	}
}

func describeDeletion(p *podState) string {
	if p.obj.DeletionTimestamp == nil {
		return ""
	}
	return " and being deleted"
}

// podListed returns the pod of the Job with a UID. That there is none is a violation.
func (x *examiner) podListed(j *jobState, uid types.UID) *podState {
	p := x.podByUID[uid]
	if p == nil || !slices.Contains(j.pods, p) {
		x.violated("Job %s lists %s, which has never been a pod of the Job", j.obj.Name, x.describePod(uid))
		return nil
	}
	return p
}

// untrackedPods looks for pods that end without the finalizer.
type untrackedPods struct{}

func (untrackedPods) pod(x *examiner, p *podState) {
	if p.job != nil && p.ended.entry == x.entry && !p.carries(p.obj) && p.account == unlisted {
		x.exercised()
	}
}

func (untrackedPods) job(x *examiner, j *jobState) {
	if !accounts(x, j) {
		return
	}
	succeeded, failed := newlyListed(j)
	for uid := range each(succeeded, failed) {
		p := x.podByUID[uid]
		if p != nil && p.settled() && p.surely(func(pod *corev1.Pod) bool { return !p.carries(pod) }) {
			x.violatedBy([]*trace.Entry{p.untracked.entry}, "Job %s lists pod %s, which has no tracking finalizer", j.obj.Name, p.obj.Name)
		}
	}
}

// failedStaysFailed remembers which UIDs have been listed as failed.
type failedStaysFailed map[types.UID]bool

func (c failedStaysFailed) pod(x *examiner, p *podState) {
	if c[p.obj.UID] && p.ended.entry == x.entry && isSucceeded(p.obj) {
		x.exercised()
	}
}

func (c failedStaysFailed) job(x *examiner, j *jobState) {
	if j.gone {
		return
	}
	succeeded, failed := newlyListed(j)
	for _, uid := range succeeded {
		if c[uid] && x.byImplementation() {
			x.violated("Job %s lists %s as succeeded, which it has listed as failed before", j.obj.Name, x.describePod(uid))
		}
	}
	for _, uid := range failed {
		c[uid] = true
	}
}
