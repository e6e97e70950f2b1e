package conformance

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// evaluation is one look of the implementation at a Job, with all that it does for it there and then (SYNC-1): what
// upstream calls a sync. The zero evaluation is none.
//
// A reconcile function is called by the simulator, whose entry (Instance, "sync") begins an evaluation, and is the
// cause of the calls that belong to it. A program evaluates when it likes, and its trace has no such entries: of it only
// this can be told, and only where calls take no time. What it does for a Job at one instant is one evaluation, and what
// it does at two instants are two. Nothing can be told of what it does after news of a Job that ask for another
// evaluation at once (SYNC-6), at the same instant, or while it may be waiting: an earlier one may be under way. A check must not judge calls of which
// nobody can tell to which evaluation they belong.
type evaluation struct {
	job   *jobState
	began int // the Seq of the entry that has begun it, or a Seq between those of the instant before and of its calls
}

// noteEvaluation notes to which evaluation the entry that is being looked at belongs.
func (v *view) noteEvaluation(e *trace.Entry) {
	v.evaluation = evaluation{}
	switch {
	case !isImplementation(e):
	case v.sync > 0:
		if e.Cause == v.sync {
			v.evaluation = evaluation{v.syncedJob(), v.sync}
		}
	case v.run.Scenario.Latency == 0 && !v.unclear && !(v.patient() && v.now > v.patience.from):
		if j := v.jobOfCall(e); j != nil {
			v.evaluation = evaluation{j, v.began}
		}
	}
}

// noteNews notes that a program is told something of a Job it knows that it must look at at once (SYNC-6).
func (v *view) noteNews(job, old *batchv1.Job, deleted bool) {
	v.unclear = v.unclear || v.sync == 0 && (deleted || old != nil && old.Generation != job.Generation)
}

// noteInstant begins new evaluations of programs, as time goes on.
func (v *view) noteInstant() {
	if v.entry != nil {
		v.began, v.unclear = v.entry.Seq, false
	}
}

// evaluates reports whether the entry that is being looked at is known to belong to an evaluation.
func (v *view) evaluates() bool { return v.evaluation.job != nil }

// evaluationOf tells which calls belong to the same evaluation as an earlier one, and the Seq before the first of them.
func (v *view) evaluationOf(call *trace.Entry) (before int, same func(*trace.Entry) bool) {
	if v.sync > 0 {
		return call.Cause, func(e *trace.Entry) bool { return e.Cause == call.Cause }
	}
	for before = call.Seq; before > 0 && v.run.Trace.Find(before).At == call.At; before-- {
	}
	return before, func(e *trace.Entry) bool { return e.At == call.At && e.Instance == call.Instance }
}

// syncedJob is the Job that the present call of a reconcile function is about; nil if it is not there.
func (v *view) syncedJob() *jobState {
	if e := v.run.Trace.Find(v.sync); e != nil {
		return v.jobNamed(e.Namespace, e.Name)
	}
	return nil
}

// jobOfCall is the Job that a request is made for; nil if nobody can tell.
func (v *view) jobOfCall(e *trace.Entry) *jobState {
	switch e.Resource {
	case jobsResource:
		return v.jobNamed(e.Namespace, e.Name)
	case podsResource:
		if p := v.pod(e.Namespace, e.Name); p != nil && p.job != nil {
			return p.job
		}
		if pod, ok := e.Object.(*corev1.Pod); ok {
			if p := v.podByUID[pod.UID]; p != nil && p.job == nil {
				return p.last
			}
			return v.controllerOf(pod)
		}
		if name, generated := strings.CutSuffix(e.Name, "-"); generated && e.Verb == "create" { // refused, it has no name yet
			if j := v.jobNamed(e.Namespace, name); j != nil {
				return j
			}
			return v.jobOfIndex(e.Namespace, name)
		}
	}
	return nil
}

// jobOfIndex finds an Indexed Job by the beginning of a name that it gives to its pods (POD-6).
func (v *view) jobOfIndex(namespace, prefix string) *jobState {
	at := strings.LastIndexByte(prefix, '-')
	for i := len(v.jobs) - 1; i >= 0 && at > 0; i-- {
		if j := v.jobs[i]; j.obj.Namespace == namespace && indexed(j.obj) && strings.HasPrefix(j.obj.Name, prefix[:at]) &&
			(len(j.obj.Name) == at || len(prefix) == longestName-randomCharacters-1) {
			return j
		}
	}
	return nil
}
