package situations

import (
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
)

// managedBySituations are about spec.managedBy. WithManagedBy changes the names in them: see conformance.ManageJobs.
func managedBySituations() []Situation {
	own := func(changes ...func(*batchv1.JobSpec)) *batchv1.Job {
		return specs(append(changes, managed(batchv1.JobControllerName))...)
	}
	// other is somebody else's; namesake has a name that ends like that of the built-in controller.
	const other, namesake = "example.com/other", "example.com/job-controller"
	// orphaned leaves two pods without a controller that the selector of the second Job matches.
	orphaned := func(name string) *sim.Scenario {
		return with(plot(named("older", specs(manual, sized(2, 2))), succeeding(5*minute)),
			deleteJob(at(20*second), "Orphan"), create(at(30*second), specs(manual, sized(2, 2), managed(name))))
	}
	recreated := func(name string) *sim.Scenario {
		return with(plot(specs(sized(3, 2)), succeeding(10*second)),
			deleteJob(at(15*second), "Background"), create(at(15*second), specs(sized(3, 2), managed(name))))
	}
	return []Situation{
		on(plot(own(sized(2, 2)), succeeding(5*second)), "MB-1", "MB-5"),
		on(with(plot(own(sized(2, 1), limited(1)), failing(5*second)), suspend(at(8*second), true), suspend(at(minute), false)), "MB-5", "MB-1"),
		on(plot(specs(managed(namesake)), succeeding(5*second)), "MB-1"),
		on(plot(specs(managed(other), suspended), succeeding(5*second)), "MB-1"),
		on(with(plot(specs(managed(other)), succeeding(5*second)), suspend(at(5*second), true), suspend(at(10*second), false)), "MB-1"),
		on(orphaned(other), "MB-1"),
		on(orphaned(namesake), "MB-1"),
		on(recreated(other), "MB-4", "MB-1"),
		on(recreated(namesake), "MB-4"),
		on(with(recreated(other), stall(at(14*second), apiserver.Jobs, 20*second)), "MB-4"),
		on(with(recreated(other), delay(at(0), apiserver.Pods, 3*second, minute)), "MB-4"),
		// If the other controller is there, it keeps pods of these Jobs, and counts them.
		on(plot(specs(managed(other), sized(3, 2), limited(3)), failing(5*second), succeeding(10*second), succeeding(20*second)), "MB-3"),
		on(with(plot(specs(managed(other), sized(2, 2), replaceFailed), lingering(minute, 20*second)), deletePod(at(10*second), 1)), "MB-3"),
	}
}

func managed(name string) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.ManagedBy = &name }
}
