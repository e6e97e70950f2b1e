package differential

import (
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
)

// newJob is a Job to create: valid, nearly valid, or wild.
func newJob(s source) *batchv1.Job {
	job := validJob(s)
	switch s.IntN(11) {
	case 0:
	case 1, 2, 3:
		mutateSpec(s, job)
	case 4, 5:
		mutateTemplate(s, job)
	case 6:
		mutateMeta(s, job)
	case 7, 8:
		for range 2 + s.IntN(3) {
			mutateSpec(s, job)
		}
	case 9:
		mutateWarned(s, job)
	default:
		for range 2 + s.IntN(4) {
			pick(s, mutateSpec, mutateTemplate, mutateTemplate, mutateMeta, mutateWarned)(s, job)
		}
	}
	if job.Name == "" {
		job.GenerateName = "" // a name that the server makes up is not the same on both sides
	}
	return job
}

func TestCreate(t *testing.T) {
	real := realJobs()
	tally := newTally(t)
	for n := range uint64(*cases) {
		raw := encode(newJob(sourceOf(*seed, n)))
		tally.compare(n, real.create(raw), newSimulated().create(raw), func() string { return manifest("create", raw) })
	}
	tally.expect(35, createRejections...)
	gomega.NewWithT(t).Expect(len(tally.warnings)).To(gomega.BeNumerically(">=", 50), "unlike warnings")
}
