package situations

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/kubelet"
)

const (
	second = time.Second
	minute = time.Minute
)

// limitSituations are about failed pods and backoffLimit.
func limitSituations() []Situation {
	failed := func(seconds ...int) []kubelet.Script {
		var pods []kubelet.Script
		for _, s := range seconds {
			pods = append(pods, failing(time.Duration(s)*second))
		}
		return pods
	}
	return []Situation{
		on(plot(specs(limited(2)), failing(5*second)),
			"BL-1", "NEV-1", "NEV-2", "NEV-3", "BL-6", "DEL-6", "FIN-1", "FIN-2", "FIN-5", "FIN-15", "STV-3", "STV-5",
			"STV-6", "STV-10", "STV-16", "BO-1", "EV-3"),
		on(plot(specs(limited(0)), failing(5*second)), "BL-5", "NEV-2", "BL-6"),
		on(plot(specs(limited(0)), succeeding(5*second)), "BL-5"),
		on(plot(specs(limited(0), queue(2)), failing(5*second), succeeding(5*second)), "BL-11", "SYNC-3"),
		on(with(plot(named("older", specs(manual, sized(2, 3))), failing(2*second), succeeding(2*second)),
			deleteJob(at(5*second), "Orphan"), create(at(10*second), specs(manual, sized(2, 2), limited(0)))),
			"BL-11", "SYNC-3"),
		on(plot(specs(limited(2), sized(9, 1)), // fail, fail, success, fail
			failing(second), failing(second), succeeding(second), failing(second), succeeding(second)), "BL-2", "BO-4"),
		on(with(plot(specs(limited(1)), failing(5*second)), crash(at(8*second), second)), "BL-2", "CTRL-1"),
		on(with(plot(specs(limited(1)), failing(5*second)),
			suspend(at(8*second), true), suspend(at(minute), false)), "BL-2"),
		on(with(plot(specs(limited(1)), failing(5*second)),
			deletePod(at(9*second), 1)), "BL-2", "STAT-5", "STV-13"),
		on(with(plot(specs(limited(0), sized(2, 2)), lingering(minute, 20*second)), deletePod(at(5*second), 1)),
			"BL-3", "EXT-1", "PRP-1", "BL-7", "FIN-17"),
		on(with(plot(specs(limited(3)), lingering(minute, 20*second)), deletePod(at(5*second), 1)),
			"BL-3", "EXT-1", "PRP-1", "PAR-12", "STAT-1", "BO-13", "PAR-1"),
		on(plot(specs(limited(0), sized(3, 3)), failing(5*second), endless()),
			"BL-7", "BL-8", "STAT-7", "FIN-6", "FIN-8", "FIN-4", "FIN-17"),
		on(plot(specs(limited(0), sized(4, 4)), failing(5*second)), "BL-8"),
		on(plot(specs(limited(0), sized(4, 4)), append(failed(5, 5), endless())...), "BL-8", "STV-8"),
		on(with(plot(specs(limited(2)), failing(5*second)),
			patchSpec(at(20*second), map[string]any{"backoffLimit": 1})), "BL-9"),
		on(with(plot(specs(limited(1)), failing(5*second)),
			patchSpec(at(8*second), map[string]any{"backoffLimit": 3})), "BL-9"),
		// One pod is asked to stop and exits 0 in the end, another one fails meanwhile.
		on(with(plot(specs(limited(0), sized(3, 3), replaceFailed, grace(60)), kubelet.Script{
			Runs: endless().Runs, Stop: kubelet.Stop{After: 40 * second, Exit: new(int32(0))},
		}, failing(10*second), endless()), deletePod(at(5*second), 1)), "FIN-17", "BL-12", "PRP-2"),
		on(with(plot(specs(limited(0), grace(60), sized(2, 2)), failing(5*second), lingering(kubelet.Forever, minute)),
			patchSpec(at(20*second), map[string]any{"backoffLimit": 9})), "BL-9", "SYNC-2", "STV-6"),
		on(with(plot(specs(limited(0), sized(2, 2)), failing(5*second), endless()),
			suspend(podIs(1, corev1.PodFailed), true)), "BL-10", "SUS-10"),
		on(with(plot(named("older", specs(manual, sized(3, 3), limited(9))), failing(2*second)),
			deleteJob(at(5*second), "Orphan"),
			create(at(10*second), specs(manual, suspended, limited(1)))), "BL-10", "STV-9"),
		on(with(plot(specs(limited(0), sized(2, 2), replaceFailed), lingering(kubelet.Forever, 20*second)),
			deletePod(at(5*second), 1)), "BL-12", "PRP-2"),
		on(with(plot(specs(sized(3, 3), limited(0)), lingering(kubelet.Forever, 5*second)),
			scale(at(10*second), 1), suspend(at(30*second), true)), "BL-4", "SUS-3", "PAR-5", "PAR-9"),
		on(plot(specs(limited(1), restartedByContainer), crashing(3, 5*second)), "NEV-4"),
	}
}

