package situations

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

func indexed(s *batchv1.JobSpec) { s.CompletionMode = new(batchv1.IndexedCompletion) }

// perIndex gives each index a limit of its own.
func perIndex(limit int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		indexed(s)
		s.BackoffLimitPerIndex = &limit
	}
}

func maxFailed(n int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.MaxFailedIndexes = &n }
}

// ofIndex has a script for the pods of one index.
func ofIndex(index int, s kubelet.Script) kubelet.Script {
	s.Match.Index = &index
	return s
}

// resize changes completions and parallelism together.
func resize(w sim.When, n int32) sim.Action {
	return sim.Action{When: w, Scale: &sim.Scale{Parallelism: &n, Completions: &n}}
}

// annotate changes an annotation of a pod.
func annotate(w sim.When, pod int, key string, value any) sim.Action {
	return patchPod(w, pod, "", map[string]any{"metadata": map[string]any{"annotations": map[string]any{key: value}}})
}

const indexKey = batchv1.JobCompletionIndexAnnotation

// indexedSituations are about Jobs that complete indexes.
func indexedSituations() []Situation {
	rich := specs(indexed, sized(3, 2), initial("prepare"), container("helper"), func(s *batchv1.JobSpec) {
		s.Template.Spec.Containers[1].Env = []corev1.EnvVar{{Name: "JOB_COMPLETION_INDEX", Value: "mine"}}
		s.Template.Spec.Hostname = "fixed"
	})
	takesOver := func(work, other *batchv1.Job, pods ...kubelet.Script) *sim.Scenario {
		return with(plot(work, pods...), named("other", other), deleteOther(10*second, "Orphan"))
	}
	waiting := kubelet.Script{Unschedulable: kubelet.Forever}
	return []Situation{
		on(plot(specs(indexed, sized(5, 2)), succeeding(5*second), succeeding(20*second)),
			"IDX-1", "IDX-6", "IDX-7", "POD-13", "STAT-10", "TRK-2", "STAT-4", "POD-6", "TRK-1"),
		on(plot(rich, succeeding(5*second)), "POD-6", "POD-7"),
		on(plot(specs(indexed, sized(4, 4)), succeeding(5*second), succeeding(40*second), succeeding(20*second), succeeding(60*second)),
			"IDX-6", "STAT-10", "IDX-1"),
		on(plot(specs(indexed, sized(3, 3), limited(1)), failing(5*second), failing(10*second), endless()), "IDX-3", "BL-1"),
		on(plot(specs(indexed, sized(3, 3)), ofIndex(1, failing(5*second)), ofIndex(1, succeeding(5*second)), succeeding(20*second)), "IDX-3"),
		// Two Jobs have run the same indexes, and one adopts what is left of the other.
		on(takesOver(specs(manual, indexed, sized(3, 3)), specs(manual, indexed, sized(3, 3)), succeeding(20*second), succeeding(30*second), succeeding(40*second)),
			"IDX-4", "PAR-8", "IDX-2"),
		on(takesOver(specs(manual, indexed, sized(2, 2)), specs(manual, indexed, sized(2, 2)), endless(), endless(), waiting), "IDX-4", "PAR-8"),
		on(takesOver(specs(manual, indexed, sized(3, 1)), specs(manual, indexed, sized(1, 1)), succeeding(15*second), succeeding(5*second)),
			"IDX-2", "IDX-1", "STAT-4"),
		on(takesOver(specs(manual, indexed, sized(2, 2)), specs(manual, sized(2, 2)), endless()), "IDX-5", "PAR-8"),
		on(takesOver(specs(manual, indexed, sized(2, 2)), specs(manual, sized(2, 2)), succeeding(40*second), succeeding(40*second), failing(5*second),
			succeeding(5*second)), "IDX-5"),
		on(with(plot(specs(indexed, sized(4, 2)), succeeding(20*second)), annotate(at(5*second), 1, indexKey, "3")), "IDX-8", "IDX-1"),
		on(with(plot(specs(indexed, sized(4, 2)), endless()), annotate(at(5*second), 2, indexKey, "0")), "IDX-4", "PAR-8"),
		// The same, and one of the two has got farther.
		on(with(plot(specs(indexed, sized(4, 2)), endless(), waiting), annotate(at(5*second), 2, indexKey, "0")), "IDX-4", "PAR-6"),
		on(with(plot(specs(indexed, sized(3, 3), limited(0)), failing(20*second), endless()), annotate(at(5*second), 1, indexKey, "none")), "IDX-5", "IDX-8"),
		on(with(plot(specs(indexed, sized(4, 2), replaceFailed), lingering(kubelet.Forever, 25*second)), deletePod(at(5*second), 1),
			scale(at(10*second), 3)), "PRP-4", "IDX-6"),
		on(with(plot(specs(indexed, sized(2, 1)), succeeding(5*second)), stall(at(5*second), apiserver.Jobs, 20*second)), "IDX-6", "IDX-1"),
		on(with(plot(specs(indexed, sized(3, 1)), succeeding(5*second)), crash(at(6*second), 5*second)), "IDX-6", "TRK-2"),
	}
}

