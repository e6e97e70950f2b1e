package situations

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// suspendedEditSituations are about templates that are edited while their Jobs are suspended.
func suspendedEditSituations() []Situation {
	slow := lingering(kubelet.Forever, 20*second)
	template := func(t map[string]any) map[string]any { return map[string]any{"template": t} }
	otherPool := template(map[string]any{
		"metadata": map[string]any{"labels": map[string]any{"tier": "gold", "team": nil}, "annotations": map[string]any{"example.com/note": "new"}},
		"spec":     map[string]any{"nodeSelector": map[string]any{"example.com/pool": nil, "example.com/zone": "b"}, "tolerations": nil},
	})
	larger := template(map[string]any{"spec": map[string]any{"containers": []map[string]any{{
		"name": "main", "image": "busybox", "resources": map[string]any{"requests": map[string]any{"cpu": "2"}},
	}}}})
	nodes := []kubelet.Node{{Name: "node-1", Labels: map[string]string{"example.com/pool": "a", "example.com/zone": "b"}}}
	late := func() *sim.Scenario {
		return with(plot(specs(sized(2, 2), inPool, grace(60)), slow), nodes, suspend(at(10*second), true))
	}
	resumed := template(otherPool["template"].(map[string]any))
	resumed["suspend"] = false
	return []Situation{
		on(with(plot(specs(suspended, sized(2, 2), inPool), succeeding(5*second)), nodes,
			patchSpec(at(10*second), otherPool), suspend(at(minute), false)), "MSD-4", "POD-1", "SUS-1"),
		on(with(late(), patchSpec(at(45*second), otherPool), suspend(at(minute), false)), "MSD-4", "MSD-1"),
		on(with(late(), patchSpec(at(45*second), resumed)), "MSD-3", "MSD-4"),
		on(with(plot(specs(suspended, sized(2, 2), inPool), succeeding(5*second)), nodes, patchSpec(at(10*second), resumed)), "MSD-3"),
		on(with(plot(specs(suspended, sized(2, 2), inPool), succeeding(5*second)), nodes,
			patchSpec(at(10*second), larger), suspend(at(minute), false)), "MSD-2", "MSD-4"),
		on(with(late(), patchSpec(at(45*second), larger), suspend(at(minute), false)), "MSD-2", "MSD-1"),
		on(late(), "MSD-1", "SUS-8"),
	}
}

// inPool gives a template whatever can be edited in it.
func inPool(s *batchv1.JobSpec) {
	s.Template.Labels = map[string]string{"team": "search"}
	s.Template.Annotations = map[string]string{"example.com/note": "old"}
	spec := &s.Template.Spec
	spec.NodeSelector = map[string]string{"example.com/pool": "a"}
	spec.Tolerations = []corev1.Toleration{{Key: "example.com/spot", Operator: corev1.TolerationOpExists}}
	spec.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")}
}
