package situations

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// statusSituations are about counters and conditions in the course of a Job.
func statusSituations() []Situation {
	slow := lingering(kubelet.Forever, 20*second)
	late := kubelet.Script{Start: 20 * second, Ready: 20 * second, Runs: []kubelet.Run{{For: minute}}}
	custom := []batchv1.JobCondition{{Type: "example.com/Checked", Status: corev1.ConditionTrue}}
	return []Situation{
		on(with(plot(specs(sized(3, 3)), slow), deletePod(at(20*second), 1)), "STAT-1", "STAT-3", "STAT-2", "STV-14"),
		on(plot(specs(), kubelet.Script{Unschedulable: kubelet.Forever}), "STAT-1"),
		on(plot(specs(sized(2, 2)), late), "STAT-1", "STAT-2", "STAT-8", "SYNC-6", "STAT-6"),
		on(with(plot(specs(sized(3, 3)), slow), scale(at(20*second), 1)), "STAT-3", "FIN-8", "STAT-12", "STV-14", "STAT-2"),
		on(with(plot(specs(sized(3, 3), replaceFailed), slow), scale(at(20*second), 1)), "STAT-3"),
		on(plot(specs(limited(6), sized(9, 3)), failing(3*second), succeeding(7*second), succeeding(11*second)),
			"STAT-6", "SYNC-6", "STAT-8"),
		on(with(plot(specs(sized(2, 2)), slow), suspend(at(20*second), true)), "STAT-12", "STAT-2", "STV-14", "STAT-3"),
		on(with(plot(specs(), succeeding(minute)), patchJob(at(10*second), "status",
			map[string]any{"status": map[string]any{"conditions": custom}})), "STAT-11"),
		on(with(plot(specs(), succeeding(minute)), patchJob(at(10*second), "",
			map[string]any{"metadata": map[string]any{"annotations": map[string]any{"example.com/owner": "me"}}})), "STAT-11"),
		on(with(plot(specs(sized(2, 2)), succeeding(10*second)), patchJob(at(10*second), "status",
			map[string]any{"status": map[string]any{"conditions": custom}}),
			stall(at(9*second), apiserver.Jobs, 10*second)), "STAT-11", "CTRL-5"),
	}
}

// OtherFinalizer is one by which another controller than the one that is evaluated counts pods.
const OtherFinalizer = "other.example.com/job-tracking"

// trackingSituations are about finalizers, lists and counters.
func trackingSituations() []Situation {
	two := func(pods ...kubelet.Script) *sim.Scenario { return plot(specs(sized(3, 1), limited(3)), pods...) }
	mixed := []kubelet.Script{succeeding(4 * second), failing(2 * second), succeeding(4 * second)}
	exit0 := kubelet.Script{
		Runs: []kubelet.Run{{For: kubelet.Forever}}, Stop: kubelet.Stop{After: 3 * second, Exit: new(int32(0))},
	}
	stripped := sim.PodAction{RemoveFinalizer: batchv1.JobTrackingFinalizer}
	kept := specs(sized(3, 1), limited(3), func(s *batchv1.JobSpec) { s.Template.Finalizers = []string{OtherFinalizer} })
	return []Situation{
		on(two(mixed...), "TRK-1", "SYNC-4"),
		on(with(two(mixed...), crashBefore(podPatches, 1, 3*second)), "TRK-1", "CTRL-1", "COMP-12", "STV-2", "STAT-6", "TRK-6"),
		on(with(plot(specs(sized(2, 1)), succeeding(5*second)), crashBefore(podPatches, 1, 3*second)), "COMP-12", "CTRL-1", "COMP-1"),
		on(with(plot(specs(limited(1)), failing(5*second), succeeding(5*second)), crashBefore(podPatches, 1, 3*second)),
			"COMP-12", "CTRL-1", "BL-1"),
		on(with(two(mixed...), crashAfter(podPatches, 1, 3*second)), "TRK-1", "CTRL-1", "COMP-12", "TRK-7"),
		on(with(two(mixed...), crashBefore(statusWrites, 2, 3*second)), "TRK-1", "CTRL-1"),
		on(with(two(mixed...), crashBefore(statusWrites, 3, 3*second)), "TRK-1", "CTRL-1"),
		on(with(two(mixed...), crash(at(20*second), 2*second)), "CTRL-1", "COMP-9", "COMP-12", "TRK-7"),
		on(with(plot(specs(sized(3, 3)), endless()), deletePod(at(5*second), 1)), "TRK-3", "EXT-3"),
		on(with(plot(specs(sized(3, 1)), succeeding(5*second)), serverError(at(0), podPatches, 1)), "TRK-5", "COMP-12"),
		on(with(plot(specs(sized(3, 3), limited(0)), failing(5*second)), serverError(at(0), podPatches, 2)),
			"TRK-5", "FIN-16", "STV-8", "FIN-4"),
		on(with(plot(specs(sized(1, 1)), succeeding(5*second)), serverError(at(0), podPatches, 1)),
			"TRK-5", "FIN-16", "TRK-9", "STV-8", "FIN-4"),
		on(with(plot(specs(sized(3, 3)), succeeding(5*second)), refuse(at(0), podPatches, 404, metav1.StatusReasonNotFound, 1)),
			"TRK-5"),
		on(with(plot(specs(sized(2, 1)), succeeding(5*second)), conflict(at(4*second), 1)), "TRK-6", "TRK-1", "CTRL-5"),
		on(with(plot(specs(sized(2, 1)), succeeding(5*second)), conflict(at(4*second), 3)), "TRK-6", "CTRL-5"),
		on(with(plot(specs(sized(2, 1)), succeeding(5*second)), onPod(at(3*second), 1, stripped)), "TRK-7"),
		on(with(plot(specs(sized(2, 1), limited(9)), lingering(kubelet.Forever, 10*second)), onPod(at(3*second), 1, stripped),
			deletePod(at(15*second), 1)), "EXT-4", "TRK-7"),
		// The pod is listed as failed, and succeeds before it is freed.
		on(with(plot(specs(sized(1, 1)), exit0, succeeding(minute)), deletePod(at(5*second), 1),
			crashBefore(podPatches, 1, 10*second)), "TRK-8", "STV-2", "STAT-6"),
		on(with(plot(specs(sized(4, 1)), succeeding(5*second)), delay(at(0), apiserver.Pods, 3*second, 0)),
			"TRK-10", "COMP-12"),
		on(with(plot(specs(sized(4, 2)), succeeding(5*second)), stall(podIs(1, corev1.PodSucceeded), apiserver.Pods, 0),
			2*minute), "TRK-10"),
		on(with(plot(specs(sized(4, 2)), succeeding(5*second)), stall(at(6*second), apiserver.Pods, 20*second)), "TRK-10", "COMP-12"),
		// Another controller counts the pods as well, and takes its finalizer from the first one later.
		on(with(plot(kept, mixed...), onPod(at(30*second), 1, sim.PodAction{RemoveFinalizer: OtherFinalizer})), "TRK-11", "POD-4"),
		on(with(plot(kept, endless()), scale(at(10*second), 0), 2*minute), "TRK-11"),
	}
}