// elasticSituations are about Indexed Jobs that become larger and smaller.
func elasticSituations() []Situation {
	slow := lingering(kubelet.Forever, 20*second)
	return []Situation{
		on(with(plot(specs(indexed, sized(3, 3)), succeeding(30*second)), resize(at(10*second), 5)), "EIJ-1"),
		on(with(plot(specs(indexed, sized(4, 4), limited(0)), slow), resize(at(10*second), 2)), "EIJ-2", "BL-4"),
		on(with(plot(specs(indexed, sized(3, 3)), ofIndex(2, succeeding(5*second)), succeeding(minute)), resize(at(10*second), 2)), "EIJ-2", "STAT-4"),
		on(with(plot(specs(indexed, sized(3, 3)), ofIndex(2, succeeding(5*second)), succeeding(minute)), resize(at(10*second), 2),
			resize(at(20*second), 3)), "EIJ-3", "EIJ-1", "EIJ-2"),
		on(with(plot(specs(indexed, sized(2, 2)), slow), resize(at(10*second), 0)), "EIJ-4", "EIJ-2"),
		on(with(plot(specs(indexed, sized(3, 3), limited(1)), ofIndex(2, failing(5*second)), ofIndex(0, failing(40*second)), endless()),
			resize(at(10*second), 2)), "EIJ-5"),
		on(with(plot(specs(indexed, sized(3, 3)), ofIndex(0, succeeding(5*second)), slow), resize(at(10*second), 1)), "EIJ-6", "FIN-4", "EIJ-2"),
		on(with(plot(specs(indexed, sized(3, 3)), ofIndex(2, failing(5*second)), endless()), resize(at(5*second), 2)), "EIJ-7"),
		on(with(plot(specs(indexed, sized(3, 3), limited(0)), ofIndex(2, failing(10*second)), endless()), resize(at(5*second), 2),
			stall(at(4*second), apiserver.Jobs, 2*second)), "EIJ-7", "EIJ-2"),
	}
}

// perIndexSituations are about limits for single indexes.
func perIndexSituations() []Situation {
	bad := func(index int, after time.Duration) kubelet.Script { return ofIndex(index, failing(after)) }
	many := specs(perIndex(1), sized(3, 3))
	count := batchv1.JobIndexFailureCountAnnotation
	return []Situation{
		on(plot(many, bad(1, 5*second), succeeding(30*second)), "BPI-1", "BPI-2", "BPI-3", "BPI-6", "BPI-7", "BPI-8", "BPI-10", "POD-8", "STAT-10", "BO-14"),
		on(plot(specs(perIndex(0), sized(4, 4)), bad(0, 5*second), bad(1, 10*second), succeeding(30*second)), "BPI-1", "BPI-2", "BPI-3", "STAT-10", "BPI-10"),
		on(plot(specs(perIndex(0), sized(6, 2)), bad(0, 5*second), succeeding(5*second)), "BPI-2", "IDX-6", "BPI-3"),
		on(plot(specs(perIndex(2), sized(2, 2)), bad(0, 5*second), endless()), "BPI-1", "BPI-6", "BPI-8", "BPI-7", "POD-8", "BO-14"),
		on(plot(specs(perIndex(3), sized(2, 2), limited(1)), bad(0, 5*second), bad(1, 8*second)), "BPI-5", "BL-1"),
		on(plot(specs(perIndex(0), sized(5, 5), maxFailed(1)), bad(0, 5*second), bad(1, 10*second), bad(2, 20*second), endless()), "BPI-4"),
		on(plot(specs(perIndex(0), sized(4, 4), maxFailed(0)), bad(2, 5*second), lingering(kubelet.Forever, 10*second)), "BPI-4"),
		on(with(plot(specs(perIndex(0), sized(4, 4), maxFailed(3)), bad(0, 5*second), bad(1, 6*second), endless()),
			patchSpec(at(20*second), map[string]any{"maxFailedIndexes": 1})), "BPI-13", "BPI-4"),
		on(with(plot(specs(perIndex(0), sized(4, 4), maxFailed(0)), bad(0, 5*second), succeeding(20*second)),
			patchSpec(at(2*second), map[string]any{"maxFailedIndexes": nil})), "BPI-13", "BPI-3"),
		on(with(plot(specs(perIndex(0), sized(2, 2)), lingering(minute, 20*second)), deletePod(at(10*second), 1)), "BPI-12", "PRP-1"),
		on(with(plot(specs(perIndex(0), sized(2, 2), replaceFailed), lingering(minute, 20*second)), deletePod(at(10*second), 1)), "BPI-1", "PRP-2"),
		on(with(plot(specs(perIndex(2), sized(2, 2)), bad(0, 5*second), endless()), crash(at(8*second), 2*second)), "BPI-6", "POD-8", "CTRL-6"),
		on(with(plot(specs(perIndex(2), sized(2, 2)), bad(0, 20*second), endless()), annotate(at(10*second), 1, count, "many")), "BPI-11", "BPI-6"),
		on(with(plot(specs(perIndex(2), sized(2, 2)), bad(0, 20*second), endless()), annotate(at(10*second), 1, count, nil)), "BPI-11"),
	}
}