// restartSituations are about containers that are restarted in place.
func restartSituations() []Situation {
	crashes := func(restarts int) kubelet.Script { return crashing(restarts, kubelet.Forever) }
	initCrash := kubelet.Script{
		Runs: []kubelet.Run{{For: second}}, Containers: map[string][]kubelet.Run{"prepare": {{For: second, Exit: 1}}},
	}
	sidecarCrash := kubelet.Script{
		Runs: []kubelet.Run{{For: 10 * minute}}, Containers: map[string][]kubelet.Run{"proxy": {{For: second, Exit: 1}}},
	}
	evicted := failing(kubelet.Forever)
	evicted.EvictAfter = 5 * second
	return []Situation{
		on(plot(specs(onFailure, limited(3)), failing(second)), "ONF-3", "ONF-5", "ONF-8", "BL-7"),
		on(plot(specs(onFailure, limited(0)), failing(second)), "ONF-3", "ONF-5"),
		on(plot(specs(onFailure, limited(0)), succeeding(5*second)), "ONF-3"),
		on(plot(specs(onFailure, limited(9)), crashing(2, 5*second)), "ONF-1", "ONF-2"),
		on(plot(specs(onFailure, limited(2), initial("prepare")), initCrash), "ONF-3"),
		on(plot(specs(onFailure, limited(2), sidecar("proxy")), sidecarCrash), "ONF-3"),
		on(plot(specs(onFailure, limited(3), sized(2, 2)), crashes(2)), "ONF-3"),
		on(plot(specs(onFailure, limited(3), sized(2, 1)), crashing(2, 2*second)), "ONF-7"),
		on(with(plot(specs(onFailure, limited(3), sized(2, 2), grace(120)),
			kubelet.Script{Runs: crashes(2).Runs, Stop: kubelet.Stop{Ignore: true}}, succeeding(5*minute), crashing(1, 5*minute)),
			deletePod(at(20*second), 1)), "ONF-7"),
		on(plot(specs(onFailure, limited(3), sized(2, 2)), evicted, crashing(2, kubelet.Forever), evicted, succeeding(5*second)),
			"ONF-6"),
		on(plot(specs(onFailure, limited(1)), evicted), "ONF-9", "EXT-8", "STAT-7"),
		on(plot(specs(limited(1)), evicted), "EXT-8"),
	}
}

// endSituations are about the conditions at the end of a Job.
func endSituations() []Situation {
	stubborn := lingering(kubelet.Forever, 2*minute)
	return []Situation{
		on(plot(specs(limited(0), grace(120), sized(2, 2)), failing(5*second), stubborn),
			"FIN-4", "FIN-6", "FIN-8", "FIN-15", "FIN-17", "STAT-3", "STV-8"),
		on(plot(specs(limited(0), grace(120), sized(2, 2), deadline(30)), failing(5*second), stubborn), "SYNC-2", "FIN-6"),
		on(plot(specs(limited(0)), failing(5*second)), "FIN-8"),
		on(plot(specs(limited(0), grace(1200), sized(2, 2)), failing(5*second), lingering(kubelet.Forever, 20*minute)),
			"FIN-10"),
		on(with(plot(specs(limited(0), grace(120), sized(2, 2)), failing(5*second), stubborn),
			scale(at(30*second), 5)), "FIN-9"),
		on(with(plot(specs(limited(0), grace(120), sized(2, 2)), failing(5*second), stubborn),
			suspend(at(30*second), true)), "SUS-11", "SYNC-2"),
		// A pod is adopted, or seen, only after the decision.
		on(with(plot(specs(limited(0), grace(120), sized(2, 2), manual), failing(5*second), stubborn, endless()),
			named("other", specs(manual, sized(1, 1))),
			deleteOther(20*second, "Orphan")), "FIN-9"),
		// Criteria met by the second pod while the first still terminates.
		on(with(plot(specs(sized(1, 1), grace(120)), lingering(kubelet.Forever, 2*minute), succeeding(20*second)),
			deletePod(at(5*second), 1)), "TIME-6", "TIME-5", "FIN-4", "STV-10", "STV-4", "FIN-11", "FIN-10", "EXT-6"),
		on(with(plot(specs(sized(1, 1), grace(120)), lingering(kubelet.Forever, 2*minute), succeeding(20*second)),
			deletePod(at(5*second), 1), patchSpec(at(minute), map[string]any{"backoffLimit": 0})),
			"FIN-11", "STV-4", "SYNC-2"),
		on(with(plot(specs(sized(1, 1), grace(120), deadline(60)), lingering(kubelet.Forever, 2*minute), succeeding(20*second)),
			deletePod(at(5*second), 1)), "ADS-8", "STV-4", "FIN-11"),
		on(with(plot(specs(sized(1, 1)), succeeding(minute)), patchJob(at(10*second), "status", map[string]any{
			"status": map[string]any{"conditions": []batchv1.JobCondition{{
				Type: batchv1.JobFailureTarget, Status: corev1.ConditionFalse, Reason: "User", Message: "no",
			}}},
		})), "FIN-12"),
		on(with(plot(specs(limited(0), sized(2, 2)), failing(5*second), endless()), serverError(at(0), podDeletes, 2)),
			"FIN-7"),
		on(with(plot(specs(limited(0)), failing(5*second)), patchSpec(at(20*second), map[string]any{"backoffLimit": 5})),
			"SYNC-7", "STV-6"),
		on(with(plot(specs(sized(2, 1)), succeeding(5*second)), scale(at(minute), 3)), "SYNC-7", "STV-11", "TIME-5"),
		on(with(plot(specs(sized(2, 1)), succeeding(5*second)), deletePod(at(minute), 1)), "SYNC-7", "EXT-2", "STAT-4"),
	}
}
