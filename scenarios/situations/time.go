package situations

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// backOffSituations are about the delay before failed pods are replaced.
func backOffSituations() []Situation {
	apart := kubelet.Script{Containers: map[string][]kubelet.Run{
		"main": {{For: 5 * second, Exit: 1}}, "helper": {{For: 8 * second}},
	}}
	proxied := kubelet.Script{
		Runs: []kubelet.Run{{For: 5 * second, Exit: 1}}, Containers: map[string][]kubelet.Run{"proxy": {{For: kubelet.Forever}}},
		Stop: kubelet.Stop{After: 4 * second},
	}
	unready := lingering(kubelet.Forever, 40*second)
	unready.Ready = 3 * second
	slowStop := lingering(kubelet.Forever, 20*second)
	fresh := specs(sized(2, 1))
	return []Situation{
		on(plot(specs(), failing(0)), "BO-1", "BO-5", "BO-15", "BL-6", "BO-12"),
		on(with(plot(specs(limited(9)), failing(0)), 2*60*minute), "BO-1", "BO-15"),
		on(plot(specs(limited(9), sized(9, 3)), failing(5*second), failing(5*second), failing(5*second), succeeding(5*second)),
			"BO-2", "BO-15"),
		on(plot(specs(limited(3), container("helper")), apart), "BO-3"),
		on(plot(specs(limited(3), sidecar("proxy")), proxied), "BO-3"),
		on(plot(specs(limited(3)), failing(8*second)), "BO-3", "BO-5"),
		on(with(plot(specs(limited(3)), failing(5*second)), stall(at(3*second), apiserver.Pods, 6*second)), "BO-3", "BO-12"),
		on(plot(specs(limited(6), sized(5, 1)), failing(second), failing(second), succeeding(second), failing(second),
			succeeding(second)), "BO-4", "BL-2"),
		on(with(plot(specs(limited(6), sized(5, 2)), succeeding(4*second), failing(6*second), succeeding(second)),
			stall(at(3*second), apiserver.Pods, 6*second)), "BO-4"),
		on(plot(specs(limited(6), sized(3, 2)), succeeding(5*second), failing(5*second), succeeding(5*second)), "BO-4"),
		on(plot(specs(limited(6), sized(4, 3)), failing(5*second), failing(5*second), succeeding(5*second), succeeding(second)),
			"BO-4", "BO-7"),
		on(plot(specs(limited(6), sized(3, 2)), failing(second), succeeding(4*second), succeeding(5*second)),
			"BO-7", "BO-4", "STAT-8", "STAT-1"),
		on(plot(specs(limited(6), sized(5, 3)), failing(second), failing(second), succeeding(4*second), succeeding(2*second)), "BO-7"),
		on(with(plot(specs(limited(6), sized(4, 1)), failing(second), endless()), scale(at(4*second), 3)), "BO-6"),
		on(plot(specs(limited(6), sized(3, 3)), failing(3*second), endless()), "BO-11", "STV-14", "STAT-1"),
		on(plot(specs(limited(2), sized(3, 2)), failing(3*second), failing(5*second)), "BO-12"),
		on(with(plot(specs(limited(6), grace(120)), unready), deletePod(at(30*second), 1)), "BO-13", "PRP-5"),
		on(with(plot(specs(limited(6), grace(120), replaceFailed), unready), deletePod(at(30*second), 1)), "PRP-5"),
		on(with(plot(specs(limited(6), replaceFailed), slowStop), deletePod(at(30*second), 1)), "PRP-2", "PRP-3"),
		on(with(plot(fresh, failing(5*second)), deleteJob(at(8*second), "Background"), create(at(9*second), fresh)),
			"BO-10", "DEL-5"),
		on(with(plot(specs(limited(6), sized(2, 1)), failing(5*second), failing(5*second), succeeding(5*second)),
			deleteJob(at(28*second), "Background"), create(at(30*second), specs(limited(6)))), "BO-10", "DEL-5"),
	}
}

