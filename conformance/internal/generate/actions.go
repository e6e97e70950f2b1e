package generate

import (
	"encoding/json"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
)

// actions draws what users do.
func (p *plan) actions() {
	for range 1 + p.weighted("actions", 50, 30, 14, 6) {
		p.action()
	}
}

func (p *plan) act(a sim.Action) { p.s.Actions = append(p.s.Actions, a) }

func (p *plan) action() {
	if p.featureAction() {
		return
	}
	switch p.weighted("action", 18, 16, 10, 10, 16, 10, 6, 5, 6, 3) {
	case 0:
		p.act(sim.Action{When: p.when("scale"), Scale: &sim.Scale{Parallelism: new(p.newParallelism())}})
	case 1:
		p.suspension()
	case 2:
		p.edit(p.whenFailing("limit edit"), "backoffLimit", p.newLimit())
	case 3:
		p.edit(p.when("deadline edit"), "activeDeadlineSeconds", p.newDeadline())
	case 4:
		p.touchPod()
	case 5:
		p.removeJob()
	case 6:
		p.removeFinished()
	case 7:
		p.foreign()
	case 8:
		policy := pick(p.draw, "new policy", batchv1.Failed, batchv1.TerminatingOrFailed)
		p.edit(p.when("policy edit"), "podReplacementPolicy", policy)
	case 9:
		p.act(sim.Action{When: p.when("create"), Create: p.smallJob("later")})
	}
}

func (p *plan) newParallelism() int32 {
	now := parallelism(p.s.Jobs[0])
	return pick(p.draw, "new parallelism", 0, 1, 2, 3, now+1, now+1, max(0, now-1), max(0, now-1), 5)
}

// suspension draws suspending, resuming, or both with some time between, which may be none.
func (p *plan) suspension() {
	if suspended(p.s.Jobs[0]) {
		p.act(sim.Action{When: p.when("resume"), Suspend: new(false)})
		return
	}
	when := p.when("suspend")
	p.act(sim.Action{When: when, Suspend: new(true)})
	if p.chance("stays suspended", 15) {
		return
	}
	when.At += pick(p.draw, "suspended for", 5*second, 0, 0, second, 500*time.Millisecond, time.Minute, time.Hour)
	p.act(sim.Action{When: when, Suspend: new(false)})
}

// edit changes one field of the Job's spec; nil removes it.
func (p *plan) edit(when sim.When, field string, value any) {
	p.act(sim.Action{When: when, Patch: merge(map[string]any{"spec": map[string]any{field: value}})})
}

func merge(patch map[string]any) *sim.Patch { return patchOf(types.MergePatchType, patch) }

func patchOf(kind types.PatchType, patch map[string]any) *sim.Patch {
	data, err := json.Marshal(patch)
	if err != nil {
		panic(err) // made of maps, numbers and strings
	}
	return &sim.Patch{Type: kind, Data: data}
}

func newCondition(kind, status string) *sim.Patch {
	return &sim.Patch{
		Type: types.StrategicMergePatchType, Subresource: "status",
		Data: []byte(`{"status":{"conditions":[{"reason":"Somebody","status":"` + status + `","type":"` + kind + `"}]}}`),
	}
}

// whenFailing draws a time; often it is when pods have failed.
func (p *plan) whenFailing(label string) sim.When {
	if !p.chance(label+" after failures", 50) {
		return p.when(label)
	}
	return sim.When{
		After: &sim.Trigger{Status: map[string]int32{"failed": pick(p.draw, label+" failures", int32(1), 1, 2)}},
		At:    pick(p.draw, label+" delay", 0, second, 2*second, 5*second, 500*time.Millisecond),
	}
}

// newLimit draws a limit near the old one, or far away.
func (p *plan) newLimit() any {
	old := int32(6)
	if limit := p.s.Jobs[0].Spec.BackoffLimit; limit != nil {
		old = *limit
	}
	limit := pick(p.draw, "new limit", 0, 0, 1, 2, max(0, old-1), old+1, old+2, 100)
	p.raised = p.raised || limit > soonFails
	return limit
}

