package generate

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
)

// editSuspended suspends the Job, edits its template, and has it go on. An edit that comes too early or too late is
// refused (MSD-1, MSD-3).
func (p *plan) editSuspended() {
	when := p.when("template edit")
	if !suspended(p.s.Jobs[0]) {
		p.act(sim.Action{When: when, Suspend: new(true)})
		when.At += pick(p.draw, "edited after", 5*second, second, 0, 40*second)
		if p.chance("edited when it is suspended", 60) {
			when = sim.When{After: &sim.Trigger{Condition: batchv1.JobSuspended}, At: pick(p.draw, "edited how long after", second, 0, 30*second)}
		}
	}
	template, kind := p.newTemplate()
	spec := map[string]any{"template": template}
	if p.chance("resumed by the same edit", 25) {
		spec["suspend"] = false
		p.act(sim.Action{When: when, Patch: patchOf(kind, map[string]any{"spec": spec})})
		if p.chance("edited once more", 30) {
			when.At += pick(p.draw, "edited once more after", 0, time.Second, 5*second)
			p.edit(when, "template", map[string]any{"metadata": map[string]any{"annotations": map[string]any{"example.com/note": "late"}}})
		}
		return
	}
	p.act(sim.Action{When: when, Patch: patchOf(kind, map[string]any{"spec": spec})})
	when.At += pick(p.draw, "resumed after the edit", second, 0, 10*second, 90*second)
	p.act(sim.Action{When: when, Suspend: new(false)})
}

// newTemplate draws what is edited in the template, and by which kind of patch. What pods of it need, each node has.
func (p *plan) newTemplate() (map[string]any, types.PatchType) {
	linux := map[string]any{"kubernetes.io/os": "linux"}
	switch p.weighted("edited in the template", 30, 18, 14, 10, 10, 6, 12) {
	case 1:
		return map[string]any{"metadata": map[string]any{"labels": map[string]any{"edited": "yes"}}}, types.MergePatchType
	case 2:
		return specOf(map[string]any{"tolerations": []any{map[string]any{"key": "example.com/edited", "operator": "Exists"}}})
	case 3:
		return specOf(map[string]any{"terminationGracePeriodSeconds": 3}) // never legal
	case 4:
		return specOf(map[string]any{"nodeSelector": linux})
	case 5:
		term := map[string]any{"matchExpressions": []any{map[string]any{"key": "kubernetes.io/os", "operator": "In", "values": []any{"linux"}}}}
		return specOf(map[string]any{"affinity": map[string]any{"nodeAffinity": map[string]any{
			"requiredDuringSchedulingIgnoredDuringExecution": map[string]any{"nodeSelectorTerms": []any{term}}}}})
	case 6: // MSD-2; a strategic merge patch finds the container by its name
		limits := map[string]any{string(corev1.ResourceCPU): pick(p.draw, "cpu", "100m", "1")}
		container := map[string]any{"name": "main", "resources": map[string]any{"requests": limits, "limits": limits}}
		return map[string]any{"spec": map[string]any{"containers": []any{container}}}, types.StrategicMergePatchType
	}
	return map[string]any{"metadata": map[string]any{"annotations": map[string]any{"example.com/note": "edited"}}}, types.MergePatchType
}

func specOf(fields map[string]any) (map[string]any, types.PatchType) {
	return map[string]any{"spec": fields}, types.MergePatchType
}
