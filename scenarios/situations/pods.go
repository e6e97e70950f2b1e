package situations

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// completionSituations are about successes.
func completionSituations() []Situation {
	split := kubelet.Script{Containers: map[string][]kubelet.Run{
		"main": {{For: 5 * second}}, "helper": {{For: 20 * second, Exit: 1}},
	}}
	return []Situation{
		on(plot(specs(sized(5, 2)), succeeding(5*second)),
			"COMP-1", "COMP-9", "PAR-1", "PAR-2", "TIME-5", "FIN-3", "STV-5", "STV-10", "STV-15", "DEL-6", "STAT-4", "EV-1", "EV-2"),
		// Two succeed while a third, which is not needed, goes on.
		on(with(plot(specs(manual, sized(2, 1)), succeeding(20*second)),
			named("other", specs(manual, sized(3, 3))), deleteOther(10*second, "Orphan")),
			"COMP-1", "COMP-10", "COMP-9", "STV-8"),
		on(with(plot(specs(manual, sized(2, 2)), succeeding(20*second), succeeding(30*second), succeeding(5*second), endless()),
			named("other", specs(manual, sized(2, 2))), deleteOther(10*second, "Orphan")),
			"COMP-1", "COMP-10", "BL-4", "PAR-9", "STV-8", "SEL-8"),
		on(plot(specs(sized(0, 2))), "COMP-2"),
		on(plot(specs(queue(3)), succeeding(5*second), succeeding(20*second), succeeding(30*second)), "COMP-3", "COMP-4"),
		on(plot(specs(queue(3)), succeeding(5*second), failing(20*second), succeeding(30*second)),
			"COMP-3", "COMP-4", "COMP-7", "PAR-1"),
		on(plot(specs(queue(2), limited(0)), succeeding(5*second), failing(20*second)), "COMP-6"),
		on(plot(specs(queue(0))), "COMP-8"),
		on(plot(specs(queue(0), deadline(60))), "COMP-8"),
		on(with(plot(named("older", specs(manual, sized(3, 3))), succeeding(5*second)),
			deleteJob(at(20*second), "Orphan"), create(at(30*second), specs(manual, sized(2, 2)))),
			"COMP-11", "SEL-6", "SEL-4", "EV-2"),
		on(with(plot(specs(sized(2, 1)), succeeding(5*second)), deletePod(podIs(1, corev1.PodSucceeded), 1)),
			"COMP-13", "EXT-2"),
		on(with(plot(specs(sized(1, 1)), succeeding(5*second)), suspend(podIs(1, corev1.PodSucceeded), true)), "COMP-14"),
		on(plot(specs(container("helper"), limited(0)), split), "COMP-15"),
		on(with(plot(specs(sized(2, 1), limited(9)), succeeding(5*second)), deletePod(at(9*second), 1)),
			"EXT-2", "STAT-4", "STV-13"),
	}
}

// parallelismSituations are about how many pods run.
func parallelismSituations() []Situation {
	slow := lingering(kubelet.Forever, 20*second)
	return []Situation{
		on(with(plot(specs(sized(9, 3), limited(0)), slow), scale(at(10*second), 1)),
			"PAR-5", "PAR-9", "PAR-1", "BL-4", "SYNC-5", "PAR-2", "STAT-3", "STAT-1", "FIN-8", "STV-1", "STAT-12"),
		on(with(plot(specs(sized(9, 3), deadline(60)), slow), scale(at(10*second), 0)), "PAR-3", "PAR-1"),
		on(plot(specs(sized(9, 0), deadline(60))), "PAR-3"),
		on(with(plot(specs(sized(9, 1)), slow), scale(at(10*second), 4)), "PAR-4", "PAR-1", "SYNC-6"),
		on(plot(specs(sized(4, 2)), succeeding(5*second), succeeding(20*second)), "PAR-2", "COMP-9", "POD-12", "SYNC-6"),
		on(with(plot(specs(sized(510, 510)), endless()), scale(at(10*second), 5)), "PAR-11"),
		on(with(plot(specs(sized(510, 510)), endless()), suspend(at(10*second), true)), "PAR-11", "SUS-3"),
		on(plot(specs(sized(510, 510), deadline(10)), endless()), "PAR-11", "TRK-4"),
		on(plot(specs(sized(510, 510)), succeeding(5*second)), "STAT-6", "TRK-4", "PAR-11"),
	}
}