// faultSituations are about calls that fail and caches that are behind.
func faultSituations() []Situation {
	pair := func() *sim.Scenario { return plot(specs(sized(4, 2)), succeeding(10*second)) }
	terminating := sim.Fault{Error: &sim.CallError{Match: podCreates, Status: metav1.Status{
		Status: metav1.StatusFailure, Code: 403, Reason: metav1.StatusReasonForbidden, Message: "namespace is being terminated",
		Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}},
	}}}
	return []Situation{
		on(with(pair(), stall(at(0), apiserver.Pods, 20*second)), "CTRL-2", "SYNC-9", "PAR-2", "CTRL-4"),
		on(with(pair(), stall(at(0), apiserver.Jobs, 20*second)), "CTRL-4"),
		on(with(pair(), conflict(at(0), 1), stall(at(0), apiserver.Pods, 20*second)), "CTRL-5", "CTRL-2"),
		on(with(pair(), stall(at(10500*1000*1000), apiserver.Jobs, 30*second)), "CTRL-3", "CTRL-4", "SYNC-7"),
		on(with(plot(specs(sized(2, 2)), succeeding(10*second)), stall(at(10500*1000*1000), apiserver.Jobs, 30*second)),
			"CTRL-3", "SYNC-7"),
		on(with(plot(specs(sized(2, 2), limited(0)), failing(5*second), endless()),
			patchSpec(at(5*second), map[string]any{"parallelism": 3, "backoffLimit": 0}),
			stall(at(4*second), apiserver.Pods, 10*second), deletePod(at(14*second), 2)), "SYNC-9", "FIN-7"),
		on(with(plot(specs(sized(9, 2), deadline(20)), endless()), scale(at(19*second), 4),
			stall(at(19*second), apiserver.Pods, 10*second)), "SYNC-9", "FIN-7"),
		on(with(plot(specs(deadline(60)), endless()), crash(at(10*second), 2*minute)), "CTRL-7", "ADS-4"),
		on(with(plot(specs(sized(2, 2)), endless()), refuse(at(0), podCreates, 403, metav1.StatusReasonForbidden, 4)),
			"CTRL-9", "POD-11", "STAT-1"),
		on(with(plot(specs(), succeeding(5*second)), refuse(at(0), podCreates, 403, metav1.StatusReasonForbidden, 0), 5*minute),
			"CTRL-9", "POD-11", "STAT-1"),
		on(with(plot(specs(sized(20, 20)), succeeding(5*second)), refuse(at(0), podCreates, 403, metav1.StatusReasonForbidden, 30),
			5*minute), "POD-9"),
		on(with(plot(specs(), succeeding(5*second)), terminating, 5*minute), "POD-10"),
		on(with(plot(specs(sized(2, 1)), succeeding(20*second)), serverError(at(0), podCreates, 3),
			serverError(at(15*second), podCreates, 2)), "POD-11"),
		on(with(plot(specs(sized(3, 3)), endless()), scale(at(10*second), 1), serverError(at(9*second), podPatches, 1)), "PAR-9"),
		on(with(plot(specs(sized(9, 2)), endless()), crash(at(10*second), 20*second), scale(at(12*second), 4)), "CTRL-7"),
	}
}
