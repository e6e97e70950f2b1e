package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// jobState is one Job as the trace has shown it so far.
type jobState struct {
	view *view
	// number is which of all Jobs it is.
	number int
	// obj is the Job as it is stored, or as it was last if it is gone; before is the version that it replaced, nil
	// after its creation.
	obj, before *batchv1.Job
	createdAt   time.Duration
	gone        bool
	goneAt      time.Duration
	// deletion is when its deletion was asked for.
	deletion moment
	// changedAt is when obj was stored; specAt is when its spec was changed last.
	changedAt, specAt time.Duration
	// edited is when somebody else than the implementation wrote it last.
	edited moment

	// pods are all that have ever been controlled by the Job, in the order in which they came to it.
	pods []*podState
	// podsAt is when one of its pods changed last, came or went.
	podsAt time.Duration
	// tally counts those that are in the store and controlled by the Job now.
	tally

	// seen is the Job as the cache of the present instance shows it, nil if it does not; unseen are the versions that
	// were stored after that one. A decision of the implementation may rest on any of them.
	seen   *batchv1.Job
	unseen []*batchv1.Job
	// overtaken are versions that the cache has shown until a moment ago: what the implementation is doing now may rest
	// on one that it read before.
	overtaken []*batchv1.Job

	// is and was are what obj and before say.
	is, was summary
	// decidedAt and finishedAt are when FailureTarget or SuccessCriteriaMet, and when Failed or Complete, became true.
	decidedAt, finishedAt time.Duration
	// startedAt is when startTime was set last: a stored time tells it to the second only.
	startedAt time.Duration
	// everSuspended tells that spec.suspend has been true at some time; lastResume when it last became false.
	everSuspended bool
	lastResume    time.Duration
	// restartsReached tells that the sum of restarts has once reached the back-off limit (ONF-3).
	restartsReached bool
	// selector is what expressions remembers.
	selector labels.Selector
	// failures are its pods that have failed, and successes those that have succeeded, tracked as they were, in order.
	failures, successes []*podState
	edits
	creations
	indexes indexes
}

// edits tell how users have changed the Job so far.
type edits struct {
	limitLowered, limitRaised     bool
	deadlineSooner, deadlineLater bool
	parallelismRaised             time.Duration // when, the last time
	// shrunk and grown tell that completions of an Indexed Job were lowered and raised, initial what they were at first, and
	// mostEver the largest that they have been.
	shrunk, grown     bool
	maxEdited         bool // maxFailedIndexes was edited
	initial, mostEver int
	policyEased       time.Duration // when podReplacementPolicy was changed to TerminatingOrFailed
}

func (e *edits) note(before, obj *batchv1.Job, now time.Duration) {
	if before == nil {
		e.initial = completionsOf(obj)
	}
	e.mostEver = max(e.mostEver, completionsOf(obj))
	if before == nil || before.Generation == obj.Generation {
		return
	}
	e.limitLowered = e.limitLowered || backoffLimitOf(obj) < backoffLimitOf(before)
	e.limitRaised = e.limitRaised || backoffLimitOf(obj) > backoffLimitOf(before)
	was, is := valueOr(before.Spec.ActiveDeadlineSeconds, noDeadline), valueOr(obj.Spec.ActiveDeadlineSeconds, noDeadline)
	e.deadlineSooner = e.deadlineSooner || is < was
	e.deadlineLater = e.deadlineLater || is > was
	if parallel(obj) > parallel(before) {
		e.parallelismRaised = now
	}
	e.shrunk = e.shrunk || indexed(obj) && completionsOf(obj) < completionsOf(before)
	e.maxEdited = e.maxEdited || valueOr(obj.Spec.MaxFailedIndexes, -1) != valueOr(before.Spec.MaxFailedIndexes, -1)
	e.grown = e.grown || indexed(obj) && completionsOf(obj) > completionsOf(before)
	if replacesOnlyFailed(before) && !replacesOnlyFailed(obj) {
		e.policyEased = now
	}
}