// victimSituations each differ in what makes one pod a lesser loss than another.
func victimSituations() []Situation {
	ready := func(after time.Duration) kubelet.Script {
		return kubelet.Script{Ready: after * second, Runs: []kubelet.Run{{For: kubelet.Forever}}}
	}
	pending := kubelet.Script{Start: 10 * minute}
	waiting := kubelet.Script{Unschedulable: kubelet.Forever}
	shaky := kubelet.Script{Ready: kubelet.Forever, Runs: crashing(2, kubelet.Forever).Runs}
	calm := ready(3600)
	proxied := func(crashes int) kubelet.Script {
		s := kubelet.Script{Ready: kubelet.Forever, Runs: []kubelet.Run{{For: kubelet.Forever}}}
		s.Containers = map[string][]kubelet.Run{"proxy": crashing(crashes, kubelet.Forever).Runs}
		return s
	}
	few := specs(sized(9, 2), limited(99), onFailure)
	cost := map[string]any{"metadata": map[string]any{"annotations": map[string]any{corev1.PodDeletionCost: "-100"}}}
	return []Situation{
		on(with(plot(few, endless(), waiting), scale(at(minute), 1)), "PAR-6"),
		on(with(plot(few, waiting, pending), scale(at(minute), 1)), "PAR-6"),
		on(with(plot(few, pending, endless()), scale(at(minute), 1)), "PAR-6"),
		on(with(plot(few, ready(5), calm), scale(at(minute), 1)), "PAR-6"),
		on(with(plot(few, calm, ready(5)), scale(at(minute), 1)), "PAR-6"),
		on(with(plot(few, ready(5), ready(20)), scale(at(minute), 1)), "PAR-6"),
		on(with(plot(few, ready(20), ready(5)), scale(at(minute), 1)), "PAR-6"),
		on(with(plot(few, shaky, calm), scale(at(2*minute), 1)), "PAR-6"),
		on(with(plot(few, calm, shaky), scale(at(2*minute), 1)), "PAR-6"),
		on(with(plot(specs(sized(9, 1)), calm), scale(at(minute), 2), scale(at(2*minute), 1)), "PAR-6"),
		on(with(plot(specs(sized(9, 4)), calm), scale(at(minute), 2)), "PAR-6"),
		on(with(plot(specs(sized(9, 2), limited(99), onFailure, sidecar("proxy")), proxied(0), proxied(2)),
			scale(at(2*minute), 1)), "PAR-6"),
		on(with(plot(specs(sized(9, 2), limited(99), onFailure, sidecar("proxy")), proxied(2), proxied(0)),
			scale(at(2*minute), 1)), "PAR-6"),
		on(with(plot(specs(sized(9, 2)), ready(5), ready(20)), patchPod(at(30*second), 1, "", cost), scale(at(minute), 1)),
			"PAR-7"),
	}
}

// podSituations are about what a new pod looks like.
func podSituations() []Situation {
	rich := specs(sized(2, 1), limited(2), func(s *batchv1.JobSpec) {
		s.Template.Annotations = map[string]string{"example.com/note": "x"}
		s.Template.Labels = map[string]string{"app": "work"}
		s.Template.Finalizers = []string{"example.com/audit"}
	})
	return []Situation{
		on(plot(rich, failing(5*second), succeeding(5*second)), "POD-1", "POD-2", "POD-3", "POD-4", "POD-5", "NEV-1"),
		on(with(plot(specs(sized(4, 1), suspended)),
			suspend(at(10*second), false), suspend(at(12*second), true),
			patchSpec(at(30*second), map[string]any{"template": map[string]any{"metadata": map[string]any{
				"annotations": map[string]any{"example.com/note": "y"}}}}),
			suspend(at(minute), false)), "POD-1", "MSD-4"),
		on(plot(specs(limited(3)), failing(5*second), succeeding(5*second)), "POD-5"),
		on(with(plot(specs(sized(3, 3)), endless()), deleteJob(at(10*second), metav1.DeletePropagationForeground)),
			"POD-3", "DEL-2"),
		on(with(plot(specs(sized(2, 2)), endless()), deletePod(at(3*second), 1)), "EXT-3", "POD-4", "TRK-3"),
		on(with(plot(specs(sized(2, 2)), succeeding(5*second)), deletePod(podIs(1, corev1.PodSucceeded), 1),
			stall(at(4*second), apiserver.Pods, 3*second)), "EXT-3", "COMP-13"),
	}
}