// newDeadline draws a deadline that is lower, higher or none. Where pods might never end there must be one.
func (p *plan) newDeadline() any {
	old := p.s.Jobs[0].Spec.ActiveDeadlineSeconds
	if old != nil && !p.endless() && p.chance("remove the deadline", 30) {
		return nil
	}
	meets := int64(p.moments[p.below("new deadline meets", len(p.moments))].Seconds())
	return max(0, meets+pick(p.draw, "new deadline off by", int64(0), 0, 1, -1, 5, 60))
}

// touchPod draws something that is done to a pod. One that has lost its finalizer is often deleted next.
func (p *plan) touchPod() {
	a := sim.Action{When: p.when("pod action"), Pod: p.podAction()}
	if a.Pod.Patch != nil {
		// A pod that was counted and is adopted again is counted again, as upstream does it (SEL-4).
		a.When = sim.When{After: &sim.Trigger{Pod: a.Pod.Pod, Phase: corev1.PodRunning}}
	}
	p.act(a)
	if a.Pod.RemoveFinalizer != "" && p.chance("deletes it too", 40) {
		a.At += pick(p.draw, "deleted after", 0, second, 5*second)
		a.Pod = &sim.PodAction{Pod: a.Pod.Pod, Delete: &sim.Delete{}}
		p.act(a)
	}
}

func (p *plan) podAction() *sim.PodAction {
	a := &sim.PodAction{Pod: p.pod("action")}
	switch p.weighted("pod action", 45, 13, 13, 21, 8) {
	case 0:
		a.Delete = &sim.Delete{}
		if p.chance("graceSeconds", 40) {
			a.Delete.GraceSeconds = new(pick(p.draw, "graceSeconds", int64(0), 0, 1, 10))
		}
	case 1:
		label := batchv1.ControllerUidLabel
		if p.s.Jobs[0].Spec.Selector != nil {
			label = "run"
		}
		a.RemoveLabel = label
	case 2:
		a.RemoveFinalizer = batchv1.JobTrackingFinalizer
	case 3:
		a.Evict = true
	case 4:
		a.Patch = merge(map[string]any{"metadata": map[string]any{"ownerReferences": nil}})
	}
	return a
}

// removeJob draws the deletion of the Job; often another one of its name comes after it.
func (p *plan) removeJob() {
	when := p.when("delete")
	p.act(sim.Action{When: when, Delete: &sim.Delete{Propagation: pick(p.draw, "propagation",
		metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan, "")}})
	if !p.chance("recreate", 50) {
		return
	}
	when.At += pick(p.draw, "recreated after", 0, 0, 500*time.Millisecond, second, 5*second, time.Minute)
	again := p.s.Jobs[0].DeepCopy()
	if again.Spec.Selector == nil && p.chance("other size", 50) {
		again = p.smallJob(again.Name)
	}
	p.act(sim.Action{When: when, Create: again})
}

// removeFinished deletes a pod that has ended, before or after it was counted.
func (p *plan) removeFinished() {
	pod := p.pod("finished")
	p.act(sim.Action{
		When: sim.When{
			At:    pick(p.draw, "after its end", 0, 0, 500*time.Millisecond, second, 5*second),
			After: &sim.Trigger{Pod: pod, Phase: pick(p.draw, "end", corev1.PodSucceeded, corev1.PodFailed)},
		},
		Pod: &sim.PodAction{Pod: pod, Delete: &sim.Delete{}},
	})
}

// foreign draws an edit that means nothing to the implementation, except that it is in its way.
func (p *plan) foreign() {
	a := sim.Action{When: p.when("foreign edit")}
	switch p.weighted("foreign", 36, 27, 27, 10) {
	case 0:
		a.Patch = merge(map[string]any{"metadata": map[string]any{"labels": map[string]any{"seen": "by-somebody"}}})
	case 1:
		a.Patch = merge(map[string]any{"metadata": map[string]any{"annotations": map[string]any{"example.com/seen": "yes"}}})
	case 2:
		a.Patch = newCondition("example.com/Checked", "True")
	case 3:
		a.Patch = newCondition("FailureTarget", "False") // it decides nothing (FIN-12)
	}
	p.act(a)
}
