package conformance

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
)

// finishedAlone checks that nobody touches a Job that is over (SYNC-7).
type finishedAlone struct{}

func (finishedAlone) job(x *examiner, j *jobState) {
	if j.gone || !j.wasFinished() {
		return
	}
	x.exercised()
	if !x.byImplementation() {
		return
	}
	old, now := &j.before.Status, &j.obj.Status
	if old.Active != now.Active || old.Succeeded != now.Succeeded || old.Failed != now.Failed ||
		valueOr(old.Ready, 0) != valueOr(now.Ready, 0) || valueOr(old.Terminating, 0) != valueOr(now.Terminating, 0) {
		x.violated("Job %s was finished, and its counters are changed: from %s to %s",
			j.obj.Name, describeCounters(old), describeCounters(now))
	}
}

func (finishedAlone) pod(x *examiner, p *podState) {
	j := p.job
	if j == nil || j.gone || !j.finished() {
		return
	}
	created, deleted := p.created.entry == x.entry, p.deleted.entry == x.entry
	if !x.byImplementation() {
		x.exercised()
		return
	}
	if !created && !deleted || !j.surely(isFinished) {
		return
	}
	what := "deleted"
	if created {
		what = "created"
	}
	x.violated("Job %s was finished since %v, and pod %s is %s", j.obj.Name, j.finishedAt, p.obj.Name, what)
}

func describeCounters(s *batchv1.JobStatus) string {
	return fmt.Sprintf("active=%d ready=%d terminating=%d succeeded=%d failed=%d",
		s.Active, valueOr(s.Ready, 0), valueOr(s.Terminating, 0), s.Succeeded, s.Failed)
}

// deletedUnmanaged checks that a Job that is being deleted gets no pods and loses none (SYNC-8).
type deletedUnmanaged struct{}

func isBeingDeleted(job *batchv1.Job) bool { return job.DeletionTimestamp != nil }

func (deletedUnmanaged) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil || j.before.DeletionTimestamp == nil {
		return
	}
	x.exercised()
	if x.byImplementation() && isTrue(j.before, batchv1.JobSuspended) != isTrue(j.obj, batchv1.JobSuspended) &&
		j.surely(isBeingDeleted) {
		x.violated("Job %s is being deleted, and its condition Suspended is changed", j.obj.Name)
	}
}

func (deletedUnmanaged) pod(x *examiner, p *podState) {
	j := p.job
	if j == nil || j.gone || j.obj.DeletionTimestamp == nil {
		return
	}
	if !x.byImplementation() {
		x.exercised()
		return
	}
	if !j.surely(isBeingDeleted) {
		return
	}
	switch {
	case p.created.entry == x.entry:
		x.violated("Job %s is being deleted, and pod %s is created for it", j.obj.Name, p.obj.Name)
	case p.deleted.entry == x.entry && p.seen != nil && isActive(p.seen) && !j.decided() && !j.mayFail() && !j.perhapsSuccessRuleMet():
		x.violated("Job %s is being deleted and has not failed, and its active pod %s is deleted", j.obj.Name, p.obj.Name)
	}
}