// noDeadline is the deadline of a Job that has none.
const noDeadline = int64(1<<63 - 1)

func (v *view) newJob(obj *batchv1.Job) *jobState {
	var j *jobState
	v.jobs, j = next(v.jobs)
	*j = jobState{
		view: v, number: len(v.jobs) - 1, createdAt: v.now, specAt: v.now, pods: j.pods[:0], unseen: j.unseen[:0], overtaken: j.overtaken[:0],
		failures: j.failures[:0], successes: j.successes[:0],
	}
	v.jobByUID[obj.UID] = j
	return j
}

func (j *jobState) stored(v *view, obj *batchv1.Job) {
	j.before, j.obj, j.changedAt = j.obj, obj, v.now
	j.was, j.is = j.is, summaryOf(obj)
	if j.before != nil && j.before.Generation != obj.Generation {
		j.specAt = v.now
	}
	if !j.deletion.come() && obj.DeletionTimestamp != nil {
		j.deletion = moment{v.now, v.entry}
	}
	j.edits.note(j.before, obj, v.now)
	if j.before != nil && j.shrunk {
		for _, p := range j.pods {
			p.displaced = p.displaced || p.job == j && !hasPlace(obj, p.obj)
		}
	}
	if !v.byImplementation() {
		j.edited = moment{v.now, v.entry}
	}
	j.unseen = append(j.unseen, obj)
	if !j.wasDecided() && j.decided() {
		j.decidedAt = v.now
	}
	if !j.wasFinished() && j.finished() {
		j.finishedAt = v.now
	}
	if obj.Status.StartTime != nil && (j.before == nil || !obj.Status.StartTime.Equal(j.before.Status.StartTime)) {
		j.startedAt = v.now
	}
	if suspended(obj) {
		j.everSuspended = true
	} else if j.before != nil && suspended(j.before) {
		j.lastResume = v.now
	}
	j.list(v)
	j.noteIndexes()
	if j.before != nil && replacesOnlyFailed(j.before) != replacesOnlyFailed(obj) {
		j.recount()
	}
	j.noteTarget()
}

// summary is what many ask of a version of a Job; the zero summary is that of a Job which is not there yet.
type summary struct{ decided, finished bool }

func summaryOf(job *batchv1.Job) summary {
	return summary{decided: isDecided(job), finished: isFinished(job)}
}

func (j *jobState) decided() bool     { return j.is.decided }
func (j *jobState) finished() bool    { return j.is.finished }
func (j *jobState) wasDecided() bool  { return j.was.decided }
func (j *jobState) wasFinished() bool { return j.was.finished }

// selects reports whether the Job's selector, which never changes, matches a pod.
func (j *jobState) selects(pod *corev1.Pod) bool {
	if j.obj.Spec.Selector == nil {
		return true
	}
	for key, value := range j.obj.Spec.Selector.MatchLabels {
		if pod.Labels[key] != value {
			return false
		}
	}
	return len(j.obj.Spec.Selector.MatchExpressions) == 0 || j.expressions().Matches(labels.Set(pod.Labels))
}

// expressions are those of a selector made by hand.
func (j *jobState) expressions() labels.Selector {
	if j.selector == nil {
		selector, err := metav1.LabelSelectorAsSelector(j.obj.Spec.Selector)
		if err != nil {
			selector = labels.Nothing() // the API server has accepted it, so there is none such
		}
		j.selector = selector
	}
	return j.selector
}

// runs reports whether the Job is there and nothing has been decided about it or asked of it that ends it.
func (j *jobState) runs() bool {
	return !j.gone && !j.decided() && !j.finished() && j.obj.DeletionTimestamp == nil
}

// completed is the completion test in truth (COMP-1, COMP-3).
func (j *jobState) completed() bool {
	if j.active > 0 {
		return false
	}
	if workQueue(j.obj) {
		return j.succ() > 0
	}
	return j.succ() >= int(*j.obj.Spec.Completions)
}
