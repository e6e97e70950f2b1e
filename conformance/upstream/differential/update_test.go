package differential

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
)

// oldJob is a Job that a server has: created some time ago, and in any state. Updates of it are checked most leniently
// while it is suspended.
func oldJob(s source) *batchv1.Job {
	job := validJob(s)
	if s.chance(3) {
		job.Spec.Suspend = new(true)
	}
	if s.chance(3) {
		mutateSpec(s, job)
	}
	if s.chance(8) {
		mutateWarned(s, job)
	}
	if s.chance(6) {
		job.Finalizers = []string{"a.io/b"}
		if s.chance(2) {
			job.Annotations = map[string]string{"a.io/b": "c"}
		}
	}
	if !s.chance(4) {
		job.Status = plausibleStatus(s)
	}
	if job.Name == "" {
		job.Name = "job"
	}
	return job
}

// edit changes what a client may want to change of a stored Job.
func edit(s source, job *batchv1.Job) {
	name, uid := job.Name, job.UID
	switch s.IntN(10) {
	case 0, 1, 2:
		mutable(s, job)
	case 3, 4:
		mutateSpec(s, job)
	case 5, 6:
		mutateTemplate(s, job)
	case 7:
		mutateMeta(s, job)
	case 8:
		mutable(s, job)
		pick(s, mutateSpec, mutateTemplate, mutateMeta)(s, job)
	default:
		job.Spec.Suspend = new(false)
		pick(s, mutable, mutateTemplate, mutable)(s, job)
	}
	if s.chance(8) {
		mutateStatus(s, &job.Status)
	}
	job.Name, job.UID = name, uid // another name or UID is another object
}

// mutable makes an edit that is allowed in some states at least (MUT-1, MUT-3, MSD).
func mutable(s source, job *batchv1.Job) {
	spec := &job.Spec
	switch s.IntN(9) {
	case 0:
		spec.Parallelism = s.smallCount()
	case 1:
		spec.Completions = s.smallCount()
		if s.chance(2) {
			spec.Parallelism = spec.Completions
		}
	case 2:
		spec.BackoffLimit = s.smallCount()
	case 3:
		spec.MaxFailedIndexes = s.smallCount()
	case 4:
		spec.Suspend = maybe(s, true, false)
	case 5:
		spec.TTLSecondsAfterFinished, spec.ActiveDeadlineSeconds = s.smallCount(), s.seconds()
	case 6:
		spec.PodReplacementPolicy = maybe(s, batchv1.Failed, batchv1.TerminatingOrFailed)
	case 7:
		spec.ManualSelector = maybe(s, true, false)
	default:
		direct(s, &spec.Template)
	}
}

func TestUpdate(t *testing.T) {
	tally, real := newTally(t), realJobs()
	for n := uint64(0); tally.cases < *cases; n++ {
		s := sourceOf(*seed, n)
		server := newSimulated()
		old, etcdForm := server.store(oldJob(s))
		if old == nil {
			continue
		}
		job := successor(old)
		edit(s, job)
		raw := encode(job)
		tally.compare(n, real.update(etcdForm, raw, ""), server.update(raw, ""), func() string {
			return manifest("stored", encode(old)) + manifest("update", raw)
		})
	}
	tally.expect(35, updateRejections...)
}

func TestUpdateStatus(t *testing.T) {
	tally, real := newTally(t), realJobs()
	for n := uint64(0); tally.cases < *cases; n++ {
		s := sourceOf(*seed, n)
		server := newSimulated()
		old, etcdForm := server.store(oldJob(s))
		if old == nil {
			continue
		}
		job := successor(old)
		for range 1 + s.IntN(3) {
			mutateStatus(s, &job.Status)
		}
		if s.chance(4) {
			finish(s, &job.Status)
		}
		if s.chance(10) {
			edit(s, job)
		}
		raw := encode(job)
		tally.compare(n, real.update(etcdForm, raw, "status"), server.update(raw, "status"), func() string {
			return manifest("stored", encode(old)) + manifest("status", raw)
		})
	}
	tally.expect(25, statusRejections...)
}
