package conformance

import (
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
)

const ourName = "example.com/controller"

func managedJob(name *string) *batchv1.Job {
	return job(func(s *batchv1.JobSpec) { s.ManagedBy = name })
}

func TestManageJobs(t *testing.T) {
	g := NewWithT(t)
	before := &sim.Scenario{Jobs: []*batchv1.Job{
		managedJob(nil), managedJob(new(batchv1.JobControllerName)), managedJob(new("example.com/other")), managedJob(new("example.com/third")),
	}, Actions: []sim.Action{{Create: managedJob(nil)}, {Suspend: new(true)}}}
	after := ManageJobs(before, ourName)
	var names []*string
	for _, job := range after.Jobs {
		names = append(names, job.Spec.ManagedBy)
	}
	g.Expect(names).To(HaveExactElements(HaveValue(Equal(ourName)), HaveValue(Equal(ourName)), BeNil(), HaveValue(Equal("example.com/third"))))
	g.Expect(after.Actions[0].Create.Spec.ManagedBy).To(HaveValue(Equal(ourName)))
	g.Expect(before.Jobs[0].Spec.ManagedBy).To(BeNil())
	g.Expect(before.Actions[0].Create.Spec.ManagedBy).To(BeNil())
	g.Expect(ManageJobs(after, ourName)).To(BeIdenticalTo(after), "what is nobody's now was somebody else's")
	g.Expect(ManageJobs(before, batchv1.JobControllerName)).To(BeIdenticalTo(before))
}

// TestReferenceUnderAnotherName evaluates it as an external controller, and what looks after the wrong Jobs.
func TestReferenceUnderAnotherName(t *testing.T) {
	g := NewWithT(t)
	r, err := Evaluate(t.Context(), fakes.ReferenceImplementation(fakes.ManagedBy(ourName)), WithChecks(100), WithManagedBy(ourName))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(r.Counts.NotConformant).To(BeZero())
	g.Expect(r.Counts.Conformant).To(BeNumerically(">", 100))
	g.Expect(r.Profile.ManagedBy).To(Equal(ourName))

	careless := fakes.Reference()
	careless.IsForeign = func(job *batchv1.Job) bool { return job.Spec.ManagedBy != nil && *job.Spec.ManagedBy != ourName }
	r, err = Evaluate(t.Context(), fakes.Implementation("careless", careless), WithChecks(0), WithManagedBy(ourName), WithFocus("MB-1"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(r.Verdict).To(Equal(NotConformant), "it looks after Jobs that name nobody")
	g.Expect(r.Requirements[0].Violation.Reproduce).To(ContainSubstring(`conformance.WithManagedBy("example.com/controller")`))

	r, err = Evaluate(t.Context(), fakes.ReferenceImplementation(), WithChecks(0), WithManagedBy(ourName))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(r.Verdict).To(Equal(NotConformant), "it leaves alone what is its own")
}