// deadlineSituations are about activeDeadlineSeconds and the times in the status.
func deadlineSituations() []Situation {
	limit := 10 * second
	near := succeeding(9500 * 1000 * 1000)
	never := kubelet.Script{Unschedulable: kubelet.Forever}
	podLimit := specs(limited(2))
	podLimit.Spec.Template.Spec.ActiveDeadlineSeconds = new(int64(5))
	twice := specs(sized(3, 1), deadline(10))
	return []Situation{
		on(plot(specs(deadline(10), sized(2, 2)), endless()), "ADS-1", "ADS-3", "ADS-4", "FIN-6", "STAT-7", "FIN-2", "SYNC-4"),
		on(plot(specs(deadline(30), limited(9)), failing(4*second), endless()), "ADS-1", "ADS-2"),
		on(plot(specs(deadline(30), limited(9)), failing(4*second)), "ADS-1", "ADS-2", "ADS-3"),
		on(plot(specs(deadline(30)), succeeding(minute)), "ADS-3", "ADS-1", "ADS-4"),
		on(plot(specs(deadline(10)), never), "ADS-2", "ADS-4"),
		on(plot(specs(deadline(10)), near), "ADS-7", "SYNC-3"),
		on(with(plot(specs(deadline(10)), near), crash(at(9*second), 5*second)), "ADS-7", "SYNC-3"),
		on(plot(specs(deadline(10), limited(0)), failing(9500*1000*1000)), "ADS-6", "SYNC-1"),
		on(with(plot(specs(deadline(30)), endless()), crash(at(limit), 5*second)), "ADS-4", "CTRL-7"),
		on(with(plot(specs(deadline(30)), endless()), crash(at(limit), minute)), "ADS-4", "CTRL-7"),
		on(with(plot(specs(deadline(30)), endless()), suspend(at(20*second), true), suspend(at(5*minute), false)),
			"ADS-5", "TIME-3", "ADS-1", "ADS-4", "SUS-5", "FIN-13", "STAT-12"),
		on(with(plot(specs(deadline(30), suspended), endless()), suspend(at(5*minute), false)),
			"ADS-5", "TIME-2", "TIME-3", "ADS-1", "SUS-1"),
		on(plot(specs(deadline(0)), endless()), "ADS-9"),
		on(with(plot(specs(deadline(60)), endless()), deleteJob(at(10*second), "Background"),
			create(at(40*second), specs(deadline(60)))), "ADS-4", "DEL-5"),
		on(with(plot(specs(deadline(600)), endless()), patchSpec(at(minute), map[string]any{"activeDeadlineSeconds": 30})),
			"ADS-10"),
		on(with(plot(specs(deadline(60)), succeeding(2*minute)),
			patchSpec(at(30*second), map[string]any{"activeDeadlineSeconds": 300})), "ADS-10"),
		on(with(plot(specs(), endless()), patchSpec(at(30*second), map[string]any{"activeDeadlineSeconds": 40})), "ADS-10"),
		on(plot(podLimit, endless()), "ADS-11"),
		on(with(plot(twice, succeeding(4*second)), suspend(at(6*second), true), suspend(at(6*second), false)), "ADS-12"),
		on(with(plot(specs(sized(3, 1)), succeeding(20*second)), scale(at(10*second), 2)), "ADS-12", "TIME-4", "STV-12"),
		on(plot(specs(sized(3, 1)), succeeding(20*second)), "TIME-1", "STV-9", "TIME-4", "STV-12", "STV-11"),
		on(plot(specs(), never), "TIME-1"),
		on(with(plot(specs(), succeeding(5*second)), refuse(at(0), podCreates, 403, "Forbidden", 3)), "TIME-1"),
		on(with(plot(specs(sized(3, 1)), succeeding(20*second)), crash(at(30*second), 2*second)), "TIME-4", "STV-12"),
		on(with(plot(named("older", specs(manual, sized(2, 2))), succeeding(5*second)),
			deleteJob(at(20*second), "Orphan"), create(at(30*second), specs(manual, sized(2, 2)))), "STV-11", "TIME-5"),
		on(with(plot(specs(), succeeding(5*second)), stall(at(3*second), apiserver.Pods, 10*second)), "TIME-5"),
	}
}

// suspensionSituations are about spec.suspend.
func suspensionSituations() []Situation {
	slow := lingering(kubelet.Forever, 20*second)
	polite := kubelet.Script{Runs: slow.Runs, Stop: kubelet.Stop{After: 5 * second, Exit: new(int32(0))}}
	return []Situation{
		on(with(plot(specs(suspended, sized(2, 2)), succeeding(5*second)), suspend(at(minute), false)),
			"SUS-1", "SUS-8", "TIME-2", "TIME-3", "SUS-5", "FIN-13"),
		on(with(plot(specs(sized(2, 2)), slow), suspend(at(10*second), true)),
			"SUS-2", "SUS-3", "BL-4", "PAR-9", "STAT-12", "STV-1", "STV-14", "STAT-2", "SUS-8", "TIME-3", "SUS-6", "EV-4"),
		on(with(plot(specs(sized(2, 2)), polite), suspend(at(10*second), true)), "SUS-3", "STAT-2", "STV-14"),
		on(with(plot(specs(sized(4, 1)), succeeding(5*second)), suspend(at(8*second), true), suspend(at(minute), false)),
			"SUS-4", "STV-13", "SUS-5", "STAT-11", "FIN-13"),
		on(with(plot(specs(sized(4, 1), limited(1)), failing(5*second)), suspend(at(8*second), true), suspend(at(minute), false)),
			"SUS-4", "BL-2"),
		on(plot(specs(), succeeding(5*second)), "SUS-7"),
		on(with(plot(specs(sized(3, 2)), succeeding(5*second), endless()), suspend(podIs(1, corev1.PodSucceeded), true)),
			"SUS-10"),
		on(with(plot(specs(sized(2, 2), replaceFailed, grace(60)), slow), suspend(at(10*second), true),
			suspend(at(12*second), false)), "SUS-12", "PRP-3"),
		on(with(plot(specs(sized(2, 2), grace(60)), slow), suspend(at(10*second), true), suspend(at(12*second), false)),
			"SUS-5", "TIME-3"),
		on(with(plot(specs(sized(2, 2), grace(60)), slow), deleteJob(at(10*second), "Foreground"),
			suspend(at(12*second), true)), "SUS-14", "SYNC-8"),
		on(with(plot(specs(sized(2, 2), grace(60)), slow), deletePod(at(10*second), 1),
			patchSpec(at(15*second), map[string]any{"podReplacementPolicy": "Failed"}),
			deletePod(at(20*second), 2)), "PRP-6"),
		on(with(plot(specs(sized(2, 2), replaceFailed, grace(60)), lingering(kubelet.Forever, 50*second)),
			deletePod(at(10*second), 1), patchSpec(at(20*second), map[string]any{"podReplacementPolicy": "TerminatingOrFailed"})),
			"PRP-6"),
		on(&sim.Scenario{Jobs: plot(specs(sized(2, 2), replaceFailed, grace(60)), slow).Jobs,
			Pods:    []kubelet.Script{slow},
			Actions: []sim.Action{scale(at(10*second), 1), scale(at(12*second), 2)}}, "PRP-3"),
	}
}
