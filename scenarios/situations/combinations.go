package situations

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// combinationSituations are where two features meet, or where two things happen at once that the other situations keep
// apart: what a mistake needs that is right in all simple cases.
func combinationSituations() []Situation {
	disrupted := onConditions(ignore, corev1.ConditionTrue, dt)
	evicted := evictedAfter(5, kubelet.Script{Runs: endless().Runs, Stop: kubelet.Stop{Exit: new(int32(42))}})
	endsWell := kubelet.Script{Runs: endless().Runs, Stop: kubelet.Stop{After: 20 * second, Exit: new(int32(0))}}
	tier := func(value string) func(*batchv1.JobSpec) {
		return func(s *batchv1.JobSpec) { s.Template.Labels["tier"] = value }
	}
	notIn := func(value string) func(*batchv1.JobSpec) {
		return func(s *batchv1.JobSpec) {
			s.Selector.MatchExpressions = []metav1.LabelSelectorRequirement{
				{Key: "tier", Operator: metav1.LabelSelectorOpNotIn, Values: []string{value}},
			}
		}
	}
	zone := map[string]any{"nodeAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": map[string]any{
		"nodeSelectorTerms": []any{map[string]any{"matchExpressions": []any{
			map[string]any{"key": "example.com/zone", "operator": "In", "values": []string{"b"}},
		}}},
	}}}
	nodes := []kubelet.Node{{Name: "node-1", Labels: map[string]string{"example.com/pool": "a", "example.com/zone": "b"}}}
	return []Situation{
		// One index is left between others that have succeeded.
		on(plot(specs(indexed, sized(4, 4)), ofIndex(2, succeeding(minute)), succeeding(5*second)), "IDX-1", "STAT-10"),
		// A failed index is removed, and one that has succeeded stays: what is left may go on.
		on(with(plot(specs(perIndex(0), sized(4, 4)), ofIndex(3, failing(5*second)), ofIndex(0, succeeding(5*second)), succeeding(minute)),
			resize(at(20*second), 2)), "BPI-3", "BPI-2", "EIJ-2"),
		// A failed index is removed and comes back.
		on(with(plot(specs(perIndex(0), sized(3, 3)), ofIndex(2, failing(5*second)), ofIndex(2, succeeding(5*second)), succeeding(2*minute)),
			resize(at(20*second), 2), resize(at(40*second), 3)), "EIJ-1", "EIJ-3", "BPI-1"),
		// One index has failed more often than the other, which may run first.
		on(plot(specs(perIndex(5), sized(2, 2)), ofIndex(0, failing(5*second)), ofIndex(1, failing(46*second)), ofIndex(1, endless())), "BPI-8", "BO-14"),
		// Seven indexes fail: more than the backoffLimit that a Job without limits for its indexes would have.
		on(plot(specs(perIndex(0), sized(8, 8)), ofIndex(7, succeeding(minute)), failing(5*second)), "BPI-5", "DEF-4", "BPI-3", "BL-1"),
		// A pod of an index fails for which another one has succeeded, each of another Job.
		on(with(plot(specs(manual, perIndex(0), sized(2, 2)), ofIndex(0, succeeding(5*second)), ofIndex(0, failing(5*second)), succeeding(minute)),
			named("other", specs(manual, perIndex(0), sized(2, 2))), deleteOther(10*second, "Orphan")), "STAT-10", "BPI-1"),
		// A disruption comes with an exit code that another rule knows.
		on(plot(specs(policy(disrupted, onCodes(failJob, in, 42)), limited(0)), evicted, succeeding(5*second)), "PFP-2", "PFP-6"),
		// An index has one retry, of which an ignored failure takes nothing.
		on(plot(specs(policy(onCodes(ignore, in, 42)), perIndex(1), sized(2, 2)), ofIndex(0, exiting(5, 42)), ofIndex(0, exiting(5, 1)),
			ofIndex(0, succeeding(5*second)), succeeding(2*minute)), "BPI-6", "PFP-6", "BPI-1"),
		on(plot(specs(policy(onCodes(failIndex, in, 42)), perIndex(3), maxFailed(0), sized(3, 3)), ofIndex(0, exiting(5, 42)), endless()), "BPI-4", "PFP-7"),
		// Two rules of a success policy are met at once.
		on(plot(specs(succeedsWhen(successRule("0", allOfThem), successRule("1", allOfThem)), sized(3, 3)), ofIndex(2, endless()), succeeding(5*second)), "SP-1"),
		// A condition is added when the time to live is running.
		on(with(plot(specs(lives(60)), succeeding(20*second)), sim.Action{When: at(50 * second), Patch: &sim.Patch{
			Type: types.StrategicMergePatchType, Subresource: "status",
			Data: []byte(`{"status":{"conditions":[{"type":"example.com/Noted","status":"True","lastTransitionTime":"2000-01-01T00:00:50Z"}]}}`),
		}}), "TTL-1"),
		on(plot(specs(managed(batchv1.JobControllerName+"-v2")), succeeding(5*second)), "MB-1"),
		// The labels of all orphans match, and an expression excludes one of them.
		on(with(plot(named("older", specs(manual, tier("test"))), succeeding(5*minute)), named("other", specs(manual, tier("prod"))),
			deleteJob(at(20*second), "Orphan"), deleteOther(20*second, "Orphan"), create(at(30*second), specs(manual, notIn("test"), sized(2, 2)))),
			"SEL-1", "SEL-6"),
		on(with(plot(specs(suspended, sized(2, 2), inPool), succeeding(5*second)), nodes,
			patchSpec(at(10*second), map[string]any{"template": map[string]any{"spec": map[string]any{"affinity": zone}}}),
			suspend(at(minute), false)), "MSD-4"),
		on(with(plot(specs(limited(3)), failing(5*second)), patchSpec(at(7*second), map[string]any{"backoffLimit": 4})), "NEV-1", "BO-12"),
		on(with(plot(specs(limited(3)), failing(5*second)), suspend(at(7*second), true), suspend(at(9*second), false)), "BO-1", "SUS-5"),
		// The pod that a suspended Job waits for succeeds.
		on(with(plot(specs(replaceFailed, grace(60)), endsWell), deletePod(at(5*second), 1), suspend(at(10*second), true)), "COMP-14", "PRP-2"),
		// Pods are listed and cannot be freed, so that they count in no counter yet.
		on(with(plot(specs(sized(2, 1)), succeeding(5*second)), refuseFor(at(0), minute, podPatches)), "PAR-2", "COMP-1"),
		on(with(plot(specs(sized(3, 3), limited(1)), failing(5*second), failing(8*second), endless()), refuseFor(at(0), minute, podPatches)), "BL-1"),
	}
}
