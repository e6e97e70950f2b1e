package conformance

import (
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/trace"
)

// deletes reports whether the implementation has just had a Job deleted: it is gone, or has a deletionTimestamp now.
func (j *jobState) deletedNow(x *examiner) bool {
	return j.deletion.entry == x.entry && x.byImplementation() && x.entry.Verb == "delete"
}

func deletesExpired(filter jobFilter) jobFilter {
	return func(x *examiner, j *jobState) bool { return j.deletedNow(x) && filter(x, j) }
}

// expiredStays is that nobody deletes a Job whose time is over.
func expiredStays(filter jobFilter) owes {
	return func(x *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if j.gone || j.obj.DeletionTimestamp != nil || !filter(x, j) {
			return 0, "", false
		}
		at, expires := endOfLife(j.obj)
		if !expires {
			return 0, "", false
		}
		return max(at+x.clockMoved(), j.finishedAt, j.specAt), j.say("the time to live of Job ", j.obj.Name, " is over at ", at.String(),
			", and it is not deleted"), true
	}
}

// clockMoved is by how much the clock of the implementation can be wrong.
func (v *view) clockMoved() time.Duration {
	moved := time.Duration(0)
	for _, f := range v.run.Scenario.Faults {
		if f.Clock != nil {
			moved += max(*f.Clock, -*f.Clock)
		}
	}
	return moved
}

// deletedTooEarly is that a finished Job is deleted for its time to live only.
func deletedTooEarly(filter jobFilter) onJob {
	return func(x *examiner, j *jobState) {
		if !j.deletedNow(x) || !isFinished(j.obj) || j.obj.Spec.TTLSecondsAfterFinished == nil || !filter(x, j) {
			return
		}
		x.exercised()
		expired := func(version *batchv1.Job) bool {
			at, ok := endOfLife(version)
			return ok && x.now >= at-x.clockMoved()
		}
		if !j.perhaps(expired) && !j.perhapsOvertaken(expired) {
			at, _ := endOfLife(j.obj)
			x.violated("Job %s is deleted at %v, and its time to live is over at %v only", j.obj.Name, x.now, at)
		}
	}
}

// perhapsOvertaken is perhaps for the version that the entry has just replaced.
func (j *jobState) perhapsOvertaken(holds func(*batchv1.Job) bool) bool {
	return j.before != nil && holds(j.before)
}

// unfinishedStay sees an occasion in each Job with a time to live that has not finished.
type unfinishedStay struct{}

func (*unfinishedStay) job(x *examiner, j *jobState) {
	if j.before == nil && !j.gone && j.obj.Spec.TTLSecondsAfterFinished != nil {
		x.exercised()
	}
	if j.deletedNow(x) && !j.perhaps(isFinished) && !j.perhapsOvertaken(isFinished) {
		x.violated("Job %s is deleted, and it has not finished", j.obj.Name)
	}
}

func immortalStays(x *examiner, j *jobState) {
	mortal := func(version *batchv1.Job) bool { return version.Spec.TTLSecondsAfterFinished != nil }
	if becameFinished(x, j) && !mortal(j.obj) {
		x.exercised()
	}
	if j.deletedNow(x) && !j.perhaps(mortal) && !j.perhapsOvertaken(mortal) {
		x.violated("Job %s is deleted, and it has no ttlSecondsAfterFinished", j.obj.Name)
	}
}

// looksFirst sees an occasion in each edit of a finished Job.
type looksFirst struct{ before perJob[editedJob] }

// editedJob is when somebody edited a Job last, and whether it had expired before that.
type editedJob struct {
	entry *trace.Entry
}

func (c *looksFirst) job(x *examiner, j *jobState) {
	edited := c.before.of(j)
	if j.before != nil && !j.gone && j.before.Generation != j.obj.Generation && !x.byImplementation() && isFinished(j.obj) {
		edited.entry = x.entry
		was, is := valueOr(j.before.Spec.TTLSecondsAfterFinished, -1), valueOr(j.obj.Spec.TTLSecondsAfterFinished, -1)
		if was >= 0 && (is < 0 || is > was) {
			x.exercised()
		}
	}
	if !j.deletedNow(x) || edited.entry == nil || x.atWork(edited.entry.Seq, edited.entry.At) || !isFinished(j.obj) {
		return
	}
	if at, ok := endOfLife(j.obj); !ok || x.now < at-x.clockMoved() {
		x.violatedBy([]*trace.Entry{edited.entry}, "Job %s is deleted, but it was given more time at %v", j.obj.Name, edited.entry.At)
	}
}

func inTheForeground(x *examiner, j *jobState) {
	if !j.deletedNow(x) || !j.anyPod(func(p *podState) bool { return !p.gone && p.job == j }) {
		return
	}
	if x.exercised(); j.gone || !slices.Contains(j.obj.Finalizers, metav1.FinalizerDeleteDependents) {
		x.violated("Job %s is deleted, and its pods are not waited for", j.obj.Name)
	}
}

// deletesOnce sees an occasion in each deletion, which may be followed by another.
type deletesOnce struct{}

func (deletesOnce) job(x *examiner, j *jobState) {
	if j.deletion.entry == x.entry && j.obj.Spec.TTLSecondsAfterFinished != nil && !j.gone {
		x.exercised()
	}
}

func (deletesOnce) call(x *examiner, e *trace.Entry) {
	if e.Verb != "delete" || e.Resource != jobsResource {
		return
	}
	j := x.jobNamed(e.Namespace, e.Name)
	if j == nil || j.gone || !j.deletion.come() || j.deletion.entry == e || !j.surely(isBeingDeleted) || x.retries() {
		return
	}
	x.violatedBy([]*trace.Entry{j.deletion.entry}, "Job %s is being deleted since %v, and is deleted again", j.obj.Name, j.deletion.at)
}

// isExpired reports whether the time to live of a version is over.
func (v *view) isExpired(job *batchv1.Job) bool {
	at, ok := endOfLife(job)
	return ok && v.now >= at-v.clockMoved()
}

// othersExpire is that Jobs which somebody else manages are deleted when their time to live is over.
type othersExpire struct{ seen map[types.UID]seenVersion }

// seenVersion is a version of a Job, and since when it has been there.
type seenVersion struct {
	job   *batchv1.Job
	since time.Duration
}

func (c *othersExpire) call(x *examiner, e *trace.Entry) {
	if job, ok := e.Object.(*batchv1.Job); ok && e.Verb == "delete" && e.Stored() && x.foreign[job.UID] != nil && x.isExpired(job) {
		x.exercised()
	}
}

func (c *othersExpire) tick(x *examiner, until time.Duration) {
	for _, uid := range slices.Sorted(maps.Keys(x.foreign)) {
		job := x.foreign[uid]
		at, expires := endOfLife(job)
		if !expires || x.foreignGone[uid] || job.DeletionTimestamp != nil {
			continue
		}
		if c.seen == nil {
			c.seen = map[types.UID]seenVersion{}
		}
		if c.seen[uid].job != job {
			c.seen[uid] = seenVersion{job, x.now}
		}
		if x.overdue(max(at+x.clockMoved(), c.seen[uid].since), until) {
			x.violated("the time to live of Job %s, which %s manages, is over at %v, and it is not deleted until %s", job.Name, managerOf(job),
				at, describeTime(until))
		}
	}
}
