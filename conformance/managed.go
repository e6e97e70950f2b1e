package conformance

import (
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim"
)

// otherManager is how scenarios call a controller that is not the one that is evaluated.
const otherManager = "example.com/other"

// manages reports whether a Job is the business of the implementation (MB-1).
func (c *Claims) manages(job *batchv1.Job) bool {
	return valueOr(job.Spec.ManagedBy, batchv1.JobControllerName) == c.ManagedBy
}

// otherName is the name that its Jobs are managed by, or nothing if it is the built-in controller's.
func (c *Claims) otherName() string {
	if c.ManagedBy == batchv1.JobControllerName {
		return ""
	}
	return c.ManagedBy
}

// checkManager tells what is wrong with the name that Jobs are managed by (VAL-12).
func (c *Claims) checkManager() error {
	errs := validation.IsDomainPrefixedPath(field.NewPath("managedBy"), c.ManagedBy)
	if len(c.ManagedBy) > 63 {
		errs = append(errs, field.TooLong(field.NewPath("managedBy"), "", 63))
	}
	if len(errs) > 0 {
		var why []string
		for _, err := range errs {
			why = append(why, err.ErrorBody())
		}
		return fmt.Errorf("managed by %q: expected the name of a controller such as example.com/controller: %s",
			c.ManagedBy, strings.Join(why, "; "))
	}
	return nil
}

// ManageJobs returns a scenario as it is for a controller that looks after the Jobs of that name only: what nobody or the
// built-in controller manages in it is managed by that name, and what example.com/other manages is the built-in
// controller's, which leaves spec.managedBy empty. A scenario in which the name stands already is taken for one that is so,
// such as a counter-example that was saved. The scenario that is given is not changed.
func ManageJobs(s *sim.Scenario, name string) *sim.Scenario {
	if name == batchv1.JobControllerName || slices.ContainsFunc(jobsOf(s), func(job *batchv1.Job) bool {
		return valueOr(job.Spec.ManagedBy, "") == name
	}) {
		return s
	}
	return withJobs(s, func(job *batchv1.Job) *batchv1.Job { return manageJob(job, name) })
}

// withJobs returns a scenario with other Jobs, those that users create later too.
func withJobs(s *sim.Scenario, change func(*batchv1.Job) *batchv1.Job) *sim.Scenario {
	changed := *s
	changed.Jobs = make([]*batchv1.Job, len(s.Jobs))
	for i, job := range s.Jobs {
		changed.Jobs[i] = change(job)
	}
	changed.Actions = slices.Clone(s.Actions)
	for i := range changed.Actions {
		if job := changed.Actions[i].Create; job != nil {
			changed.Actions[i].Create = change(job)
		}
	}
	return &changed
}

// jobsOf are the Jobs of a scenario, those that users create later too.
func jobsOf(s *sim.Scenario) []*batchv1.Job {
	jobs := slices.Clone(s.Jobs)
	for i := range s.Actions {
		if job := s.Actions[i].Create; job != nil {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

func manageJob(job *batchv1.Job, name string) *batchv1.Job {
	job = job.DeepCopy()
	switch valueOr(job.Spec.ManagedBy, batchv1.JobControllerName) {
	case batchv1.JobControllerName:
		job.Spec.ManagedBy = &name
	case otherManager:
		job.Spec.ManagedBy = nil
	}
	return job
}
