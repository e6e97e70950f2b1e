package situations

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// ownershipSituations are about which pods belong to a Job.
func ownershipSituations() []Situation {
	slow := lingering(kubelet.Forever, 20*second)
	owners := func(refs ...metav1.OwnerReference) map[string]any {
		return map[string]any{"metadata": map[string]any{"ownerReferences": refs}}
	}
	orphaned := owners()
	foreign := owners(metav1.OwnerReference{
		APIVersion: "example.com/v1", Kind: "Workflow", Name: "other", UID: "11111111-1111-1111-1111-111111111111",
		Controller: new(true),
	})
	unlabel := sim.PodAction{RemoveLabel: batchv1.ControllerUidLabel}
	managed := specs(func(s *batchv1.JobSpec) { s.ManagedBy = new("example.com/other") })
	handOver := func(pods ...kubelet.Script) *sim.Scenario {
		return with(plot(named("older", specs(manual, sized(3, 3))), pods...),
			deleteJob(at(20*second), "Orphan"), create(at(30*second), specs(manual, sized(3, 3))))
	}
	both := func() *sim.Scenario {
		return with(plot(named("older", specs(manual, sized(2, 2))), succeeding(30*second)),
			create(at(10*second), specs(manual, sized(2, 2))))
	}
	return []Situation{
		on(with(plot(specs(sized(2, 2)), succeeding(minute)), patchPod(at(10*second), 1, "", orphaned)),
			"SEL-1", "TRK-9", "SEL-4"),
		on(with(plot(specs(sized(2, 2)), succeeding(5*second)), patchPod(at(10*second), 1, "", orphaned)), "SEL-1"),
		on(with(plot(specs(sized(2, 2)), slow), onPod(at(10*second), 1, unlabel)), "SEL-2", "BL-4"),
		on(with(plot(specs(sized(2, 2)), slow), onPod(at(10*second), 1, unlabel),
			deleteJob(at(minute), metav1.DeletePropagationBackground)), "SEL-2"),
		// The cache has not heard yet that the Job is being deleted.
		on(with(plot(held(specs(sized(2, 2))), slow), stall(at(9*second), apiserver.Jobs, 20*second),
			deleteJob(at(10*second), "Background"), patchPod(at(12*second), 1, "", orphaned)), "SEL-3"),
		on(handOver(succeeding(5*second)), "SEL-4", "SEL-6", "SEL-1"),
		on(handOver(succeeding(minute)), "SEL-6", "SEL-1"),
		on(handOver(succeeding(5*second), slow), "SEL-4", "SEL-6"),
		on(both(), "SEL-5"),
		on(with(plot(specs(sized(2, 2)), succeeding(minute)), patchPod(at(10*second), 1, "", foreign)),
			"SEL-5", "TRK-9"),
		on(with(plot(specs(sized(2, 2)), slow), onPod(at(10*second), 1, sim.PodAction{Patch: &sim.Patch{
			Type: types.JSONPatchType,
			Data: []byte(`[{"op": "replace", "path": "/metadata/ownerReferences/0/kind", "value": "Workflow"}]`),
		}}), scale(at(20*second), 1)), "SEL-5", "TRK-9"),
		on(with(plot(specs(sized(2, 2), grace(60)), slow), deletePod(at(10*second), 1),
			patchPod(at(10*second), 1, "", orphaned)), "SEL-7"),
		on(with(plot(named("older", specs(manual, sized(3, 3))), slow),
			deleteJob(at(20*second), "Orphan"), create(at(30*second), specs(manual, suspended, sized(3, 3)))), "SEL-8"),
		on(plot(managed, succeeding(5*second)), "MB-1"),
	}
}

// deletionSituations are about Jobs and pods that somebody deletes, and nodes that are lost.
func deletionSituations() []Situation {
	slow := lingering(kubelet.Forever, 20*second)
	never := kubelet.Script{Unschedulable: kubelet.Forever}
	var all []Situation
	for _, how := range []metav1.DeletionPropagation{"Orphan", "Background", "Foreground"} {
		all = append(all,
			on(with(plot(specs(sized(2, 2)), slow), deleteJob(at(10*second), how)), "DEL-2", "TRK-9", "SEL-7"),
			on(with(plot(specs(sized(2, 2)), slow), deleteJob(at(10*second), how), crash(at(9*second), 20*second)),
				"DEL-2", "TRK-9"))
	}
	nodes := []kubelet.Node{{Name: "node-1"}, {Name: "node-2"}}
	lost := sim.Fault{When: at(minute), Node: &sim.NodeFault{Name: "node-1", Lost: true}}
	audited := specs(sized(5, 5)) // five failures make a long back-off, in which nothing else happens
	audited.Spec.Template.Finalizers = []string{"example.com/audit"}
	return append(all,
		on(with(plot(held(specs(sized(4, 2), limited(9))), slow), deleteJob(at(10*second), "Background")),
			"DEL-3", "TRK-3"),
		on(with(plot(held(specs(sized(4, 2), limited(9))), succeeding(20*second)), deleteJob(at(10*second), "Background")),
			"SYNC-8"),
		// The cache shows the pods as those of the Job when they are orphans already.
		on(with(plot(held(specs(sized(2, 2))), slow), stall(at(9*second), apiserver.Pods, 5*second), deleteJob(at(10*second), "Orphan")),
			"DEL-2"),
		on(with(plot(held(specs(limited(0))), failing(9500*1000*1000)), deleteJob(at(10*second), "Background")), "DEL-4"),
		// A pod that nobody runs stays for its finalizer, and goes, before pod-gc comes, without another change.
		on(with(plot(audited, never), each(5, func(n int) []any {
			return []any{deletePod(at(10*second), n), onPod(at(14*second), n, sim.PodAction{RemoveFinalizer: "example.com/audit"})}
		})...), "STAT-3", "SYNC-6"),
		on(with(plot(specs(sized(4, 2), limited(9)), failing(20*second), slow), deleteJob(at(10*second), "Foreground")),
			"SYNC-8", "DEL-3"),
		on(with(plot(specs(sized(4, 2), limited(9), grace(60)), lingering(kubelet.Forever, 50*second)),
			deleteJob(at(10*second), "Foreground"), deletePod(at(9*second), 1)), "SYNC-8", "DEL-3", "TRK-3"),
		on(with(plot(specs(sized(4, 2), limited(9), grace(60), func(s *batchv1.JobSpec) {
			s.Template.Finalizers = []string{"example.com/audit"}
		}), lingering(kubelet.Forever, 50*second)), deleteJob(at(10*second), "Orphan")), "DEL-3", "TRK-3"),
		on(with(plot(specs(sized(2, 1)), failing(5*second), succeeding(5*second)),
			deleteJob(at(8*second), "Background"), create(at(8*second), specs(sized(2, 1)))), "DEL-5", "BO-10"),
		on(with(plot(specs(sized(2, 2)), succeeding(minute)), stall(at(0), apiserver.Pods, 20*second),
			deleteJob(at(5*second), "Background"), create(at(5*second), specs(sized(2, 2)))), "DEL-5"),
		on(with(plot(specs(sized(3, 2)), succeeding(5*second), lingering(kubelet.Forever, 30*second), succeeding(minute)),
			deleteJob(at(4*second), "Background"), create(at(4*second), specs(sized(3, 2)))), "DEL-5", "SEL-5"),
		on(with(plot(specs(sized(3, 2), manual), succeeding(5*second)),
			deleteJob(at(4*second), "Orphan"), create(at(4*second), specs(sized(3, 2), manual))), "DEL-5"),
		on(with(plot(specs(), succeeding(5*second)), lost, nodes), "EXT-5"),
		on(with(plot(specs(), succeeding(10*minute)), lost, nodes), "EXT-5", "EXT-6", "FIN-10", "FIN-4"),
		on(plot(specs(), never), "EXT-9"),
		// A pod shows up with the finalizer after its Job has finished.
		on(with(plot(specs(limited(0)), failing(5*second)), patchPod(at(20*second), 1, "", map[string]any{
			"metadata": map[string]any{"finalizers": []string{batchv1.JobTrackingFinalizer}},
		})), "TRK-9", "FIN-16"),
		on(with(plot(specs(sized(1, 1)), succeeding(5*second)), serverError(at(0), podPatches, 0), 3*minute), "FIN-16"),
		on(with(plot(specs(limited(3)), succeeding(5*second)), deletePod(podIs(1, corev1.PodRunning), 1)), "EXT-1"),
	)
}
